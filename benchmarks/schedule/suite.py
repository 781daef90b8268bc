"""Bookings against their bound, slots against SQLite, projects against the best makespans known."""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Case, measure
from benchmarks.public_data import VARIABLE, public_folder
from benchmarks.results import Goal, at_least, at_most, report

__all__ = ["CASES", "NAME", "ROWS", "best_known", "projects_folder", "run"]

NAME = "schedule"
ROWS = 1_000_000
"""Bookings that the index and SQLite hold."""
SETS = ("j30", "j60", "j120")
CASES = ("fixed", "flexible_5k", "flexible_20k", "index", "sqlite", *SETS)
SECONDS = 30
"""Of one core, for each instance: half of what a machine with two gives in that time."""
SAMPLE = 4
"""Instances of each set, evenly apart; --full takes every fourth."""
WORK = 4
"""Neighborhoods for each part: the relaxation has closed nearly all of the gap before them."""
_ABSENT = f"the public instances are not here: say where they lie by {VARIABLE}"


def projects_folder() -> Path | None:
    """Where the PSPLIB instances lie, if they are here."""
    return public_folder("resources", "rcpsp")


def best_known(folder: Path) -> dict[str, int]:
    """The best makespan known of each instance."""
    with (folder / "best_known.csv").open(encoding="utf-8", newline="") as file:
        return {row["instance"]: int(row["upper_bound"]) for row in csv.DictReader(file)}


def _towns() -> list[Case]:
    ours = "benchmarks.schedule.ours"
    return [
        Case(name, title, ours, {"requests": n, "resources": m, "flexible": flexible, "work": WORK}, n)
        for name, title, n, m, flexible in (
            ("fixed", "fixed times, 20k requests, 500 resources", 20_000, 500, False),
            ("flexible_5k", "flexible times, 5k requests, 200 resources", 5_000, 200, True),
            ("flexible_20k", "flexible times, 20k requests, 500 resources", 20_000, 500, True),
        )
    ]


def _slots(rows: int) -> list[Case]:
    task = {"bookings": rows, "resources": 500}
    return [
        Case(
            "index",
            "index of bookings",
            "benchmarks.schedule.slots",
            {**task, "questions": 50_000, "sqlite": False},
            rows,
        ),
        Case("sqlite", "SQLite", "benchmarks.schedule.slots", {**task, "questions": 2_000, "sqlite": True}, rows),
    ]


def _projects(*, full: bool) -> list[Case]:
    folder = projects_folder()
    if folder is None:
        return []
    cases = []
    for name in SETS:
        paths = sorted(folder.glob(f"{name}_*.rcp"))
        some = paths[::4] if full else paths[:: max(1, len(paths) // SAMPLE)][:SAMPLE]
        task = {"paths": [str(path) for path in some], "seconds": SECONDS}
        cases.append(
            Case(name, f"PSPLIB {name}, {len(some)} instances", "benchmarks.schedule.projects", task, len(some))
        )
    return cases


class _Found:
    """What each case came to, the last run counting: every run comes to the same but for the projects."""

    def __init__(self) -> None:
        self.of: dict[str, dict[str, Any]] = {}

    def check(self, case: Case, folder: Path) -> None:
        self.of[case.name] = json.loads((folder / "found.json").read_text("utf-8"))
        both = [self.of[name]["answers"] for name in ("index", "sqlite") if name in self.of]
        if len(both) == 2 and any(a != b for a, b in zip(*both, strict=False)):
            raise RuntimeError("the index and SQLite do not find the same slots")

    def part(self, case: str, name: str) -> float | None:
        return self.of[case][name] if case in self.of else None

    def over(self, case: str) -> float | None:
        """How far the makespans lie over the best known, in percent."""
        folder = projects_folder()
        if case not in self.of or folder is None:
            return None
        best = best_known(folder)
        return 100 * fmean(makespan / best[name] - 1 for name, makespan in self.of[case].items())


def _percent(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _ratio(found: _Found) -> float | None:
    ours, theirs = found.part("index", "per_question"), found.part("sqlite", "per_question")
    return None if ours is None or theirs is None else ours / theirs


def _over_greedy(found: _Found, case: str) -> float | None:
    value, greedy = found.part(case, "value"), found.part(case, "greedy")
    return None if value is None or not greedy else value / greedy


def goals(found: _Found) -> list[Goal]:
    """What is to be reached, and what was."""
    gaps = (("fixed", 0.01), ("flexible_5k", 1), ("flexible_20k", 2))
    sets = (("j30", 0), ("j60", 1), ("j120", 3.5))
    return [
        *(at_most(f"{case}: gap to the bound", _percent(found.part(case, "gap")), most, "%") for case, most in gaps),
        *(at_least(f"{case}: value over the greedy plan's", _over_greedy(found, case), 1) for case, _ in gaps),
        at_most("earliest slot, index over SQLite", _ratio(found), 0.1),
        at_least("book and cancel, pairs per CPU second", found.part("index", "pairs"), 20_000, "/s"),
        *(at_most(f"{case}: mean over the best known", found.over(case), most, "%") for case, most in sets),
    ]


def _notes(found: _Found) -> list[str]:
    lines = []
    for case, made in found.of.items():
        if "gap" in made:
            counts = f"{made['served']:,} served, {made['refused']:,} refused, {made['told']:,} of them with a reason"
            values = ", ".join(f"{name} {made[name] / 1000:,.0f}" for name in ("value", "bound", "greedy"))
            lines.append(f"{case}: {counts}; {values}")
        elif "per_question" in made:
            lines.append(f"{case}: {made['per_question'] * 1e6:,.1f} µs of CPU for each question")
        else:
            lines.append(f"{case}: " + ", ".join(f"{name} {makespan}" for name, makespan in made.items()))
    return lines


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times."""
    del folder
    found = _Found()
    cases = [*_towns(), *_slots(rows), *_projects(full=full)]
    wanted = [case for case in cases if not only or case.name in only]
    # Projects work until their seconds are over: a second run would cost what the first did, whatever it found.
    timed = [case for case in wanted if case.name not in SETS]
    measured, skipped = measure(timed, repeats=repeats, check=found.check, tell=tell)
    planned, absent = measure([case for case in wanted if case.name in SETS], repeats=1, check=found.check, tell=tell)
    measured, skipped = measured | planned, skipped | absent
    if projects_folder() is None:
        skipped |= {name: _ABSENT for name in SETS if not only or name in only}
    inputs: list[Mapping[str, str | int]] = []
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=goals(found),
        notes=_notes(found),
        inputs=inputs,
        machine=machine(),
    )
