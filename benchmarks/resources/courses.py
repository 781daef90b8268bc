"""Allocate the seats of real courses to what students wished for: whole seats, a tier for each rank of a wish.

The answers are of 26 students; each stands for as many as the seats are for. A student is a department whose places are
capped; a wish is a demand of one seat and one place, weighed by what the student said it is worth. Of two
courses that meet at one time the one worth more is kept, for the engine knows no times; courses a student may not take
are no wishes.
"""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.resources.cases import supply_of
from ronghe.resources.allocate.allocation import allocate
from ronghe.resources.allocate.inputs import Inputs
from ronghe.resources.allocate.problem import Policy, Rule
from ronghe.resources.allocate.verify import verify

PACKAGES = ("numpy", "pyarrow")
FILE = "ariel_5783_input.json"
PLACES = "places"


def _wishes(answers: dict[str, Any], student: str) -> list[tuple[str, float]]:
    """Courses and what they are worth, the best first."""
    barred = set(answers["agent_conflicts"].get(student, []))
    kept: list[tuple[str, float]] = []
    for course, worth in sorted(answers["valuations"][student].items(), key=lambda pair: (-pair[1], pair[0])):
        meets = set(answers["item_conflicts"].get(course, []))
        if worth > 0 and course not in barred and not meets & {taken for taken, _ in kept}:
            kept.append((course, float(worth)))
    return kept


def inputs_of(folder: Path) -> Inputs:
    """The answers as demands; resource k is the k-th course."""
    answers = json.loads((folder / FILE).read_text("utf-8"))
    seats, wanted = answers["item_capacities"], answers["agent_capacities"]
    courses = list(seats)
    copies = sum(seats.values()) // sum(wanted.values())
    rows = [
        (f"{student}-{copy}", rank, courses.index(course), worth)
        for student in wanted
        for copy in range(copies)
        for rank, (course, worth) in enumerate(_wishes(answers, student), 1)
    ]
    blank = pa.array([""] * len(rows), pa.string())
    at = np.array([row[2] for row in rows])
    demands = pa.table(
        {
            "id": [f"{student}:{rank}" for student, rank, _, _ in rows],
            "department": [row[0] for row in rows],
            "project": blank,
            "tier": [f"wish {row[1]}" for row in rows],
            "partition": blank,
            "weight": [row[3] for row in rows],
            "bundle": np.ones(len(rows), np.int64),
            f"demand_{PLACES}": np.ones(len(rows)),
            **{f"demand_c{place}": (at == place).astype(float) for place in range(len(courses))},
        }
    )
    supply = supply_of(
        [
            (PLACES, "", "", float(copies * sum(wanted.values()))),
            *((f"c{place}", "", "", float(seats[course])) for place, course in enumerate(courses)),
        ]
    )
    tiers = tuple(f"wish {rank}" for rank in range(1, max(row[1] for row in rows) + 1))
    caps = {f"{student}-{copy}": wanted[student] for student in wanted for copy in range(copies)}
    rules = {student: Rule(cap={PLACES: float(most)}) for student, most in caps.items()}
    return Inputs(demands, supply, Policy(tiers, rules), {})


def run(task: dict[str, Any]) -> str:
    inputs = inputs_of(Path(task["folder"]))
    began = os.times()
    allocation = allocate(inputs)
    done = os.times()
    faults = verify(inputs, allocation.table)
    granted = allocation.table.column("fraction").to_numpy() >= 1
    first = np.array(inputs.demands.column("tier").to_pylist()) == "wish 1"
    told = {
        "allocate": done.user + done.system - began.user - began.system,
        "faults": len(faults),
        "demands": inputs.demands.num_rows,
        "students": len(inputs.policy.departments),
        "seats": int(granted.sum()),
        "first": float(granted[first].mean()),
    }
    return json.dumps(told)
