"""The allocation as a table: what each demand gets, at what level, and what stopped it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ronghe.resources.allocate.inputs import AMOUNT, Inputs, check_known, problems, resource_names
from ronghe.resources.allocate.problem import Problem
from ronghe.resources.allocate.solve import ABSENT, BUNDLE, CAPACITY, DEPARTMENT, FULL, PROJECT, Solution, solve

__all__ = ["GRANTED", "KINDS", "Allocation", "allocate"]

GRANTED = "granted_"
KINDS = {CAPACITY: "capacity", DEPARTMENT: "department", PROJECT: "project", BUNDLE: "bundle", ABSENT: "absent"}
"""How `stopped_by` names the kinds of bound, before a colon and the resource; empty for a demand that got all."""
DECIMALS = 9
"""Decimals of granted amounts."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """What was allocated, from which inputs: the table `id, fraction, guaranteed, level, weight, stopped_by` and
    `granted_<resource>`, in the order of the demands, and the problem of each partition with its solution.

    Where projects have quotas, `by_project` is the part of `guaranteed` that they guarantee."""

    inputs: Inputs
    table: pa.Table
    parts: tuple[tuple[Problem, Solution], ...]


def allocate(inputs: Inputs) -> Allocation:
    """Allocate a supply to demands by a policy: the exact weighted dominant-resource max-min, tier by tier.

    Raises InputError for a tier that the policy does not have, Refused for guarantees that exceed the supply.
    """
    check_known(inputs)
    rows = inputs.demands.num_rows
    numbers = {name: np.zeros(rows) for name in ("fraction", "guaranteed", "by_project", "level", "weight")}
    stopped = np.zeros(rows, np.int64)
    names = resource_names(inputs.demands)
    parts = []
    for problem in problems(inputs):
        solution = solve(problem)
        parts.append((problem, solution))
        for name in ("fraction", "guaranteed", "by_project", "level"):
            numbers[name][problem.rows] = getattr(solution, name)
        numbers["weight"][problem.rows] = problem.weight
        stopped[problem.rows] = np.where(solution.kind == FULL, 0, solution.kind * len(names) + solution.resource)
    if not any(problem.limits.project_quota.any() for problem, _ in parts):
        del numbers["by_project"]
    labels = ["", *[""] * (len(names) - 1), *(f"{kind}:{name}" for kind in KINDS.values() for name in names)]
    reasons = pa.DictionaryArray.from_arrays(pa.array(stopped, pa.int32()), pa.array(labels, pa.string()))
    columns = {"id": inputs.demands.column("id"), **numbers, "stopped_by": reasons.cast(pa.string())}
    for name in names:
        amount = inputs.demands.column(AMOUNT + name).to_numpy()
        columns[GRANTED + name] = np.round(amount * numbers["fraction"], DECIMALS)
    return Allocation(inputs, pa.table(columns), tuple(parts))
