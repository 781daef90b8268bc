"""Which member of a pool serves whom: intervals by start, each to the cheapest member that is free again."""

import heapq

from ronghe.resources.schedule.plan import Plan
from ronghe.resources.schedule.problem import Ints, Problem

__all__ = ["Placed", "placed"]

Placed = dict[int, tuple[int, tuple[int, ...]]]
"""For each request (position in the problem) its start and its resources (positions), one for each part."""


def _colored(uses: list[tuple[int, int, int]], members: list[int]) -> list[tuple[int, int]]:
    """Request and member for each use (first, last, request), earlier members first: no more overlap than there are."""
    idle, busy, found = list(range(len(members))), list[tuple[int, int]](), []
    for first, last, request in sorted(uses):
        while busy and busy[0][0] <= first:
            heapq.heappush(idle, heapq.heappop(busy)[1])
        member = heapq.heappop(idle)
        heapq.heappush(busy, (last, member))
        found.append((request, members[member]))
    return found


def placed(problem: Problem, members: Ints, plan: Plan) -> Placed:
    """Where each served request of a part takes place, the resources in the order of its parts."""
    columns, pools = plan.part.columns, plan.part.pools
    uses: dict[int, list[tuple[int, int, int]]] = {}
    served = [int(n) for n in (plan.chosen >= 0).nonzero()[0]]
    for request in served:
        column = plan.chosen[request]
        for pool in columns.pools[column]:
            if pool >= 0:
                uses.setdefault(int(pool), []).append((int(columns.first[column]), int(columns.last[column]), request))
    given: dict[int, list[int]] = {request: [] for request in served}
    for pool, some in sorted(uses.items()):
        of = sorted(pools.members[pool], key=lambda n: (problem.resources[n].unit_cost, n))
        alone = len(of) == 1 and problem.resources[of[0]].capacity > 1
        for request, member in [(use[2], of[0]) for use in some] if alone else _colored(some, of):
            given[request].append(member)
    return {
        int(members[request]): (
            int(columns.start[plan.chosen[request]]),
            _by_part(problem, int(members[request]), found),
        )
        for request, found in given.items()
    }


def _by_part(problem: Problem, request: int, found: list[int]) -> tuple[int, ...]:
    """The resources in the order of the parts that they serve; there always is such an order."""
    kinds = [problem.kinds[part] for part in problem.requests[request].parts]

    def matched(n: int, left: list[int]) -> tuple[int, ...] | None:
        if n == len(kinds):
            return ()
        for place, member in enumerate(left):
            if problem.eligible[kinds[n], member]:
                rest = matched(n + 1, left[:place] + left[place + 1 :])
                if rest is not None:
                    return (member, *rest)
        return None

    return matched(0, sorted(found)) or tuple(found)
