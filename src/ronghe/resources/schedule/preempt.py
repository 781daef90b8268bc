"""Make room for what cannot wait: the fewest and lowest bookings give way, and each of them is really needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, hstack, vstack

from ronghe.resources.schedule.admit import admit
from ronghe.resources.schedule.columns import Columns, Pools, columns_of
from ronghe.resources.schedule.needs import Condition, Part
from ronghe.resources.schedule.openings import Openings
from ronghe.resources.schedule.problem import Ints, Problem
from ronghe.resources.schedule.request import Assignment, Booking, Policy, Rejection, Request, Resource
from ronghe.resources.schedule.schedule import SHORTEST_STEP, grid

__all__ = ["Preemption", "Victim", "preempt"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Victim:
    """A booking that gives way, and where it could go: a start and a resource that are free, or None."""

    booking: Booking
    alternative: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class Preemption:
    """What is served now, who gives way, who cannot be served at all, and whether no victim can be spared (`minimal`).

    `minimal` was checked for each victim: with it back in its place, fewer requests can be served.
    """

    assignments: tuple[Assignment, ...]
    victims: tuple[Victim, ...]
    rejections: tuple[Rejection, ...]
    minimal: bool


def _may_move(one: Booking, tier: int, now: int) -> bool:
    """Only what was booked as preemptable, of a lower tier than every preemptor, and only with its notice.

    A booking of the same tier never gives way: two that displaced each other in turn would do so without end.
    """
    return one.preemptable and one.tier > tier and one.start >= now + one.notice and one.start > now


@dataclass(frozen=True)
class _Model:
    """Columns first, then a variable for each booking that may move: 1 where it gives way."""

    columns: Columns
    pools: Pools
    matrix: csr_array
    low: Floats
    high: Floats
    movable: Sequence[Booking]


def _shares(columns: Columns, size: int) -> csr_array:
    """Which columns serve each request."""
    entries = np.ones(len(columns)), (columns.request, np.arange(len(columns)))
    return coo_array(entries, shape=(size, len(columns))).tocsr()


def _room(columns: Columns, pools: Pools, movable: Sequence[Booking], place: Mapping[str, int]) -> _Model:
    """For each resource and stretch of time: what is new, and what stays of the old, within what is free."""
    spans = len(pools.times) - 1
    new = [
        (pool * spans + stretch, n)
        for n in range(len(columns))
        for pool in columns.pools[n].tolist()
        if pool >= 0
        for stretch in range(int(columns.first[n]), int(columns.last[n]))
    ]
    pool_of = {members[0]: pool for pool, members in enumerate(pools.members)}
    old = []
    for n, one in enumerate(movable):
        a, b = np.searchsorted(pools.times, np.clip((one.start, one.end), pools.times[0], pools.times[-1]))
        pool = pool_of.get(place[one.resource], -1)
        old += [(pool * spans + stretch, n) for stretch in range(a, b) if pool >= 0]
    rows = len(pools.members) * spans
    uses = _counts(new, rows, len(columns))
    stays = _counts(old, rows, len(movable))
    free = pools.free.reshape(-1).astype(np.float64)
    staying = np.asarray(stays.sum(axis=1)).reshape(-1)
    # Where the input was overbooked already, nothing new may begin: its room is not to be had by sparing one.
    high = np.where(staying > free, -1.0, free - staying)
    kept = np.flatnonzero(np.asarray(uses.sum(axis=1)).reshape(-1) > 0)
    blocked = np.unique(uses[kept[high[kept] < 0]].nonzero()[1])
    matrix = hstack([uses[kept], -stays[kept]], format="csr")
    high = np.maximum(high[kept], 0.0)
    once = hstack(
        [_shares(columns, int(columns.request.max()) + 1), csr_array((int(columns.request.max()) + 1, len(movable)))]
    )
    never = _counts([(0, int(n)) for n in blocked], 1, len(columns) + len(movable))
    whole = vstack([matrix, once, never], format="csr")
    highs = np.concatenate((high, np.ones(once.shape[0]), [0.0]))
    return _Model(columns, pools, whole, np.full(len(highs), -np.inf), highs, movable)


def _counts(pairs: list[tuple[int, int]], rows: int, columns: int) -> csr_array:
    table = np.array(pairs, np.int64).reshape(len(pairs), 2)
    return coo_array((np.ones(len(table)), (table[:, 0], table[:, 1])), shape=(rows, columns)).tocsr()


def _minimum(model: _Model, goals: Sequence[Floats], fixed: Floats | None = None) -> Floats | None:
    """The point that is least in the first goal, then in the second, and so on; None where there is no point."""
    size = model.matrix.shape[1]
    upper = np.ones(size) if fixed is None else fixed
    matrix, low, high = model.matrix, model.low, model.high
    point: Floats | None = None
    for goal in goals:
        found = milp(
            goal,
            integrality=np.ones(size),
            bounds=(0, upper),
            constraints=LinearConstraint(matrix, low, high),
            options={"mip_rel_gap": 0.0},
        )
        if found.x is None:
            return None
        point = np.round(found.x)
        matrix = vstack([matrix, csr_array(goal[None, :])], format="csr")
        low, high = np.append(low, -np.inf), np.append(high, float(goal @ point) + 0.5)
    return point


def _goals(model: _Model, requests: Sequence[Request]) -> list[Floats]:
    """Serve the most worth; spare the higher tiers; spare value; begin early."""
    columns, movable = model.columns, model.movable
    values = np.array([one.value for one in requests], np.float64)[columns.request]
    none = np.zeros(len(movable))
    tiers = np.array([one.tier for one in movable], np.int64)
    spare = [np.concatenate((np.zeros(len(columns)), tiers == tier)).astype(np.float64) for tier in np.unique(tiers)]
    worth = np.array([one.value for one in movable], np.float64)
    starts = (columns.start - columns.start.min()).astype(np.float64)
    return [
        np.concatenate((-values, none)),
        *spare,
        np.concatenate((np.zeros(len(columns)), worth)),
        np.concatenate((starts, none)),
    ]


def _is_minimal(model: _Model, point: Floats, requests: Sequence[Request]) -> bool:
    """Whether each victim is needed: solve again with every subset of the victims that lacks one."""
    size = len(model.columns)
    goal = _goals(model, requests)[0]
    for victim in np.flatnonzero(point[size:] > 0.5):
        allowed = np.concatenate((np.ones(size), point[size:]))
        allowed[size + victim] = 0
        without = _minimum(model, [goal], allowed)
        if without is not None and goal @ without <= goal @ point + 0.5:
            return False
    return True


def _as_request(one: Booking, resource: Resource) -> Request:
    """A booking as a wish for anything that can do all that its resource can."""
    conditions = tuple(
        Condition(name, ">=" if isinstance(value, Fraction) else "" if value is True else "=", value)
        for name, value in sorted(resource.capabilities.items())
    )
    minutes = one.end - one.start
    return Request(one.id, one.start, one.end, minutes, (Part(resource.kind, conditions),), one.department, one.tier)


def _alternatives(
    problem: Problem, victims: Sequence[Booking], taken: Sequence[Booking], span: tuple[int, int]
) -> list[Victim]:
    """The free slot nearest to each victim's own, one after the other, so that no two are sent to the same."""
    by_id = {one.id: one for one in problem.resources}
    wishes = tuple(_as_request(one, by_id[one.resource]) for one in victims)
    after = replace(problem, requests=wishes, bookings=tuple(taken))
    openings = Openings(after, span)
    found = []
    for one, wish in zip(victims, wishes, strict=True):
        slot = openings.nearest(wish, wish.tier)
        if slot is None:
            found.append(Victim(one, None))
            continue
        openings.take([(slot[1][0], slot[0], slot[0] + wish.minutes)])
        found.append(Victim(one, (slot[0], after.resources[slot[1][0]].id)))
    return found


def preempt(
    requests: Sequence[Request],
    resources: Sequence[Resource],
    bookings: Sequence[Booking],
    *,
    now: int,
    span: tuple[int, int],
    closed: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    policy: Policy | None = None,
) -> Preemption:
    """Serve `requests` at once, displacing as little as possible of what is booked.

    First as much worth as can be served; then the fewest bookings of the highest tier give way, then of the next; then
    the least worth; then the earliest starts. Only preemptable bookings of a lower tier than every request, with their
    notice, ever give way.
    """
    ordered = tuple(sorted(resources, key=lambda one: one.id))
    accepted, refused = admit(requests, ordered, now)
    # The lowest of the requests decides, so that nobody gives way to an equal.
    tier = max((one.tier for one in accepted), default=0)
    movable = [one for one in bookings if _may_move(one, tier, now)]
    stays = tuple(one for one in bookings if not _may_move(one, tier, now))
    problem = Problem(tuple(accepted), ordered, stays, closed or {}, policy or Policy(), now, apart=True)
    whole = replace(problem, bookings=tuple(bookings))
    step = grid(whole)[0] if accepted else SHORTEST_STEP
    chosen, victims, minimal = _solved(problem, movable, step)
    placed = [
        Assignment(accepted[n].id, ordered[r].id, start, start + accepted[n].minutes)
        for n, (start, some) in chosen.items()
        for r in some
    ]
    new = [
        Booking(
            accepted[n].id, ordered[r].id, start - accepted[n].before, start + accepted[n].minutes + accepted[n].after
        )
        for n, (start, some) in chosen.items()
        for r in some
    ]
    gone = {(one.id, one.resource) for one in victims}
    taken = [one for one in bookings if (one.id, one.resource) not in gone] + new
    lost = [Rejection(one.id, "immovable") for n, one in enumerate(accepted) if n not in chosen]
    return Preemption(
        tuple(sorted(placed, key=lambda one: (one.start, one.resource))),
        tuple(_alternatives(problem, victims, taken, span)),
        tuple(sorted([*refused, *lost], key=lambda one: one.id)),
        minimal,
    )


def _solved(
    problem: Problem, movable: Sequence[Booking], step: int
) -> tuple[dict[int, tuple[int, tuple[int, ...]]], list[Booking], bool]:
    """Start and resources by request, who gives way, and whether each of them must."""
    if not problem.requests:
        return {}, [], True
    everyone: Ints = np.arange(len(problem.requests))
    columns, pools = columns_of(problem, everyone, step)
    if not len(columns):
        return {}, [], True
    low, high = pools.times[0], pools.times[-1]
    near = [one for one in movable if one.start < high and one.end > low]
    edges = np.clip(np.array([(one.start, one.end) for one in near], np.int64).reshape(-1), low, high)
    columns, pools = _finer(columns, pools, edges)
    model = _room(columns, pools, near, problem.place)
    point = _minimum(model, _goals(model, problem.requests))
    if point is None:
        return {}, [], True
    chosen = {}
    for n in np.flatnonzero(point[: len(columns)] > 0.5):
        some = tuple(pools.members[pool][0] for pool in columns.pools[n] if pool >= 0)
        chosen[int(columns.request[n])] = int(columns.start[n]), some
    victims = [one for one, gone in zip(near, point[len(columns) :], strict=True) if gone > 0.5]
    return chosen, victims, _is_minimal(model, point, problem.requests)


def _finer(columns: Columns, pools: Pools, edges: Ints) -> tuple[Columns, Pools]:
    """The same with more edges of time."""
    times = np.unique(np.concatenate((pools.times, edges)))
    source = np.searchsorted(pools.times, times[:-1], side="right") - 1
    first = np.searchsorted(times, pools.times[columns.first])
    last = np.searchsorted(times, pools.times[columns.last])
    return (
        Columns(columns.request, columns.start, first, last, columns.pools, columns.step),
        Pools(times, pools.members, pools.free[:, source], pools.serves, pools.owner, pools.held),
    )
