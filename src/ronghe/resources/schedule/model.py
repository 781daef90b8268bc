"""The exact model of a part: at most one column for each request, no pool fuller than it is; solved by HiGHS."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csr_array, vstack

from ronghe.resources.schedule.columns import Columns
from ronghe.resources.schedule.problem import Ints

__all__ = ["NO_LINKS", "Links", "Relaxed", "Solved", "relax", "solve"]

Floats = NDArray[np.float64]
_INFINITE_NODES = 2_147_483_647


@dataclass(frozen=True)
class Links:
    """What ties requests of a part: series (members, at least so many, -1 for all) and precedences (before, after)."""

    series: Sequence[tuple[tuple[int, ...], int]] = ()
    follows: Sequence[tuple[int, int]] = ()

    def __bool__(self) -> bool:
        return bool(self.series or self.follows)


NO_LINKS = Links()


@dataclass(frozen=True)
class Solved:
    """Columns chosen, a bound on the value, and whether the bound is reached; `chosen` is None when time ran out."""

    chosen: Ints | None
    bound: float
    optimal: bool
    stopped: bool = False


@dataclass(frozen=True)
class Relaxed:
    """The linear relaxation: how much of each column, its bound, and what each column would add."""

    amounts: Floats
    bound: float
    reduced: Floats


@dataclass
class _Rows:
    row: list[Ints] = field(default_factory=list)
    column: list[Ints] = field(default_factory=list)
    value: list[Ints] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)

    def add(self, columns: Ints, signs: Ints, low: float, high: float) -> None:
        self.row.append(np.full(len(columns), len(self.high), np.int64))
        self.column.append(columns)
        self.value.append(signs)
        self.low.append(low)
        self.high.append(high)


def _of_pool(columns: Ints, first: Ints, last: Ints, free: Ints) -> tuple[Ints, Ints, Ints]:
    """Row, column and limits of one pool: only stretches that no neighbor makes superfluous."""
    points = np.unique(np.concatenate((first, last)))
    low, high = np.searchsorted(points, first), np.searchsorted(points, last)
    limits = np.minimum.reduceat(free[: points[-1]], points[:-1])
    size = len(points) - 1
    begins, ends = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    begins[low], ends[high - 1] = True, True
    cover = np.cumsum(np.bincount(low, minlength=size + 1) - np.bincount(high, minlength=size + 1))[:-1]
    keep = cover > limits
    keep[:-1] &= ends[:-1] | (limits[:-1] < limits[1:])
    keep[1:] &= begins[1:] | (limits[1:] < limits[:-1])
    place = np.concatenate(([0], np.cumsum(keep)))
    count = place[high] - place[low]
    repeated = np.repeat(np.arange(len(columns)), count)
    offset = np.arange(len(repeated)) - np.repeat(np.cumsum(count) - count, count)
    return place[low][repeated] + offset, columns[repeated], limits[keep]


def _capacity(columns: Columns, free: Ints) -> tuple[csr_array, Floats]:
    rows, hits, limits, total = [], [], [], 0
    flat = columns.pools.ravel()
    at = np.repeat(np.arange(len(columns)), columns.pools.shape[1])
    order = np.argsort(flat, kind="stable")
    edges = np.flatnonzero(np.diff(flat[order])) + 1
    for some in np.split(order, edges):
        if len(some) and flat[some[0]] >= 0:
            mine = at[some]
            pool = int(flat[some[0]])
            row, hit, limit = _of_pool(mine, columns.first[mine], columns.last[mine], free[pool])
            rows.append(row + total)
            hits.append(hit)
            limits.append(limit)
            total += len(limit)
    if not rows:
        return csr_array((0, len(columns))), np.empty(0)
    row, hit = np.concatenate(rows), np.concatenate(hits)
    matrix = coo_array((np.ones(len(row)), (row, hit)), shape=(total, len(columns)))
    return matrix.tocsr(), np.concatenate(limits).astype(np.float64)


def _tied(columns: Columns, links: Links, ends: Ints, size: int) -> tuple[csr_array, Floats, Floats]:
    """Rows of series and precedences; the columns after the first `len(columns)` say whether a series takes place."""
    rows = _Rows()
    by_request = [np.flatnonzero(columns.request == n) for n in range(size)] if links else []
    for n, (members, least) in enumerate(links.series):
        switch = np.array([len(columns) + n])
        mine = [by_request[member] for member in members]
        for some in mine:
            # One member takes place only if the series does; with `all`, exactly then.
            rows.add(np.concatenate((some, switch)), np.array([1] * len(some) + [-1]), -np.inf if least >= 0 else 0, 0)
        if least > 0:
            everyone = np.concatenate(mine)
            rows.add(np.concatenate((everyone, switch)), np.array([1] * len(everyone) + [-least]), 0, np.inf)
    for before, after in links.follows:
        early, late = by_request[before], by_request[after]
        for start in np.unique(columns.start[late]):
            a = late[columns.start[late] <= start]
            b = early[ends[early] <= start]
            rows.add(np.concatenate((a, b)), np.array([1] * len(a) + [-1] * len(b)), -np.inf, 0)
    shape = (len(rows.high), len(columns) + len(links.series))
    if not rows.high:
        return csr_array(shape), np.empty(0), np.empty(0)
    entries = np.concatenate(rows.value), (np.concatenate(rows.row), np.concatenate(rows.column))
    return coo_array(entries, shape=shape).tocsr(), np.array(rows.low), np.array(rows.high)


def _each_once(columns: Columns, must: NDArray[np.bool_]) -> tuple[csr_array, Floats, Floats]:
    present, row = np.unique(columns.request, return_inverse=True)
    matrix = coo_array((np.ones(len(row)), (row, np.arange(len(row)))), shape=(len(present), len(row)))
    return matrix.tocsr(), must[present].astype(np.float64), np.ones(len(present))


def _wider(matrix: csr_array, width: int) -> csr_array:
    return csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width))


def _matrix(
    columns: Columns, free: Ints, must: NDArray[np.bool_], links: Links, ends: Ints
) -> tuple[csr_array, Floats, Floats]:
    width = len(columns) + len(links.series)
    capacity, limits = _capacity(columns, free)
    once, low, high = _each_once(columns, must)
    tied, tied_low, tied_high = _tied(columns, links, ends, len(must))
    matrix = vstack([_wider(capacity, width), _wider(once, width), tied], format="csr")
    lows = np.concatenate((np.full(len(limits), -np.inf), low, tied_low))
    return matrix, lows, np.concatenate((limits, high, tied_high))


def solve(
    columns: Columns,
    weights: Floats,
    free: Ints,
    *,
    must: NDArray[np.bool_],
    ends: Ints,
    links: Links = NO_LINKS,
    nodes: int = 0,
    seconds: float | None = None,
) -> Solved:
    """The most valuable choice of columns; at most `nodes` nodes of the search tree (0: all).

    `free` is units by pool and stretch, `must` marks the requests that have to be served, `ends` is when each column's
    use ends. Equal input gives the equal answer unless `seconds` ended the search.
    """
    if not len(columns):
        return Solved(np.empty(0, np.int64), 0.0, optimal=not must.any())
    matrix, low, high = _matrix(columns, free, must, links, ends)
    objective = np.concatenate((-weights, np.zeros(len(links.series))))
    options: dict[str, object] = {"mip_rel_gap": 0.0, "node_limit": nodes or _INFINITE_NODES}
    if seconds is not None:
        options["time_limit"] = max(seconds, 0.05)
    found = milp(
        objective,
        integrality=np.ones(len(objective)),
        bounds=(0, 1),
        constraints=LinearConstraint(matrix, low, high),
        options=options,
    )
    bound = -found.mip_dual_bound if found.mip_dual_bound is not None else float("inf")
    stopped = found.status == 1 and "ime limit" in found.message
    if found.x is None:
        return Solved(None, bound, optimal=False, stopped=stopped)
    chosen = np.flatnonzero(found.x[: len(columns)] > 0.5)
    return Solved(chosen, bound, optimal=found.status == 0, stopped=stopped)


def relax(
    columns: Columns,
    weights: Floats,
    free: Ints,
    *,
    must: NDArray[np.bool_],
    ends: Ints,
    links: Links = NO_LINKS,
    seconds: float | None = None,
) -> Relaxed | None:
    """The linear relaxation of the same model; None when it could not be solved in time."""
    matrix, low, high = _matrix(columns, free, must, links, ends)
    fixed = low == high
    upper, lower = ~fixed & np.isfinite(high), ~fixed & np.isfinite(low) & (low > 0)
    rows = vstack([matrix[upper], -matrix[lower]], format="csr")
    objective = np.concatenate((-weights, np.zeros(len(links.series))))
    found = linprog(
        objective,
        A_ub=rows if rows.shape[0] else None,
        b_ub=np.concatenate((high[upper], -low[lower])) if rows.shape[0] else None,
        A_eq=matrix[fixed] if fixed.any() else None,
        b_eq=high[fixed] if fixed.any() else None,
        bounds=(0, 1),
        method="highs",
        options={} if seconds is None else {"time_limit": max(seconds, 0.05)},
    )
    if found.status != 0:
        return None
    reduced = found.lower.marginals[: len(columns)] + found.upper.marginals[: len(columns)]
    return Relaxed(found.x[: len(columns)], float(-found.fun), -reduced)
