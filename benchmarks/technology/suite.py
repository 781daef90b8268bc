"""Selection, calibration, speed and audit of the technology engine, beside a forest for each technology."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.measure import Case, measure
from benchmarks.public_data import public_data
from benchmarks.results import Goal, at_least, at_most, report
from benchmarks.standardize.data import facts_of
from benchmarks.technology.selecting import published

__all__ = ["CASES", "NAME", "ROWS", "run"]

NAME = "technology"
ROWS = 3_142
"""Workloads of the seven scenarios with runtimes."""
CASES = ("one_forest", "per_technology", "calibration", "recommend", "metalearning", "audit", "imports", "months")
SIX = ("CPMP-2015", "QBF-2016", "MAXSAT12-PMS", "CSP-Minizinc-Time-2016", "SAT11-HAND", "SAT15-INDU")
HARD = "MIP-2016"
CALIBRATED = ("OPENML-WEKA-2017", "CPMP-2015", "QBF-2016", "SAT11-HAND")
SEEDS = [0, 1, 2]
MONTHS = 200
_FORESTS = ("one_forest", "per_technology")
_MADE = {"months"}
"""Cases that need no public data."""
_TITLES = {
    "one_forest": "Ronghe, one forest",
    "per_technology": "a forest for each technology",
    "calibration": "intervals and chances on held-out folds",
    "recommend": "a hundred recommendations",
    "metalearning": "auto-sklearn's strategies by data set",
    "audit": "1,000 components against all records",
    "imports": "every public description into a registry",
    "months": "simulated months of probes",
}
_ABSENT = "the public data are not here: say where they lie by RONGHE_SHARED_DATA"

Found = Mapping[str, Any]


def _data() -> Path:
    return public_data() / "technology"


def _names(kind: str) -> list[str]:
    return list({"calibration": CALIBRATED, "recommend": ("QBF-2016",)}.get(kind, (*SIX, HARD)))


def _mean(found: Mapping[str, Found], case: str, key: str = "pooled") -> float | None:
    return float(np.mean([found[case][name][key] for name in SIX])) if case in found else None


def _apart(found: Mapping[str, Found]) -> float | None:
    ours, theirs = _mean(found, "one_forest"), _mean(found, "per_technology")
    return None if ours is None or theirs is None else ours - theirs


def _faster(found: Mapping[str, Found]) -> float | None:
    """The ratio of CPU times on the scenarios with twenty technologies or more."""
    if not {"one_forest", "per_technology"} <= found.keys():
        return None
    ours, theirs = found["one_forest"], found["per_technology"]
    many = [name for name, made in ours.items() if made["technologies"] >= 20]
    return min(float(theirs[name]["cpu"]) / float(ours[name]["cpu"]) for name in many)


def _of(found: Mapping[str, Found], case: str, *keys: str) -> float | None:
    value: Any = found.get(case)
    for key in keys:
        value = None if value is None else value[key]
    return None if value is None else float(value)


def _worse(found: Mapping[str, Found]) -> float | None:
    made = found.get("metalearning")
    return None if made is None else float(made["askl2"]["ours"] - made["askl2"]["single_best"])


def goals(found: Mapping[str, Found]) -> list[Goal]:
    """What is to be reached, and what was."""
    held = found.get("calibration", {})
    cover = [one["coverage"] for one in held.values()]
    return [
        at_most("six scenarios: mean pooled normalized PAR10", _mean(found, "one_forest"), 0.40, ""),
        at_most("MIP-2016: pooled normalized PAR10", _of(found, "one_forest", HARD, "pooled"), 1.1, ""),
        at_most("six scenarios: above a forest for each technology", _apart(found), 0.02, ""),
        at_least("20 technologies or more: faster, the least of them", _faster(found), 10),
        at_least("90% intervals: least coverage", min(cover) if cover else None, 0.88, ""),
        at_most("90% intervals: most coverage", max(cover) if cover else None, 0.92, ""),
        at_most(
            "chances: largest calibration error", max(o["error"] for o in held.values()) if held else None, 0.07, ""
        ),
        at_most("one recommendation, CPU", _of(found, "recommend", "milliseconds"), 20, "ms"),
        at_most("OSV: listed versions that differ", _of(found, "audit", "differing"), 0, ""),
        at_most("OSV: Django 6.0.4, advisories", _of(found, "audit", "django_6_0_4"), 0, ""),
        at_least("OSV: Django 2.2.8, advisories", _of(found, "audit", "django_2_2_8"), 1, ""),
        at_most("audit of 1,000 components with reading, CPU", _of(found, "audit", "seconds"), 1, "s"),
        at_most("auto-sklearn: mean loss above the single best", _worse(found), 0.01, ""),
        at_most("files that neither import nor say why", _of(found, "imports", "silent"), 0, ""),
        at_most("outages: the latest page", _of(found, "months", "latest"), 300, "s"),
        at_most("outages that were not paged", _of(found, "months", "missed"), 0, ""),
        at_most("most alarms of one outage", _of(found, "months", "pages_most"), 1, ""),
        at_most("0.05% errors: most false pages in 30 days", _of(found, "months", "false_most"), 1, ""),
        at_most("flaps of period 2 to 60: most alarms", _of(found, "months", "flap_alarms_most"), 1, ""),
    ]


def _notes(found: Mapping[str, Found], table: Path) -> list[str]:
    notes = []
    known = published(table) if table.is_file() else {}
    for name in (*SIX, HARD):
        parts = [
            f"{_TITLES[case]} {found[case][name]['pooled']:.3f} pooled, "
            f"{found[case][name]['mean_of_folds']:.3f} by fold ({found[case][name]['cpu']:.1f} s CPU)"
            for case in CASES[:2]
            if case in found
        ]
        best = min(known.get(name, {}).items(), key=lambda one: one[1], default=None)
        parts += [f"published by fold: best {best[0]} {best[1]:.3f}"] if best else []
        if len(parts) > bool(best):
            notes.append(f"{name}: " + "; ".join(parts))
    for name, one in found.get("calibration", {}).items():
        figures = f"coverage {one['coverage']:.3f}, width {one['narrowed']:.2f} of that without features"
        notes.append(f"{name}: {figures}, calibration error {one['error']:.3f}")
    if "audit" in found:
        made = found["audit"]
        shares = f"{made['raw'] / made['named']:.0%} as written, {made['mapped'] / made['named']:.0%} mapped"
        notes.append(f"license names of code.json inventories: {made['named']}, of which SPDX {shares}")
        notes.append(f"OSV: {made['listed']:,} listed versions compared")
    return notes + _notes_of_the_rest(found)


def _notes_of_the_rest(found: Mapping[str, Found]) -> list[str]:
    notes = []
    if "metalearning" in found:
        one = found["metalearning"]["askl2"]
        figures = f"mean loss {one['ours']:.4f}, single best {one['single_best']:.4f}, best {one['virtual_best']:.4f}"
        notes.append(
            f"askl2: {one['workloads']} data sets, {one['technologies']} strategies: {figures}, "
            f"{one['gap_closed']:.1%} of the gap closed, features used in {one['informed']} of 10 folds"
        )
        notes += [
            f"{name}: {made['workloads']} data sets, {made['technologies']} configurations, at most "
            f"{made['most_tried']} for each data set: nothing to compare"
            for name, made in found["metalearning"].items()
            if name != "askl2"
        ]
    if "imports" in found:
        forms = found["imports"]["forms"]
        listed = (
            f"{form} {', '.join(f'{n} {verdict}' for verdict, n in made.items())}" for form, made in forms.items()
        )
        notes.append(f"files by form and verdict: {'; '.join(listed)}")
    if "months" in found:
        made = found["months"]
        notes.append(
            f"months: {made['months']} with an outage, {made['months']} with chance errors "
            f"({made['false_pages']} pages, {made['false_tickets']} tickets in all); {made['results']:,} results judged"
        )
    return notes


def run(
    folder: Path, *, rows: int, full: bool, only: Sequence[str], repeats: int, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Measure the cases named in `only`, or all, each `repeats` times; those of whole forests once."""
    del folder, full
    wanted = [name for name in CASES if not only or name in only]
    data, found = _data(), dict[str, Found]()
    possible = [name for name in wanted if data.is_dir() or name in _MADE]
    inputs: list[Mapping[str, str | int]] = []
    counts = {"audit": 1_000, "recommend": 100, "metalearning": 208, "imports": 200, "months": 2 * MONTHS * 43_200}
    cases = []
    for name in possible:
        task = {"data": str(data), "kind": name, "names": _names(name), "seeds": SEEDS, "months": MONTHS}
        cases.append(Case(name, _TITLES[name], "benchmarks.technology.work", task, counts.get(name, rows)))

    def check(case: Case, out: Path) -> None:
        found[case.name] = json.loads((out / "found.json").read_text("utf-8"))

    # Forests of all folds take minutes, and their CPU differs by less than a tenth from run to run.
    forests = [case for case in cases if case.name in _FORESTS]
    measured, skipped = measure(forests, repeats=1, check=check, tell=tell)
    others, absent = measure([case for case in cases if case not in forests], repeats=repeats, check=check, tell=tell)
    measured, skipped = measured | others, skipped | absent
    skipped |= {name: _ABSENT for name in wanted if name not in possible}
    if data.is_dir():
        paths = [data / "aslib" / name / "algorithm_runs.arff" for name in (*SIX, HARD)] + [data / "osv_pypi.jsonl"]
        inputs = [{**facts_of(path), "name": f"{path.parent.name}/{path.name}"} for path in paths]
    return report(
        NAME,
        measured=measured,
        skipped=skipped,
        goals=goals(found),
        notes=_notes(found, data / "aslib" / "published_npar10.csv"),
        inputs=inputs,
        machine=machine(),
    )
