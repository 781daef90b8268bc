"""W_i, a department's measured sharing of resources, and R_i, what it holds: from bookings, use and idle minutes.

    W_i = sum_k v_k (X_k + B_k g_i) / sum_k v_k (X_k + I_k) * h_i        R_i = sum_k v_k H_k

v_k is the standard annual cost, H_k the capacity, X_k what others really used, I_k what lay idle, B_k the part of it
that was published as bookable, g_i the shrunk rate at which requests were granted, h_i the rate at which grants were
honored. Own use is neither reward nor fault. All arithmetic is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ronghe.terms import InputError

__all__ = ["SHRINKAGE", "ResourceLine", "SharedLine", "sharing_of_resources"]

SHRINKAGE = 5
"""m: how many requests the city's mean counts as, so that one lucky request is no perfect record."""


@dataclass(frozen=True, slots=True)
class ResourceLine:
    """One resource of a department in the window: cost in fen, capacity and use in minutes, requests in numbers."""

    department: str
    resource: str
    annual_cost: int
    capacity: int
    used_by_others: int
    idle: int
    bookable: int
    requests: int
    granted: int
    honored: int


@dataclass(frozen=True, slots=True)
class SharedLine:
    """A department: R_i, its factors, W_i, and the lines behind it; W_i is None where nothing was used or idle."""

    department: str
    held: Fraction
    granting: Fraction
    honoring: Fraction
    used_part: Fraction | None
    share: Fraction | None
    lines: tuple[ResourceLine, ...]


def sharing_of_resources(lines: Iterable[ResourceLine]) -> list[SharedLine]:
    """Each department by name. InputError for a part larger than its whole, or a resource that stands twice.

    Source: docs/explanation/sharing-index.md.
    """
    listed = sorted(lines, key=lambda line: (line.department, line.resource))
    _check(listed)
    requests = sum(line.requests for line in listed)
    mean = Fraction(sum(line.granted for line in listed), requests) if requests else Fraction(0)
    names = sorted({line.department for line in listed})
    return [_department(name, [line for line in listed if line.department == name], mean) for name in names]


def _check(listed: Sequence[ResourceLine]) -> None:
    seen: set[tuple[str, str]] = set()
    for line in listed:
        pairs = (
            ("used_by_others + idle", line.used_by_others + line.idle, line.capacity),
            ("bookable", line.bookable, line.idle),
            ("granted", line.granted, line.requests),
            ("honored", line.honored, line.granted),
        )
        for name, part, whole in pairs:
            if not 0 <= part <= whole:
                params = {"department": line.department, "resource": line.resource, "name": name}
                raise InputError("resources.impossible_hours", part=part, whole=whole, **params)
        if (line.department, line.resource) in seen:
            raise InputError("resources.hours_twice", department=line.department, resource=line.resource)
        seen.add((line.department, line.resource))


def _department(name: str, lines: Sequence[ResourceLine], mean: Fraction) -> SharedLine:
    requests, granted = (sum(getattr(line, what) for line in lines) for what in ("requests", "granted"))
    granting = (granted + SHRINKAGE * mean) / (requests + SHRINKAGE)
    honoring = Fraction(sum(line.honored for line in lines), granted) if granted else Fraction(1)
    shared = sum((line.annual_cost * (line.used_by_others + line.bookable * granting) for line in lines), Fraction(0))
    whole = sum(line.annual_cost * (line.used_by_others + line.idle) for line in lines)
    part = shared / whole if whole else None
    held = Fraction(sum(line.annual_cost * line.capacity for line in lines))
    return SharedLine(name, held, granting, honoring, part, None if part is None else part * honoring, tuple(lines))
