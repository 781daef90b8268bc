"""What a kind tells the sharing index: from the events of the log, a degree with every factor and every row behind it.

    events of `actions`, up to an instant -> measure -> Measured

The index knows no more of a kind than this. A kind hands its measure in when the platform starts; resources and
technologies add theirs here, and their pages, trends and proofs are there already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

from django.db.models import Q

from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.trail import Event
from ronghe.standards.legal import LegalProfile

__all__ = ["WINDOW_DAYS", "Flow", "Measure", "Measured", "Row", "Share", "measures", "register_measure"]

WINDOW_DAYS = 365
"""The degrees look back twelve months."""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that a share was made of: a thing that is held or a request; `about` says which, `weight` its size.

    `counts` are whole numbers as they were counted, `factors` exact rates by name.
    """

    about: str
    id: str
    name: str
    weight: int
    factors: Mapping[str, Fraction]
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Share:
    """x_i and s_i of a department (its id), the interval of s_i, the factors whose product s_i is, and the rows.

    `share` is None where none may be printed; `places` are the best and worst that the intervals leave open.
    """

    department: str
    amount: Fraction
    share: Fraction | None
    low: float | None
    high: float | None
    factors: tuple[tuple[str, Fraction], ...]
    requests: int
    coverage: Fraction | None
    places: tuple[int, int] | None
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """The city's degree with its interval, the departments, and the hash of everything that went in."""

    degree: Fraction
    low: float
    high: float
    shares: tuple[Share, ...]
    inputs: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What one department used of another's: rights, reads and rows; beside the degree, never inside."""

    owner: str
    consumer: str
    grants: int
    reads: int
    rows: int


class Measure(Protocol):
    """The hook of one kind."""

    name: str
    actions: frozenset[str]

    def measure(self, events: Iterable[Event], *, at: datetime, law: LegalProfile) -> Measured:
        """The degree at an instant: a function of its arguments alone; events come by their time. InputError while
        nothing can be measured."""

    def flows(self, actor: Actor, *, since: datetime, at: datetime) -> list[Flow]:
        """What was used, of what the actor may see, department ids by name of owner and consumer."""

    def visible(self, actor: Actor) -> Mapping[str, Q]:
        """By `about` of rows: the rule of who sees which of them."""


_MEASURES: dict[str, Measure] = {}


def register_measure(measure: Measure) -> None:
    """Hand a measure to the index."""
    _MEASURES[measure.name] = measure


def measures() -> Mapping[str, Measure]:
    """All measures by kind."""
    return dict(_MEASURES)


def exact(value: Fraction | None) -> str | None:
    """A rate as text that loses nothing."""
    return None if value is None else str(value)


def row_json(row: Row) -> dict[str, Any]:
    """A row as it is kept."""
    return {
        "about": row.about,
        "id": row.id,
        "name": row.name,
        "weight": row.weight,
        "factors": {name: str(value) for name, value in row.factors.items()},
        "counts": dict(row.counts),
    }
