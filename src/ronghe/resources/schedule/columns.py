"""The choices of one part of a problem: a column is a request, a start, and the pools that serve it.

Resources that can serve the same requests and are taken at the same times are one pool; which member serves whom is
decided afterwards, and always can be: intervals of which at most k overlap can be colored with k colors.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ronghe.resources.schedule.problem import Ints, Problem
from ronghe.resources.schedule.request import Request

__all__ = ["MOST_COLUMNS", "Columns", "Pools", "columns_of"]

MOST_COLUMNS = 3_000_000
"""Above it the starts of a part are tried in steps twice as long, as often as needed."""
MOST_COMBINATIONS = 4_096


@dataclass(frozen=True)
class Pools:
    """Interchangeable resources: members of each pool, free units by pool and stretch of time, and who may use them."""

    times: Ints
    members: tuple[tuple[int, ...], ...]
    free: NDArray[np.int64]
    serves: NDArray[np.bool_]
    owner: tuple[str, ...]
    held: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Columns:
    """Choices as arrays: request (position in the part), start, first and last stretch, pools (-1: no more parts)."""

    request: Ints
    start: Ints
    first: Ints
    last: Ints
    pools: Ints
    step: int

    def __len__(self) -> int:
        return len(self.request)

    def only(self, kept: NDArray[np.bool_] | Ints) -> "Columns":
        """Some of the columns."""
        picked = (self.request[kept], self.start[kept], self.first[kept], self.last[kept], self.pools[kept])
        return Columns(*picked, self.step)


def _starts(request: Request, step: int) -> range | list[int]:
    last = request.latest - request.minutes
    found = range(request.earliest, last + 1, step)
    return found if found and found[-1] == last else [*found, last]


def _candidates(requests: list[Request], step: int) -> tuple[Ints, Ints]:
    """Request and start of every choice of time."""
    numbers, starts = [], []
    for n, request in enumerate(requests):
        some = np.array(_starts(request, step), np.int64)
        numbers.append(np.full(len(some), n, np.int64))
        starts.append(some)
    return np.concatenate(numbers), np.concatenate(starts)


def _free(problem: Problem, used: Ints, times: Ints) -> NDArray[np.int64]:
    """Free units of the resources `used` in each stretch between `times`."""
    resource, start, end, units = problem.taken
    near = np.flatnonzero((start < times[-1]) & (end > times[0]))
    row = np.full(len(problem.resources), -1, np.int64)
    row[used] = np.arange(len(used))
    near = near[row[resource[near]] >= 0]
    load = np.zeros((len(used), len(times)), np.int64)
    a = np.searchsorted(times, np.clip(start[near], times[0], times[-1]))
    b = np.searchsorted(times, np.clip(end[near], times[0], times[-1]))
    np.add.at(load, (row[resource[near]], a), units[near])
    np.add.at(load, (row[resource[near]], b), -units[near])
    capacity = np.array([problem.resources[n].capacity for n in used], np.int64)
    left: NDArray[np.int64] = np.maximum(capacity[:, None] - np.cumsum(load, axis=1)[:, :-1], 0)
    return left


def _times(problem: Problem, first: Ints, last: Ints) -> Ints:
    _, start, end, _ = problem.taken
    low, high = first.min(), last.max()
    near = (start < high) & (end > low)
    inside = np.clip(np.concatenate((start[near], end[near])), low, high)
    return np.unique(np.concatenate((first, last, inside)))


def _pools(problem: Problem, kinds: list[int], times: Ints) -> Pools:
    used = np.flatnonzero(problem.eligible[kinds].any(axis=0))
    free = _free(problem, used, times)
    groups: dict[tuple[object, ...], list[int]] = {}
    for row, n in enumerate(used):
        one = problem.resources[n]
        # A resource with several units is a pool of its own: its units are no more than a number.
        alone = n if one.capacity > 1 or problem.apart else -1
        owner = one.department if problem.policy.owners_first else ""
        held = problem.reserved.get(int(n))
        key = (alone, owner, held, problem.eligible[kinds, n].tobytes(), free[row].tobytes())
        groups.setdefault(key, []).append(row)
    rows = list(groups.values())
    sizes = [free[some].sum(axis=0) for some in rows]
    return Pools(
        times,
        tuple(tuple(int(used[row]) for row in some) for some in rows),
        np.array(sizes, np.int64).reshape(len(rows), len(times) - 1),
        np.array([problem.eligible[kinds, used[some[0]]] for some in rows], np.bool_).reshape(len(rows), len(kinds)),
        tuple(str(key[1]) for key in groups),
        tuple(problem.reserved.get(int(used[some[0]])) for some in rows),
    )


def _may_use(pools: Pools, tiers: Ints, ends: Ints, pool: int) -> NDArray[np.bool_]:
    held = pools.held[pool]
    if held is None:
        return np.ones(len(tiers), np.bool_)
    # What is held for emergencies is anyone's in the minutes that are near enough: the use must end among them.
    free: NDArray[np.bool_] = (tiers <= held[0]) | (ends <= held[1])
    return free


def _open(pools: Pools, first: Ints, last: Ints, tiers: Ints, pool: int) -> NDArray[np.bool_]:
    full = np.concatenate(([0], np.cumsum(pools.free[pool] <= 0)))
    fits: NDArray[np.bool_] = (full[last] == full[first]) & _may_use(pools, tiers, pools.times[last], pool)
    return fits


def _single(kind: Ints, first: Ints, last: Ints, tiers: Ints, pools: Pools) -> tuple[Ints, Ints]:
    """Candidate and pool of each column, where one resource is asked for."""
    found = []
    for pool in range(len(pools.members)):
        wanted = np.flatnonzero(pools.serves[pool][kind])
        fits = wanted[_open(pools, first[wanted], last[wanted], tiers[wanted], pool)]
        found.append(np.column_stack((fits, np.full(len(fits), pool, np.int64))))
    table = np.concatenate(found) if found else np.empty((0, 2), np.int64)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return table[:, 0], table[:, 1]


def _several(
    kinds: tuple[int, ...], at: Ints, first: Ints, last: Ints, tiers: Ints, pools: Pools
) -> list[tuple[int, tuple[int, ...]]]:
    """Candidate and pools of each column of one request for several resources."""
    open_at = np.array([_open(pools, first, last, tiers, pool) for pool in range(len(pools.members))], np.bool_)
    choices = [np.flatnonzero(pools.serves[:, kind]).tolist() for kind in kinds]
    found = []
    # The same pools in another order take the same units: one of the orders is enough.
    seen: set[tuple[int, ...]] = set()
    for n, combination in enumerate(product(*choices)):
        if n >= MOST_COMBINATIONS:
            break
        if tuple(sorted(combination)) in seen:
            continue
        seen.add(tuple(sorted(combination)))
        hits = np.flatnonzero(open_at[list(combination)].all(axis=0))
        found += [(int(at[place]), combination) for place in hits]
    return found


def columns_of(problem: Problem, part: Ints, step: int) -> tuple[Columns, Pools]:
    """Every choice of one part, in the order of requests, starts and pools."""
    requests = [problem.requests[n] for n in part]
    number, start = _candidates(requests, step)
    before = np.array([one.before for one in requests], np.int64)
    until = np.array([one.minutes + one.after for one in requests], np.int64)
    opens, closes = start - before[number], start + until[number]
    times = _times(problem, opens, closes)
    first, last = np.searchsorted(times, opens), np.searchsorted(times, closes)
    kinds = sorted({problem.kinds[p] for one in requests for p in one.parts})
    local = {kind: n for n, kind in enumerate(kinds)}
    pools = _pools(problem, kinds, times)
    wide = max(len(one.parts) for one in requests)
    asked = np.array([local[problem.kinds[one.parts[0]]] for one in requests], np.int64)
    tiers = problem.tiers[part]
    simple = np.array([len(one.parts) == 1 for one in requests], np.bool_)
    at = np.flatnonzero(simple[number])
    pairs = at, first[at], last[at], tiers[number[at]]
    hit, pool = _single(asked[number[at]], *pairs[1:], pools)
    candidate = [at[hit]]
    served = [np.column_stack((pool, np.full((len(pool), wide - 1), -1, np.int64)))]
    for n in np.flatnonzero(~simple):
        one = requests[n]
        mine = np.flatnonzero(number == n)
        several = _several(
            tuple(local[problem.kinds[p]] for p in one.parts), mine, first[mine], last[mine], tiers[number[mine]], pools
        )
        candidate.append(np.array([place for place, _ in several], np.int64))
        rows = [(*some, *(-1,) * (wide - len(some))) for _, some in several]
        served.append(np.array(rows, np.int64).reshape(len(rows), wide))
    chosen, used = np.concatenate(candidate), np.concatenate(served)
    order = np.lexsort((*used.T[::-1], chosen))
    chosen, used = chosen[order], used[order]
    found = Columns(number[chosen], start[chosen], first[chosen], last[chosen], used, step)
    if len(found) > MOST_COLUMNS and any(one.latest - one.earliest > one.minutes + step for one in requests):
        return columns_of(problem, part, step * 2)
    return found, pools
