"""Demands that come in whole bundles: rounded down, then one more bundle each to the lowest level while it fits."""

import heapq

import numpy as np

from ronghe.resources.allocate.problem import Flags, Floats, Numbers, Problem

__all__ = ["BUNDLE", "free_after", "next_fits", "rounded_down", "topped_up"]

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


def free_after(problem: Problem, fraction: Floats) -> tuple[Floats, Floats, Floats]:
    """What is left under the bounds of projects, departments and of all, each by resource."""
    limits = problem.limits
    columns = [np.bincount(problem.project, fraction * one, len(limits.project_cap)) for one in problem.demand.T]
    used = np.stack(columns, axis=1)
    departments = np.zeros_like(limits.cap)
    np.add.at(departments, problem.department_of, used)
    held = np.maximum(departments, limits.reserve).sum(axis=0)
    # What a department has not used of its reserve is free to itself alone.
    own = np.maximum(limits.reserve - departments, 0.0)
    return limits.project_cap - used, limits.cap - departments, own + (problem.capacity - held)


def next_fits(problem: Problem, free: tuple[Floats, Floats, Floats]) -> tuple[Flags, Numbers]:
    """Whether one more bundle of each demand fits, and the resource of which there is too little."""
    project, department, everyone = free
    room = np.minimum(np.minimum(department, everyone)[problem.department_of], project)
    piece = problem.demand / np.maximum(problem.bundles, 1)[:, None]
    short = (piece > 0) & (piece * (1 - SLACK) > room[problem.project])
    fits: Flags = ~np.any(short, axis=1)
    return fits, short.argmax(axis=1).astype(np.int64)


def topped_up(problem: Problem, fraction: Floats, level_of_all: Floats, among: Flags) -> Floats:
    """One more bundle each, lowest level first, while it fits into what is left; ties go by row.

    `level_of_all` is the level at which a demand has everything.
    """
    fraction = fraction.copy()
    free = free_after(problem, fraction)
    fits, _ = next_fits(problem, free)
    waiting = [
        (float(fraction[row] * level_of_all[row]), int(row))
        for row in np.flatnonzero(among & fits & (fraction < 1 - SLACK))
    ]
    heapq.heapify(waiting)
    while waiting:
        _, row = heapq.heappop(waiting)
        piece = problem.demand[row] / problem.bundles[row]
        if _taken(problem, free, row, piece):
            fraction[row] = min(1.0, fraction[row] + 1 / problem.bundles[row])
            if fraction[row] < 1 - SLACK:
                heapq.heappush(waiting, (float(fraction[row] * level_of_all[row]), row))
    return rounded_down(fraction, np.where(among, problem.bundles, 0))


def _taken(problem: Problem, free: tuple[Floats, Floats, Floats], row: int, piece: Floats) -> bool:
    """Take one bundle out of what is left, where it fits."""
    project = problem.project[row]
    department = problem.department_of[project]
    own, limit, everyone = free[0][project], free[1][department], free[2]
    needs = piece > 0
    if any((needs & (piece * (1 - SLACK) > room)).any() for room in (own, limit, everyone[department])):
        return False
    own -= piece
    limit -= piece
    # Every department shares what is free to all; only this one used up some of its reserve, if it had any left.
    bounded = np.isfinite(everyone[department])
    beyond = np.subtract(everyone[department], everyone.min(axis=0), out=np.zeros_like(piece), where=bounded)
    reserved = np.minimum(beyond, piece)
    everyone -= piece - reserved
    everyone[department] -= reserved
    return True
