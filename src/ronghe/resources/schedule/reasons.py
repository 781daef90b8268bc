"""Why a request is not served, who stands in the way, and the smallest change that would have served it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ronghe.resources.schedule.crowd import Alike, alike
from ronghe.resources.schedule.naming import Placed
from ronghe.resources.schedule.openings import Openings
from ronghe.resources.schedule.problem import Flags, Ints, Problem
from ronghe.resources.schedule.request import SKIP, Rejection, Request

__all__ = ["reasons"]

MOST_BLOCKERS = 10


@dataclass(frozen=True)
class _Occupied:
    """All that is assigned or booked, by start: resource, start, end, whose it is, and how long the longest lasts."""

    resource: Ints
    start: Ints
    end: Ints
    who: Sequence[str]
    longest: int


def _occupied(problem: Problem, where: Placed) -> _Occupied:
    rows = [(problem.place[one.resource], one.start, one.end, one.id) for one in problem.bookings]
    for n, (start, resources) in where.items():
        one = problem.requests[n]
        rows += [(r, start - one.before, start + one.minutes + one.after, one.id) for r in resources]
    rows.sort(key=lambda row: row[1])
    table = np.array([row[:3] for row in rows], np.int64).reshape(len(rows), 3)
    longest = int((table[:, 2] - table[:, 1]).max(initial=0))
    return _Occupied(table[:, 0], table[:, 1], table[:, 2], [row[3] for row in rows], longest)


def _blockers(problem: Problem, one: Request, occupied: _Occupied) -> tuple[str, ...]:
    """Those on the resource where the fewest would have to give way."""
    low, high = one.earliest - one.before, one.latest + one.after
    first, last = np.searchsorted(occupied.start, (low - occupied.longest, high))
    near = np.arange(first, last)
    near = near[occupied.end[first:last] > low]
    best: list[int] = []
    for part in one.parts:
        able: Flags = problem.eligible[problem.kinds[part]]
        at = near[able[occupied.resource[near]]]
        if len(at):
            counts = np.bincount(occupied.resource[at], minlength=len(able))
            counts = np.where(counts > 0, counts, len(at) + 1)
            best += at[occupied.resource[at] == int(np.argmin(counts))].tolist()
    return tuple(dict.fromkeys(occupied.who[n] for n in sorted(best)))[:MOST_BLOCKERS]


class _Judge:
    def __init__(self, problem: Problem, where: Placed, openings: Openings) -> None:
        self.problem, self.where, self.final = problem, where, openings
        self.open_hours = Openings(problem, openings.span, bookings=False)
        self.booked = Openings(problem, openings.span)
        self.occupied = _occupied(problem, where)
        self.number = {one.id: n for n, one in enumerate(problem.requests)}
        self.told: dict[Alike, Rejection] = {}

    def change(self, one: Request, tier: int) -> dict[str, object]:
        found = self.final.nearest(one, tier)
        if found is None:
            return {"change": "none"}
        names = " + ".join(self.problem.resources[n].id for n in found[1])
        return {"change": "slot", "start": found[0], "resource": names}

    def of(self, one: Request, tier: int) -> Rejection:
        """Those that are alike and tied to nobody are refused for the same reason, which is found once."""
        if one.follows or one.series:
            return self.found(one, tier)
        key = (*alike(one, self.problem.policy), tier)
        if key not in self.told:
            self.told[key] = self.found(one, tier)
        return replace(self.told[key], id=one.id)

    def found(self, one: Request, tier: int) -> Rejection:
        lost = tuple(name for name in one.follows if self.number[name] not in self.where)
        if lost:
            return Rejection(one.id, "predecessor", lost)
        within = one.earliest, one.latest - one.minutes
        if self.open_hours.nearest(one, tier, within=within, reserves=False) is None:
            return Rejection(one.id, "closed", params=self.change(one, tier))
        if one.series and one.rule != SKIP and self.final.nearest(one, tier, within=within) is not None:
            return Rejection(one.id, "series", self.failed(one), params={"change": "series", "series": one.series})
        if self.final.nearest(one, tier, within=within, reserves=False) is not None:
            held = self.problem.reserved.values()
            release = max(0, min(since for _, since in held) - self.problem.now) if held else 0
            return Rejection(one.id, "reserved", params={**self.change(one, tier), "release": release})
        taken = self.booked.nearest(one, tier, within=within) is not None
        blockers = _blockers(self.problem, one, self.occupied)
        return Rejection(one.id, "taken" if taken else "booked", blockers, params=self.change(one, tier))

    def failed(self, one: Request) -> tuple[str, ...]:
        """The occurrences of the same series that do not fit even now."""
        found = []
        for n, other in enumerate(self.problem.requests):
            if other.series == one.series and n not in self.where:
                within = other.earliest, other.latest - other.minutes
                if self.final.nearest(other, int(self.problem.tiers[n]), within=within) is None:
                    found.append(other.id)
        return tuple(found[:MOST_BLOCKERS])


def reasons(problem: Problem, where: Placed, openings: Openings, surplus: Sequence[Request] = ()) -> list[Rejection]:
    """A rejection for each request that has no place in `where`, and for each of the `surplus` that was left out of it.

    `openings` are what the schedule leaves free.
    """
    left = [(one, int(problem.tiers[n])) for n, one in enumerate(problem.requests) if n not in where]
    left += [(one, one.tier) for one in surplus]
    if not left:
        return []
    judge = _Judge(problem, where, openings)
    return [judge.of(one, tier) for one, tier in left]
