"""Allocation beside a heap loop, its certificate, two real demands, NAB's score, forecasts beside naive ones."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.nab import score_folder
from benchmarks.public_data import public_data, public_folder
from benchmarks.resources.forecasts import compared
from benchmarks.results import Goal, at_least, at_most, report

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "resources"
ROWS = 1_000_000
_OURS, _TRACE, _COURSES = (f"benchmarks.resources.{name}" for name in ("ours", "trace", "courses"))
CASES = ("heap", "one", "four", "sixteen", "hundred", "trace", "courses")


def shared_data() -> Path | None:
    """The folder of test data, beside the tree or where the environment says; None where it is not."""
    return public_data() if public_folder("resources") else None


def _cases(rows: int) -> dict[str, Case]:
    def ours(name: str, count: int, kinds: int) -> Case:
        return Case(name, f"Ronghe, {count:,} x {kinds}", _OURS, {"demands": count, "kinds": kinds}, count)

    heap = {"demands": rows, "kinds": 4, "heap": True}
    found = {
        "heap": Case("heap", f"a heap loop, {rows:,} x 4", _OURS, heap, rows),
        "one": ours("one", rows, 1),
        "four": ours("four", rows, 4),
        "sixteen": ours("sixteen", rows, 16),
        "hundred": ours("hundred", max(rows // 10, 1), 16),
    }
    data = shared_data()
    if data is not None:
        task = {"folder": str(data / "resources" / "cluster")}
        found["trace"] = Case("trace", "Ronghe, a cluster trace", _TRACE, task, 8_152)
        task = {"folder": str(data / "resources" / "courses")}
        found["courses"] = Case("courses", "Ronghe, wishes for courses", _COURSES, task, 1_370)
    return found


def _told(found: Mapping[str, Measured], name: str, what: str) -> float | None:
    """The median of a figure that a case told."""
    if name not in found:
        return None
    values = [json.loads(sample.told)[what] for sample in found[name].samples if sample.told]
    return float(median(values)) if values else None


def _over(one: float | None, other: float | None) -> float | None:
    return None if one is None or not other else one / other


def goals(found: Mapping[str, Measured]) -> list[Goal]:
    """What is to be reached, and what was; `solve` is of arrays, `allocate` from table to table."""

    def told(name: str, what: str) -> float | None:
        return _told(found, name, what)

    faults = [fault for name in found if name != "heap" and (fault := told(name, "faults")) is not None]
    return [
        at_least("heap loop over solve, x 4", _over(told("heap", "solve"), told("four", "solve")), 10),
        at_least("heap loop over allocate, x 4", _over(told("heap", "solve"), told("four", "allocate")), 10),
        at_most("solve, x 1", told("one", "solve"), 4, "s"),
        at_most("solve, x 16", told("sixteen", "solve"), 8, "s"),
        at_most("solve, a tenth, x 16", told("hundred", "solve"), 0.3, "s"),
        at_most("verify over solve, x 4", _over(told("four", "verify"), told("four", "solve")), 0.2),
        at_most("verify over allocate, x 4", _over(told("four", "verify"), told("four", "allocate")), 0.2),
        at_most("certificates with faults", sum(faults) if faults else None, 0, ""),
    ]


def _of_data() -> tuple[list[Goal], list[str]]:
    """The goals that need the shared series."""
    data = shared_data()
    if data is None:
        return [], ["The shared series are not here: no NAB score and no forecasts."]
    folder = data / "resources" / "nab"
    score, raw = score_folder(folder)
    made = compared(folder)
    wanted = [
        at_least("NAB standard score", score, 60, ""),
        at_most("median MASE over the better naive's", made.mase / min(made.naive), 1),
        at_most("worst series over its better naive", made.worst, 1.1),
        at_least("coverage of 90% intervals", made.coverage, 0.85, ""),
        at_most("coverage of 90% intervals", made.coverage, 0.95, ""),
    ]
    daily, weekly = made.naive
    told = (
        f"NAB: one setting for {len(raw)} series. Forecast: {made.series} hourly series, 4 origins, median MASE "
        f"{made.mase:.3f}; seasonal naive of a day {daily:.3f}, of a week {weekly:.3f}."
    )
    return wanted, [told]


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times; then what needs no turns."""
    del folder, full
    cases = [case for name, case in _cases(rows).items() if not only or name in only]
    measured, skipped = measure(cases, repeats=repeats, check=lambda _case, _out: None, tell=tell)
    more, notes = ([], []) if only else _of_data()
    sums = [_told(measured, name, "sum") for name in ("heap", "four")]
    if None not in sums:
        notes.append(f"Sums of fractions: heap loop {sums[0]:.6f}, Ronghe {sums[1]:.6f}.")
    if "trace" in measured:
        told = json.loads(measured["trace"].samples[0].told or "{}")
        notes.append(
            f"The trace: {told['demands']:,} demands in {_told(measured, 'trace', 'allocate'):.3f} s CPU, "
            f"{told['whole']:,} of them whole, {told['faults']} faults of the certificate."
        )
    if "courses" in measured:
        told = json.loads(measured["courses"].samples[0].told or "{}")
        notes.append(
            f"The courses: {told['demands']:,} wishes of {told['students']} students in "
            f"{_told(measured, 'courses', 'allocate'):.3f} s CPU, {told['seats']} whole seats, {told['first']:.1%} of "
            f"the first wishes, {told['faults']} faults of the certificate."
        )
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=[*goals(measured), *more],
        notes=notes,
        inputs=[],
        machine=machine(),
    )
