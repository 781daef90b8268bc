"""A plan in the making: which column serves each request, what is left free, and first come, first served by worth."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.resources.schedule.columns import Columns, Pools
from ronghe.resources.schedule.model import Links
from ronghe.resources.schedule.problem import Ints

__all__ = ["Part", "Plan", "fill"]


@dataclass(frozen=True)
class Part:
    """One part of a problem: its choices, its pools, when each use ends, what ties requests, and what each is worth.

    `worth` orders requests for the greedy plan: value per occupied minute of all its resources.
    """

    columns: Columns
    pools: Pools
    ends: Ints
    links: Links
    values: Ints
    worth: NDArray[np.float64]
    pointers: Ints
    order: Ints

    @property
    def size(self) -> int:
        """The number of requests."""
        return len(self.values)

    def choices(self, request: int) -> Ints:
        """The columns of a request, best first: the earliest start, then the pool that fewest others can use."""
        return self.order[self.pointers[request] : self.pointers[request + 1]]


class Plan:
    """Columns chosen by request (-1: none), and units left free; `take` and `give_back` keep the two in step."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.chosen: Ints = np.full(part.size, -1, np.int64)
        self.free = part.pools.free.copy()

    def copy(self) -> "Plan":
        """The same plan, to be changed by itself."""
        other = Plan(self.part)
        other.chosen, other.free = self.chosen.copy(), self.free.copy()
        return other

    def _move(self, column: int, by: int) -> None:
        columns = self.part.columns
        first, last = columns.first[column], columns.last[column]
        for pool in columns.pools[column]:
            if pool >= 0:
                self.free[pool, first:last] += by

    def take(self, column: int) -> bool:
        """Serve a request by this column, if everything it takes is free."""
        columns = self.part.columns
        first, last = columns.first[column], columns.last[column]
        pools = columns.pools[column]
        if any(pool >= 0 and self.free[pool, first:last].min() < 1 for pool in pools):
            return False
        self._move(column, -1)
        if len(pools) > 1 and any(pool >= 0 and self.free[pool, first:last].min() < 0 for pool in pools):
            # The same pool twice, with one unit left.
            self._move(column, 1)
            return False
        self.chosen[columns.request[column]] = column
        return True

    def give_back(self, request: int) -> None:
        """Serve a request no more."""
        self._move(int(self.chosen[request]), 1)
        self.chosen[request] = -1

    def replace(self, requests: Iterable[int], columns: Sequence[int] | Ints) -> None:
        """Serve these requests by these columns instead; the caller knows that they fit."""
        for request in requests:
            if self.chosen[request] >= 0:
                self.give_back(request)
        for column in columns:
            self._move(int(column), -1)
            self.chosen[self.part.columns.request[column]] = column

    def value(self, weights: NDArray[np.float64]) -> float:
        """What the chosen columns are worth, by weights of columns."""
        return float(weights[self.chosen[self.chosen >= 0]].sum())


def _after(plan: Plan, request: int) -> float:
    """When the last of the predecessors ends; infinite where one of them is not served."""
    part = plan.part
    before = [plan.chosen[a] for a, b in part.links.follows if b == request]
    if any(column < 0 for column in before):
        return float("inf")
    return max((float(part.ends[column]) for column in before), default=-float("inf"))


def _serve(plan: Plan, request: int, allowed: NDArray[np.bool_]) -> bool:
    part = plan.part
    not_before = _after(plan, request) if part.links.follows else -float("inf")
    return any(
        allowed[column] and part.columns.start[column] >= not_before and plan.take(int(column))
        for column in part.choices(request)
    )


def _serve_series(plan: Plan, members: Sequence[int], least: int, allowed: NDArray[np.bool_]) -> None:
    served = [n for n in members if plan.chosen[n] >= 0 or _serve(plan, n, allowed)]
    if len(served) < (len(members) if least < 0 else least):
        for n in served:
            plan.give_back(n)


def _ready(requests: Sequence[int], links: Links) -> list[int]:
    """The requests in their order, predecessors pulled before what follows them."""
    if not links.follows:
        return list(requests)
    before: dict[int, list[int]] = {}
    for a, b in links.follows:
        before.setdefault(b, []).append(a)
    wanted, done, out = set(requests), set[int](), list[int]()
    for request in requests:
        stack = [request]
        while stack:
            top = stack[-1]
            waiting = [a for a in before.get(top, ()) if a in wanted and a not in done]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if top not in done:
                done.add(top)
                out.append(top)
    return out


def fill(plan: Plan, requests: Ints, allowed: NDArray[np.bool_]) -> None:
    """Serve what still fits, the worthiest first; requests that are served stay so."""
    part = plan.part
    inside = {n: (members, least) for members, least in part.links.series for n in members}
    waiting = requests[plan.chosen[requests] < 0]
    for request in _ready(waiting[np.lexsort((waiting, -part.worth[waiting]))].tolist(), part.links):
        if plan.chosen[request] >= 0:
            continue
        if request in inside:
            _serve_series(plan, *inside[request], allowed)
        else:
            _serve(plan, request, allowed)
