"""What a read through the API costs, and a large city: search, pages, look-ups, streams, and minutes of all at once."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.platform.large import NAMES, Large
from benchmarks.results import at_least, report

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "platform"
ROWS = 2_000
CASES = ("api", *NAMES)
READS = 600


class _Found:
    """What each run wrote; the best run counts, as others of the machine can only slow it down."""

    def __init__(self) -> None:
        self.runs: list[dict[str, dict[str, float]]] = []

    def check(self, _case: Case, folder: Path) -> None:
        """Read what a run wrote down."""
        self.runs.append(json.loads((folder / "found.json").read_text("utf-8")))

    def best(self, name: str, what: str) -> float | None:
        """The most reads, or the fewest milliseconds."""
        values = [run[name][what] for run in self.runs]
        return (min if what.endswith("ms") else max)(values) if values else None


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the reads over `rows` entries and the large city, `repeats` times; `full` soaks for an hour."""
    found, large = _Found(), Large(folder, full=full)
    task = {"entries": rows, "reads": READS}
    api = Case("api", f"Ronghe, {READS} reads of each kind", "benchmarks.platform.reads", task, rows)

    def check(case: Case, where: Path) -> None:
        (found.check if case is api else large.check)(case, where)

    measured: dict[str, Measured] = {}
    skipped: dict[str, str] = {}
    for cases, times in (([api, *large.cases(once=False)], repeats), (large.cases(once=True), 1)):
        wanted = [case for case in cases if not only or case.name in only]
        more, absent = measure(wanted, repeats=times, check=check, tell=tell)
        measured, skipped = measured | more, skipped | absent
    names = list(found.runs[0]) if found.runs else []
    goals = [at_least(f"{name}: reads a CPU second", found.best(name, "a_cpu_second"), 300, "/s") for name in names]
    goals += large.goals()
    notes = [f"{name}: p95 {found.best(name, 'p95_ms'):.1f} ms over one connection" for name in names]
    notes += large.notes()
    return report(NAME, measured=measured, skipped=skipped, goals=goals, notes=notes, inputs=[], machine=machine())
