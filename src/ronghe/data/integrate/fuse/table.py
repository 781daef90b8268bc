"""A table that a step reads, what a step made of it, and the SQL words that every step needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlglot import exp

from ronghe.data.integrate.fuse.plan import Source
from ronghe.tables.engine import DuckDB
from ronghe.tables.staged import Note
from ronghe.terms import InputError

__all__ = [
    "Made",
    "Table",
    "call",
    "check_agree",
    "column",
    "count_rows",
    "filled",
    "named",
    "need",
    "one_thread",
    "parquet_at",
    "row_name",
    "text_of",
    "write",
]

_NO_TYPE = '"NULL"'


@dataclass(frozen=True, slots=True)
class Table:
    """A view of the engine, its columns with their types, and the source that says whose it is."""

    view: str
    types: Mapping[str, str]
    source: Source


Origin = tuple[str, str]
"""A table of the plan and one of its columns."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a step made: files with their rows, counts, the origins of each column of its table, files that are no
    tables, and what is to be told of it."""

    files: Mapping[str, int]
    counts: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, Sequence[Origin]] = field(default_factory=dict)
    others: Sequence[str] = ()
    notes: Sequence[Note] = ()


def column(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.column(name, table=table, quoted=True)


def named(value: exp.Expr, name: str) -> exp.Expr:
    """`value AS name`, quoted."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


def call(function: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A function of the engine, as it is spelled there."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def text_of(value: exp.Expr) -> exp.Cast:
    """The value as text."""
    return exp.cast(value, "TEXT")


def filled(names: Sequence[str], table: str | None = None) -> exp.Expr:
    """The question whether all of these columns have a value."""
    return exp.and_(*(column(name, table).is_(exp.Null()).not_() for name in names))


def parquet_at(path: Path) -> exp.Anonymous:
    """A Parquet file as a table of a SELECT."""
    return call("read_parquet", exp.Literal.string(str(path)))


def row_name(table: Table) -> exp.Expr:
    """What names a row whatever its place: a digest of its content, and its number among equal rows."""
    content = text_of(exp.Array(expressions=[text_of(column(name)) for name in sorted(table.types)]))
    digest = call("substr", call("sha256", content), exp.Literal.number(1), exp.Literal.number(32))
    number = exp.Window(this=exp.RowNumber(), partition_by=[digest.copy()])
    tail = exp.DPipe(this=exp.Literal.string("-"), expression=text_of(number), safe=False)
    return exp.DPipe(this=digest, expression=tail, safe=False)


def check_agree(step: str, given: Iterable[tuple[str, str, str]]) -> None:
    """InputError where tables give one name types that cannot be compared; `given` has table, name and type.

    A column that is empty in every row has no type, and agrees with any.
    """
    seen: dict[str, tuple[str, str]] = {}
    for table, name, kind in given:
        if kind == _NO_TYPE:
            continue
        other, where = seen.setdefault(name, (kind, table))
        if family(other) != family(kind):
            said = {"one": f"{where}: {other}", "two": f"{table}: {kind}"}
            raise InputError("data.integrate_types", step=step, name=name, **said)


def family(kind: str) -> str:
    """Types that may be compared: all numbers are one family, so that 1.5 equals 1.50; others only themselves."""
    numbers = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DECIMAL", "FLOAT", "DOUBLE", "UINT", "UBIGINT")
    return "number" if kind.startswith(numbers) else kind


def need(table: Table, names: Sequence[str], step: str) -> None:
    """InputError for a column that the table has not."""
    for name in names:
        if name not in table.types:
            raise InputError(
                "data.integrate_column", step=step, table=table.source.name, name=name, known=", ".join(table.types)
            )


def count_rows(engine: DuckDB, select: exp.Select) -> int:
    """The one number that a SELECT gives."""
    return int(engine.query(select).column(0)[0].as_py())


@contextmanager
def one_thread(engine: DuckDB) -> Iterator[None]:
    """Work whose rows would otherwise come in an order that depends on how the threads took turns.

    Sorting them afterwards cost as much CPU time as half of the join, and three times its memory.
    """
    before = engine.connection.sql("SELECT current_setting('threads')").fetchall()[0][0]
    engine.connection.execute("SET threads = 1")
    try:
        yield
    finally:
        engine.connection.execute(f"SET threads = {int(before)}")


def write(engine: DuckDB, select: exp.Select, path: Path) -> int:
    """The rows as a Parquet file; gives their number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    copy = exp.Copy(
        this=select.subquery(),
        kind=False,
        files=[exp.Literal.string(str(path))],
        params=[
            exp.CopyParameter(this=exp.var("FORMAT"), expression=exp.var("PARQUET")),
            exp.CopyParameter(this=exp.var("COMPRESSION"), expression=exp.var("ZSTD")),
        ],
    )
    return engine.copy(copy)
