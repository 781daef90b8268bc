"""Decide who is served, tier by tier: exactly where times are fixed, by bounded search where they are flexible."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ronghe.resources.schedule.columns import Columns, Pools, columns_of
from ronghe.resources.schedule.model import Links, relax
from ronghe.resources.schedule.plan import Part, Plan, fill
from ronghe.resources.schedule.problem import Ints, Problem
from ronghe.resources.schedule.request import SKIP, TierResult
from ronghe.resources.schedule.search import Stage, dive, exactly, improve

__all__ = ["Effort", "PartResult", "solve_part"]

MOST_EXACT = 60_000
"""Columns of a part of flexible times up to which the whole part is tried at once."""
FLEXIBLE_EXACT = 4_000
EXACT_NODES = 20_000
DIVE_NODES = 500


@dataclass(frozen=True)
class Effort:
    """How much to do: `work` neighborhoods for each part, a seed, and seconds left (None: no guard)."""

    work: int = 40
    seed: int = 0
    seconds: Callable[[], float | None] = lambda: None


@dataclass(frozen=True)
class PartResult:
    """The plan of one part, what each tier got, whether every tier is proved best, and the work done."""

    plan: Plan
    tiers: tuple[TierResult, ...]
    exact: bool
    complete: bool
    work: int


@dataclass(frozen=True)
class _Decided:
    greedy: float
    bound: float
    exact: bool
    complete: bool
    work: int


def _links(problem: Problem, part: Ints) -> Links:
    number = {problem.requests[n].id: k for k, n in enumerate(part)}
    series: dict[str, list[int]] = {}
    for k, n in enumerate(part):
        if problem.requests[n].series and problem.requests[n].rule != SKIP:
            series.setdefault(problem.requests[n].series, []).append(k)
    rules = {problem.requests[n].series: problem.requests[n].rule for n in part}
    follows = [(number[name], k) for k, n in enumerate(part) for name in problem.requests[n].follows if name in number]
    return Links([(tuple(members), rules[name]) for name, members in series.items()], follows)


def _ordered(columns: Columns, pools: Pools, costs: Ints, size: int) -> tuple[Ints, Ints]:
    """Columns by request, the best first: early, then the pools that serve the fewest kinds, then the cheapest."""
    scarce = np.array([serves.sum() for serves in pools.serves], np.int64)
    keys = [
        np.where(columns.pools >= 0, of[columns.pools], 0).sum(axis=1) if len(of) else columns.start
        for of in (costs, scarce)
    ]
    order = np.lexsort((np.arange(len(columns)), *keys, columns.start, columns.request))
    counts = np.bincount(columns.request, minlength=size)
    return np.concatenate(([0], np.cumsum(counts))), order


def _part(problem: Problem, members: Ints, step: int) -> Part:
    columns, pools = columns_of(problem, members, step)
    requests = [problem.requests[n] for n in members]
    minutes = np.array([one.minutes for one in requests], np.int64)
    values = np.array([one.value for one in requests], np.int64)
    lengths = np.array([one.length * len(one.parts) for one in requests], np.int64)
    costs = np.array([min(problem.resources[n].unit_cost for n in some) for some in pools.members], np.int64)
    pointers, order = _ordered(columns, pools, costs, len(requests))
    ends = columns.start + minutes[columns.request]
    return Part(columns, pools, ends, _links(problem, members), values, values / lengths, pointers, order)


def _own(problem: Problem, members: Ints, part: Part) -> NDArray[np.bool_]:
    """The columns in which every resource is the asking department's own."""
    who = np.array([problem.requests[n].department for n in members], np.str_)[part.columns.request]
    owner = np.array([*part.pools.owner, ""], np.str_)[part.columns.pools]
    own: NDArray[np.bool_] = ((owner == who[:, None]) | (part.columns.pools < 0)).all(axis=1) & (who != "")
    return own


def _surplus(part: Part, stage: Stage) -> NDArray[np.bool_]:
    """Columns that an equal number of worthier ones always could replace: fixed times, same stretch, same pools."""
    columns = part.columns
    keep = np.ones(len(columns), np.bool_)
    if part.links or columns.pools.shape[1] > 1:
        return keep
    # Whoever has another choice may leave this one free, so that only those without one count.
    alone = np.flatnonzero((part.pointers[1:] - part.pointers[:-1])[columns.request] == 1)
    if not len(alone):
        return keep
    request, pool = columns.request[alone], columns.pools[alone, 0]
    keys = pool, columns.first[alone], columns.last[alone]
    order = np.lexsort((request, -stage.weights[alone], ~stage.must[request], *keys[::-1]))
    same = np.ones(len(order), np.bool_)
    for key in keys:
        same[1:] &= key[order][1:] == key[order][:-1]
    same[0] = False
    places = np.arange(len(order))
    rank = places - np.maximum.accumulate(np.where(same, 0, places))
    keep[alone[order]] = rank < part.pools.free[pool[order]].max(axis=1)
    return keep


def _decide(plan: Plan, stage: Stage, effort: Effort) -> tuple[Plan, _Decided]:
    part = plan.part
    fill(plan, stage.requests, stage.allowed)
    greedy = plan.value(stage.weights)
    involved = stage.must.copy()
    involved[stage.requests] = True
    usable = np.flatnonzero(stage.allowed & involved[part.columns.request])
    fixed = bool(((part.pointers[1:] - part.pointers[:-1])[involved] >= 0).all()) and _one_start(part, involved)
    served = part.values[part.columns.request[usable]]
    if not len(usable) or not served.any():
        return plan, _Decided(greedy, greedy, exact=True, complete=True, work=0)
    if _everything(plan, stage):
        return plan, _Decided(greedy, greedy, exact=True, complete=True, work=0)
    if fixed or len(usable) <= FLEXIBLE_EXACT:
        kept = _surplus(part, stage)
        solved = exactly(plan, stage, involved, kept, nodes=EXACT_NODES if fixed else DIVE_NODES)
        if solved.optimal:
            value = plan.value(stage.weights)
            return plan, _Decided(greedy, value, exact=True, complete=True, work=1)
        if fixed:
            bound = min(solved.bound, _ceiling(plan, stage))
            return plan, _Decided(greedy, bound, exact=False, complete=not solved.stopped, work=1)
    return _search(plan, stage, effort, greedy, usable)


def _one_start(part: Part, involved: NDArray[np.bool_]) -> bool:
    columns = part.columns
    mine = involved[columns.request]
    request, start = columns.request[mine], columns.start[mine]
    return bool(((request[1:] != request[:-1]) | (start[1:] == start[:-1])).all())


def _everything(plan: Plan, stage: Stage) -> bool:
    """Whether all who have any choice are served."""
    part = plan.part
    has_choice = part.pointers[stage.requests + 1] > part.pointers[stage.requests]
    best = plan.value(stage.weights) >= _ceiling(plan, stage)
    return best and bool((plan.chosen[stage.requests[has_choice]] >= 0).all())


def _ceiling(plan: Plan, stage: Stage) -> float:
    """The value if each request had its best column."""
    best = np.zeros(plan.part.size)
    at = np.flatnonzero(stage.allowed)
    np.maximum.at(best, plan.part.columns.request[at], stage.weights[at])
    return float(best.sum())


def _search(plan: Plan, stage: Stage, effort: Effort, greedy: float, usable: Ints) -> tuple[Plan, _Decided]:
    part = plan.part
    relaxed = relax(
        part.columns.only(usable),
        stage.weights[usable],
        part.pools.free,
        must=stage.must,
        ends=part.ends[usable],
        links=part.links,
        seconds=stage.seconds(),
    )
    bound = _ceiling(plan, stage)
    if relaxed is not None:
        # Values are whole thousandths: whatever lies between two of them no plan can reach.
        bound = min(bound, float(np.floor(relaxed.bound + 1e-4)))
        better = None if part.links else dive(plan, stage, relaxed, usable, nodes=DIVE_NODES)
        if better is not None and better.value(stage.weights) > plan.value(stage.weights):
            plan = better
    work = improve(plan, stage, bound, work=effort.work, seed=effort.seed)
    left = stage.seconds()
    done = plan.value(stage.weights) >= bound - 0.5
    return plan, _Decided(greedy, bound, exact=done, complete=done or left is None or left > 0, work=work)


def _stages(problem: Problem, members: Ints, part: Part, tier: int) -> list[tuple[NDArray[np.bool_], bool]]:
    """The steps of one tier: owners on their own resources first where the policy says so, then everyone."""
    everything = np.ones(len(part.columns), np.bool_)
    if not problem.policy.owners_first:
        return [(everything, False)]
    own = _own(problem, members, part) & (problem.tiers[members] == tier)[part.columns.request]
    return [(own, True), (everything, False)] if own.any() else [(everything, False)]


def solve_part(problem: Problem, members: Ints, step: int, effort: Effort, *, exact_grid: bool = True) -> PartResult:
    """Decide one part, tier by tier: whoever an earlier tier serves stays served, though perhaps elsewhere."""
    part = _part(problem, members, step)
    plan = Plan(part)
    tiers = problem.tiers[members]
    results, exact, complete, work = [], True, True, 0
    for tier in np.unique(tiers).tolist():
        mine = np.flatnonzero(tiers == tier)
        decided = _Decided(0, 0, exact=True, complete=True, work=0)
        for some, own in _stages(problem, members, part, tier):
            must = plan.chosen >= 0
            weights = np.where(tiers[part.columns.request] == tier, part.values[part.columns.request], 0.0)
            allowed = some | must[part.columns.request]
            stage = Stage(np.where(some, weights, 0.0), allowed, must, mine, effort.seconds)
            plan, now = _decide(plan, stage, replace(effort, seed=effort.seed + 7919 * tier))
            if not exact_grid:
                # Between the starts that were tried there may be better ones: only the sum of all is a bound.
                sure = plan.value(stage.weights) >= (most := float(part.values[mine].sum()))
                now = replace(now, bound=most, exact=sure)
            exact, complete, work = exact and now.exact, complete and now.complete, work + now.work
            decided = now if not own else decided
        got = plan.chosen[mine] >= 0
        value = int(part.values[mine][got].sum())
        results.append(
            TierResult(tier, len(mine), int(got.sum()), value, round(decided.greedy), max(decided.bound, value))
        )
    return PartResult(plan, tuple(results), exact, complete, work)
