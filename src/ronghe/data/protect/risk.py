"""The risk of a table: how many records stand out by what others may know of a person, and what then is learned.

k-anonymity: P. Samarati and L. Sweeney, 1998. l-diversity (distinct): A. Machanavajjhala et al., 2007.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlglot import exp

from ronghe.data.protect.population import expected_uniques
from ronghe.tables.engine import Engine
from ronghe.tables.sql import name
from ronghe.terms import InputError

__all__ = ["Diversity", "Risk", "risk_of"]

_GROUPS, _PARTS = "risk_groups", "risk_parts"
LEVELS = (2, 3, 5, 10, 20)
"""Smallest groups that are asked for in practice; 5 is usual for health data, 10 and 20 for what is published."""


@dataclass(frozen=True, slots=True)
class Diversity:
    """Of a sensitive column: the fewest distinct values in a group, and the groups and records whose value anyone who
    finds the group knows."""

    column: str
    least: int
    groups_of_one_value: int
    records_of_one_value: int


@dataclass(frozen=True, slots=True)
class Risk:
    """What the columns `quasi` tell together.

    `smallest` is k; `sizes` has the records in groups of 1, 2, 3-4, 5-9, 10 or more; `below` the records that must be
    suppressed to reach a k; `saved` how many of the unique records would not be unique without a column.
    `unique_in_population` is an estimate by Pitman's formula, or the count itself where the table is the population.
    """

    rows: int
    quasi: tuple[str, ...]
    groups: int
    smallest: int
    unique: int
    population: int
    unique_in_population: int
    estimated: bool
    sizes: Mapping[str, int]
    below: Mapping[int, int]
    saved: Mapping[str, int]
    diversity: Diversity | None = None

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value, with the share of records that are unique."""
        told = asdict(self)
        told["quasi"] = list(self.quasi)
        told["below"] = {str(k): rows for k, rows in self.below.items()}
        return {**told, "share_unique": self.unique / self.rows if self.rows else 0.0}


_SPANS = (("1", 1, 1), ("2", 2, 2), ("3-4", 3, 4), ("5-9", 5, 9), ("10+", 10, None))


def _sum(column: str) -> exp.Expr:
    # HUGEINT would come back as a decimal.
    return exp.cast(exp.Sum(this=exp.column(column)), "BIGINT")


def _group(engine: Engine, view: str, columns: Mapping[str, str], quasi: Sequence[str], sensitive: str | None) -> None:
    """Keep one row for each group: q0, q1, ..., its records n and its distinct sensitive values l."""
    keys = [exp.alias_(name(columns[field]), f"q{place}") for place, field in enumerate(quasi)]
    counted: list[exp.Expr] = [exp.alias_(exp.Count(this=exp.Star()), "n")]
    numbers = [exp.Literal.number(place) for place in range(1, len(quasi) + 1)]
    if sensitive is None:
        alone = exp.alias_(exp.Literal.number(0), "l")
        engine.keep(_GROUPS, exp.select(*keys, *counted, alone).from_(view).group_by(*numbers))
        return
    value = exp.alias_(name(columns[sensitive]), "s")
    parts = exp.select(*keys, value, *counted).from_(view)
    # Two steps: counting distinct values within a million groups took ten times as long.
    engine.keep(_PARTS, parts.group_by(*numbers, exp.Literal.number(len(quasi) + 1)))
    places = [exp.column(f"q{place}") for place in range(len(quasi))]
    values = exp.alias_(exp.Count(this=exp.Star()), "l")
    engine.keep(_GROUPS, exp.select(*places, exp.alias_(_sum("n"), "n"), values).from_(_PARTS).group_by(*numbers))


def _sizes(engine: Engine) -> dict[int, int]:
    select = exp.select("n", exp.alias_(exp.Count(this=exp.Star()), "groups")).from_(_GROUPS).group_by("n")
    return {row["n"]: row["groups"] for row in engine.query(select).to_pylist()}


def _unique_without(engine: Engine, quasi: Sequence[str], left_out: int) -> int:
    """The records that are unique by the other columns."""
    others = [exp.column(f"q{place}") for place in range(len(quasi)) if place != left_out]
    if not others:
        return 0
    grouped = exp.select(exp.alias_(exp.Literal.number(1), "one")).from_(_GROUPS).group_by(*others)
    grouped = grouped.having(exp.EQ(this=exp.Sum(this=exp.column("n")), expression=exp.Literal.number(1)))
    count = exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_(grouped.subquery("unique_ones"))
    return int(engine.query(count).to_pylist()[0]["n"])


def _diversity(engine: Engine, column: str) -> Diversity:
    alone = exp.EQ(this=exp.column("l"), expression=exp.Literal.number(1))
    counted = exp.select(
        exp.alias_(exp.Min(this=exp.column("l")), "least"),
        exp.alias_(exp.Count(this=exp.Case(ifs=[exp.If(this=alone, true=exp.Literal.number(1))])), "groups"),
        exp.alias_(
            exp.cast(exp.Sum(this=exp.Case(ifs=[exp.If(this=alone.copy(), true=exp.column("n"))])), "BIGINT"), "records"
        ),
    ).from_(_GROUPS)
    found = engine.query(counted).to_pylist()[0]
    return Diversity(column, found["least"] or 0, found["groups"], found["records"] or 0)


def risk_of(
    engine: Engine,
    view: str,
    columns: Mapping[str, str],
    *,
    quasi: Sequence[str],
    sensitive: str | None = None,
    population: int | None = None,
) -> Risk:
    """The risk of the table `view`, whose fields stand in its `columns`, by the fields `quasi` together.

    `population` is the number of people of whom the table is a sample; None: the table has them all. Raises InputError
    for a field that is not there or a population smaller than the table.
    """
    for field in (*quasi, *([sensitive] if sensitive else [])):
        if field not in columns:
            raise InputError("data.risk_column", name=field, known=", ".join(columns))
    _group(engine, view, columns, quasi, sensitive)
    sizes = _sizes(engine)
    rows = sum(size * groups for size, groups in sizes.items())
    whole = rows if population is None else population
    if whole < rows:
        raise InputError("data.risk_population", population=whole, rows=rows)
    unique = sizes.get(1, 0)
    return Risk(
        rows=rows,
        quasi=tuple(quasi),
        groups=sum(sizes.values()),
        smallest=min(sizes, default=0),
        unique=unique,
        population=whole,
        unique_in_population=unique if whole == rows else expected_uniques(sizes, whole),
        estimated=whole != rows,
        sizes={label: _records(sizes, low, high) for label, low, high in _SPANS},
        below={k: _records(sizes, 1, k - 1) for k in LEVELS},
        saved={field: unique - _unique_without(engine, quasi, place) for place, field in enumerate(quasi)},
        diversity=_diversity(engine, sensitive) if sensitive else None,
    )


def _records(sizes: Mapping[int, int], low: int, high: int | None) -> int:
    return sum(size * groups for size, groups in sizes.items() if low <= size and (high is None or size <= high))
