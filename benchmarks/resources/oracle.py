"""The textbook way to the lexicographic max-min: one linear program after the other, solved by HiGHS through scipy.

It knows nothing of water-filling: bounds are rows of a matrix, a reserve is a variable of its own. Hundreds of times
too slow for a city, and right.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import linprog

from ronghe.resources.allocate.problem import Floats, Problem

__all__ = ["optimum"]

_ACTIVE = 1e-9


def _rows(problem: Problem) -> tuple[Floats, Floats, int]:
    """All bounds as A z <= b over the fractions and, for each department, project and resource, what is held for it."""
    count, kinds = problem.demand.shape
    departments = len(problem.departments)
    first = count + departments * kinds
    width = first + len(problem.projects) * kinds
    rows: list[Floats] = []
    limits: list[float] = []

    def add(coefficients: Floats, limit: float) -> None:
        if np.isfinite(limit):
            rows.append(coefficients)
            limits.append(limit)

    for resource in range(kinds):
        used = problem.demand[:, resource]
        held = np.zeros(width)
        for who in range(departments):
            place = count + who * kinds + resource
            mine = np.zeros(width)
            mine[[first + which * kinds + resource for which in np.flatnonzero(problem.department_of == who)]] = 1.0
            add(mine, float(problem.limits.cap[who, resource]))
            mine = mine.copy()
            mine[place] = -1.0
            add(mine, 0.0)
            held[place] = 1.0
        add(held, float(problem.capacity[resource]))
        for which in range(len(problem.projects)):
            mine = np.zeros(width)
            mine[:count] = used * (problem.project == which)
            add(mine, float(problem.limits.project_cap[which, resource]))
            mine = mine.copy()
            mine[first + which * kinds + resource] = -1.0
            add(mine, 0.0)
    return np.array(rows).reshape(-1, width), np.array(limits), width


def _max_min(problem: Problem, rate: Floats, low: Floats, high: Floats) -> Floats:
    """The lexicographic max-min of fraction / rate within the bounds, tier by tier, above `low`."""
    matrix, limit, width = _rows(problem)
    count = len(problem)
    reserve = np.concatenate([problem.limits.reserve.ravel(), problem.limits.project_reserve.ravel()])
    fixed = low.copy()
    for tier in np.unique(problem.tier):
        free = list(np.flatnonzero((problem.tier == tier) & (high > low)))
        while free:
            binding = np.zeros((len(free), width + 1))
            for row, at in enumerate(free):
                binding[row, at], binding[row, width] = -1.0, rate[at]
            bounds = [(fixed[at], high[at] if at in free else fixed[at]) for at in range(count)]
            bounds += [(float(one), None) for one in reserve]
            upper = np.vstack([np.hstack([matrix, np.zeros((len(matrix), 1))]), binding])
            goal = np.zeros(width + 1)
            goal[width] = -1.0
            top = float(max(high[at] / rate[at] for at in free))
            found = linprog(
                goal, upper, np.concatenate([limit, np.zeros(len(free))]), bounds=[*bounds, (0.0, top)], method="highs"
            )
            assert found.success, found.message
            level = float(found.x[width])
            duals = found.ineqlin.marginals[len(matrix) :]
            stopped = [at for at, dual in zip(free, duals, strict=True) if dual < -_ACTIVE]
            stopped = stopped or list(free)
            for at in stopped:
                fixed[at] = min(max(low[at], level * rate[at]), high[at])
            free = [at for at in free if at not in stopped]
    return fixed


def optimum(problem: Problem) -> Floats:
    """The fraction of each divisible demand: guarantees first, then all by level. `problem` has no bundles."""
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(problem.demand > 0, problem.demand / problem.capacity, 0.0)
    shares = parts.max(axis=1)
    high = np.isfinite(shares).astype(float)
    counted = (shares > 0) & (high > 0)
    rate = np.where(counted, problem.weight / np.where(counted, shares, 1.0), 1.0)
    shown = replace(problem, demand=problem.demand * counted[:, None])
    limits = problem.limits
    within = replace(limits, cap=np.minimum(limits.quota, limits.cap), reserve=np.zeros_like(limits.reserve))
    most = np.minimum(limits.project_quota, limits.project_cap)
    own = replace(within, project_cap=most, project_reserve=np.zeros_like(most))
    alone = replace(shown, capacity=np.full_like(problem.capacity, np.inf))
    first = _max_min(replace(alone, limits=own), rate, np.zeros(len(problem)), high)
    low = _max_min(replace(alone, limits=within), rate, first, high)
    return _max_min(shown, rate, low, high)
