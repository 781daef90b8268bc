"""What is in a table: counts, lengths, frequent values of every column, over all of its rows."""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlglot import exp

from ronghe.data.standardize.result import mask
from ronghe.tables.delimited import separate
from ronghe.tables.engine import Engine, MalformedRecords
from ronghe.tables.plan import Plan
from ronghe.tables.sql import name
from ronghe.tables.staged import Staged

__all__ = ["ColumnProfile", "Profile", "profile_table"]

SOURCE = "profiled"
CELLS = "profiled_cells"
MOST_FREQUENT = 5


@dataclass(frozen=True, slots=True)
class ColumnProfile:
    """One column; `distinct` is an estimate, `frequent` the most frequent values with how often they stand there."""

    name: str
    filled: int
    empty: int
    distinct: int
    shortest: int
    longest: int
    frequent: tuple[tuple[str, int], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Profile:
    """A table: `rows` that could be read, `malformed` records that could not, and the columns in order."""

    rows: int
    malformed: int
    encoding: str
    columns: tuple[ColumnProfile, ...]

    def to_json(self, *, show_values: bool = False) -> dict[str, Any]:
        """The profile as a JSON value; values are masked in their middle unless `show_values`."""
        return asdict(self if show_values else self.masked())

    def masked(self) -> "Profile":
        """The same with every value masked: tables of departments are about people."""
        return replace(self, columns=tuple(_masked(column) for column in self.columns))


def _masked(column: ColumnProfile) -> ColumnProfile:
    return replace(column, frequent=tuple((mask(value), times) for value, times in column.frequent))


def _counts(engine: Engine, columns: int) -> dict[str, Any]:
    wanted: list[exp.Expr] = [exp.alias_(exp.Count(this=exp.Star()), "rows")]
    for place in range(columns):
        column = name(f"c{place}")
        length = exp.Length(this=column.copy())
        wanted += [
            exp.alias_(exp.Count(this=column), f"filled{place}"),
            exp.alias_(exp.ApproxDistinct(this=column.copy()), f"distinct{place}"),
            exp.alias_(exp.Min(this=length), f"shortest{place}"),
            exp.alias_(exp.Max(this=length.copy()), f"longest{place}"),
        ]
    select = exp.Select(expressions=wanted).from_("plan", copy=False)
    return dict(engine.query(select, (Plan(()), CELLS)).to_pylist()[0])


def _frequent(engine: Engine, place: int) -> tuple[tuple[str, int], ...]:
    column = name(f"c{place}")
    times = exp.alias_(exp.Count(this=exp.Star()), "times")
    present = exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null()))
    select = exp.select(column, times).from_("plan").where(present).group_by(column.copy())
    select = select.order_by(exp.column("times").desc(), column.copy().asc()).limit(MOST_FREQUENT)
    return tuple((row[f"c{place}"], row["times"]) for row in engine.query(select, (Plan(()), CELLS)).to_pylist())


def _profiled(engine: Engine, staged: Staged) -> Profile:
    engine.attach(SOURCE, staged)
    engine.keep(CELLS, exp.select("*").from_("plan"), (Plan(()), SOURCE))
    counts = _counts(engine, len(staged.columns))
    columns = tuple(
        ColumnProfile(
            name=column,
            filled=counts[f"filled{place}"],
            empty=counts["rows"] - counts[f"filled{place}"],
            distinct=counts[f"distinct{place}"],
            shortest=counts[f"shortest{place}"] or 0,
            longest=counts[f"longest{place}"] or 0,
            frequent=_frequent(engine, place),
        )
        for place, column in enumerate(staged.columns)
    )
    return Profile(counts["rows"], len(staged.malformed), staged.encoding, columns)


def profile_table(engine: Engine, staged: Staged, scratch: Path) -> Profile:
    """The profile of a staged table; broken records are counted and left out."""
    try:
        return _profiled(engine, staged)
    except MalformedRecords:
        return _profiled(engine, separate(staged, scratch))
