"""One partition as the verifier sees it: read from the inputs anew, with nothing of the solver's."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ronghe.resources.allocate.inputs import Inputs
from ronghe.resources.allocate.problem import ProjectRule, Rule

__all__ = ["View", "dominant", "places", "seen", "weights"]

_F = NDArray[np.float64]
_I = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class View:
    """One partition as the verifier sees it; groups are department places and (department, project) places.

    `amounts` are the columns of the demands, one for each resource, as they lie there: a check reads them a few times,
    and a copy of them would cost as much as all the rest.
    """

    ids: pa.ChunkedArray
    names: list[str]
    amounts: list[_F]
    capacity: _F
    tier: _I
    department: _I
    departments: list[str]
    project: _I
    owner: _I
    bundle: _I
    level: _F
    fraction: _F
    guaranteed: _F
    by_project: _F
    stopped: pa.ChunkedArray
    quota: _F
    cap: _F
    reserve: _F
    project_quota: _F
    project_cap: _F
    project_reserve: _F


def places(column: pa.ChunkedArray) -> tuple[_I, list[str]]:
    """Texts as places in the list of those that occur."""
    encoded = column.combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    if len(names) == 1:
        return np.zeros(len(column), np.int64), names
    return encoded.indices.to_numpy().astype(np.int64), names


def _tells_departments_apart(inputs: Inputs) -> bool:
    """Whether anything depends on whose a demand is."""
    owners = any(row["department"] for row in inputs.supply.to_pylist())
    return owners or bool(inputs.policy.departments or inputs.debts) or inputs.policy.share_by == "department"


def _limit(rule: Mapping[str, float], name: str, partition: str) -> float | None:
    found = rule.get(f"{name}@{partition}")
    return rule.get(name) if found is None else found


def seen(inputs: Inputs, demands: pa.Table, made: pa.Table, partition: str) -> View:
    """A partition with its demands, what was made of them, and the bounds that policy and supply set."""
    names = [column[7:] for column in demands.column_names if column[:7] == "demand_"]
    stock = [row for row in inputs.supply.to_pylist() if row["partition"] == partition]
    capacity = np.array([sum(row["capacity"] for row in stock if row["resource"] == name) for name in names], float)
    tier, tiers = places(demands.column("tier"))
    department, departments = np.zeros(demands.num_rows, np.int64), [""]
    if _tells_departments_apart(inputs):
        department, departments = places(demands.column("department"))
    # What is held for a department that asks for nothing is held all the same.
    departments += sorted(set(inputs.policy.departments) - set(departments))
    departments += sorted({row["department"] for row in stock if row["department"]} - set(departments))
    project, projects = np.zeros(demands.num_rows, np.int64), [""]
    if _tells_departments_apart(inputs):
        project, projects = places(demands.column("project"))
    pairs = department * len(projects) + project
    if len(projects) > 1:
        numbers, pair = np.unique(pairs, return_inverse=True)
    else:
        numbers, pair = np.arange(len(departments)), department
    quota, cap, reserve = _department_bounds(inputs, departments, names, stock, partition)
    own = [(departments[number // len(projects)], projects[number % len(projects)]) for number in numbers.tolist()]
    # What is held for a project that asks for nothing is held all the same.
    own += [
        (who, what)
        for who, rule in inputs.policy.departments.items()
        for what in rule.projects
        if (who, what) not in own
    ]
    project_quota, project_cap, project_reserve = _project_bounds(inputs, own, names, partition)
    order = np.array([inputs.policy.tiers.index(name) for name in tiers])
    return View(
        ids=demands.column("id"),
        names=names,
        amounts=[demands.column("demand_" + name).to_numpy() for name in names],
        capacity=capacity,
        tier=order[tier],
        department=department,
        departments=departments,
        project=pair,
        owner=np.array([departments.index(who) for who, _ in own]),
        bundle=demands.column("bundle").to_numpy(),
        level=made.column("level").to_numpy(),
        fraction=made.column("fraction").to_numpy(),
        guaranteed=made.column("guaranteed").to_numpy(),
        by_project=made.column("by_project").to_numpy()
        if "by_project" in made.column_names
        else np.zeros(made.num_rows),
        stopped=made.column("stopped_by"),
        quota=quota,
        cap=cap,
        reserve=reserve,
        project_quota=project_quota,
        project_cap=project_cap,
        project_reserve=project_reserve,
    )


def _department_bounds(
    inputs: Inputs, departments: list[str], names: list[str], stock: list[dict[str, Any]], partition: str
) -> tuple[_F, _F, _F]:
    """Quota, cap and reserve, departments x resources; what a department supplies is its quota unless a rule says."""
    quota = np.zeros((len(departments), len(names)))
    cap, reserve = np.full_like(quota, np.inf), np.zeros_like(quota)
    for place, who in enumerate(departments):
        rule = inputs.policy.departments.get(who)
        for column, name in enumerate(names):
            given = None if rule is None else _limit(rule.quota, name, partition)
            if given is None:
                own = [row["capacity"] for row in stock if who and (row["department"], row["resource"]) == (who, name)]
                given = float(sum(own))
            quota[place, column] = given
            if rule is None:
                continue
            cap[place, column], reserve[place, column] = _ceiling(rule, given, name, partition)
    return quota, cap, reserve


def _project_bounds(
    inputs: Inputs, projects: list[tuple[str, str]], names: list[str], partition: str
) -> tuple[_F, _F, _F]:
    """As `_department_bounds`, projects x resources."""
    quota = np.zeros((len(projects), len(names)))
    cap, reserve = np.full_like(quota, np.inf), np.zeros_like(quota)
    for place, (who, what) in enumerate(projects):
        rule = inputs.policy.departments.get(who)
        own = None if rule is None else rule.projects.get(what)
        for column, name in enumerate(names if own is not None else []):
            assert own is not None
            given = _limit(own.quota, name, partition) or 0.0
            quota[place, column] = given
            cap[place, column], reserve[place, column] = _ceiling(own, given, name, partition)
    return quota, cap, reserve


def _ceiling(rule: Rule | ProjectRule, given: float, name: str, partition: str) -> tuple[float, float]:
    """The most that may be used of a resource, and what is kept of a quota `given`, used or not."""
    borrow, lent = _limit(rule.borrow, name, partition), _limit(rule.lend, name, partition)
    ceilings = [_limit(rule.cap, name, partition), None if borrow is None else given + borrow]
    most = min([one for one in ceilings if one is not None], default=np.inf)
    return most, 0.0 if lent is None else min(max(given - lent, 0.0), most)


def dominant(view: View) -> _F:
    """The largest part of a capacity that each demand asks for."""
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [
            column / total if total else np.nan_to_num(column / total, nan=0.0)
            for column, total in zip(view.amounts, view.capacity, strict=True)
        ]
    share: _F = parts[0]
    for part in parts[1:]:
        np.maximum(share, part, out=share)
    return share


def weights(inputs: Inputs, view: View, demands: pa.Table) -> _F:
    """The weight in force of each demand: its own, its department's and project's, and past use."""
    policy = inputs.policy
    own = demands.column("weight").to_numpy()
    rules = [policy.departments.get(name) for name in view.departments]
    department = np.array([1.0 if rule is None else rule.weight for rule in rules])
    department = department / np.exp2([inputs.debts.get(name, 0.0) for name in view.departments])
    project = np.ones(len(view.owner))
    if any(rule is not None and rule.projects for rule in rules):
        joined = pa.table({"d": demands.column("department"), "p": demands.column("project"), "n": view.project})
        for row in joined.group_by(["d", "p", "n"]).aggregate([]).to_pylist():
            rule = policy.departments.get(row["d"])
            named = None if rule is None else rule.projects.get(row["p"])
            project[row["n"]] = 1.0 if named is None else named.weight
    if policy.share_by == "demand":
        simple: _F = own * department[view.department] * project[view.project]
        return simple
    everyone = inputs.demands
    total = everyone.group_by(["department", "project"]).aggregate([("weight", "sum")]).to_pylist()
    sums = {(row["department"], row["project"]): row["weight_sum"] for row in total}
    per_department: dict[str, float] = {}
    for who, name in sums:
        rule = policy.departments.get(who)
        named = None if rule is None else rule.projects.get(name)
        per_department[who] = per_department.get(who, 0.0) + (1.0 if named is None else named.weight)
    owners, names = demands.column("department").to_pylist(), demands.column("project").to_pylist()
    whole = np.array([sums[pair] * per_department[pair[0]] for pair in zip(owners, names, strict=True)])
    divided: _F = own * department[view.department] * project[view.project] / whole
    return divided
