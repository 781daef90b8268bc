"""Inputs with something changed: what `resources whatif --set` asks for."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from ronghe.journeys.resources.reading import LARGEST
from ronghe.resources.allocate.inputs import AMOUNT, Inputs
from ronghe.resources.allocate.problem import ProjectRule, Rule
from ronghe.terms import InputError, UsageError

__all__ = ["changed"]

_RULES = ("quota", "lend", "borrow", "cap")


def changed(inputs: Inputs, changes: Mapping[str, str]) -> Inputs:
    """The inputs with each change made.

    `capacity.RESOURCE[@PARTITION]`, `weight.DEPARTMENT`, `quota|lend|borrow|cap.DEPARTMENT.RESOURCE`, with
    `DEPARTMENT/PROJECT` for a project, `demand.ID.RESOURCE`. UsageError for a key that is none of these, InputError for
    one that nothing answers to.
    """
    for key, text in changes.items():
        amount = _amount(key, text)
        what, _, rest = key.partition(".")
        if what == "capacity" and rest:
            inputs = _with_capacity(inputs, key, rest, amount)
        elif what == "weight" and rest:
            inputs = _with_rule(inputs, rest, {"weight": amount})
        elif what in _RULES and "." in rest:
            department, _, resource = rest.rpartition(".")
            inputs = _with_amount(inputs, what, department, resource, amount)
        elif what == "demand" and "." in rest:
            demand, _, resource = rest.rpartition(".")
            inputs = _with_demand(inputs, key, demand, resource, amount)
        else:
            raise UsageError("resources.whatif_key", key=key)
    return inputs


def _amount(key: str, text: str) -> float:
    try:
        amount = float(text)
    except ValueError:
        amount = math.nan
    if not 0 <= amount <= LARGEST or (key.startswith("weight.") and amount == 0):
        raise UsageError("resources.whatif_value", key=key, value=text)
    return amount


def _with_capacity(inputs: Inputs, key: str, name: str, amount: float) -> Inputs:
    """The first row of the resource has all of it; the others none."""
    resource, _, partition = name.partition("@")
    rows = inputs.supply.to_pylist()
    meant = [row for row in rows if row["resource"] == resource and (not partition or row["partition"] == partition)]
    if not meant or len({row["partition"] for row in meant}) > 1:
        known = ", ".join(sorted({f"{row['resource']}@{row['partition']}".rstrip("@") for row in rows}))
        raise InputError("resources.whatif_unknown", key=key, known=known)
    total = sum(row["capacity"] for row in meant)
    for place, row in enumerate(meant):
        row["capacity"] = row["capacity"] / total * amount if total else (amount if place == 0 else 0.0)
    return replace(inputs, supply=pa.Table.from_pylist(rows, schema=inputs.supply.schema))


def _with_rule(inputs: Inputs, who: str, fields: Mapping[str, Any]) -> Inputs:
    department, project = _parted(inputs, who)
    known = {name for name in inputs.demands.column("department").unique().to_pylist() if name}
    known |= set(inputs.policy.departments) | {name for name in inputs.supply.column("department").to_pylist() if name}
    if department not in known:
        raise InputError("resources.whatif_unknown", key=department, known=", ".join(sorted(known)[:20]))
    before = inputs.policy.departments.get(department, Rule())
    if project:
        own = replace(before.projects.get(project, ProjectRule()), **fields)
        fields = {"projects": {**before.projects, project: own}}
    rule = replace(before, **fields)
    policy = replace(inputs.policy, departments={**inputs.policy.departments, department: rule})
    return replace(inputs, policy=policy)


def _parted(inputs: Inputs, who: str) -> tuple[str, str]:
    """Department and project of `DEPARTMENT/PROJECT`, which must be one; a department may have a slash in its name."""
    pairs = inputs.demands.group_by(["department", "project"]).aggregate([]).to_pylist()
    known = {(pair["department"], pair["project"]) for pair in pairs if pair["project"]}
    known |= {(name, project) for name, rule in inputs.policy.departments.items() for project in rule.projects}
    return next(((name, project) for name, project in sorted(known) if f"{name}/{project}" == who), (who, ""))


def _with_amount(inputs: Inputs, what: str, who: str, resource: str, amount: float) -> Inputs:
    rows = inputs.supply.select(["resource", "partition"]).to_pylist()
    known = sorted(
        {row["resource"] for row in rows} | {f"{row['resource']}@{row['partition']}".rstrip("@") for row in rows}
    )
    if resource not in known:
        raise InputError("resources.whatif_unknown", key=resource, known=", ".join(known))
    department, project = _parted(inputs, who)
    rule: Rule | ProjectRule = inputs.policy.departments.get(department, Rule())
    if project and isinstance(rule, Rule):
        rule = rule.projects.get(project, ProjectRule())
    return _with_rule(inputs, who, {what: {**getattr(rule, what), resource: amount}})


def _with_demand(inputs: Inputs, key: str, demand: str, resource: str, amount: float) -> Inputs:
    name = AMOUNT + resource
    rows = np.flatnonzero(np.array(inputs.demands.column("id").to_pylist(), object) == demand)
    if name not in inputs.demands.column_names or not len(rows):
        raise InputError("resources.whatif_unknown", key=key, known=", ".join(inputs.demands.column_names))
    values = inputs.demands.column(name).to_numpy().copy()
    values[rows[0]] = amount
    place = inputs.demands.column_names.index(name)
    return replace(inputs, demands=inputs.demands.set_column(place, name, pa.array(values)))
