"""Why a demand got what it got: what stopped it, who stands above it on what right, what would have sufficed."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.resources.allocate.allocation import KINDS, Allocation
from ronghe.resources.allocate.certificate import used_by_project
from ronghe.resources.allocate.problem import Problem
from ronghe.resources.allocate.solve import BUNDLE, CAPACITY, DEPARTMENT, PROJECT, Solution, dominant_shares, solve
from ronghe.terms import InputError

__all__ = ["Above", "Change", "Explanation", "explain"]

ROUNDS = 12
"""Bounds that may stand in a demand's way, one after the other, before the search for what would suffice ends."""
TRIED = 20_000
"""Demands up to which a change of capacity is tried out, not only reckoned."""
STEPS = 40


@dataclass(frozen=True, slots=True)
class Above:
    """Demands of a department above the one explained, and their right: guarantee, tier or bundle.

    With the right hold no demand has it: it lies with the department, which does not lend it.
    """

    department: str
    right: str
    demands: int
    amount: float


@dataclass(frozen=True, slots=True)
class Change:
    """A bound that would have to be `needed` instead of `now` for the demand to get all."""

    kind: str
    resource: str
    department: str
    project: str
    now: float
    needed: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """One demand's outcome; `above` lists who stands above it in the bound that stopped it."""

    id: str
    department: str
    fraction: float
    guaranteed: float
    level: float
    weight: float
    kind: str
    resource: str
    used: float
    bound: float
    granted: dict[str, float]
    asked: dict[str, float]
    above: tuple[Above, ...]
    changes: tuple[Change, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        fields = ("id", "department", "fraction", "guaranteed", "level", "weight", "kind", "resource", "used", "bound")
        return {
            **{name: getattr(self, name) for name in fields},
            "granted": self.granted,
            "asked": self.asked,
            "above": [{name: getattr(one, name) for name in Above.__slots__} for one in self.above],
            "changes": [{name: getattr(one, name) for name in Change.__slots__} for one in self.changes],
        }


def explain(allocation: Allocation, demand: str) -> Explanation:
    """The explanation of the demand with this id; InputError where there is none."""
    row = pc.index(allocation.table.column("id"), pa.scalar(demand, pa.string())).as_py()
    if row < 0:
        raise InputError("resources.no_such_demand", id=demand, demands=allocation.table.num_rows)
    problem, solution, place = _part(allocation, row)
    kind, resource = int(solution.kind[place]), int(solution.resource[place])
    used, bound = _used_of(problem, solution, place, kind, resource)
    asked = dict(zip(problem.resources, problem.demand[place].tolist(), strict=True))
    fraction = float(solution.fraction[place])
    return Explanation(
        id=demand,
        department=allocation.inputs.demands.column("department")[row].as_py(),
        fraction=fraction,
        guaranteed=float(solution.guaranteed[place]),
        level=float(solution.level[place]),
        weight=float(problem.weight[place]),
        kind=KINDS.get(kind, ""),
        resource=problem.resources[resource] if kind else "",
        used=used,
        bound=bound,
        granted={name: round(amount * fraction, 9) for name, amount in asked.items()},
        asked=asked,
        above=tuple(_above(allocation, problem, solution, place)) if kind else (),
        changes=tuple(_changes(problem, solution, place)) if kind else (),
    )


def _part(allocation: Allocation, row: int) -> tuple[Problem, Solution, int]:
    for problem, solution in allocation.parts:
        place = int(np.searchsorted(problem.rows, row))
        if place < len(problem.rows) and problem.rows[place] == row:
            return problem, solution, place
    raise AssertionError(row)


def _used_of(problem: Problem, solution: Solution, place: int, kind: int, resource: int) -> tuple[float, float]:
    """What is used of the bound that stopped a demand, and the bound."""
    project = int(problem.project[place])
    department = int(problem.department_of[project])
    projects = used_by_project(problem, solution.fraction)
    departments = problem.held_by_departments(projects)
    if kind == PROJECT:
        return float(projects[project, resource]), float(problem.limits.project_cap[project, resource])
    if kind == DEPARTMENT:
        return float(departments[department, resource]), float(problem.limits.cap[department, resource])
    held = np.maximum(departments, problem.limits.reserve).sum(axis=0)
    return (float(held[resource]), float(problem.capacity[resource])) if kind else (0.0, 0.0)


def _above(allocation: Allocation, problem: Problem, solution: Solution, place: int) -> list[Above]:
    """Who uses the stopping bound and stands higher, by department and right, the largest amount first."""
    kind, resource = int(solution.kind[place]), int(solution.resource[place])
    amount = problem.demand[:, resource] * solution.fraction
    among = amount > 0
    if kind == PROJECT:
        among &= problem.project == problem.project[place]
    elif kind == DEPARTMENT:
        among &= problem.department == problem.department[place]
    among[place] = False
    guaranteed = solution.guaranteed >= solution.fraction
    higher = solution.level > solution.level[place] * (1 + 1e-9)
    earlier = problem.tier < problem.tier[place]
    rights = {
        "tier": among & earlier,
        "bundle": among & ~earlier & higher & (problem.bundles > 0),
        "guarantee": among & ~earlier & higher & guaranteed & (problem.bundles == 0),
    }
    names = allocation.inputs.demands.column("department").take(pa.array(problem.rows))
    found = []
    for right, chosen in rights.items():
        table = pa.table({"department": names, "amount": amount}).filter(pa.array(chosen))
        sums = table.group_by("department").aggregate([("amount", "sum"), ("amount", "count")]).to_pylist()
        found += [Above(one["department"], right, one["amount_count"], one["amount_sum"]) for one in sums]
    found += _holds(problem, solution, place, kind, resource)
    return sorted(found, key=lambda one: (-one.amount, one.department, one.right))


def _holds(problem: Problem, solution: Solution, place: int, kind: int, resource: int) -> list[Above]:
    """What departments, or other projects of the demand's own, keep of a resource and do not use."""
    if kind not in (CAPACITY, DEPARTMENT):
        return []
    used = used_by_project(problem, solution.fraction)
    kept = np.maximum(problem.limits.project_reserve - used, 0.0)[:, resource]
    mine = int(problem.project[place])
    kept[mine] = 0.0
    own = int(problem.department_of[mine])
    by_department = np.bincount(problem.department_of, kept, len(problem.departments))
    if kind == CAPACITY:
        idle = np.maximum(problem.limits.reserve - problem.held_by_departments(used), 0.0)[:, resource]
        by_department += np.where(np.arange(len(idle)) == own, 0.0, idle)
    else:
        by_department = np.where(np.arange(len(by_department)) == own, by_department, 0.0)
    whole = float(problem.capacity[resource])
    return [
        Above(problem.departments[who], "hold", 0, float(by_department[who]))
        for who in np.flatnonzero(by_department > whole * 1e-9)
    ]


def _changes(problem: Problem, solution: Solution, place: int) -> list[Change]:
    """The smallest bounds, of those in the way, that would have given the demand all.

    The bounds are taken away one after the other until it gets all; then the amounts used at its level are needed.
    """
    if not np.isfinite(dominant_shares(problem)[place]) or solution.kind[place] == BUNDLE:
        return _first_need(problem, solution, place)
    taken: list[tuple[int, int]] = []
    opened, found = problem, solution
    for _ in range(ROUNDS):
        kind, resource = int(found.kind[place]), int(found.resource[place])
        if kind not in (CAPACITY, DEPARTMENT, PROJECT) or (kind, resource) in taken:
            break
        taken.append((kind, resource))
        opened = _without(opened, place, kind, resource)
        found = _solved_to(opened, place, problem)
    if found.fraction[place] < 1 - 1e-9:
        return []
    changes = [_change(problem, found, place, kind, resource) for kind, resource in taken]
    return [_settled(problem, place, changes[0])] if len(changes) == 1 else changes


def _settled(problem: Problem, place: int, change: Change) -> Change:
    """One change alone, tried: a capacity is what shares are measured by, so that raising it moves them too."""
    if change.kind != "capacity" or len(problem) > TRIED:
        return change
    resource = problem.resources.index(change.resource)

    def suffices(capacity: float) -> bool:
        raised = problem.capacity.copy()
        raised[resource] = capacity
        return bool(solve(replace(problem, capacity=raised)).fraction[place] >= 1 - 1e-9)

    low, high = change.now, float(max(change.needed, problem.demand[:, resource].sum()))
    if suffices(change.needed) and not suffices(change.now + (change.needed - change.now) * (1 - 1e-6)):
        return change
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return replace(change, needed=high)


def _first_need(problem: Problem, solution: Solution, place: int) -> list[Change]:
    """For a demand of whole bundles, or for what nobody supplies: room for all of it beside what others have."""
    missing = problem.demand[place] * (1 - solution.fraction[place])
    used = solution.fraction @ problem.demand
    needed = used + missing
    return [
        Change("capacity", name, "", "", float(now), float(then))
        for name, now, then in zip(problem.resources, problem.capacity, needed, strict=True)
        if then > now * (1 + 1e-9)
    ]


def _without(problem: Problem, place: int, kind: int, resource: int) -> Problem:
    """The problem without a bound; shares are still of the capacity that there is."""
    limits, project = problem.limits, problem.project[place]
    if kind == CAPACITY:
        capacity = problem.capacity.copy()
        capacity[resource] = np.inf
        return replace(problem, capacity=capacity)
    bound = (limits.cap if kind == DEPARTMENT else limits.project_cap).copy()
    bound[problem.department_of[project] if kind == DEPARTMENT else project, resource] = np.inf
    name = "cap" if kind == DEPARTMENT else "project_cap"
    return replace(problem, limits=replace(limits, **{name: bound}))


def _solved_to(opened: Problem, place: int, original: Problem) -> Solution:
    """The solution in which nobody of the demand's tier rises above the level at which it has all."""
    shares = dominant_shares(original)
    level = shares[place] / original.weight[place]
    return solve(opened, shares=shares, ceiling=float(level), tier=int(original.tier[place]))


def _change(problem: Problem, found: Solution, place: int, kind: int, resource: int) -> Change:
    project = int(problem.project[place])
    department = int(problem.department_of[project])
    projects = used_by_project(problem, found.fraction)
    departments = problem.held_by_departments(projects)
    name = problem.resources[resource]
    who, what = problem.projects[project]
    if kind == CAPACITY:
        needed = float(np.maximum(departments, problem.limits.reserve).sum(axis=0)[resource])
        return Change("capacity", name, "", "", float(problem.capacity[resource]), needed)
    if kind == DEPARTMENT:
        bound = float(problem.limits.cap[department, resource])
        return Change("department", name, who, "", bound, float(departments[department, resource]))
    bound = float(problem.limits.project_cap[project, resource])
    return Change("project", name, who, what, bound, float(projects[project, resource]))
