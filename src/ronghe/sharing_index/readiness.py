"""Readiness: the factors of a department's sharing degree that files alone can show.

A degree needs requests, and files hold none. So nothing here is multiplied into one: each factor stands by itself, with
the factors that cannot be known from files named beside it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from typing import Literal

from ronghe.terms import InputError

__all__ = [
    "FACTORS",
    "UNMEASURED",
    "Factor",
    "FactorName",
    "Line",
    "Readiness",
    "TableFacts",
    "Unmeasured",
    "readiness",
]

FactorName = Literal["present", "recognized", "passing", "filled", "published"]
FACTORS: tuple[FactorName, ...] = ("present", "recognized", "passing", "filled", "published")
"""In the order of reading; `sharing_index.factor_<name>` and `sharing_index.factor_<name>_means` word them.

`present` is mu and `passing` is the rule pass rate in q; the other three stand beside, never inside, a degree.
"""


@dataclass(frozen=True, slots=True)
class TableFacts:
    """What one standardization run counted in one table of one department.

    `items` are its columns, `items_with_element` those recognized as a standard data element, `items_declared` those
    that the schema or catalogue promises (None: the columns are the promise). `values_checked` counts values that an
    element rule judged, `values_valid` those that passed; `values_filled` counts the values of all rows and columns
    that are not empty (None: not counted).
    """

    department: str
    table: str
    items: int
    items_with_element: int
    rows_in: int
    rows_published: int
    values_checked: int
    values_valid: int
    values_filled: int | None = None
    items_declared: int | None = None

    @property
    def declared(self) -> int:
        """d, the size of the table: its number of declared items."""
        return self.items if self.items_declared is None else self.items_declared


@dataclass(frozen=True, slots=True)
class Factor:
    """A rate from 0 to 1, or None where nothing could be measured; `items` of the line's items stand behind it."""

    name: FactorName
    value: Fraction | None
    items: int


@dataclass(frozen=True, slots=True)
class Line:
    """A table, a department or the city: its size `items`, its factors in the order of `FACTORS`, and its parts.

    `department` is empty for the city, `table` is empty above a table. The rate of a line is the mean of its parts'
    rates weighted by items.
    """

    department: str
    table: str
    items: int
    rows_in: int
    rows_published: int
    factors: tuple[Factor, ...]
    parts: tuple["Line", ...] = ()

    def factor(self, name: FactorName) -> Factor:
        """The factor of this name."""
        return self.factors[FACTORS.index(name)]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """A factor of the degree that files cannot show; `reason` is the code of the text that says why."""

    symbol: str
    reason: str


UNMEASURED = (
    Unmeasured("κ", "sharing_index.unmeasured_kappa"),
    Unmeasured("φ", "sharing_index.unmeasured_phi"),
    Unmeasured("ρ", "sharing_index.unmeasured_rho"),
    Unmeasured("q", "sharing_index.unmeasured_closure"),
    Unmeasured("D", "sharing_index.unmeasured_coverage"),
)
"""What a degree needs and files do not hold: catalogue, update history, requests, row objections, inventory."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The city's line, whose parts are the departments by name, and what could not be measured."""

    city: Line
    unmeasured: tuple[Unmeasured, ...] = UNMEASURED

    @property
    def departments(self) -> tuple[Line, ...]:
        """One line for each department, sorted by name; the parts of each are its tables."""
        return self.city.parts


def readiness(tables: Iterable[TableFacts]) -> Readiness:
    """The measurable factors of each table, department and the city, weighted by the number of items.

    There is no total score. Raises InputError: `sharing_index.no_tables`, `sharing_index.no_items`,
    `sharing_index.table_twice`, `sharing_index.impossible_count` (negative, or a part larger than its whole).

    Source: the factors kappa, mu, phi, q, rho of the data sharing degree; see docs/explanation/sharing-index.md.
    """
    listed = sorted(tables, key=lambda facts: (facts.department, facts.table))
    _check(listed)
    grouped = groupby(listed, key=lambda facts: facts.department)
    departments = [_joined([_table_line(one) for one in facts], department=name) for name, facts in grouped]
    return Readiness(city=_joined(departments, department=""))


def _check(listed: Sequence[TableFacts]) -> None:
    if not listed:
        raise InputError("sharing_index.no_tables")
    for before, after in pairwise(listed):
        if (before.department, before.table) == (after.department, after.table):
            raise InputError("sharing_index.table_twice", department=after.department, table=after.table)
    for facts in listed:
        _check_counts(facts)
    if not any(facts.declared for facts in listed):
        raise InputError("sharing_index.no_items", tables=len(listed))


def _check_counts(facts: TableFacts) -> None:
    pairs = (
        ("items", facts.items, facts.declared),
        ("items_with_element", facts.items_with_element, facts.items),
        ("rows_published", facts.rows_published, facts.rows_in),
        ("values_valid", facts.values_valid, facts.values_checked),
        ("values_filled", facts.values_filled or 0, facts.rows_in * facts.items),
    )
    for name, part, whole in pairs:
        if not 0 <= part <= whole:
            raise InputError("sharing_index.impossible_count", table=facts.table, name=name, part=part, whole=whole)


_COUNTED: dict[FactorName, Callable[[TableFacts], tuple[int | None, int]]] = {
    "present": lambda facts: (facts.items, facts.declared),
    "recognized": lambda facts: (facts.items_with_element, facts.items),
    "passing": lambda facts: (facts.values_valid, facts.values_checked),
    "filled": lambda facts: (facts.values_filled, facts.rows_in * facts.items),
    "published": lambda facts: (facts.rows_published, facts.rows_in),
}


def _table_line(facts: TableFacts) -> Line:
    return Line(
        department=facts.department,
        table=facts.table,
        items=facts.declared,
        rows_in=facts.rows_in,
        rows_published=facts.rows_published,
        factors=tuple(_counted(name, facts) for name in FACTORS),
    )


def _counted(name: FactorName, facts: TableFacts) -> Factor:
    part, whole = _COUNTED[name](facts)
    if part is None or whole == 0:
        return Factor(name=name, value=None, items=0)
    return Factor(name=name, value=Fraction(part, whole), items=facts.declared)


def _joined(parts: Sequence[Line], *, department: str) -> Line:
    return Line(
        department=department,
        table="",
        items=sum(part.items for part in parts),
        rows_in=sum(part.rows_in for part in parts),
        rows_published=sum(part.rows_published for part in parts),
        factors=tuple(_weighted(name, [part.factor(name) for part in parts]) for name in FACTORS),
        parts=tuple(parts),
    )


def _weighted(name: FactorName, factors: Sequence[Factor]) -> Factor:
    items = sum(factor.items for factor in factors)
    total = sum((factor.value * factor.items for factor in factors if factor.value is not None), Fraction())
    return Factor(name=name, value=total / items if items else None, items=items)
