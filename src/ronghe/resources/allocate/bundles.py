"""Demands that come in whole bundles: rounded down, then one more bundle each to the lowest level while it fits."""

import heapq
from dataclasses import dataclass

import numpy as np

from ronghe.resources.allocate.problem import Flags, Floats, Numbers, Problem

__all__ = ["BUNDLE", "Room", "next_fits", "room", "rounded_down", "topped_up"]

BUNDLE = 4
"""What stopped a demand: its next whole bundle does not fit."""

SLACK = 1e-9
"""Part of a bundle, or of a bound, that counts as nothing."""


def rounded_down(fraction: Floats, bundles: Numbers) -> Floats:
    """The fractions, in whole bundles where a demand has them."""
    if not bundles.any():
        return fraction
    number = np.maximum(bundles, 1)
    return np.where(bundles > 0, np.floor(fraction * number + SLACK) / number, fraction)


@dataclass(slots=True)
class Room:
    """What projects use, what their departments use or keep, and what all do, by resource: what is left of each bound.

    `used` is projects x resources, `held` departments x resources, `total` by resource.
    """

    problem: Problem
    used: Floats
    held: Floats
    total: Floats

    def free(self) -> Floats:
        """What each project could use more of each resource."""
        limits, owner = self.problem.limits, self.problem.department_of
        everyone = np.maximum(limits.reserve - self.held, 0.0) + (self.problem.capacity - self.total)
        shared = np.minimum(limits.cap - self.held, everyone)[owner]
        # What a project has not used of its reserve is free to itself alone; so for a department.
        kept = np.maximum(limits.project_reserve - self.used, 0.0)
        free: Floats = np.minimum(limits.project_cap - self.used, kept + shared)
        return free

    def take(self, project: int, piece: Floats) -> bool:
        """Use a piece more, where it fits."""
        limits, owner = self.problem.limits, self.problem.department_of[project]
        used, held, reserve = self.used[project], self.held[owner], limits.reserve[owner]
        everyone = np.maximum(reserve - held, 0.0) + (self.problem.capacity - self.total)
        kept = np.maximum(limits.project_reserve[project] - used, 0.0)
        left = np.minimum(limits.project_cap[project] - used, kept + np.minimum(limits.cap[owner] - held, everyone))
        if ((piece > 0) & (piece * (1 - SLACK) > left)).any():
            return False
        beyond = np.maximum(piece - kept, 0.0)
        self.total += np.maximum(held + beyond, reserve) - np.maximum(held, reserve)
        held += beyond
        used += piece
        return True


def room(problem: Problem, fraction: Floats) -> Room:
    """What is left when every demand has a fraction."""
    count = len(problem.projects)
    columns = [np.bincount(problem.project, fraction * one, count) for one in problem.demand.T]
    used = np.stack(columns, axis=1).astype(np.float64)
    held = problem.held_by_departments(used)
    return Room(problem, used, held, np.maximum(held, problem.limits.reserve).sum(axis=0))


def next_fits(problem: Problem, free: Floats) -> tuple[Flags, Numbers]:
    """Whether one more bundle of each demand fits, and the resource of which there is too little."""
    piece = problem.demand / np.maximum(problem.bundles, 1)[:, None]
    short = (piece > 0) & (piece * (1 - SLACK) > free[problem.project])
    fits: Flags = ~np.any(short, axis=1)
    return fits, short.argmax(axis=1).astype(np.int64)


def topped_up(problem: Problem, fraction: Floats, level_of_all: Floats, among: Flags) -> Floats:
    """One more bundle each, lowest level first, while it fits into what is left; ties go by row.

    `level_of_all` is the level at which a demand has everything.
    """
    fraction = fraction.copy()
    left = room(problem, fraction)
    fits, _ = next_fits(problem, left.free())
    waiting = [
        (float(fraction[row] * level_of_all[row]), int(row))
        for row in np.flatnonzero(among & fits & (fraction < 1 - SLACK))
    ]
    heapq.heapify(waiting)
    while waiting:
        _, row = heapq.heappop(waiting)
        piece = problem.demand[row] / problem.bundles[row]
        if left.take(int(problem.project[row]), piece):
            fraction[row] = min(1.0, fraction[row] + 1 / problem.bundles[row])
            if fraction[row] < 1 - SLACK:
                heapq.heappush(waiting, (float(fraction[row] * level_of_all[row]), row))
    return rounded_down(fraction, np.where(among, problem.bundles, 0))
