"""Plan a made town; what came out is written as JSON into the folder `out`."""

import json
from pathlib import Path
from typing import Any

from benchmarks.schedule.data import town
from ronghe.resources.schedule.schedule import schedule
from ronghe.resources.schedule.solve import Effort

PACKAGES = ("ronghe", "scipy", "numpy")


def run(task: dict[str, Any]) -> None:
    """Plan, and write the figures."""
    made = town(task["requests"], task["resources"], flexible=task["flexible"])
    effort = Effort(work=task["work"])
    plan = schedule(made.requests, made.resources, now=0, closed=made.closed, effort=effort)
    figures = {
        "value": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "greedy": sum(tier.greedy for tier in plan.tiers),
        "served": len({one.id for one in plan.assignments}),
        "refused": len(plan.rejections),
        "told": sum(bool(one.reason) for one in plan.rejections),
    }
    (Path(task["out"]) / "found.json").write_text(json.dumps(figures), "utf-8")
