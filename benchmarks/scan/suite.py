"""Columns of two kinds, Chinese remarks and English sentences: what is found, how surely, and how fast."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.measure import Case, Measured, measure
from benchmarks.results import Goal, at_least, report
from benchmarks.scan import held_out
from benchmarks.scan.remarks import remarks
from benchmarks.scan.score import Counted, Part, of_columns, of_texts
from benchmarks.scan.sets import KINDS_OF_ENTITIES, columns_truth, privacy_folder, sentences
from benchmarks.standardize.data import facts_of

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "scan"
ROWS = 1_500_000
"""Values of the made columns."""
CASES = ("public_columns", "made_columns", "remarks", "sentences", "presidio")
OURS, PEER = "benchmarks.scan.ours", "benchmarks.scan.peers.presidio_work"
SEED = 20_260
REMARKS = 20_000
THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6)
_ALIKE = {"mobile": "phone", "landline": "phone", "person_number": "number"}
_SCORED = frozenset(KINDS_OF_ENTITIES.values())
_ABSENT = "the public sets are not here: say where they lie by RONGHE_SHARED_DATA"


class _Scores:
    """What is true of each input, and what each case made of it."""

    def __init__(self) -> None:
        self.columns: dict[str, dict[str, str]] = {}
        self.texts: dict[str, list[list[Part]]] = {}
        self.found: dict[str, dict[str, Counted]] = {}

    def check(self, case: Case, folder: Path) -> None:
        """Score what a run wrote."""
        found = json.loads((folder / "found.json").read_text("utf-8"))
        if case.name in self.columns:
            self.found[case.name] = of_columns(self.columns[case.name], found)
        elif case.name == "presidio":
            self.found[case.name] = self._best(found)
        else:
            self.found[case.name] = of_texts(self.texts[case.name], [_ours(some, case.name) for some in found])

    def _best(self, found: list[list[tuple[int, int, str, float]]]) -> dict[str, Counted]:
        """Presidio's scores at the threshold that is best for it, by F1."""

        def at(least: float) -> dict[str, Counted]:
            kept = [
                [(a, b, KINDS_OF_ENTITIES[name]) for a, b, name, score in some if _counts(name, score, least)]
                for some in found
            ]
            return of_texts(self.texts["sentences"], kept)

        return max(map(at, THRESHOLDS), key=lambda one: _f1(one["recall"].rate, one["precision"].rate))


def _counts(name: str, score: float, least: float) -> bool:
    return name in KINDS_OF_ENTITIES and score >= least


def _f1(recall: float, precision: float) -> float:
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0


def _ours(some: list[tuple[int, int, str]], case: str) -> list[Part]:
    if case == "remarks":
        return [(a, b, kind) for a, b, kind in some]
    return [(a, b, known) for a, b, kind in some if (known := _ALIKE.get(kind, kind)) in _SCORED]


def _texts(path: Path, texts: Sequence[str]) -> str:
    path.write_text(json.dumps(texts, ensure_ascii=False), "utf-8")
    return str(path)


def _cases(folder: Path, values: int, scores: _Scores, wanted: Sequence[str]) -> list[Case]:
    folder.mkdir(parents=True, exist_ok=True)
    cases: list[Case] = []
    public = privacy_folder()
    if "made_columns" in wanted:
        path, rows = folder / f"scan_columns_{values}.csv", max(values // len(held_out.SHAPES), 50)
        scores.columns["made_columns"] = held_out.write(path, rows=rows, seed=SEED)
        task = {"source": str(path)}
        cases.append(Case("made_columns", "Ronghe, made columns", OURS, task, rows * len(held_out.SHAPES)))
    if "remarks" in wanted:
        made = remarks(REMARKS, seed=SEED)
        scores.texts["remarks"] = [list(one.parts) for one in made]
        task = {"source": _texts(folder / "scan_remarks.json", [one.text for one in made])}
        cases.append(Case("remarks", "Ronghe, Chinese remarks", OURS, task, len(made)))
    if public is None:
        return cases
    if "public_columns" in wanted:
        scores.columns["public_columns"] = columns_truth(public)
        task = {"source": str(public / "pii_zh" / "cols.csv")}
        cases.append(Case("public_columns", "Ronghe, public columns", OURS, task, 400 * 88))
    given = sentences(public)
    scores.texts["sentences"] = [
        [(a, b, KINDS_OF_ENTITIES[name]) for a, b, name in one.entities if name in KINDS_OF_ENTITIES] for one in given
    ]
    task = {"source": _texts(folder / "scan_sentences.json", [one.text for one in given])}
    if "sentences" in wanted:
        cases.append(Case("sentences", "Ronghe, English sentences", OURS, task, len(given)))
    if "presidio" in wanted:
        cases.append(Case("presidio", "Presidio's patterns, English sentences", PEER, task, len(given), peer=True))
    return cases


def _rate(scores: _Scores, case: str, what: str) -> float | None:
    return scores.found[case][what].rate if case in scores.found else None


def _more(scores: _Scores, what: str) -> float | None:
    ours, theirs = _rate(scores, "sentences", what), _rate(scores, "presidio", what)
    return None if ours is None or theirs is None else ours - theirs


def _speed(measured: Mapping[str, Measured], case: str) -> float | None:
    return measured[case].case.rows / measured[case].cpu if case in measured else None


def goals(measured: Mapping[str, Measured], scores: _Scores) -> list[Goal]:
    """What is to be reached, and what was."""
    wanted = (("recall", 0.98), ("precision", 0.97), ("kind", 0.98))
    of_public = [
        at_least(f"public columns: {what}", _rate(scores, "public_columns", what), n, "") for what, n in wanted
    ]
    of_made = [at_least(f"made columns: {what}", _rate(scores, "made_columns", what), n, "") for what, n in wanted]
    return [
        *of_public,
        *of_made,
        at_least("public columns: values per CPU second", _speed(measured, "public_columns"), 100_000, "values/s"),
        at_least("made columns: values per CPU second", _speed(measured, "made_columns"), 100_000, "values/s"),
        at_least("sentences: recall above Presidio's", _more(scores, "recall"), 0, ""),
        at_least("sentences: precision above Presidio's", _more(scores, "precision"), 0, ""),
    ]


def _notes(scores: _Scores) -> list[str]:
    return [
        f"{case}: " + "; ".join(f"{what} {counted}" for what, counted in found.items())
        for case, found in scores.found.items()
    ]


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times, and score what they found."""
    del full
    scores = _Scores()
    wanted = [name for name in CASES if not only or name in only]
    cases = _cases(folder, rows, scores, wanted)
    measured, skipped = measure(cases, repeats=repeats, check=scores.check, tell=tell)
    if privacy_folder() is None:
        skipped |= {name: _ABSENT for name in wanted if name not in {case.name for case in cases}}
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=goals(measured, scores),
        notes=_notes(scores),
        inputs=[facts_of(Path(path)) for path in dict.fromkeys(case.task["source"] for case in cases)],
        machine=machine(),
    )
