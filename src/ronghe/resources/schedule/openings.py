"""When resources are free: whether a request would fit as it is, and the nearest place where it would."""

from collections.abc import Iterable

import numpy as np

from ronghe.resources.schedule.problem import Flags, Ints, Problem
from ronghe.resources.schedule.request import Request

__all__ = ["Openings", "Use"]

Use = tuple[int, int, int]
"""Resource (position), start and end in which one unit of it is occupied."""
_STARTS_TRIED = 400


def _runs(starts: Ints, ends: Ints, units: Ints, capacity: int, span: tuple[int, int]) -> Ints:
    """The stretches within `span` in which a unit is free, as rows of start and end."""
    low, high = span
    inside = (ends > low) & (starts < high)
    starts, ends, units = np.maximum(starts[inside], low), np.minimum(ends[inside], high), units[inside]
    times = np.concatenate(([low], starts, ends, [high]))
    change = np.concatenate(([0], units, -units, [0]))
    order = np.argsort(times, kind="stable")
    times, load = times[order], np.cumsum(change[order])
    last = np.flatnonzero(np.append(times[1:] != times[:-1], True))
    times, free = times[last], load[last] < capacity
    free = free[:-1]
    edge = np.diff(np.concatenate(([0], free.astype(np.int8), [0])))
    return np.column_stack((times[np.flatnonzero(edge == 1)], times[np.flatnonzero(edge == -1)]))


class _Starts:
    """Resource, first and last start of one shape of use in every free stretch, by first start."""

    def __init__(self, resource: Ints, low: Ints, high: Ints) -> None:
        self.resource, self.low, self.high = resource, low, high
        # Of the stretches up to each, the one in which the latest start is possible.
        self.reach = np.maximum.accumulate(high) if len(high) else high
        own = np.where(high == self.reach, np.arange(len(high)), 0)
        self.which = np.maximum.accumulate(own) if len(own) else own

    def first(self, low: int, high: int) -> tuple[int, int] | None:
        """The first start from `low` to `high`, and its resource."""
        at = int(np.searchsorted(self.low, low, side="right"))
        if low <= high and at and self.reach[at - 1] >= low:
            return low, int(self.resource[self.which[at - 1]])
        if at < len(self.low) and self.low[at] <= high:
            return int(self.low[at]), int(self.resource[at])
        return None

    def nearest(self, wanted: int) -> tuple[int, int] | None:
        """The start nearest to the one wanted, the earlier of two equals, and its resource."""
        at = int(np.searchsorted(self.low, wanted, side="right"))
        found = []
        if at:
            found.append((min(wanted, int(self.reach[at - 1])), int(self.resource[self.which[at - 1]])))
        if at < len(self.low):
            found.append((int(self.low[at]), int(self.resource[at])))
        return min(found, key=lambda one: abs(one[0] - wanted), default=None)

    def cut(self, within: tuple[int, int]) -> tuple[Ints, Ints, Ints]:
        """The stretches with their starts cut to those `within`."""
        low, high = np.maximum(self.low, within[0]), np.minimum(self.high, within[1])
        good = low <= high
        return self.resource[good], low[good], high[good]


class Openings:
    """The free stretches of every resource within `span`; `take` keeps them up to date."""

    def __init__(self, problem: Problem, span: tuple[int, int], *, bookings: bool = True) -> None:
        self.problem, self.span = problem, span
        resource, start, end, units = problem.taken
        if not bookings:
            shut = np.array([len(problem.closed.get(one.id, ())) > 0 for one in problem.resources], np.bool_)
            closed = {(problem.place[name], *some) for name, spans in problem.closed.items() for some in spans}
            kept = np.array(
                [(int(r), int(s), int(e)) in closed for r, s, e in zip(resource, start, end, strict=True)], np.bool_
            )
            kept &= shut[resource] if len(resource) else kept
            resource, start, end, units = resource[kept], start[kept], end[kept], units[kept]
        order = np.argsort(resource, kind="stable")
        edges = np.searchsorted(resource[order], np.arange(len(problem.resources) + 1))
        self._used = [
            [start[order[a:b]], end[order[a:b]], units[order[a:b]]]
            for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
        ]
        self._runs = [self._of(n) for n in range(len(problem.resources))]
        self._flat: tuple[Ints, Ints] | None = None
        self._cache: dict[tuple[int, ...], _Starts] = {}

    def _of(self, resource: int) -> Ints:
        starts, ends, units = self._used[resource]
        return _runs(starts, ends, units, self.problem.resources[resource].capacity, self.span)

    def take(self, uses: Iterable[Use]) -> None:
        """Occupy units."""
        added: dict[int, list[tuple[int, int]]] = {}
        for resource, start, end in uses:
            added.setdefault(resource, []).append((start, end))
        for resource, spans in added.items():
            starts, ends, units = self._used[resource]
            more = np.array(spans, np.int64)
            ones = np.ones(len(more), np.int64)
            self._used[resource] = [
                np.concatenate((starts, more[:, 0])),
                np.concatenate((ends, more[:, 1])),
                np.concatenate((units, ones)),
            ]
            self._runs[resource] = self._of(resource)
        self._flat, self._cache = None, {}

    @property
    def flat(self) -> tuple[Ints, Ints]:
        """Resource of each free stretch, and its start and end."""
        if self._flat is None:
            counts = [len(runs) for runs in self._runs]
            self._flat = np.repeat(np.arange(len(counts)), counts), np.concatenate(self._runs)
        return self._flat

    def _starts(self, request: Request, part: int, tier: int, *, reserves: bool) -> _Starts:
        """Where the request could start in every free stretch that is long enough, for one of its parts."""
        key = part, request.before, request.minutes, request.after, tier if reserves and self.problem.reserved else -1
        if key not in self._cache:
            resource, runs = self.flat
            able: Flags = self.problem.eligible[part][resource]
            low, high = runs[:, 0] + request.before, runs[:, 1] - request.after - request.minutes
            if reserves:
                for held, (until, since) in self.problem.reserved.items():
                    if tier > until:
                        mine = resource == held
                        high = np.where(mine, np.minimum(high, since - request.after - request.minutes), high)
            low = np.maximum(low, self.problem.now + request.before)
            good = np.flatnonzero(able & (low <= high))
            good = good[np.lexsort((resource[good], low[good]))]
            self._cache[key] = _Starts(resource[good], low[good], high[good])
        return self._cache[key]

    def nearest(
        self, request: Request, tier: int, *, within: tuple[int, int] | None = None, reserves: bool = True
    ) -> tuple[int, tuple[int, ...]] | None:
        """The start nearest to the earliest wanted, and the resources.

        With `within`, the first start from its first minute to its last instead.
        """
        parts = [self.problem.kinds[part] for part in request.parts]
        found = [self._starts(request, part, tier, reserves=reserves) for part in parts]
        if len(parts) == 1:
            one = found[0].nearest(request.earliest) if within is None else found[0].first(*within)
            return None if one is None else (one[0], (one[1],))
        cut = [some.cut(within) if within else (some.resource, some.low, some.high) for some in found]
        if any(not len(resource) for resource, _, _ in cut):
            return None
        return self._together(request, cut)

    def _together(self, request: Request, found: list[tuple[Ints, Ints, Ints]]) -> tuple[int, tuple[int, ...]] | None:
        tried = np.unique(np.concatenate([np.clip(request.earliest, low, high) for _, low, high in found]))
        tried = np.unique(np.concatenate((tried, *[low for _, low, _ in found], *[high for _, _, high in found])))
        tried = tried[np.argsort(np.abs(tried - request.earliest), kind="stable")][:_STARTS_TRIED]
        for start in tried.tolist():
            choices = [resource[(low <= start) & (start <= high)].tolist() for resource, low, high in found]
            picked = self._distinct(choices, start - request.before, start + request.minutes + request.after)
            if picked is not None:
                return start, picked
        return None

    def _distinct(self, choices: list[list[int]], start: int, end: int) -> tuple[int, ...] | None:
        """One resource for each part, none more often than it has units; by augmenting paths."""
        holds: dict[tuple[int, int], int] = {}
        room: dict[int, int] = {}

        def units(resource: int) -> int:
            if resource not in room:
                room[resource] = (
                    1 if self.problem.resources[resource].capacity == 1 else self._room(resource, start, end)
                )
            return room[resource]

        def seat(part: int, seen: set[tuple[int, int]]) -> bool:
            for resource in choices[part]:
                for unit in range(min(units(resource), len(choices))):
                    if (resource, unit) in seen:
                        continue
                    seen.add((resource, unit))
                    if (resource, unit) not in holds or seat(holds[resource, unit], seen):
                        holds[resource, unit] = part
                        return True
            return False

        if not all(seat(part, set()) for part in range(len(choices))):
            return None
        by_part = {part: resource for (resource, _), part in holds.items()}
        return tuple(by_part[part] for part in range(len(choices)))

    def _room(self, resource: int, start: int, end: int) -> int:
        starts, ends, units = self._used[resource]
        points = np.unique(np.concatenate(([start], starts[(starts > start) & (starts < end)])))
        load = [int(units[(starts <= point) & (ends > point)].sum()) for point in points]
        return self.problem.resources[resource].capacity - max(load)
