"""Ronghe's own road, as `ronghe data integrate plan.toml --out DIR` goes it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ronghe.journeys.integrate import integrate_files
from ronghe.tables.engine import Resources

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
    resources = Resources(memory=task.get("memory"), threads=task["threads"])
    integrate_files(plan, out=out / "out", now=datetime(2026, 1, 1, tzinfo=UTC), resources=resources)
