"""How well intervals and chances hold on folds that were not learned from."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.technology.arff import Scenario
from ronghe.technology.optimize.calibration import calibrate, calibration_error
from ronghe.technology.optimize.evidence import Evidence
from ronghe.technology.optimize.selector import expected, learn

__all__ = ["Held", "held_out"]


@dataclass(frozen=True, slots=True)
class Held:
    """Of results on held-out folds: the part within 90% intervals, their relative width, the error of chances."""

    coverage: float
    narrowed: float
    error: float


def _on_log(evidence: Evidence) -> Evidence:
    return replace(evidence, losses=np.log1p(evidence.losses))


def held_out(scenario: Scenario, *, seed: int) -> Held:
    """Hold out each fold. Runtimes are taken as logarithms, with the target to finish; else it is the median."""
    evidence = scenario.evidence if scenario.cutoff is None else _on_log(scenario.evidence)
    limit = float(np.nanmedian(evidence.losses))
    met = evidence.succeeded if scenario.cutoff is not None else evidence.losses <= limit
    within, widths, chances, true = [], [], [], []
    for fold in np.unique(scenario.folds):
        test = scenario.folds == fold
        train = evidence.only(~test)
        selector = learn(train, seed=seed)
        known = met[~test][train.telling].astype(np.float64)
        made = calibrate(selector, known)
        weights = selector.weights(evidence.features[test])
        within.append(np.abs(selector.predict(evidence.features[test]) - evidence.losses[test]) <= made.half)
        widths.append(made.narrowed or 1.0)
        chances.append(made.correction(expected(weights, known)))
        true.append(met[test].astype(np.float64))
    rows = evidence.telling
    order = np.concatenate([np.flatnonzero(scenario.folds == fold) for fold in np.unique(scenario.folds)])
    kept = rows[order]
    error = calibration_error(np.vstack(chances)[kept], np.vstack(true)[kept])
    assert error is not None
    return Held(float(np.vstack(within)[kept].mean()), float(np.mean(widths)), error)
