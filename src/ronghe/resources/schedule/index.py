"""Bookings in memory: the earliest feasible slot, conflicts, book, cancel; rebuilt from any table of bookings.

The truth is the table; this only answers fast, and answers as a scan of the table would.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Index", "Slot"]

Ints: TypeAlias = NDArray[np.int64]
Slot = tuple[int, str]
"""A start and a resource."""
Held = tuple[int, int, str]
"""Start, end and id of a booking."""
_ENDLESS = 1 << 62
_FIRST_LOOK = 64


class _Timeline(Protocol):
    def earliest(self, after: int, minutes: int) -> int: ...
    def conflicts(self, start: int, end: int) -> list[str]: ...
    def fits(self, start: int, end: int) -> bool: ...
    def add(self, start: int, end: int, name: str) -> None: ...
    def remove(self, start: int, end: int, name: str) -> None: ...


class _Single:
    """One use at a time: starts and ends in order, and the gap after each booking in an array, searched in one go."""

    def __init__(self, held: Sequence[Held]) -> None:
        self.starts = [one[0] for one in held]
        self.ends = [one[1] for one in held]
        self.names = [one[2] for one in held]
        self.gaps: Ints = np.zeros(max(16, 2 * len(held)), np.int64)
        size = len(held)
        if size:
            self.gaps[: size - 1] = np.array(self.starts[1:], np.int64) - np.array(self.ends[:-1], np.int64)
            self.gaps[size - 1] = _ENDLESS

    def earliest(self, after: int, minutes: int) -> int:
        at = bisect_right(self.ends, after)
        size = len(self.starts)
        if at == size or self.starts[at] - after >= minutes:
            return after
        width = _FIRST_LOOK
        while True:
            hits = self.gaps[at : min(at + width, size)] >= minutes
            first = int(hits.argmax())
            if hits[first]:
                return self.ends[at + first]
            at += width
            width *= 4

    def conflicts(self, start: int, end: int) -> list[str]:
        return self.names[bisect_right(self.ends, start) : bisect_left(self.starts, end)]

    def fits(self, start: int, end: int) -> bool:
        return bisect_right(self.ends, start) >= bisect_left(self.starts, end)

    def add(self, start: int, end: int, name: str) -> None:
        at, size = bisect_left(self.starts, start), len(self.starts)
        if size == len(self.gaps):
            self.gaps = np.concatenate((self.gaps, np.zeros(size, np.int64)))
        self.gaps[at + 1 : size + 1] = self.gaps[at:size]
        self.gaps[at] = self.starts[at] - end if at < size else _ENDLESS
        if at:
            self.gaps[at - 1] = start - self.ends[at - 1]
        self.starts.insert(at, start)
        self.ends.insert(at, end)
        self.names.insert(at, name)

    def remove(self, start: int, end: int, name: str) -> None:
        at, size = bisect_left(self.starts, start), len(self.starts)
        assert self.names[at] == name, (start, end, name)
        self.gaps[at : size - 1] = self.gaps[at + 1 : size]
        del self.starts[at], self.ends[at], self.names[at]
        if at:
            self.gaps[at - 1] = self.starts[at] - self.ends[at - 1] if at < size - 1 else _ENDLESS


class _Counted:
    """Several uses at a time, or bookings that overlap more than they may: counted at every edge."""

    def __init__(self, held: Sequence[Held], capacity: int) -> None:
        self.held, self.capacity = sorted(held), capacity

    def _near(self, start: int, end: int) -> list[Held]:
        return [one for one in self.held[: bisect_left(self.held, (end,))] if one[1] > start]

    def conflicts(self, start: int, end: int) -> list[str]:
        return [one[2] for one in self._near(start, end)]

    def fits(self, start: int, end: int) -> bool:
        near = self._near(start, end)
        edges = [start, *(one[0] for one in near if one[0] > start)]
        return all(sum(one[0] <= edge < one[1] for one in near) < self.capacity for edge in edges)

    def earliest(self, after: int, minutes: int) -> int:
        held = [one for one in self.held if one[1] > after]
        times = np.array([max(one[0], after) for one in held] + [one[1] for one in held], np.int64)
        change = np.array([1] * len(held) + [-1] * len(held), np.int64)
        order = np.argsort(times, kind="stable")
        times = np.concatenate(([after], times[order]))
        load = np.concatenate(([0], np.cumsum(change[order])))
        last = np.append(times[1:] != times[:-1], True)
        times, full = times[last], load[last] >= self.capacity
        begins = after
        for time, taken in zip(times.tolist(), full.tolist(), strict=True):
            if begins >= 0 and time - begins >= minutes:
                return begins
            begins = (-1 if taken else begins if begins >= 0 else time) if time > after or taken else begins
        return begins if begins >= 0 else int(times[-1])

    def add(self, start: int, end: int, name: str) -> None:
        insort(self.held, (start, end, name))

    def remove(self, start: int, end: int, name: str) -> None:
        del self.held[bisect_left(self.held, (start, end, name))]


def _overlaps(held: Sequence[Held]) -> bool:
    return any(held[n][1] > held[n + 1][0] for n in range(len(held) - 1))


class Index:
    """Every booking of every resource. Times are whole minutes from 0; a booking is [start, end) with start < end."""

    def __init__(self, capacities: Mapping[str, int], bookings: Iterable[tuple[str, str, int, int]] = ()) -> None:
        """`capacities` by resource id; `bookings` as id, resource, start, end. KeyError for an unknown resource."""
        held: dict[str, list[Held]] = {name: [] for name in capacities}
        self._where: dict[str, tuple[str, int, int]] = {}
        for name, resource, start, end in bookings:
            if name in self._where or not 0 <= start < end:
                raise ValueError(f"booking {name}: its id is taken, or it does not end after it starts")
            held[resource].append((start, end, name))
            self._where[name] = (resource, start, end)
        self._timelines: dict[str, _Timeline] = {}
        for resource, some in held.items():
            some.sort()
            single = capacities[resource] == 1 and not _overlaps(some)
            self._timelines[resource] = _Single(some) if single else _Counted(some, capacities[resource])

    def __len__(self) -> int:
        return len(self._where)

    def earliest(self, resources: Iterable[str], after: int, minutes: int) -> Slot | None:
        """The first start from `after` on at which one resource is free for `minutes`; the first named of equals.

        None when no resource is named. KeyError for an unknown resource.
        """
        best: Slot | None = None
        for name in resources:
            start = self._timelines[name].earliest(after, minutes)
            if start == after:
                return start, name
            if best is None or start < best[0]:
                best = start, name
        return best

    def conflicts(self, resource: str, start: int, end: int) -> list[str]:
        """The ids of the bookings that overlap [start, end), by start."""
        return self._timelines[resource].conflicts(start, end)

    def book(self, name: str, resource: str, start: int, end: int) -> bool:
        """Book if it fits. ValueError for an id that is taken or an end that is not after the start."""
        if name in self._where or not 0 <= start < end:
            raise ValueError(f"booking {name}: its id is taken, or it does not end after it starts")
        timeline = self._timelines[resource]
        if not timeline.fits(start, end):
            return False
        timeline.add(start, end, name)
        self._where[name] = (resource, start, end)
        return True

    def cancel(self, name: str) -> tuple[str, int, int]:
        """Give a booking back: its resource, start and end. KeyError for one that is not there."""
        resource, start, end = self._where.pop(name)
        self._timelines[resource].remove(start, end, name)
        return resource, start, end

    def bookings(self) -> list[tuple[str, str, int, int]]:
        """All bookings as they would be given to a new index, by id."""
        return sorted((name, *where) for name, where in self._where.items())
