"""The certificate of an allocation: every bound with what is used of it, and how high its users stand."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ronghe.resources.allocate.allocation import Allocation
from ronghe.resources.allocate.problem import Floats, Problem
from ronghe.resources.allocate.solve import Solution

__all__ = ["FORMAT", "certificate", "used_by_project"]

FORMAT = "allocation-certificate@1"
_SATURATED = 1e-9


def used_by_project(problem: Problem, fraction: Floats) -> Floats:
    """What each of the problem's projects uses of each resource."""
    count = len(problem.projects)
    return np.stack([np.bincount(problem.project, fraction * one, count) for one in problem.demand.T], axis=1)


def certificate(allocation: Allocation) -> dict[str, Any]:
    """What an allocation claims, as a JSON value: `resources verify` checks it against the inputs.

    A bound is `saturated` when nothing is left of it, and `level` is how high the highest of its users stands above
    what is guaranteed.
    """
    stopped = pc.value_counts(allocation.table.column("stopped_by")).to_pylist()
    counts = {one["values"] or "nothing": one["counts"] for one in sorted(stopped, key=lambda one: one["values"])}
    bounds = [bound for problem, solution in allocation.parts for bound in _bounds(problem, solution)]
    return {"format": FORMAT, "demands": allocation.table.num_rows, "stopped_by": counts, "bounds": bounds}


def _bounds(problem: Problem, solution: Solution) -> Iterator[dict[str, Any]]:
    projects = used_by_project(problem, solution.fraction)
    departments = problem.held_by_departments(projects)
    held = np.maximum(departments, problem.limits.reserve).sum(axis=0)
    above = solution.fraction > solution.guaranteed
    for place, resource in enumerate(problem.resources):
        users = (problem.demand[:, place] > 0) & above
        fixed = {"partition": problem.partition, "resource": resource}
        level = float(solution.level[users].max(initial=0.0))
        yield {"kind": "capacity", **fixed, **_state(problem.capacity[place], held[place], level)}
        for who in np.flatnonzero(np.isfinite(problem.limits.cap[:, place])):
            level = float(solution.level[users & (problem.department == who)].max(initial=0.0))
            named = {"kind": "department", "department": problem.departments[who], **fixed}
            yield {**named, **_state(problem.limits.cap[who, place], departments[who, place], level)}
        for which in np.flatnonzero(np.isfinite(problem.limits.project_cap[:, place])):
            level = float(solution.level[users & (problem.project == which)].max(initial=0.0))
            department, project = problem.projects[which]
            named = {"kind": "project", "department": department, "project": project, **fixed}
            yield {**named, **_state(problem.limits.project_cap[which, place], projects[which, place], level)}


def _state(bound: float, used: float, level: float) -> dict[str, Any]:
    saturated = bool(used >= bound * (1 - _SATURATED))
    return {"amount": float(bound), "used": float(used), "saturated": saturated, "level": level}
