"""Plan a sample of PSPLIB; makespans are written as JSON into the folder `out`."""

import json
from pathlib import Path
from typing import Any

from benchmarks.rcpsp import answers

PACKAGES = ("ronghe", "ortools", "numpy")


def run(task: dict[str, Any]) -> None:
    """Plan each instance for its seconds."""
    paths = [Path(path) for path in task["paths"]]
    found = {name: plan.makespan for name, plan in answers(paths, task["seconds"])}
    (Path(task["out"]) / "found.json").write_text(json.dumps(found), "utf-8")
