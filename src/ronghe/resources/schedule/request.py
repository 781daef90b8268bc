"""What is asked, what there is, what is booked, and what comes out. Times are whole minutes since 1970 in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ronghe.resources.schedule.needs import Capabilities, Part

__all__ = [
    "ALL",
    "SKIP",
    "Assignment",
    "Booking",
    "Policy",
    "Rejection",
    "Request",
    "Reserve",
    "Resource",
    "Schedule",
    "TierResult",
]

ALL, SKIP = -1, 0
"""Rules of a series: every occurrence or none; each for itself. A positive number asks for at least so many."""


@dataclass(frozen=True, slots=True)
class Request:
    """A wish for one resource of each part, all for the same `minutes` within [earliest, latest).

    `tier` 0 is served first; `value` is in thousandths; `before` and `after` are minutes in which the resource is kept
    free around the use; `follows` names requests that must have ended. `owner` counts where owners go first.
    """

    id: str
    earliest: int
    latest: int
    minutes: int
    parts: tuple[Part, ...] = (Part(),)
    department: str = ""
    tier: int = 0
    value: int = 1000
    before: int = 0
    after: int = 0
    series: str = ""
    rule: int = SKIP
    follows: tuple[str, ...] = ()
    notice: int = 0
    preemptable: bool = True

    @property
    def length(self) -> int:
        """Minutes in which a resource is occupied, buffers included."""
        return self.before + self.minutes + self.after


@dataclass(frozen=True, slots=True)
class Resource:
    """Something that can be booked, `capacity` times at once."""

    id: str
    kind: str = ""
    capabilities: Capabilities = field(default_factory=dict)
    capacity: int = 1
    department: str = ""
    pool: str = ""
    calendar: str = ""
    unit_cost: int = 0


@dataclass(frozen=True, slots=True)
class Booking:
    """A resource occupied during [start, end); one that is `held` only as long as now lies before `until`."""

    id: str
    resource: str
    start: int
    end: int
    department: str = ""
    tier: int = 0
    value: int = 1000
    preemptable: bool = False
    notice: int = 0
    state: str = "confirmed"
    series: str = ""
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Reserve:
    """`count` resources of a class are kept for `tier` and those before it, but for the next `release` minutes."""

    kind: str
    count: int
    tier: int
    release: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """How to choose: `step` minutes between starts that are tried (0: as the input has it), owners first or not."""

    step: int = 0
    owners_first: bool = False
    reserves: tuple[Reserve, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """A request that is served: one row for each of its resources; start and end without buffers."""

    id: str
    resource: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rejection:
    """A request that is not served: a reason code, who stands in the way, and the smallest change that would help."""

    id: str
    reason: str
    blocked_by: tuple[str, ...] = ()
    change: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TierResult:
    """What one tier asked and got: `bound` is a value that no schedule exceeds, given the tiers before it."""

    tier: int
    asked: int
    served: int
    value: int
    greedy: int
    bound: float


@dataclass(frozen=True, slots=True)
class Schedule:
    """Assignments and rejections by id, the value in thousandths, and a bound; `complete` unless time ran out."""

    assignments: tuple[Assignment, ...]
    rejections: tuple[Rejection, ...]
    tiers: tuple[TierResult, ...]
    complete: bool
    exact: bool
    work: int
    step: int

    @property
    def value(self) -> int:
        """The value of what is served, in thousandths."""
        return sum(tier.value for tier in self.tiers)

    @property
    def bound(self) -> float:
        """No schedule of these tiers has a greater value."""
        return sum(tier.bound for tier in self.tiers)

    @property
    def gap(self) -> float:
        """(bound - value) / bound; 0 where nothing could be served."""
        return max(0.0, (self.bound - self.value) / self.bound) if self.bound > 0 else 0.0
