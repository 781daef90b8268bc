"""Rules over a million subjects, and words of two characters in fifty thousand documents."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.policy import data
from benchmarks.results import Goal, at_least, at_most, report
from benchmarks.standardize.data import facts_of

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "policy"
ROWS = 1_000_000
CASES = ("match", "search")
DOCUMENTS = 50_000


def _cases(folder: Path, rows: int, wanted: Sequence[str]) -> list[Case]:
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    if "match" in wanted:
        task = {"source": str(data.subjects_parquet(folder, rows)), "rules": str(data.rules_yaml(folder))}
        found.append(Case("match", f"Ronghe, {data.RULES} rules", "benchmarks.policy.match", task, rows))
    if "search" in wanted:
        count = min(DOCUMENTS, rows)
        found.append(
            Case("search", "Ronghe, library and searches", "benchmarks.policy.look", {"documents": count}, count)
        )
    return found


class _Found:
    """What the searches found, of the last run, and the slowest word of all."""

    def __init__(self) -> None:
        self.words: dict[str, dict[str, float]] = {}

    def check(self, case: Case, folder: Path) -> None:
        """Read what a run wrote down."""
        if case.name == "search":
            self.words = json.loads((folder / "found.json").read_text("utf-8"))

    def sum(self, what: str) -> float | None:
        """The sum over all words."""
        return sum(word[what] for word in self.words.values()) if self.words else None

    @property
    def recall(self) -> float | None:
        """The part of what is true that was found."""
        missed, true = self.sum("missed"), self.sum("true")
        return None if missed is None or not true else 1 - missed / true

    @property
    def slowest(self) -> float | None:
        """Milliseconds of the slowest word's median."""
        return max((word["ms"] for word in self.words.values()), default=None)


def _goals(measured: Mapping[str, Measured], found: _Found) -> list[Goal]:
    spent = measured.get("match")
    return [
        at_most("rules: CPU seconds, two cores' worth is 10", spent.cpu if spent else None, 10, "s"),
        at_most("rules: elapsed", spent.wall if spent else None, 5, "s"),
        at_least("search: recall of words of two characters", found.recall, 1, ""),
        at_most("search: the slowest word, CPU", found.slowest, 20, "ms"),
    ]


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times."""
    del full
    found = _Found()
    cases = _cases(folder, rows, [name for name in CASES if not only or name in only])
    measured, skipped = measure(cases, repeats=repeats, check=found.check, tell=tell)
    notes = [
        f"{word}: {one['true']:.0f} documents, {one['missed']:.0f} missed, {one['wrong']:.0f} wrong, {one['ms']:.1f} ms"
        for word, one in found.words.items()
    ]
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=_goals(measured, found),
        notes=notes,
        inputs=[facts_of(Path(case.task["source"])) for case in cases if "source" in case.task],
        machine=machine(),
    )
