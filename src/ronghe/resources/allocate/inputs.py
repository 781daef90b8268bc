"""Demands and supply as tables, and the problems that they and a policy make: one for each partition.

A demand table has `id, department, project, tier, partition` (text), `weight, bundle` and a `demand_<resource>` column
of amounts each; a supply table has `resource, partition, department, unit` (text), `capacity, unit_cost`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ronghe.resources.allocate.problem import Floats, Limits, Numbers, Policy, Problem, ProjectRule, Rule
from ronghe.terms import InputError, Refused

__all__ = ["AMOUNT", "Inputs", "coded", "effective_rule", "problems", "resource_names"]

AMOUNT = "demand_"
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that an allocation depends on; `debts` is each department's past use, as `history.debts` gives it."""

    demands: pa.Table
    supply: pa.Table
    policy: Policy
    debts: Mapping[str, float]


def resource_names(demands: pa.Table) -> tuple[str, ...]:
    """The resources that a demand table has columns for."""
    return tuple(name.removeprefix(AMOUNT) for name in demands.column_names if name.startswith(AMOUNT))


def coded(column: pa.ChunkedArray) -> tuple[Numbers, list[str]]:
    """Texts as places in the list of those that occur, in order of appearance."""
    encoded = column.combine_chunks().dictionary_encode() if isinstance(column, pa.ChunkedArray) else column
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64), encoded.dictionary.to_pylist()


def effective_rule(policy: Policy, supply: pa.Table, department: str) -> Rule:
    """A department's rule; what it owns is its quota where the policy gives it none."""
    rule = policy.departments.get(department, Rule())
    owned: dict[str, float] = {}
    for row in supply.to_pylist():
        if row["department"] == department and row["department"]:
            key = f"{row['resource']}@{row['partition']}"
            if key not in rule.quota and row["resource"] not in rule.quota:
                owned[key] = owned.get(key, 0.0) + row["capacity"]
    return Rule(rule.weight, {**owned, **rule.quota}, rule.lend, rule.borrow, rule.cap, rule.projects)


def problems(inputs: Inputs) -> Iterator[Problem]:
    """One problem for each partition that demands name. Refused where guarantees exceed what there is."""
    codes, partitions = coded(inputs.demands.column("partition"))
    names = resource_names(inputs.demands)
    amounts = np.column_stack([inputs.demands.column(AMOUNT + name).to_numpy() for name in names])
    weights = in_force(inputs)
    for number, partition in enumerate(partitions):
        rows = np.flatnonzero(codes == number) if len(partitions) > 1 else np.arange(len(codes))
        yield _problem(inputs, partition, rows, amounts[rows] if len(partitions) > 1 else amounts, weights[rows], names)


def in_force(inputs: Inputs) -> Floats:
    """The weight of each demand after policy, hierarchy and past use."""
    weight = inputs.demands.column("weight").to_numpy().astype(np.float64)
    department, names = coded(inputs.demands.column("department"))
    project, _, labels = _projects(inputs.demands)
    rules = [inputs.policy.departments.get(name, Rule()) for name in names]
    debt = np.array([2.0 ** -inputs.debts.get(name, 0.0) for name in names])
    by_department = np.array([rule.weight for rule in rules]) * debt
    listed = [inputs.policy.departments.get(owner, Rule()).projects.get(name) for owner, name in labels]
    by_project = np.array([1.0 if rule is None else rule.weight for rule in listed])
    if inputs.policy.share_by == "demand":
        own: Floats = weight * by_department[department] * by_project[project]
        return own
    owners = np.array([names.index(owner) for owner, _ in labels])
    among_projects = by_project / np.bincount(owners, by_project)[owners]
    among_demands = weight / np.bincount(project, weight)[project]
    divided: Floats = by_department[department] * among_projects[project] * among_demands
    return divided


def _projects(demands: pa.Table) -> tuple[Numbers, Numbers, list[tuple[str, str]]]:
    """Project of each demand, department of each project, and their names."""
    department, departments = coded(demands.column("department"))
    named, names = coded(demands.column("project"))
    pair = department * len(names) + named
    span = len(departments) * len(names)
    if span > max(4 * len(pair), 1024):
        pairs, places = np.unique(pair, return_inverse=True)
    else:
        # The same without sorting: a demand each, but few departments and projects.
        occurs = np.bincount(pair, minlength=span) > 0
        pairs, places = np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[pair]
    owners = pairs // len(names)
    labels = [(departments[owner], names[pair % len(names)]) for owner, pair in zip(owners, pairs, strict=True)]
    return places, owners, labels


def _of(amounts: Mapping[str, float], resource: str, partition: str, otherwise: float) -> float:
    return amounts.get(f"{resource}@{partition}", amounts.get(resource, otherwise))


def _capacity(supply: pa.Table, names: tuple[str, ...], partition: str) -> Floats:
    capacity = dict.fromkeys(names, 0.0)
    for row in supply.to_pylist():
        if row["partition"] == partition and row["resource"] in capacity:
            capacity[row["resource"]] += row["capacity"]
    return np.array([capacity[name] for name in names])


def _problem(
    inputs: Inputs, partition: str, rows: Numbers, amounts: Floats, weights: Floats, names: tuple[str, ...]
) -> Problem:
    demands = inputs.demands if len(rows) == inputs.demands.num_rows else inputs.demands.take(rows)
    capacity = _capacity(inputs.supply, names, partition)
    tiers, tier_names = coded(demands.column("tier"))
    order = np.array([inputs.policy.tiers.index(name) for name in tier_names])
    project, department_of, projects, departments, limits = _limited(inputs, demands, names, partition, capacity)
    return Problem(
        partition=partition,
        rows=rows,
        resources=names,
        departments=departments,
        projects=projects,
        demand=np.ascontiguousarray(amounts),
        capacity=capacity,
        weight=weights,
        tier=order[tiers],
        project=project,
        department_of=department_of,
        bundles=demands.column("bundle").to_numpy().astype(np.int64),
        limits=limits,
    )


def _rows_of(rule: Rule | ProjectRule, names: tuple[str, ...], partition: str) -> dict[str, Floats]:
    """The bounds of a department or project by resource."""
    quota = np.array([_of(rule.quota, name, partition, 0.0) for name in names])
    lend = np.array([_of(rule.lend, name, partition, float("inf")) for name in names])
    borrow = np.array([_of(rule.borrow, name, partition, float("inf")) for name in names])
    cap = np.array([_of(rule.cap, name, partition, float("inf")) for name in names])
    most = np.minimum(cap, quota + borrow)
    return {"quota": quota, "cap": most, "reserve": np.minimum(np.maximum(quota - lend, 0.0), most)}


def _limited(
    inputs: Inputs, demands: pa.Table, names: tuple[str, ...], partition: str, capacity: Floats
) -> tuple[Numbers, Numbers, tuple[tuple[str, str], ...], tuple[str, ...], Limits]:
    """Projects and departments that something limits, each with its bounds; place 0 is all the others."""
    asked, _, labels = _projects(demands)
    everyone = sorted({owner for owner, _ in labels} | _owners(inputs))
    rules = {name: effective_rule(inputs.policy, inputs.supply, name) for name in everyone}
    bounds = {name: _rows_of(rule, names, partition) for name, rule in rules.items()}
    _check_admission({name: found["quota"] for name, found in bounds.items()}, names, partition, capacity)
    kept = [
        name
        for name in everyone
        if bounds[name]["quota"].any() or np.isfinite(bounds[name]["cap"]).any() or rules[name].projects
    ]
    for name in kept:
        _check_projects(name, rules[name], bounds[name], names, partition)
    departments = ("", *kept)
    none, open_ = np.zeros(len(names)), np.full(len(names), np.inf)
    unbound = {"quota": none, "cap": open_, "reserve": none}
    bounded = {
        (name, project): _rows_of(rule, names, partition)
        for name in kept
        for project, rule in rules[name].projects.items()
        if rule.quota or rule.borrow or rule.cap
    }
    # What is held for a project that asks for nothing is held all the same.
    plain = {(owner if owner in kept else "", "") for owner, project in labels if (owner, project) not in bounded}
    projects = (("", ""), *sorted({*plain, *bounded} - {("", "")}))
    places = {label: place for place, label in enumerate(projects)}
    place_of = [
        places[label] if (label := (owner, project)) in bounded else places[owner if owner in kept else "", ""]
        for owner, project in labels
    ]
    listed = [unbound, *(bounds[name] for name in kept)]
    of_projects = [bounded.get(label, unbound) for label in projects]
    limits = Limits(
        project_quota=np.array([found["quota"] for found in of_projects]),
        project_cap=np.array([found["cap"] for found in of_projects]),
        project_reserve=np.array([found["reserve"] for found in of_projects]),
        quota=np.array([found["quota"] for found in listed]),
        cap=np.array([found["cap"] for found in listed]),
        reserve=np.array([found["reserve"] for found in listed]),
    )
    department_of = np.array([departments.index(owner) for owner, _ in projects])
    return np.array(place_of)[asked], department_of, projects, departments, limits


def _check_projects(
    name: str, rule: Rule, bounds: Mapping[str, Floats], names: tuple[str, ...], partition: str
) -> None:
    """Refused where what is guaranteed to projects exceeds what is guaranteed to their department."""
    quotas = {project: _rows_of(one, names, partition)["quota"] for project, one in rule.projects.items()}
    total = sum(quotas.values(), np.zeros(len(names)))
    most = np.minimum(bounds["quota"], bounds["cap"])
    for place in np.flatnonzero(total > most * (1 + _TOLERANCE)):
        raise Refused(
            "resources.project_guarantees_exceed",
            department=name,
            resource=f"{names[place]}@{partition}" if partition else names[place],
            guaranteed=f"{total[place]:g}",
            quota=f"{most[place]:g}",
            projects=_holders(quotas, int(place)),
        )


def _holders(quotas: Mapping[str, Floats], place: int) -> str:
    """Who has a part in guarantees of a resource, the largest first."""
    parts = [(name, float(quota[place])) for name, quota in quotas.items() if quota[place] > 0]
    return ", ".join(f"{name} {amount:g}" for name, amount in sorted(parts, key=lambda one: -one[1]))


def _owners(inputs: Inputs) -> set[str]:
    """Departments that own something or have a rule."""
    owned = pc.unique(inputs.supply.column("department")).to_pylist()
    return {name for name in owned if name} | set(inputs.policy.departments)


def _check_admission(quotas: Mapping[str, Floats], names: tuple[str, ...], partition: str, capacity: Floats) -> None:
    """Refused where the guarantees of a resource exceed what there is of it, with everyone who has a part in it."""
    total = sum(quotas.values(), np.zeros(len(names)))
    for place in np.flatnonzero(total > capacity * (1 + _TOLERANCE)):
        where = f"{names[place]}@{partition}" if partition else names[place]
        raise Refused(
            "resources.guarantees_exceed",
            resource=where,
            guaranteed=f"{total[place]:g}",
            capacity=f"{capacity[place]:g}",
            departments=_holders(quotas, int(place)),
        )


def check_known(inputs: Inputs) -> None:
    """InputError for a tier, department rule or partition that nothing else names."""
    known = set(pc.unique(inputs.demands.column("tier")).to_pylist())
    for name in sorted(known - set(inputs.policy.tiers)):
        raise InputError("resources.tier_unknown", tier=name, known=", ".join(inputs.policy.tiers))
