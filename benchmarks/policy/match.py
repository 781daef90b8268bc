"""`ronghe policy match`: a table of subjects against twenty rules, with clauses, missing facts, amounts and counts."""

from datetime import date
from pathlib import Path
from typing import Any

from ronghe.journeys.policy_matching import match_files
from ronghe.tables.engine import Resources

PACKAGES = ("ronghe", "duckdb", "sqlglot")


def run(task: dict[str, Any]) -> None:
    match_files(
        Path(task["rules"]),
        task["source"],
        as_of=date(2026, 1, 1),
        out=Path(task["out"]) / "matched",
        resources=Resources(threads=task["threads"]),
    )
