"""Better plans: round the relaxation, then solve neighborhoods in time exactly; no step makes a plan worse."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.resources.schedule.model import Links, Relaxed, Solved, solve
from ronghe.resources.schedule.plan import Part, Plan, fill
from ronghe.resources.schedule.problem import Ints

__all__ = ["Stage", "dive", "exactly", "improve"]

NEIGHBORHOOD = 180
"""Requests that are decided anew at once: facts of the design measured it against fewer and more."""
NODES = 200
MOST_IN_SUBMODEL = 40_000


@dataclass(frozen=True)
class Stage:
    """What is decided now: worth of columns, which of them may be used, who must stay served, whom it is about."""

    weights: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    must: NDArray[np.bool_]
    requests: Ints
    seconds: Callable[[], float | None]


def _within(part: Part, inside: NDArray[np.bool_]) -> Links:
    """The ties of requests that are decided anew; a neighborhood holds whole series and chains."""
    return Links(
        [(members, least) for members, least in part.links.series if inside[members[0]]],
        [(a, b) for a, b in part.links.follows if inside[a]],
    )


def exactly(
    plan: Plan, stage: Stage, inside: NDArray[np.bool_], kept: NDArray[np.bool_] | None = None, *, nodes: int
) -> Solved:
    """Decide the requests `inside` anew, with the others as they are; the plan changes only for the better."""
    part = plan.part
    usable = stage.allowed & inside[part.columns.request]
    if kept is not None:
        # What serves a request now stays a choice, or the answer could be worse.
        kept = kept.copy()
        kept[plan.chosen[plan.chosen >= 0]] = True
        usable &= kept
    at = np.flatnonzero(usable)
    open_plan = plan.copy()
    for request in np.flatnonzero(inside & (plan.chosen >= 0)):
        open_plan.give_back(int(request))
    found = solve(
        part.columns.only(at),
        stage.weights[at],
        open_plan.free,
        must=stage.must & inside,
        ends=part.ends[at],
        links=_within(part, inside),
        nodes=nodes,
        seconds=stage.seconds(),
    )
    if found.chosen is not None:
        open_plan.replace((), at[found.chosen])
        if open_plan.value(stage.weights) >= plan.value(stage.weights):
            plan.chosen, plan.free = open_plan.chosen, open_plan.free
    return found


def dive(plan: Plan, stage: Stage, relaxed: Relaxed, columns: Ints, *, nodes: int) -> Plan | None:
    """Keep what the relaxation decides wholly, and decide the rest exactly among the columns that cost it least.

    A basic solution splits no more requests than there are full stretches, so that few remain. None where the rest
    cannot serve all that must be served.
    """
    part = plan.part
    whole = columns[relaxed.amounts > 1 - 1e-6]
    fresh = Plan(part)
    fresh.replace((), whole)
    rest = np.ones(part.size, np.bool_)
    rest[part.columns.request[whole]] = False
    order = np.lexsort((columns, -relaxed.reduced))
    cheap = columns[order]
    cheap = cheap[rest[part.columns.request[cheap]]][:MOST_IN_SUBMODEL]
    kept = np.zeros(len(part.columns), np.bool_)
    kept[cheap] = True
    exactly(fresh, stage, rest, kept, nodes=nodes)
    fill(fresh, np.flatnonzero(stage.must), stage.allowed)
    if (fresh.chosen[stage.must] < 0).any():
        return None
    fill(fresh, stage.requests, stage.allowed)
    return fresh


def _closure(part: Part, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whole series and chains of whatever is inside."""
    grew = bool(part.links)
    while grew:
        before = int(inside.sum())
        for members, _ in part.links.series:
            if inside[list(members)].any():
                inside[list(members)] = True
        for a, b in part.links.follows:
            inside[[a, b]] |= inside[a] or inside[b]
        grew = int(inside.sum()) > before
    return inside


def _near(plan: Plan, stage: Stage, random: np.random.Generator, active: Ints) -> NDArray[np.bool_] | None:
    """A request that is not served, and those nearest in time that are served or wait as it does."""
    part = plan.part
    waiting = stage.requests[plan.chosen[stage.requests] < 0]
    waiting = waiting[part.pointers[waiting + 1] > part.pointers[waiting]]
    if not len(waiting):
        return None
    center = int(random.choice(waiting))
    columns = part.columns
    now = np.where(plan.chosen >= 0, plan.chosen, part.order[np.minimum(part.pointers[:-1], len(part.order) - 1)])
    middle = (part.pools.times[columns.first] + part.pools.times[columns.last]) / 2
    choice = int(random.choice(part.choices(center)))
    distance = np.abs(middle[now] - middle[choice]) + random.random(len(now)) * 60
    distance[center] = -1
    distance = distance[active]
    inside = np.zeros(part.size, np.bool_)
    inside[active[np.argsort(distance, kind="stable")[:NEIGHBORHOOD]]] = True
    return _closure(part, inside)


def improve(plan: Plan, stage: Stage, bound: float, *, work: int, seed: int) -> int:
    """Solve up to `work` neighborhoods; the number solved. Ends early at the bound or when time runs out."""
    part = plan.part
    random = np.random.default_rng(seed)
    has_choice = part.pointers[1:] > part.pointers[:-1]
    mine = np.zeros(part.size, np.bool_)
    mine[stage.requests] = True
    active = np.flatnonzero(has_choice & (mine | stage.must))
    for done in range(work):
        left = stage.seconds()
        if plan.value(stage.weights) >= bound - 0.5 or (left is not None and left <= 0):
            return done
        inside = _near(plan, stage, random, active)
        if inside is None:
            return done
        exactly(plan, stage, inside, nodes=NODES)
    return work
