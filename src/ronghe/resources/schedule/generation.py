"""Plans of jobs from priority lists, a whole population at once: serial generation and forward-backward improvement.

A list says who goes first; each job then begins as early as can be after what it follows, where its units are free. The
loop runs over the places of the lists, numpy over the lists: a plan costs a tenth of a millisecond rather than a whole
one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Floats", "Generation", "Ints"]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Whole = NDArray[np.signedinteger[Any]]
_BITS = 62
"""Of a word of 64, what units of resources may fill, guard bits included."""
_NARROW = 31


class _Job(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def minutes(self) -> int: ...
    @property
    def uses(self) -> Mapping[str, int]: ...
    @property
    def follows(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class _Word:
    """Units of some resources in one whole number, a field for each with a guard bit that stays while it suffices.

    One subtraction then asks all these resources at once.
    """

    full: int
    guards: int
    needs: Whole


def _words(uses: Ints, capacity: Ints) -> list[_Word]:
    """The resources packed into as few words as hold them."""
    width = int(capacity.max(initial=1)).bit_length() + 1
    most = max(1, _BITS // width)
    found = []
    for first in range(0, len(capacity), most):
        shifts = width * np.arange(len(capacity[first : first + most]))
        kind = np.int32 if width * len(shifts) <= _NARROW else np.int64
        guards = int((1 << (shifts + width - 1)).sum())
        full = guards + int((capacity[first : first + most] << shifts).sum())
        found.append(_Word(full, guards, (uses[:, first : first + most] << shifts).sum(axis=1).astype(kind)))
    return found


@dataclass(frozen=True)
class _Way:
    """The jobs in one direction of time, numbered so that none comes before what it follows."""

    minutes: Ints
    before: tuple[tuple[int, ...], ...]
    words: list[_Word]
    gaps: Ints
    """Minutes between the end of a row's job and a later start of a column's; -1 where they have nothing in common."""

    @cached_property
    def waits(self) -> list[Ints]:
        """The first predecessor of every job, then the second, and so on; beyond the last one the number of jobs."""
        size, most = len(self.before), max(1, *map(len, self.before))
        rows = [[*some, *[size] * (most - len(some))] for some in self.before]
        return list(np.array(rows, np.int64).reshape(size, most).T)

    @cached_property
    def apart(self) -> list[Ints]:
        """As `waits`, of those that need a gap from each job."""
        shared = [
            np.flatnonzero((row >= 0) | (column >= 0)) for row, column in zip(self.gaps, self.gaps.T, strict=True)
        ]
        size, most = len(shared), max(map(len, shared), default=0)
        rows = [[*some, *[size] * (most - len(some))] for some in shared]
        return list(np.array(rows, np.int64).reshape(size, most).T)

    @cached_property
    def idle(self) -> NDArray[np.bool_]:
        """The jobs that take no time or use nothing: they begin as soon as they may."""
        found: NDArray[np.bool_] = (self.minutes == 0) | ~np.any([word.needs != 0 for word in self.words], axis=0)
        return found

    def ordered(self, keys: Floats) -> Ints:
        """The lists: the jobs of each column of `keys`, the least first, and none before what it follows."""
        keys = keys.copy()
        for n, some in enumerate(self.before):
            for other in some:
                np.maximum(keys[n], keys[other], out=keys[n])
        return np.ascontiguousarray(np.argsort(keys.T, axis=1, kind="stable").T)

    def plans(self, keys: Floats) -> Ints:
        """The starts (jobs x lists) of the plans that the lists of `keys` make."""
        return _Table(self, keys.shape[1]).filled(self.ordered(keys))


class _Table:
    """What is free at each minute in each of many plans, and when the jobs placed so far end."""

    def __init__(self, way: _Way, plans: int) -> None:
        self.way, self.plans = way, plans
        size, self.longest = len(way.minutes), int(way.minutes.max(initial=0))
        self.reach = max(1, self.longest) + int(way.gaps.max(initial=0))
        total = int(way.minutes.sum()) + size * int(way.gaps.max(initial=0)) + self.reach
        self.kind = np.int16 if total < np.iinfo(np.int16).max else np.int32
        self.minutes: Whole = way.minutes.astype(self.kind)
        self.columns = np.arange(plans)
        self.ends = np.zeros((size + 1) * plans, np.int64)
        span = np.arange(self.longest)[:, None]
        self.span = span * plans
        self.uses = [np.where(span < way.minutes, word.needs, 0).astype(word.needs.dtype) for word in way.words]
        self.height, self.top = 0, 0
        self.free: list[Whole] = [np.zeros((0, plans), word.needs.dtype) for word in way.words]
        self.times = np.zeros((0, 1), self.kind)
        self._reach_to(256)

    def _reach_to(self, height: int) -> None:
        """Know the minutes up to `height`; few plans need as many as all jobs one after the other would."""
        if height <= self.height:
            return
        height = max(height, 2 * self.height)
        more = height - self.height
        fresh = [np.full((more, self.plans), word.full, word.needs.dtype) for word in self.way.words]
        self.free = [np.concatenate(both) for both in zip(self.free, fresh, strict=True)]
        self.times = np.arange(1, height + 1, dtype=self.kind)[:, None]
        self.height = height

    def filled(self, order: Ints) -> Ints:
        """The starts, with the jobs placed in the order of each list."""
        size, idle = len(order), self.way.idle
        some_idle = bool(idle.any())
        for jobs in order:
            first = self._first(jobs)
            ends = self._fitting(jobs, first)
            if some_idle:
                ends = np.where(idle[jobs], first + self.way.minutes[jobs], ends)
            self._take(jobs, ends)
        placed: Ints = self.ends.reshape(size + 1, self.plans)[:size] - self.way.minutes[:, None]
        return placed

    def _first(self, jobs: Ints) -> Ints:
        """When all that each job follows has ended."""
        found: Ints = self.ends[self.way.waits[0][jobs] * self.plans + self.columns]
        for before in self.way.waits[1:]:
            np.maximum(found, self.ends[before[jobs] * self.plans + self.columns], out=found)
        return found

    def _fitting(self, jobs: Ints, first: Ints) -> Ints:
        """The earliest end of each job in its plan, not begun before `first`."""
        low = int(first.min())
        high = max(self.top, int(first.max())) + self.reach
        self._reach_to(high)
        times, minutes = self.times[low:high], self.minutes[jobs]
        full = times <= first.astype(self.kind)
        for word, free in zip(self.way.words, self.free, strict=True):
            guards = word.needs.dtype.type(word.guards)
            full |= ((free[low:high] - word.needs[jobs]) & guards) != guards
        # The last full minute up to each: twice as far back with every step, as far as the longest job reaches.
        last = full * times
        np.maximum(last, self.kind(low), out=last)
        step = 1
        while step < self.longest:
            np.maximum(last[step:], last[:-step], out=last[step:])
            step *= 2
        fits = times - last >= minutes
        for other in self.way.apart:
            fits &= self._apart(jobs, other[jobs], times, minutes)
        return np.asarray(fits.argmax(axis=0) + (low + 1), np.int64)

    def _apart(self, jobs: Ints, others: Ints, times: Whole, minutes: Whole) -> NDArray[np.bool_]:
        """Where an end keeps its gap from another job, if there is one and it is placed."""
        size, gaps = len(self.minutes), self.way.gaps
        real = np.minimum(others, size - 1)
        ends = self.ends[others * self.plans + self.columns]
        there = (others < size) & (ends > 0) & (self.minutes[real] > 0)
        starts = (ends - self.way.minutes[real] - np.maximum(gaps[jobs, real], 0)).astype(self.kind)
        after = (ends + np.maximum(gaps[real, jobs], 0)).astype(self.kind)
        kept: NDArray[np.bool_] = (times <= starts) | (times - minutes >= after) | ~there
        return kept

    def _take(self, jobs: Ints, ends: Ints) -> None:
        self.ends[jobs * self.plans + self.columns] = ends
        self.top = max(self.top, int(ends.max()))
        self._reach_to(self.top + self.longest)
        at = self.span + ((ends - self.way.minutes[jobs]) * self.plans + self.columns)
        for uses, free in zip(self.uses, self.free, strict=True):
            free.reshape(-1)[at] -= uses[:, jobs]


@dataclass(frozen=True)
class Generation:
    """Jobs as arrays: minutes, uses by resource, predecessors, gaps, the earliest start and the tail after each."""

    minutes: Ints
    uses: Ints
    capacity: Ints
    before: tuple[tuple[int, ...], ...]
    gaps: Ints
    earliest: Ints
    tail: Ints
    forth: _Way
    back: _Way

    @classmethod
    def of(cls, jobs: Sequence[_Job], capacities: Mapping[str, int], gaps: Ints | None = None) -> "Self":
        """The arrays of jobs that can be planned, given in an order in which each comes after all that it follows."""
        number = {one.id: n for n, one in enumerate(jobs)}
        names = sorted(capacities)
        size = len(jobs)
        minutes = np.array([one.minutes for one in jobs], np.int64)
        uses = np.array([[one.uses.get(name, 0) for name in names] for one in jobs], np.int64).reshape(size, len(names))
        before = tuple(tuple(number[name] for name in one.follows) for one in jobs)
        capacity = np.array([capacities[name] for name in names], np.int64)
        gaps = np.full((size, size), -1, np.int64) if gaps is None else gaps
        forth = _Way(minutes, before, _words(uses, capacity), gaps)
        # Time runs back: the last job is the first, and what followed comes before.
        behind: list[list[int]] = [[] for _ in jobs]
        for n, some in enumerate(before):
            for other in some:
                behind[size - 1 - other].append(size - 1 - n)
        after = tuple(tuple(sorted(some)) for some in behind)
        back = _Way(minutes[::-1].copy(), after, _words(uses[::-1], capacity), gaps.T[::-1, ::-1].copy())
        earliest, tail = _longest(minutes, before), _longest(minutes[::-1], after)[::-1].copy()
        return cls(minutes, uses, capacity, before, gaps, earliest, tail, forth, back)

    def end(self, starts: Ints) -> int:
        """When the last job of one plan ends."""
        return int((starts + self.minutes).max(initial=0))

    def ends(self, starts: Ints) -> Ints:
        """When the last job ends, in each plan (the columns of `starts`)."""
        found: Ints = (starts + self.minutes[:, None]).max(axis=0, initial=0)
        return found

    def forward(self, keys: Floats) -> Ints:
        """Each job as early as can be, in the order of `keys` among those whose predecessors are planned."""
        return self.forth.plans(keys)

    def improved(self, starts: Ints) -> Ints:
        """Push every job to the right, then to the left again: never a later end, often an earlier one."""
        ends = starts + self.minutes[:, None]
        mirrored = self.back.plans(-ends[::-1].astype(np.float64))
        right = mirrored[::-1] + self.minutes[:, None]
        return self.forth.plans(-right.astype(np.float64))


def _longest(minutes: Ints, before: Sequence[Sequence[int]]) -> Ints:
    """The longest chain that must come before each job."""
    found = np.zeros(len(minutes), np.int64)
    for n, some in enumerate(before):
        found[n] = max((found[other] + minutes[other] for other in some), default=0)
    return found
