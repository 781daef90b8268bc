"""Figures of an allocation: how full each resource is, how even the satisfaction of departments, and what lies idle."""

from typing import Any

import numpy as np

from ronghe.resources.allocate.allocation import GRANTED, Allocation
from ronghe.resources.allocate.inputs import AMOUNT, coded, resource_names

__all__ = ["summary"]


def summary(allocation: Allocation) -> dict[str, Any]:
    """Per resource and partition: capacity, asked, granted, utilization, idle and its cost; Jain's index.

    `waste` is what lies idle while somebody still wants it: held as a reserve, or left over by whole bundles. The index
    (Jain, Chiu and Hawe 1984) is of the departments' granted dominant share over their asked one: 1 for all alike.
    """
    resources = [line for number in range(len(allocation.parts)) for line in _lines(allocation, number)]
    departments = _departments(allocation)
    return {
        "demands": allocation.table.num_rows,
        "granted_whole": int((allocation.table.column("fraction").to_numpy() >= 1).sum()),
        "resources": resources,
        "departments": departments,
        "jain": jain([line["satisfied"] for line in departments if line["satisfied"] is not None]),
    }


def _lines(allocation: Allocation, number: int) -> list[dict[str, Any]]:
    problem, solution = allocation.parts[number]
    costs = {
        row["resource"]: row["unit_cost"]
        for row in allocation.inputs.supply.to_pylist()
        if row["partition"] == problem.partition
    }
    granted, asked = np.einsum("n,nk->k", solution.fraction, problem.demand), problem.demand.sum(axis=0)
    lines = []
    for place, name in enumerate(problem.resources):
        capacity = float(problem.capacity[place])
        idle = max(capacity - float(granted[place]), 0.0)
        wanted = max(float(asked[place] - granted[place]), 0.0)
        lines.append(
            {
                "resource": name,
                "partition": problem.partition,
                "capacity": capacity,
                "asked": float(asked[place]),
                "granted": round(float(granted[place]), 9),
                "utilization": round(float(granted[place]) / capacity, 9) if capacity else None,
                "idle": round(idle, 9),
                "waste": round(min(idle, wanted), 9),
                "idle_cost": round(idle * (costs.get(name) or 0.0), 2),
            }
        )
    return lines


def _departments(allocation: Allocation) -> list[dict[str, Any]]:
    """What each department asked for and got, as its largest part of any resource."""
    demands = allocation.inputs.demands
    places, names = coded(demands.column("department"))
    capacity = _whole_capacity(allocation)
    asked, got = np.zeros(len(names)), np.zeros(len(names))
    for name in resource_names(demands):
        total = capacity.get(name, 0.0)
        if total <= 0:
            continue
        wanted = np.bincount(places, demands.column(AMOUNT + name).to_numpy(), len(names)) / total
        given = np.bincount(places, allocation.table.column(GRANTED + name).to_numpy(), len(names)) / total
        asked, got = np.maximum(asked, wanted), np.maximum(got, given)
    lines = zip(names, asked.tolist(), got.tolist(), strict=True)
    return sorted(
        (
            {
                "department": name,
                "asked_share": round(wanted, 9),
                "granted_share": round(given, 9),
                "satisfied": round(min(given / wanted, 1.0), 9) if wanted else None,
            }
            for name, wanted, given in lines
        ),
        key=lambda line: str(line["department"]),
    )


def _whole_capacity(allocation: Allocation) -> dict[str, float]:
    total: dict[str, float] = {}
    for row in allocation.inputs.supply.to_pylist():
        total[row["resource"]] = total.get(row["resource"], 0.0) + row["capacity"]
    return total


def jain(values: list[float]) -> float | None:
    """(sum x)^2 / (n sum x^2), from 1/n to 1; None of nothing."""
    squares = sum(value * value for value in values)
    return round(sum(values) ** 2 / (len(values) * squares), 9) if squares else None
