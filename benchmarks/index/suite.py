"""The sharing index of a city from a million audit entries: read, folded, measured and kept."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.index.data import home_of
from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.results import Goal, at_most, report

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "index"
ROWS = 1_000_000
CASES = ("degree",)


def _goals(measured: Mapping[str, Measured]) -> list[Goal]:
    spent = measured.get("degree")
    return [
        at_most("the city's degree: elapsed", spent.wall if spent else None, 5, "s"),
        at_most("the city's degree: CPU, for it runs on one core", spent.cpu if spent else None, 5, "s"),
    ]


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times."""
    del full
    cases = []
    if not only or "degree" in only:
        home = home_of(folder, rows)
        # Where the measured process finds its installation.
        os.environ["RONGHE_HOME"] = str(home)
        cases = [Case("degree", "Ronghe, SQLite", "benchmarks.index.ours", {"home": str(home)}, rows)]
    said: dict[str, Any] = {}

    def check(_case: Case, out: Path) -> None:
        said.update(json.loads((out / "found.json").read_text("utf-8")))

    measured, skipped = measure(cases, repeats=repeats, check=check, tell=tell)
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=_goals(measured),
        notes=[f"{name}: {value}" for name, value in said.items()],
        inputs=[],
        machine=machine(),
    )
