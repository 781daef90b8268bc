"""Allocate made demands and check the certificate; tells the CPU seconds of each as JSON."""

import json
import os
from typing import Any

import numpy as np

from benchmarks.resources.cases import plain_inputs
from benchmarks.resources.heap import heap_fill
from ronghe.resources.allocate.allocation import allocate
from ronghe.resources.allocate.inputs import problems
from ronghe.resources.allocate.solve import solve
from ronghe.resources.allocate.verify import verify

PACKAGES = ("numpy", "pyarrow")


def _cpu() -> float:
    used = os.times()
    return used.user + used.system


def made(rows: int, kinds: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Amounts, capacities and weights, the same for everyone: some demands do without some resources."""
    rng = np.random.default_rng(809)
    amounts = rng.exponential(size=(rows, kinds)) * (rng.random((rows, kinds)) < 0.7)
    return amounts, amounts.sum(axis=0) * rng.uniform(0.3, 0.9, kinds), rng.uniform(0.5, 2.0, rows)


def run(task: dict[str, Any]) -> str:
    amounts, capacity, weight = made(task["demands"], task["kinds"])
    if task.get("heap"):
        listed = amounts.tolist(), capacity.tolist(), weight.tolist()
        began = _cpu()
        fractions = np.array(heap_fill(*listed))
        return json.dumps({"solve": _cpu() - began, "sum": float(fractions.sum())})
    inputs = plain_inputs(amounts, capacity, weight)
    (problem,) = problems(inputs)
    began = _cpu()
    solution = solve(problem)
    solved = _cpu()
    allocation = allocate(inputs)
    allocated = _cpu()
    faults = verify(inputs, allocation.table)
    checked = _cpu()
    return json.dumps(
        {
            "solve": solved - began,
            "allocate": allocated - solved,
            "verify": checked - allocated,
            "faults": len(faults),
            "sum": float(solution.fraction.sum()),
        }
    )
