"""Allocate: first what is guaranteed, then by level, tier after tier, and whole bundles where a demand has them."""

from dataclasses import dataclass, replace

import numpy as np

from ronghe.resources.allocate.bundles import BUNDLE, next_fits, room, rounded_down, topped_up
from ronghe.resources.allocate.filling import CAPACITY, DEPARTMENT, FULL, PROJECT, Bounds, Filled, fill
from ronghe.resources.allocate.problem import Flags, Floats, Numbers, Problem

__all__ = ["ABSENT", "BUNDLE", "CAPACITY", "DEPARTMENT", "FULL", "PROJECT", "Solution", "dominant_shares", "solve"]

ABSENT = 5
"""Nobody supplies what the demand asks for."""


@dataclass(frozen=True, slots=True)
class Solution:
    """For each demand of a problem: the fraction granted, the part of it guaranteed, its level, and what stopped it.

    `by_project` is the part that the quota of its project guarantees, within what its department's does.
    A level is the dominant share of what was granted, divided by the weight. `kind` is one of FULL, CAPACITY,
    DEPARTMENT, PROJECT, BUNDLE, ABSENT; `resource` is the place of the resource that it is about.
    """

    fraction: Floats
    guaranteed: Floats
    by_project: Floats
    level: Floats
    kind: Numbers
    resource: Numbers


def dominant_shares(problem: Problem) -> Floats:
    """The largest part of any capacity that each demand asks for; infinite where nobody supplies it."""
    largest = np.zeros(len(problem))
    for place, capacity in enumerate(problem.capacity):
        column = problem.demand[:, place]
        if capacity > 0:
            np.maximum(largest, column / capacity, out=largest)
        else:
            largest[column > 0] = np.inf
    return largest


def solve(problem: Problem, *, shares: Floats | None = None, ceiling: float = float("inf"), tier: int = -1) -> Solution:
    """The exact weighted max-min of levels, lexicographic by tier, above the guarantees.

    `shares` are the dominant shares where they are not those of the problem's capacity; demands of the tier `tier` rise
    no higher than the level `ceiling`. Source: Ghodsi et al. 2011, "Dominant Resource Fairness", with guarantees kept
    as absolute amounts.
    """
    shares = dominant_shares(problem) if shares is None else shares
    high = np.isfinite(shares).astype(np.float64)
    counted = high * (shares > 0)
    rate = np.divide(problem.weight, shares, out=np.ones(len(problem)), where=counted > 0)
    asked = replace(problem, demand=problem.demand * counted[:, None]) if not counted.all() else problem
    by_project, guaranteed = _guaranteed(asked, rate, high)
    if np.isfinite(ceiling):
        high = np.where(problem.tier == tier, np.clip(rate * ceiling, guaranteed, high), high)
    filled = _filled(asked, rate, guaranteed, high)
    absent = ~np.isfinite(shares)
    resource = np.where(absent, _unsupplied(problem), filled.resource)
    kind = np.where(absent, ABSENT, filled.kind)
    level = np.where(counted > 0, filled.fraction / rate, 0.0)
    return Solution(filled.fraction, np.minimum(guaranteed, filled.fraction), by_project, level, kind, resource)


def _unsupplied(problem: Problem) -> Numbers:
    if problem.capacity.all():
        return np.zeros(len(problem), np.int64)
    lacking: Flags = (problem.demand > 0) & (problem.capacity == 0)
    first: Numbers = np.argmax(lacking, axis=1).astype(np.int64)
    return first


def _guaranteed(problem: Problem, rate: Floats, high: Floats) -> tuple[Floats, Floats]:
    """What each demand gets of its project's quota, and then of its department's, whatever others ask for.

    A guarantee is an amount, never a fraction of what is asked for, or asking for more would pay.
    """
    limits = problem.limits
    if not limits.quota.any():
        return np.zeros(len(problem)), np.zeros(len(problem))
    alone = replace(problem, capacity=np.full_like(problem.capacity, np.inf))
    within = replace(limits, cap=np.minimum(limits.quota, limits.cap), reserve=np.zeros_like(limits.reserve))
    first = np.zeros(len(problem))
    if limits.project_quota.any():
        most = np.minimum(limits.project_quota, limits.project_cap)
        own = replace(within, project_cap=most, project_reserve=np.zeros_like(limits.project_reserve))
        first = _filled(replace(alone, limits=own), rate, first, high).fraction
    return first, _filled(replace(alone, limits=within), rate, first, high).fraction


def _fill(problem: Problem, rate: Floats, low: Floats, high: Floats) -> Filled:
    limits = problem.limits
    bounds = Bounds(
        problem.department_of,
        limits.project_cap.copy(),
        limits.cap.copy(),
        problem.capacity.copy(),
        limits.reserve.copy(),
        limits.project_reserve,
    )
    return fill(problem.demand, rate, low, high, problem.project, problem.tier, bounds)


def _filled(problem: Problem, rate: Floats, low: Floats, high: Floats) -> Filled:
    if problem.bundles.any():
        return _filled_in_bundles(problem, rate, low, high)
    return _fill(problem, rate, low, high)


def _filled_in_bundles(problem: Problem, rate: Floats, low: Floats, high: Floats) -> Filled:
    """Tier by tier: as if all were divisible; then whole bundles; then the divisible ones again, on what is left."""
    whole = problem.bundles > 0
    kind, resource = np.zeros(len(problem), np.int64), np.zeros(len(problem), np.int64)
    fixed = low.copy()
    for number in np.unique(problem.tier):
        mine = problem.tier == number
        tried = _one_tier(problem, rate, low, high, fixed, mine)
        reached = np.where(whole & mine, rounded_down(tried.fraction, problem.bundles), tried.fraction)
        reached = topped_up(problem, reached, 1 / rate, whole & mine & (high > 0))
        fixed = np.where(whole & mine, reached, fixed)
        made = _one_tier(problem, rate, low, high, fixed, mine & ~whole)
        fixed = np.where(mine, made.fraction, fixed)
        kind, resource = np.where(mine, made.kind, kind), np.where(mine, made.resource, resource)
    fits, lacking = next_fits(problem, room(problem, fixed).free())
    stopped = whole & (fixed < high) & ~fits
    return Filled(fixed, np.where(stopped, BUNDLE, kind), np.where(stopped, lacking, resource))


def _one_tier(problem: Problem, rate: Floats, low: Floats, high: Floats, fixed: Floats, mine: Flags) -> Filled:
    """Fill some demands while all others stay as they are."""
    return _fill(problem, rate, np.where(mine, low, fixed), np.where(mine, high, fixed))
