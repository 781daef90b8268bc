"""Where plans run: an embedded DuckDB with limits, or any other engine with the same four doors."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
from sqlglot import exp

from ronghe.tables import duckdb_sql
from ronghe.tables.delimited import read_delimited
from ronghe.tables.hashed import Mapping, hold
from ronghe.tables.plain_arrays import no_rows
from ronghe.tables.plan import ROW, Plan, render
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, LimitReached, UsageError

__all__ = [
    "BATCH_ROWS",
    "DuckDB",
    "Engine",
    "MalformedRecords",
    "Resources",
    "duckdb_engine",
    "io_fault",
    "parse_memory",
]

BATCH_ROWS = 100_000
"""Rows in a batch: measured best between 20,000 and 500,000."""

RESERVED = 200_000_000
"""Bytes of the memory budget left to Python, Arrow and the Parquet writer; DuckDB gets the rest."""
SMALLEST_MEMORY = 300_000_000

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run may use: `memory` in bytes for the whole process (None: four fifths of the machine), `threads`."""

    memory: int | None = None
    threads: int = 2


def parse_memory(text: str) -> int:
    """`500MB`, `1.5GiB` or `800000000` in bytes; UsageError for another form or less than 300 MB."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([KMG]I?)?B?", text.strip().upper())
    if not found:
        raise UsageError("tables.memory_form", value=text)
    size = int(float(found[1]) * _UNITS[found[2] or ""])
    if size < SMALLEST_MEMORY:
        raise UsageError("tables.memory_small", value=text, smallest=f"{SMALLEST_MEMORY // 10**6}MB")
    return size


class MalformedRecords(Exception):
    """The engine refuses a delimited file: `delimited.separate` it, attach the result, and run again."""


class Engine(Protocol):
    """Runs plans over named sources; a method raises RongheError or MalformedRecords, never an engine's own error."""

    def attach(self, source: str, staged: Staged) -> None:
        """Give a staged table a name; its columns are c0, c1, ..."""

    def batches(self, plan: Plan, source: str) -> Iterator[pa.RecordBatch]:
        """The plan's rows, in the order of the source's; at least one batch, if an empty one."""

    def query(self, select: exp.Select, over: "Over | None" = None) -> pa.Table:
        """A SELECT over kept tables, or over a plan's rows, which it calls `plan`."""

    def keep(self, table: str, select: exp.Select, over: "Over | None" = None) -> None:
        """Keep such a SELECT as a table, which may spill to the disk."""


Over = tuple[Plan, str]
"""A plan and the source that it runs over."""


def io_fault(fault: BaseException) -> InputError | LimitReached:
    """The error that a failed read or write means to a user: a full disk is a limit, not a bad file."""
    detail = (str(fault).splitlines() or [type(fault).__name__])[0]
    if "No space left" in str(fault) or getattr(fault, "errno", None) in (errno.ENOSPC, errno.EDQUOT):
        return LimitReached("tables.disk_full", detail=detail)
    return InputError("tables.unreadable", detail=detail)


_OF_PARQUET = (duckdb.Error, duckdb.SerializationException, duckdb.InvalidInputException)
"""What broken pages of a Parquet file raise; the class itself, for it is the root of all others."""
_BROKEN_FILE = ("CSV Error", "Invalid unicode", "is not utf-8 encoded", "not valid UTF8")


@contextmanager
def _translated(source: Staged | None = None) -> Iterator[None]:
    """Errors of the engine as ours; while batches stream they arrive as OSError with the engine's text."""
    try:
        yield
    except (duckdb.Error, OSError) as fault:
        said = str(fault)
        parquet = source.path if source is not None and source.kind == "parquet" else None
        broken = any(mark in said for mark in _BROKEN_FILE)
        if parquet is not None and (broken or type(fault) in _OF_PARQUET or "TProtocol" in said):
            raise InputError("tables.file_corrupt", path=str(parquet), detail=said.splitlines()[0]) from fault
        if broken:
            raise MalformedRecords(said.splitlines()[0]) from fault
        if isinstance(fault, duckdb.OutOfMemoryException) or "Out of Memory" in said:
            raise LimitReached("tables.memory_exhausted", detail=said.splitlines()[0]) from fault
        if not isinstance(fault, duckdb.IOException | OSError):
            raise
        raise io_fault(fault) from fault


class DuckDB:
    """The embedded engine; `duckdb_engine` makes and closes it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._tables: set[str] = set()
        self._sources: dict[str, Staged] = {}

    def attach(self, source: str, staged: Staged) -> None:
        """See Engine."""
        self._sources[source] = staged
        with _translated(staged):
            if staged.kind == "csv":
                relation = read_delimited(self.connection, staged)
            else:
                relation = self.connection.read_parquet(str(staged.path))
            columns = relation.columns
            places = range(len(columns)) if staged.places is None else staged.places
            chosen = [duckdb.ColumnExpression(columns[place]).alias(f"c{n}") for n, place in enumerate(places)]
            relation = relation.select(*chosen)
            relation.create_view(source, replace=True)

    def batches(self, plan: Plan, source: str) -> Iterator[pa.RecordBatch]:
        """See Engine."""
        with _translated(self._sources.get(source)):
            reader = self.connection.sql(self.statement(plan, source)).to_arrow_reader(BATCH_ROWS)
            # First an empty batch: of a table without rows nothing else would tell the types.
            yield no_rows(reader.schema)
            yield from reader

    def query(self, select: exp.Select, over: Over | None = None) -> pa.Table:
        """See Engine."""
        with _translated(self._source_of(over)):
            return self.connection.sql(self._whole(select, over).sql(dialect="duckdb", copy=False)).to_arrow_table()

    def keep(self, table: str, select: exp.Select, over: Over | None = None) -> None:
        """See Engine."""
        temporary = exp.Properties(expressions=[exp.TemporaryProperty()])
        with _translated(self._source_of(over)):
            # In one statement: a plan with many patterns takes as long to prepare as a small table takes to run.
            create = exp.Create(
                this=exp.to_table(table),
                kind="TABLE",
                expression=self._whole(select, over),
                replace=True,
                properties=temporary,
            )
            self.connection.execute(create.sql(dialect="duckdb", copy=False))

    def copy(self, statement: exp.Copy) -> int:
        """Write a file as a COPY statement says; gives the number of rows."""
        with _translated():
            found = self.connection.execute(statement.sql(dialect="duckdb")).fetchall()
        return int(found[0][0])

    def types(self, table: str) -> dict[str, str]:
        """The columns of a table or view with their types."""
        relation = self.connection.table(table)
        return {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}

    def view(self, table: str, select: exp.Select) -> None:
        """Give a SELECT a name."""
        with _translated():
            self.connection.sql(select.sql(dialect="duckdb")).create_view(table, replace=True)

    def _source_of(self, over: Over | None) -> Staged | None:
        return None if over is None else self._sources.get(over[1])

    def _whole(self, select: exp.Select, over: Over | None) -> exp.Select:
        if over is None:
            return select.copy()
        return select.copy().with_("plan", as_=exp.Var(this=self.statement(*over)), copy=False)

    def statement(self, plan: Plan, source: str) -> str:
        """The SQL of a plan, with the look-up tables that it joins already made."""
        statement, tables = _rendered(plan, source)
        for table, mapping in tables:
            if table not in self._tables:
                hold(self.connection, table, mapping)
                self._tables.add(table)
        return statement


@lru_cache(maxsize=32)
def _rendered(plan: Plan, source: str) -> tuple[str, tuple[tuple[str, Mapping], ...]]:
    """The SQL of a plan and the look-up tables beside it; every table of a publication is scanned by the same plan."""
    rendered = render(plan, source, duckdb_sql.duckdb())
    return rendered.select.sql(dialect="duckdb", copy=False), rendered.tables


@contextmanager
def duckdb_engine(scratch: Path, resources: Resources, *, reorder_joins: bool = False) -> Iterator[DuckDB]:
    """A DuckDB that spills into `scratch`, keeps to `resources`, and reaches neither network nor extensions.

    `reorder_joins` is for work that joins tables of its own, whose sizes only the engine knows.
    """
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": resources.threads,
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if not reorder_joins:
        # Tables of one row stand beside the source; if they took its place, the source would be held in memory.
        settings["disabled_optimizers"] = "join_order,build_side_probe_side"
    if resources.memory is not None:
        settings["memory_limit"] = f"{(resources.memory - RESERVED) // 10**6}MB"
    connection = duckdb.connect(":memory:", config=settings)
    try:
        connection.execute("SET enable_progress_bar = false")
        with _translated():
            yield DuckDB(connection)
    finally:
        connection.close()


def copy_to_parquet(staged: Staged, path: Path, scratch: Path, resources: Resources) -> None:
    """A staged table as a Parquet file with c0, c1, ... and ROW, for engines that would misread broken files."""
    with duckdb_engine(scratch, resources) as engine:
        engine.attach("staged", staged)
        numbered = exp.select("*", exp.alias_(exp.Window(this=exp.RowNumber()), ROW)).from_("staged")
        engine.connection.sql(numbered.sql(dialect="duckdb")).write_parquet(str(path), compression="zstd")
