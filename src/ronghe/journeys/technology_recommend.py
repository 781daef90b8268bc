"""Recommend technologies for the needs in a file and publish the answers with everything that supports them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from ronghe.journeys.technology_constraints import constraints
from ronghe.journeys.technology_evidence import CENSORED_FACTOR, Gathered, gather
from ronghe.journeys.technology_files import publish_recommendations
from ronghe.journeys.technology_reading import Rejected, Texts, read_texts
from ronghe.journeys.technology_recommended import Recommended
from ronghe.journeys.technology_registry import EVALUATIONS, WORKLOADS, read_kept
from ronghe.messages import Language
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.staged import Note
from ronghe.technology.optimize.calibration import Calibration, Drift, calibrate, drift
from ronghe.technology.optimize.recommend import Goal, Recommendation, benchmark_runs, recommend
from ronghe.technology.optimize.selector import FEWEST_WORKLOADS, Selector, learn
from ronghe.terms import InputError

__all__ = ["recommend_files"]

Floats = NDArray[np.float64]

PROVEN = 3
"""Evaluations below which a technology is unproven: it is never recommended alone."""
FEWEST = 3
"""Telling workloads below which nothing can be learned, not even which technology is best on the whole."""


def _needs(path: Path, gathered: Gathered) -> tuple[Texts, list[str], list[Note]]:
    texts = read_texts(path, wanted=("need",))
    seen: set[str | None] = set()
    kept = np.zeros(texts.table.num_rows, bool)
    told = []
    for at, name in enumerate(texts.table.column("need").to_pylist()):
        kept[at] = name is not None and name not in seen
        if not kept[at]:
            code = "technology.row_no_need" if name is None else "technology.row_need_twice"
            told.append(Rejected(texts.path, int(texts.rows[at]), code, {"value": name or ""}))
        seen.add(name)
    if not kept.any():
        raise InputError("technology.name_blank", path=texts.path, row=int(texts.rows[0]))
    texts = texts.only(kept, *told)
    names = texts.table.column("need").to_pylist()
    known = {one.name for one in gathered.encoding.features}
    given = set(texts.table.column_names) - {"need"}
    notes = [Note("technology.note_feature_ignored", {"features": ", ".join(sorted(given - known))})]
    notes += [Note("technology.note_feature_missing", {"features": ", ".join(sorted(known - given))})]
    notes = [note for note in notes if note.params["features"]]
    for one in gathered.encoding.features:
        if one.name in given and (unseen := one.unknown(texts.table.column(one.name))):
            shown = ", ".join(unseen[:5])
            notes.append(Note("technology.note_word_unseen", {"feature": one.name, "words": shown}))
    return texts, names, notes


def _goal(gathered: Gathered, selector: Selector, target: float | None, confidence: float) -> Goal | None:
    if target is None:
        return None
    evidence, metric = selector.evidence, gathered.metric
    limit = float(metric.loss(np.array([target]))[0])
    within = (evidence.losses <= limit + 1e-12) & evidence.succeeded
    return Goal(np.where(evidence.observed, within.astype(np.float64), np.nan), confidence)


def _beyond(gathered: Gathered, goal: Goal | None, target: float | None) -> list[Note]:
    """A target that every past evaluation meets, or none, is mostly one on another scale."""
    if goal is None or target is None:
        return []
    met = goal.met[~np.isnan(goal.met)]
    if 0 < met.sum() < len(met):
        return []
    values = [gathered.metric.value(float(end(gathered.evidence.losses))) for end in (np.nanmin, np.nanmax)]
    shown = {"target": f"{target:.4g}", "low": f"{min(values):.4g}", "high": f"{max(values):.4g}"}
    return [Note("technology.note_target_always" if met.any() else "technology.note_target_never", shown)]


def _warnings(selector: Selector, calibration: Calibration, moved: Drift | None) -> list[Note]:
    """What a reader must know before trusting the answers."""
    found = []
    count = len(selector.evidence.workloads)
    if count < FEWEST_WORKLOADS:
        found.append(Note("technology.note_thin", {"workloads": count, "least": FEWEST_WORKLOADS}))
    elif not selector.informed and not selector.alone:
        best = selector.evidence.technologies[selector.single_best]
        found.append(Note("technology.note_uninformed", {"technology": best}))
    if selector.alone:
        only = selector.evidence.technologies[selector.single_best]
        found.append(Note("technology.note_one_technology", {"technology": only}))
    if moved is not None and moved.alarming:
        found.append(Note("technology.note_drift", {"count": moved.count, "coverage": round(moved.coverage, 3)}))
    if calibration.coverage is None:
        found.append(Note("technology.note_no_coverage", {"workloads": count}))
    return found


def _when(gathered: Gathered) -> Floats:
    found: Floats = gathered.when[gathered.evidence.telling]
    return found


def _answers(
    selector: Selector,
    calibration: Calibration,
    needs: Sequence[str],
    features: Floats,
    *,
    costs: Floats,
    proven: NDArray[np.bool_],
    goal: Goal | None,
) -> tuple[tuple[Recommendation, ...], list[str]]:
    """The answers, and the needs of which no feature is known.

    For these the gaps would be filled with medians, and the answer would be as sure as for a need that is known: they
    get what is best on the whole, with the interval of somebody who knows nothing of them.
    """
    blind = (
        np.isnan(features[:, selector.filling.kept]).all(axis=1) if selector.informed else np.zeros(len(needs), bool)
    )
    answers = list(recommend(selector, calibration, needs, features, costs=costs, proven=proven, goal=goal))
    if not blind.any():
        return tuple(answers), []
    plain = replace(selector, forest=None)
    calm = calibrate(plain, None if goal is None else goal.met)
    rows = np.flatnonzero(blind).tolist()
    named = [needs[row] for row in rows]
    given = features[blind]
    for row, answer in zip(
        rows, recommend(plain, calm, named, given, costs=costs, proven=proven, goal=goal), strict=True
    ):
        answers[row] = replace(answer, reason="technology.reason_blind") if answer.chosen else answer
    return tuple(answers), named


def _summary(
    gathered: Gathered,
    selector: Selector,
    calibration: Calibration,
    moved: Drift | None,
    answers: Sequence[Recommendation],
    unproven: Sequence[str],
) -> dict[str, Any]:
    evidence = selector.evidence
    return {
        "metric": gathered.metric.name,
        "minimize": gathered.metric.minimize,
        "workloads": len(evidence.workloads),
        "untelling_workloads": len(gathered.evidence.workloads) - len(evidence.workloads),
        "technologies": len(evidence.technologies),
        "evaluations": int(evidence.observed.sum()),
        "alone": selector.alone,
        "single_best": evidence.technologies[selector.single_best],
        "informed": selector.informed,
        "gain": selector.gain,
        "gain_error": selector.gain_error,
        "interval_coverage": calibration.coverage,
        "calibration_error": calibration.error,
        "interval_width_ratio": calibration.narrowed,
        "drift_coverage": None if moved is None else moved.coverage,
        "needs": len(answers),
        "recommended": sum(one.chosen is not None for one in answers),
        "portfolios": sum(bool(one.portfolio) for one in answers),
        "unproven": list(unproven),
        "rejected_rows": len(gathered.rejected),
    }


def recommend_files(
    evaluations: Path,
    workloads: Path,
    needs: Path,
    *,
    metric: str,
    out: Path,
    minimize: bool = False,
    target: float | None = None,
    confidence: float = 0.8,
    cost: Path | None = None,
    registry: Path | None = None,
    require: Sequence[tuple[str, str]] = (),
    seed: int = 0,
    censored_factor: float = CENSORED_FACTOR,
    lang: Language = "zh",
    progress: Progress = silent,
) -> Recommended:
    """Recommend a technology for each need, or a portfolio, or none, and publish `out`; see `docs/how-to`.

    Raises InputError for files that cannot be used or evidence too thin to learn anything from, UsageError for
    requirements without a registry, Refused for a folder with files that are not ours.
    """
    progress("read", 0, 3)
    given = read_kept(evaluations, EVALUATIONS, ("technology", "workload", "value"))
    described = read_kept(workloads, WORKLOADS, ("workload",))
    evaluated = sorted(pc.drop_null(pc.unique(given.table.column("technology"))).to_pylist())
    bounds = constraints(registry, require, cost, evaluated)
    names = sorted({*evaluated, *bounds.listed})
    allowed = bounds.allowed(names)
    if not allowed:
        raise InputError("technology.all_excluded", count=len(names))
    gathered = gather(
        given,
        described,
        metric=metric,
        minimize=minimize,
        technologies=bounds.listed,
        allowed=allowed,
        factor=censored_factor,
    )
    asked, needed, notes = _needs(needs, gathered)
    gathered = replace(gathered, rejected=(*gathered.rejected, *asked.rejected))

    progress("learn", 1, 3)
    telling = int(gathered.evidence.telling.sum())
    if telling < FEWEST:
        raise InputError("technology.too_thin", path=given.path, metric=metric, workloads=telling, least=FEWEST)
    selector = learn(gathered.evidence, seed=seed)
    goal = _goal(gathered, selector, target, confidence)
    calibration = calibrate(selector, None if goal is None else goal.met)
    moved = drift(selector, _when(gathered))

    progress("recommend", 2, 3)
    technologies = selector.evidence.technologies
    proven = selector.evidence.observed.sum(axis=0) >= PROVEN
    features = gathered.encoding.encode(asked.table)
    costs = np.array([bounds.costs.get(name, np.nan) for name in technologies])
    answers, blind = _answers(selector, calibration, needed, features, costs=costs, proven=proven, goal=goal)
    unproven = tuple(name for name, enough in zip(technologies, proven, strict=True) if not enough)
    runs = benchmark_runs(selector, features) if unproven else ()
    notes = [*gathered.notes, *notes, *_beyond(gathered, goal, target), *_warnings(selector, calibration, moved)]
    if blind:
        notes.append(Note("technology.note_blind", {"count": len(blind), "needs": ", ".join(blind[:5])}))
    if unproven:
        shown = {"technologies": ", ".join(unproven[:5]), "count": len(unproven), "runs": ", ".join(runs)}
        notes.append(Note("technology.note_unproven", shown))
    if cost is not None and (priceless := [name for name in technologies if name not in bounds.costs]):
        notes.append(Note("technology.note_no_cost", {"technologies": ", ".join(priceless[:5])}))
    made = Recommended(
        out=out,
        recommendations=answers,
        gathered=gathered,
        selector=selector,
        calibration=calibration,
        drift=moved,
        constraints=bounds,
        unproven=unproven,
        runs=runs,
        notes=tuple(notes),
        summary=_summary(gathered, selector, calibration, moved, answers, unproven),
    )
    publish_recommendations(made, lang=lang)
    progress("recommend", 3, 3)
    return made
