"""A booking problem as arrays, and its parts that have nothing to do with one another.

Requests are in one part when their windows overlap on resources that some chain of requests can use, or when a series
or a precedence ties them; each part is solved by itself, exactly as if the others were not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ronghe.resources.schedule.needs import Part, meets
from ronghe.resources.schedule.request import SKIP, Booking, Policy, Request, Resource

__all__ = ["Flags", "Ints", "Problem", "components"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """Requests in the order of tie-breaks, resources by id, and what is taken: closed hours and counted bookings.

    With `apart` no two resources are one pool.
    """

    requests: tuple[Request, ...]
    resources: tuple[Resource, ...]
    bookings: tuple[Booking, ...]
    closed: Mapping[str, Sequence[tuple[int, int]]]
    policy: Policy
    now: int
    apart: bool = False

    @cached_property
    def place(self) -> Mapping[str, int]:
        """The position of each resource."""
        return {resource.id: n for n, resource in enumerate(self.resources)}

    @cached_property
    def kinds(self) -> Mapping[Part, int]:
        """Each different part that is asked for, numbered."""
        return {part: n for n, part in enumerate(dict.fromkeys(p for r in self.requests for p in r.parts))}

    @cached_property
    def eligible(self) -> NDArray[np.bool_]:
        """For each kind of part and each resource: whether it can serve."""
        rows = [[meets(part, one.kind, one.capabilities) for one in self.resources] for part in self.kinds]
        return np.array(rows, np.bool_).reshape(len(self.kinds), len(self.resources))

    @cached_property
    def taken(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Resource, start, end and number of units of all that is closed or booked, by start."""
        rows = [
            (self.place[name], start, end, self.resources[self.place[name]].capacity)
            for name, spans in self.closed.items()
            for start, end in spans
        ]
        rows += [(self.place[one.resource], one.start, one.end, 1) for one in self.bookings]
        table = np.array(rows, np.int64).reshape(len(rows), 4)
        table = table[np.argsort(table[:, 1], kind="stable")]
        return table[:, 0], table[:, 1], table[:, 2], table[:, 3]

    @cached_property
    def tiers(self) -> Ints:
        """The tier that decides each request: predecessors and members of a series as early as what needs them."""
        number = {request.id: n for n, request in enumerate(self.requests)}
        tiers = np.array([request.tier for request in self.requests], np.int64)
        for members in _series(self.requests).values():
            tiers[members] = tiers[members].min()
        changed = True
        while changed:
            changed = False
            for n, request in enumerate(self.requests):
                for name in request.follows:
                    if name in number and tiers[number[name]] > tiers[n]:
                        tiers[number[name]], changed = tiers[n], True
        return tiers

    @cached_property
    def reserved(self) -> Mapping[int, tuple[int, int]]:
        """Resources held back: the last tier that may use each, and from which minute on it is held."""
        found: dict[int, tuple[int, int]] = {}
        for rule in self.policy.reserves:
            members = [n for n, one in enumerate(self.resources) if one.kind == rule.kind and n not in found]
            # The last ones by id: which stay free is then known beforehand, and the same every time.
            for n in members[max(0, len(members) - rule.count) :]:
                found[n] = (rule.tier, self.now + rule.release)
        return found


def _series(requests: Sequence[Request]) -> dict[str, list[int]]:
    """The members of each series whose rule ties them together."""
    found: dict[str, list[int]] = {}
    for n, request in enumerate(requests):
        if request.series and request.rule != SKIP:
            found.setdefault(request.series, []).append(n)
    return found


def _ties(requests: Sequence[Request]) -> list[tuple[int, int]]:
    number = {request.id: n for n, request in enumerate(requests)}
    ties = [pair for members in _series(requests).values() for pair in pairwise(members)]
    ties += [(number[name], n) for n, one in enumerate(requests) for name in one.follows if name in number]
    return ties


def _labels(size: int, pairs: Ints) -> Ints:
    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _groups(problem: Problem) -> Ints:
    """For each request the group of resources that it belongs to, linked by whatever can serve."""
    kinds, eligible = problem.kinds, problem.eligible
    served, by = np.nonzero(eligible)
    pairs = [np.column_stack((served, by + len(kinds)))]
    first = np.array([kinds[request.parts[0]] for request in problem.requests], np.int64)
    several = [(kinds[r.parts[0]], kinds[p]) for r in problem.requests if len(r.parts) > 1 for p in r.parts[1:]]
    pairs.append(np.array(several, np.int64).reshape(len(several), 2))
    labels = _labels(len(kinds) + len(problem.resources), np.concatenate(pairs))
    return labels[first]


def components(problem: Problem) -> list[Ints]:
    """The positions of the requests of each part, parts by their first request."""
    requests = problem.requests
    if not requests:
        return []
    opens = np.array([one.earliest - one.before for one in requests], np.int64)
    ends = np.array([one.latest + one.after for one in requests], np.int64)
    group = _groups(problem)
    order = np.lexsort((ends, opens, group))
    # Every group begins after all before it: one running maximum then serves them all.
    shift = group * (ends.max() - opens.min() + 1)
    reached = np.maximum.accumulate((ends + shift)[order])
    fresh = np.ones(len(order), np.bool_)
    fresh[1:] = (opens + shift)[order][1:] >= reached[:-1]
    label = np.empty(len(order), np.int64)
    label[order] = np.cumsum(fresh) - 1
    ties = np.array(_ties(requests), np.int64).reshape(-1, 2)
    if len(ties):
        label = _labels(int(label.max()) + 1, label[ties])[label]
    by_label = np.argsort(label, kind="stable")
    parts = np.split(by_label, np.flatnonzero(np.diff(label[by_label])) + 1)
    return sorted(parts, key=lambda part: int(part[0]))
