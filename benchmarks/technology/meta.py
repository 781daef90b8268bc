"""The meta-learning tables of auto-sklearn: is selecting ever worse than always taking the single best?

Only the table of askl2 has every strategy on every data set. The two ASlib-shaped ones have one run for each data set,
of one configuration: nothing can be compared there, and that is what is reported of them.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.technology.arff import read_arff
from ronghe.technology.optimize.evidence import Evidence
from ronghe.technology.optimize.selector import choose, learn

__all__ = ["Compared", "askl2", "compared", "runs_of"]

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """Mean losses (1 - balanced accuracy, normalized by the table's authors) on folds that were not learned from.

    `gap_closed` is the part of the way from the single best of the other folds to the best of each data set; `informed`
    counts the folds in which features were found to tell something.
    """

    workloads: int
    technologies: int
    ours: float
    single_best: float
    virtual_best: float
    gap_closed: float
    informed: int


def askl2(path: Path) -> Evidence:
    """The complete table as evidence."""
    given = json.loads(path.read_text("utf-8"))
    features = given["metafeatures"]
    names = tuple(next(iter(features.values())))
    columns = [[one[name] for name in names] for one in features.values()]
    losses = np.array(given["y_values"], np.float64)
    return Evidence(
        names, tuple(given["strategies"]), np.array(columns, np.float64).T, losses, np.ones(losses.shape, bool)
    )


def compared(evidence: Evidence, *, seed: int) -> Compared:
    """Choose for each of ten folds by the others."""
    order = np.random.default_rng(seed).permutation(len(evidence.workloads))
    rows = np.arange(len(order))
    chosen, single, informed = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64), 0
    for fold in range(FOLDS):
        test = order % FOLDS == fold
        selector = learn(evidence.only(~test), seed=seed)
        informed += selector.informed
        single[test] = selector.single_best
        if selector.informed:
            predicted = selector.predict(evidence.features[test])
            chosen[test] = choose(predicted, np.ones(predicted.shape, bool), selector.single_best)
        else:
            chosen[test] = selector.single_best
    losses = evidence.losses
    ours, best = float(losses[rows, chosen].mean()), float(losses[rows, single].mean())
    least = float(losses.min(axis=1).mean())
    return Compared(
        len(order), len(evidence.technologies), ours, best, least, (best - ours) / (best - least), int(informed)
    )


def runs_of(folder: Path) -> tuple[int, int, int]:
    """Data sets, configurations, and the most configurations that any data set was tried with."""
    _, rows = read_arff(folder / "algorithm_runs.arff")
    tried: dict[str, set[str]] = {}
    for row in rows:
        tried.setdefault(row[0], set()).add(row[2])
    return len(tried), len(set[str]().union(*tried.values())), max(map(len, tried.values()))
