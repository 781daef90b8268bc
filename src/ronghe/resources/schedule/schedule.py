"""`schedule`: requests and resources in, assignments, reasons and a bound out. No clock, no files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import gcd

import numpy as np

from ronghe.resources.schedule.admit import admit
from ronghe.resources.schedule.crowd import beyond
from ronghe.resources.schedule.naming import Placed, placed
from ronghe.resources.schedule.openings import Openings
from ronghe.resources.schedule.problem import Problem, components
from ronghe.resources.schedule.reasons import reasons
from ronghe.resources.schedule.request import (
    SKIP,
    Assignment,
    Booking,
    Policy,
    Request,
    Resource,
    Schedule,
    TierResult,
)
from ronghe.resources.schedule.solve import Effort, PartResult, solve_part

__all__ = ["LOOK_AHEAD", "grid", "schedule", "span_of"]

LOOK_AHEAD = 14 * 24 * 60
"""Minutes before and after the windows in which an alternative is looked for."""
SHORTEST_STEP = 15
MOST_STARTS = 400_000
"""Starts of all requests together up to which every start that can matter is tried."""


def span_of(requests: Sequence[Request], now: int) -> tuple[int, int]:
    """The minutes that matter: all windows, and two weeks around them for alternatives, none of it before `now`."""
    if not requests:
        return now, now + LOOK_AHEAD
    low = min(one.earliest - one.before for one in requests) - LOOK_AHEAD
    high = max(one.latest + one.after for one in requests) + LOOK_AHEAD
    return max(low, now), max(high, now + LOOK_AHEAD)


def grid(problem: Problem) -> tuple[int, bool]:
    """Minutes between the starts that are tried, and whether no other start can serve more.

    Whatever is planned can be moved to the left until it touches its window or another use; all starts then lie on the
    greatest step of which every length and every edge of the input is a multiple.
    """
    flexible = [one for one in problem.requests if one.latest - one.earliest > one.minutes]
    if not flexible:
        return SHORTEST_STEP, True
    numbers = {one.earliest for one in problem.requests} | {one.latest for one in problem.requests}
    lengths = {n for one in problem.requests for n in (one.minutes, one.before, one.after)}
    edges = np.unique(np.concatenate(problem.taken[1:3])).tolist()
    origin = flexible[0].earliest
    natural = gcd(*(n - origin for n in numbers | set(edges)), *lengths)
    if problem.policy.step:
        return problem.policy.step, natural % problem.policy.step == 0
    total = sum((one.latest - one.earliest - one.minutes) // natural + 1 for one in flexible)
    if natural >= SHORTEST_STEP or total <= MOST_STARTS:
        return natural, True
    return SHORTEST_STEP, False


def _complete(problem: Problem, where: Placed, openings: Openings) -> list[int]:
    """Serve whoever fits as is, at any minute: the requests added, by tier and value."""
    waiting = [n for n in range(len(problem.requests)) if n not in where]
    waiting.sort(key=lambda n: (problem.tiers[n], -problem.requests[n].value, n))
    number = {one.id: n for n, one in enumerate(problem.requests)}
    added = []
    for n in waiting:
        one = problem.requests[n]
        if (one.series and one.rule != SKIP) or any(number[name] not in where for name in one.follows):
            continue
        ends = [where[number[name]][0] + problem.requests[number[name]].minutes for name in one.follows]
        within = max([one.earliest, *ends]), one.latest - one.minutes
        found = openings.nearest(one, int(problem.tiers[n]), within=within)
        if found is not None:
            where[n] = found
            openings.take((r, found[0] - one.before, found[0] + one.minutes + one.after) for r in found[1])
            added.append(n)
    return added


def _uses(problem: Problem, where: Placed) -> list[tuple[int, int, int]]:
    found = []
    for n, (start, resources) in where.items():
        one = problem.requests[n]
        found += [(r, start - one.before, start + one.minutes + one.after) for r in resources]
    return found


def _tiers(problem: Problem, results: Sequence[PartResult], refused: Sequence[int], where: Placed) -> list[TierResult]:
    """Every tier over all parts; those refused or left out beforehand ask too, and nobody could have served them."""
    found: dict[int, TierResult] = {}
    for one in (tier for result in results for tier in result.tiers):
        old = found.get(one.tier, TierResult(one.tier, 0, 0, 0, 0, 0.0))
        found[one.tier] = replace(
            old, asked=old.asked + one.asked, greedy=old.greedy + one.greedy, bound=old.bound + one.bound
        )
    for tier in refused:
        old = found.get(tier, TierResult(tier, 0, 0, 0, 0, 0.0))
        found[tier] = replace(old, asked=old.asked + 1)
    for n in where:
        old = found[int(problem.tiers[n])]
        found[old.tier] = replace(old, served=old.served + 1, value=old.value + problem.requests[n].value)
    return [replace(one, bound=max(one.bound, one.value)) for _, one in sorted(found.items())]


def schedule(
    requests: Sequence[Request],
    resources: Sequence[Resource],
    *,
    now: int,
    bookings: Sequence[Booking] = (),
    closed: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    policy: Policy | None = None,
    effort: Effort | None = None,
    span: tuple[int, int] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Schedule:
    """Who gets what, when; why the others do not, and what would help them.

    Tiers are decided in turn, each with the greatest value that is left to it. Fixed times are decided exactly; with
    flexible ones the plan is at least as good as the greedy one and comes with a bound. The order of `requests` breaks
    ties. Bookings and `closed` (minutes by resource id) stay as they are. Nothing begins before `now`.

    Source: interval scheduling on identical machines as a pool model; LP rounding and large neighborhood search
    (Shaw 1998) with exact submodels for flexible times.
    """
    policy, effort, closed = policy or Policy(), effort or Effort(), closed or {}
    ordered = tuple(sorted(resources, key=lambda one: one.id))
    accepted, refused = admit(requests, ordered, now)
    surplus = [accepted[n] for n in beyond(accepted, ordered, policy)]
    left_out = {one.id for one in surplus}
    wanted = tuple(one for one in accepted if one.id not in left_out)
    problem = Problem(wanted, ordered, tuple(bookings), closed, policy, now)
    step, exact_grid = grid(problem)
    where: Placed = {}
    results = []
    parts = components(problem)
    for done, members in enumerate(parts):
        progress(done, len(parts))
        result = solve_part(problem, members, step, effort, exact_grid=exact_grid)
        where |= placed(problem, members, result.plan)
        results.append(result)
    openings = Openings(problem, span or span_of(accepted, now))
    openings.take(_uses(problem, where))
    _complete(problem, where, openings)
    tier_of = {one.id: one.tier for one in requests}
    others = [tier_of[one.id] for one in refused] + [one.tier for one in surplus]
    return Schedule(
        tuple(_assignments(problem, where)),
        tuple(sorted([*refused, *reasons(problem, where, openings, surplus)], key=lambda one: one.id)),
        tuple(_tiers(problem, results, others, where)),
        all(result.complete for result in results),
        all(result.exact for result in results),
        sum(result.work for result in results),
        step,
    )


def _assignments(problem: Problem, where: Placed) -> list[Assignment]:
    found = [
        Assignment(problem.requests[n].id, problem.resources[r].id, start, start + problem.requests[n].minutes)
        for n, (start, resources) in where.items()
        for r in resources
    ]
    return sorted(found, key=lambda one: (one.start, one.resource, one.id))
