"""Select by a scenario's own folds: our one forest, a forest for each technology of equal settings, the published."""

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesRegressor

from benchmarks.technology.arff import Scenario
from ronghe.technology.optimize.evidence import Evidence
from ronghe.technology.optimize.filling import Filling
from ronghe.technology.optimize.forest import Growth
from ronghe.technology.optimize.selector import choose, learn

__all__ = ["Scored", "by_folds", "one_forest", "per_technology", "published", "scored", "write_selections"]

Floats = NDArray[np.float64]
Chooser = Callable[[Evidence, Floats, Floats, int], tuple[NDArray[np.int64], bool]]
"""Training evidence, its feature costs, features to choose for, seed: the choices, whether features were read."""


def one_forest(train: Evidence, charge: Floats, features: Floats, seed: int) -> tuple[NDArray[np.int64], bool]:
    """Our selector."""
    selector = learn(train, seed=seed, charge=charge)
    if not selector.informed:
        return np.full(len(features), selector.single_best), False
    predicted = selector.predict(features)
    return choose(predicted, np.ones(predicted.shape, bool), selector.single_best), True


def per_technology(train: Evidence, charge: Floats, features: Floats, seed: int) -> tuple[NDArray[np.int64], bool]:
    """A forest of equal settings for each technology, on the log of its own loss, with the same rules around it."""
    known = train.only(train.telling)
    filling = Filling.of(known.features)
    given, asked = filling.apply(known.features), filling.apply(features)
    growth, best = Growth(), int(np.nanmean(known.losses, axis=0).argmin())
    seen, new = np.zeros(known.losses.shape), np.zeros((len(features), len(known.technologies)))
    for place in range(len(known.technologies)):
        model = ExtraTreesRegressor(
            n_estimators=growth.trees,
            max_features=growth.looked_at(given.shape[1]),
            min_samples_leaf=growth.leaf,
            bootstrap=True,
            oob_score=True,
            random_state=seed,
        )
        model.fit(given.astype(np.float32), np.log1p(known.losses[:, place]))
        seen[:, place] = model.oob_prediction_
        new[:, place] = model.predict(asked.astype(np.float32))
    rows = np.arange(len(seen))
    saved = known.losses[:, best] - known.losses[rows, seen.argmin(axis=1)] - charge[train.telling]
    if saved.mean() <= saved.std(ddof=1) / np.sqrt(len(saved)):
        return np.full(len(features), best), False
    return new.argmin(axis=1), True


@dataclass(frozen=True, slots=True)
class Scored:
    """Choices for every workload, what each cost with features charged, CPU seconds, and the normalized losses."""

    chosen: NDArray[np.int64]
    charged: Floats
    pooled: float
    mean_of_folds: float
    cpu: float


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


def _losses(scenario: Scenario, chosen: NDArray[np.int64], charged: Floats) -> Floats:
    rows = np.arange(len(chosen))
    losses = scenario.evidence.losses[rows, chosen]
    if scenario.cutoff is None:
        return losses
    total = np.where(scenario.evidence.succeeded[rows, chosen], losses + charged, np.inf)
    return np.where(total > scenario.cutoff, 10 * scenario.cutoff, total)


def scored(scenario: Scenario, chosen: NDArray[np.int64], charged: Floats, cpu: float) -> Scored:
    """0 is the virtual best, 1 the single best; over all workloads at once, and as the mean of the folds' ratios."""
    evidence = scenario.evidence
    telling = evidence.telling
    got, least = _losses(scenario, chosen, charged), np.nanmin(evidence.losses, axis=1)
    single = evidence.losses[:, int(np.nanmean(evidence.losses[telling], axis=0).argmin())]

    def normalized(rows: NDArray[np.bool_]) -> float:
        floor = least[rows].mean()
        return float((got[rows].mean() - floor) / (single[rows].mean() - floor))

    folds = [normalized(telling & (scenario.folds == fold)) for fold in np.unique(scenario.folds)]
    return Scored(chosen, charged, normalized(telling), float(np.mean([one for one in folds if np.isfinite(one)])), cpu)


def by_folds(scenario: Scenario, chooser: Chooser, *, seed: int) -> Scored:
    """Choose for every workload by what the other folds teach."""
    evidence, began = scenario.evidence, _cpu()
    chosen, charged = np.zeros(len(scenario.folds), np.int64), np.zeros(len(scenario.folds))
    for fold in np.unique(scenario.folds):
        test = scenario.folds == fold
        train = evidence.only(~test)
        chosen[test], read = chooser(train, scenario.charge[~test], evidence.features[test], seed)
        charged[test] = scenario.charge[test] if read else 0.0
    return scored(scenario, chosen, charged, _cpu() - began)


def published(path: Path) -> dict[str, dict[str, float]]:
    """The published figures by scenario and selector."""
    found: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["scenario"], {})[row["selector"]] = float(row["normalized_par10_mean_of_folds"])
    return found


def write_selections(scenario: Scenario, made: Scored, path: Path) -> None:
    """The choices, so that anybody can score them with other code."""
    names = scenario.evidence.technologies
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("instance_id", "repetition", "fold", "algorithm", "feature_cost_charged"))
        for row, workload in enumerate(scenario.evidence.workloads):
            fold, charged = int(scenario.folds[row]), float(made.charged[row])
            out.writerow((workload, 1, fold, names[made.chosen[row]], f"{charged:.9g}"))
