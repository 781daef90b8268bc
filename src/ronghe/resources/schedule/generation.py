"""Plans of jobs from priority lists: serial generation, forward-backward improvement, and a search over lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Generation"]

Ints = NDArray[np.int64]
POPULATION = 40
MUTATION = 0.05


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
class _Packed:
    """Units of all resources in one whole number, a field for each with a guard bit that stays while it suffices.

    One subtraction then asks all resources at once, several times faster than arrays of a few minutes' length.
    """

    full: int
    guards: int
    needs: list[int]


def _packed(uses: Sequence[Sequence[int]], capacity: Sequence[int]) -> _Packed:
    width = max(capacity, default=1).bit_length() + 1
    shifts = [width * n for n in range(len(capacity))]
    guards = sum(1 << (shift + width - 1) for shift in shifts)
    full = guards + sum(units << shift for units, shift in zip(capacity, shifts, strict=True))
    needs = [sum(units << shift for units, shift in zip(row, shifts, strict=True)) for row in uses]
    return _Packed(full, guards, needs)


@dataclass(frozen=True)
class Generation:
    """Jobs as arrays: minutes, uses by resource, predecessors and successors, the earliest start and the tail after."""

    minutes: Ints
    uses: Ints
    capacity: Ints
    before: tuple[tuple[int, ...], ...]
    behind: tuple[tuple[int, ...], ...]
    earliest: Ints
    tail: Ints
    length: list[int]
    packed: "_Packed"

    @classmethod
    def of(cls, jobs: Sequence[_Job], capacities: Mapping[str, int]) -> "Self":
        """The arrays of jobs that can be planned."""
        number = {one.id: n for n, one in enumerate(jobs)}
        names = sorted(capacities)
        minutes = np.array([one.minutes for one in jobs], np.int64)
        uses = np.array([[one.uses.get(name, 0) for name in names] for one in jobs], np.int64)
        before = tuple(tuple(number[name] for name in one.follows) for one in jobs)
        after: list[list[int]] = [[] for _ in jobs]
        for n, some in enumerate(before):
            for other in some:
                after[other].append(n)
        behind = tuple(map(tuple, after))
        capacity = np.array([capacities[name] for name in names], np.int64)
        earliest = _longest(minutes, before, behind)
        tail = _longest(minutes, behind, before)
        uses = uses.reshape(len(jobs), len(names))
        packed = _packed(uses.tolist(), capacity.tolist())
        return cls(minutes, uses, capacity, before, behind, earliest, tail, minutes.tolist(), packed)

    def end(self, starts: Ints) -> int:
        """When the last job ends."""
        return int((starts + self.minutes).max(initial=0))

    def forward(self, keys: NDArray[np.float64]) -> Ints:
        """Each job as early as can be, in the order of `keys` among those whose predecessors are planned."""
        return self._serial(keys, self.before, self.behind)

    def improved(self, starts: Ints) -> Ints:
        """Push every job to the right, then to the left again: never a later end, often an earlier one."""
        while True:
            end = self.end(starts)
            mirrored = self._serial(-(starts + self.minutes).astype(np.float64), self.behind, self.before)
            right = self.end(mirrored) - mirrored - self.minutes
            again = self._serial(right.astype(np.float64), self.before, self.behind)
            if self.end(again) >= end:
                return again if self.end(again) == end else starts
            starts = again

    def _serial(
        self, keys: NDArray[np.float64], before: Sequence[Sequence[int]], behind: Sequence[Sequence[int]]
    ) -> Ints:
        size, minutes = len(self.minutes), self.length
        starts, first = [0] * size, [0] * size
        waits = [len(some) for some in before]
        room = [self.packed.full] * (sum(minutes) + 1)
        rank = [0] * size
        for place, n in enumerate(np.argsort(keys, kind="stable").tolist()):
            rank[n] = place
        ready = [(rank[n], n) for n in range(size) if not waits[n]]
        heapify(ready)
        while ready:
            n = heappop(ready)[1]
            end = first[n] + minutes[n]
            if minutes[n] and self.packed.needs[n]:
                end = self._placed(room, n, first[n])
            starts[n] = end - minutes[n]
            for other in behind[n]:
                first[other] = max(first[other], end)
                waits[other] -= 1
                if not waits[other]:
                    heappush(ready, (rank[other], other))
        return np.array(starts, np.int64)

    def _placed(self, room: list[int], n: int, start: int) -> int:
        """Take what a job needs from the first minutes that have it; the end."""
        need, guards, length = self.packed.needs[n], self.packed.guards, self.length[n]
        end = start + length
        at = end - 1
        while at >= start:
            if (room[at] - need) & guards != guards:
                # Nothing that spans this minute will do.
                start = at + 1
                end = start + length
                at = end
            at -= 1
        for at in range(start, end):
            room[at] -= need
        return end

    def search(
        self,
        generations: int,
        seed: int,
        bound: int,
        left: Callable[[], float | None],
        known: Ints | None = None,
    ) -> Ints:
        """The best plan of a population of priority lists; ends at `bound` or when no time is left."""
        random = np.random.default_rng(seed)
        latest = -(self.tail + self.minutes).astype(np.float64)
        people: list[tuple[int, NDArray[np.float64], Ints]] = []

        def grown(keys: NDArray[np.float64]) -> None:
            starts = self.improved(self.forward(keys))
            people.append((self.end(starts), starts.astype(np.float64), starts))

        def over() -> bool:
            remaining = left()
            return min(one[0] for one in people) <= bound or (remaining is not None and remaining <= 0)

        if known is not None:
            people.append((self.end(known), known.astype(np.float64), known))
        grown(latest)
        spread = max(1.0, float(self.minutes.mean()) * 2)
        while len(people) < POPULATION and not over():
            grown(latest + random.normal(0, spread, len(latest)))
        for _ in range(generations * POPULATION):
            if over():
                break
            people.sort(key=lambda one: one[0])
            del people[POPULATION:]
            a, b = (people[int(random.integers(0, len(people)) * random.random())] for _ in range(2))
            grown(self._child(a[1], b[1], random))
        return min(people, key=lambda one: one[0])[2]

    def _child(
        self, mother: NDArray[np.float64], father: NDArray[np.float64], random: np.random.Generator
    ) -> NDArray[np.float64]:
        """The mother's order within a stretch of time, the father's outside, and a few jobs moved."""
        end = float(mother.max()) + 1
        a, b = np.sort(random.random(2) * end)
        inside = (mother >= a) & (mother < b)
        child = np.where(inside, mother, father)
        moved = random.random(len(child)) < MUTATION
        child[moved] += random.normal(0, end / 10, int(moved.sum()))
        return child


def _longest(minutes: Ints, before: Sequence[Sequence[int]], behind: Sequence[Sequence[int]]) -> Ints:
    """The longest chain that must come before each job."""
    found = np.zeros(len(minutes), np.int64)
    waits = [len(some) for some in before]
    ready = [n for n, some in enumerate(waits) if not some]
    while ready:
        n = ready.pop()
        for other in behind[n]:
            found[other] = max(found[other], found[n] + minutes[n])
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    return found
