"""One piece of work of the suite, in a process of its own: select, calibrate, recommend or audit."""

import json
import time
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.technology.arff import read_scenario
from benchmarks.technology.calibrating import held_out
from benchmarks.technology.meta import askl2, compared, runs_of
from benchmarks.technology.months import simulated
from benchmarks.technology.selecting import Scored, by_folds, one_forest, per_technology
from benchmarks.worker import cpu_seconds
from ronghe.journeys.technology_advisories import read_advisories, read_lifetimes
from ronghe.journeys.technology_import import import_files
from ronghe.technology.audit.audit import audit
from ronghe.technology.audit.components import Component, Sbom
from ronghe.technology.audit.licenses import read_license
from ronghe.technology.optimize.calibration import calibrate
from ronghe.technology.optimize.recommend import recommend
from ronghe.technology.optimize.selector import learn

PACKAGES = ("ronghe", "scikit-learn", "numpy", "scipy")
CHOOSERS = {"one_forest": one_forest, "per_technology": per_technology}
COMPONENTS = 1000


def _shown(made: Scored, technologies: int) -> dict[str, float]:
    figures = {"pooled": made.pooled, "mean_of_folds": made.mean_of_folds, "cpu": made.cpu}
    return {**figures, "technologies": technologies}


def _select(data: Path, names: list[str], chooser: str, seeds: list[int]) -> dict[str, Any]:
    found = {}
    for name in names:
        scenario = read_scenario(data / "aslib" / name)
        runs = [_shown(by_folds(scenario, CHOOSERS[chooser], seed=s), scenario.evidence.losses.shape[1]) for s in seeds]
        found[name] = {key: float(np.mean([run[key] for run in runs])) for key in runs[0]}
        found[name]["spread"] = float(np.ptp([run["pooled"] for run in runs]))
    return found


def _recommend(data: Path, name: str) -> dict[str, float]:
    """CPU milliseconds to answer one need, learned once."""
    scenario = read_scenario(data / "aslib" / name)
    selector = learn(scenario.evidence, seed=0)
    calibration = calibrate(selector, None)
    count = len(selector.evidence.technologies)
    proven, costs = np.ones(count, bool), np.full(count, np.nan)
    began = cpu_seconds()
    for row in range(100):
        recommend(selector, calibration, ["n"], scenario.evidence.features[row : row + 1], costs=costs, proven=proven)
    return {"milliseconds": (cpu_seconds() - began) * 10}


def _audit(data: Path) -> dict[str, float]:
    """A thousand components against all records, and how many listed versions agree."""
    began = time.process_time()
    advisories, _ = read_advisories(data / "osv_pypi.jsonl")
    lifetimes, _ = read_lifetimes(data / "eol")
    names = sorted({one.package for listed in advisories.by_package.values() for one in listed})
    parts = tuple(
        Component(names[i % len(names)], f"{i % 7}.{i % 5}.{i % 11}", "pkg:x", "PyPI", names[i % len(names)])
        for i in range(COMPONENTS)
    )
    sbom = Sbom("made", parts, timed=True, made_by=True, graph=True)
    made = audit(sbom, advisories, lifetimes, use="internal", today=date(2024, 10, 20))
    seconds = time.process_time() - began
    listed = [(one, version) for known in advisories.by_package.values() for one in known for version in one.versions]
    differing = sum(one.affects(version) is not True for one, version in listed)
    django = {v: len(advisories.of(Component("d", v, "", "PyPI", "django"))) for v in ("6.0.4", "2.2.8")}
    return {
        "seconds": seconds,
        "checked": made.checked,
        "listed": len(listed),
        "differing": differing,
        "django_6_0_4": django["6.0.4"],
        "django_2_2_8": django["2.2.8"],
    }


def _licenses(data: Path) -> dict[str, int]:
    """Of the licenses that inventories name: how many there are, are SPDX as written, are mapped to it."""
    written = []
    for path in sorted((data / "codejson").glob("*.json")):
        releases = json.loads(path.read_text("utf-8")).get("releases") or []
        written += [one for release in releases for one in (release.get("permissions") or {}).get("licenses") or []]
    names = [name for one in written if (name := str(one.get("name") or "").strip())]
    read = [read_license(name) for name in names]
    raw = sum(one.how in ("id", "expression") for one in read)
    return {"named": len(names), "raw": raw, "mapped": sum(bool(one.spdx) for one in read)}


def _metalearning(folder: Path) -> dict[str, Any]:
    evidence = askl2(folder / "askl2_balanced_accuracy_training_data.json")
    found: dict[str, Any] = {"askl2": asdict(compared(evidence, seed=0))}
    for path in sorted(folder.glob("*_dense")):
        found[path.name] = dict(zip(("workloads", "technologies", "most_tried"), runs_of(path), strict=True))
    return found


def _imports(data: Path, out: Path) -> dict[str, Any]:
    """Every public description into a registry: verdicts by form, and the files that say nothing of why."""
    paths = [data / "publiccode", data / "codejson", data / "sbom", data / "sill"]
    made = import_files(paths, registry=out / "registry")
    forms: dict[str, dict[str, int]] = {}
    for one in made.verdicts:
        counts = forms.setdefault(one.form or "other", {})
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    silent = sum(not (one.technologies or one.findings) for one in made.verdicts)
    return {"files": len(made.verdicts), "silent": silent, "forms": forms, "records": len(made.to_json()["files"])}


def run(task: dict[str, Any]) -> None:
    """Do the work and write what came of it."""
    data, kind = Path(task["data"]), task["kind"]
    if kind in CHOOSERS:
        found: dict[str, Any] = _select(data, task["names"], kind, task["seeds"])
    elif kind == "calibration":
        found = {name: asdict(held_out(read_scenario(data / "aslib" / name), seed=0)) for name in task["names"]}
    elif kind == "recommend":
        found = _recommend(data, task["names"][0])
    elif kind == "metalearning":
        found = _metalearning(data / "metalearning")
    elif kind == "imports":
        found = _imports(data, Path(task["out"]))
    elif kind == "months":
        found = asdict(simulated(task["months"], seed=0))
    else:
        found = {**_audit(data), **_licenses(data)}
    (Path(task["out"]) / "found.json").write_text(json.dumps(found), "utf-8")
