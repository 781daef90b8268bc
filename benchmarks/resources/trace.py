"""Allocate the demand of a real cluster trace: what pods asked for, against half of its nodes."""

import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.resources.cases import supply_of
from ronghe.resources.allocate.allocation import allocate
from ronghe.resources.allocate.inputs import Inputs
from ronghe.resources.allocate.problem import Policy
from ronghe.resources.allocate.verify import verify

PACKAGES = ("numpy", "pyarrow")
TURNS = 10
"""A clock of hundredths of a second needs more than one."""
PART = 0.5
"""The part of the nodes that is there: all of them would hold what everybody asked for."""
TIERS = {"LS": "latency", "Guaranteed": "latency", "Burstable": "burstable", "BE": "best_effort"}


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def inputs_of(folder: Path) -> Inputs:
    """The trace as demands in the tiers of its service classes; a class of service is a department."""
    pods = _rows(folder / "openb_pod_list_default.csv")
    nodes = _rows(folder / "openb_node_list_all_node.csv")
    amounts = {
        "cpu": [float(pod["cpu_milli"]) for pod in pods],
        "memory": [float(pod["memory_mib"]) for pod in pods],
        "gpu": [float(pod["num_gpu"]) * float(pod["gpu_milli"] or 0) / 1000 for pod in pods],
    }
    tiers = tuple(dict.fromkeys(TIERS.values()))
    blank = pa.array([""] * len(pods), pa.string())
    demands = pa.table(
        {
            "id": [pod["name"] for pod in pods],
            "department": [pod["qos"] for pod in pods],
            "project": blank,
            "tier": [TIERS.get(pod["qos"], tiers[-1]) for pod in pods],
            "partition": blank,
            "weight": np.ones(len(pods)),
            "bundle": np.zeros(len(pods), np.int64),
            **{f"demand_{name}": values for name, values in amounts.items()},
        }
    )
    columns = {"cpu": "cpu_milli", "memory": "memory_mib", "gpu": "gpu"}
    total = {name: PART * sum(float(node[column] or 0) for node in nodes) for name, column in columns.items()}
    return Inputs(demands, supply_of([(name, "", "", amount) for name, amount in total.items()]), Policy(tiers), {})


def run(task: dict[str, Any]) -> str:
    inputs = inputs_of(Path(task["folder"]))
    began = os.times()
    for _ in range(TURNS):
        allocation = allocate(inputs)
    done = os.times()
    faults = verify(inputs, allocation.table)
    spent = (done.user + done.system - began.user - began.system) / TURNS
    whole = int((allocation.table.column("fraction").to_numpy() >= 1).sum())
    told = {"allocate": spent, "faults": len(faults), "demands": inputs.demands.num_rows, "whole": whole}
    return json.dumps(told)
