"""Ronghe's own road, by the command itself: as `ronghe data integrate plan.toml --out DIR` goes it."""

from pathlib import Path
from typing import Any

import ronghe.journeys.integrate  # noqa: F401 - what the command loads is not the work; "with start" has it
from ronghe.cli import main

PACKAGES = ("ronghe", "duckdb", "pyarrow")
STEP = """
[[step]]
name = "joined"
kind = "join"
of = ["people", "insured", "taxed"]
on = ["id"]
how = "full"
cardinality = "one-to-one"
"""


def run(task: dict[str, Any]) -> None:
    out = Path(task["out"])
    sources = "".join(f'[[source]]\nname = "{name}"\npath = "{path}"\n' for name, path in task["sources"].items())
    plan = out / "plan.toml"
    plan.write_text(sources + STEP, "utf-8")
    asked = ["data", "integrate", str(plan), "--out", str(out / "out"), "--quiet", "--threads", str(task["threads"])]
    asked += ["--memory", str(task["memory"])] if "memory" in task else []
    asked += ["--grades", task["grades"]] if "grades" in task else []
    if main(asked) != 0:
        raise RuntimeError("the join failed")
