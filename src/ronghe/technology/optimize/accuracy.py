"""Predict the accuracy of technologies from their features, and say honestly how well that works.

A forest knows its own training rows by heart, so nothing it says of them counts: every figure here is of rows that the
answering forest never saw, beside what the plain mean of the others would have said.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.technology.optimize.calibration import LEVEL
from ronghe.technology.optimize.filling import Filling
from ronghe.technology.optimize.forest import Growth, grow

__all__ = ["FEWEST_ROWS", "Predicted", "predict_accuracy"]

Floats = NDArray[np.float64]

FEWEST_ROWS = 15
"""Rows with an accuracy below which nothing is learned from features: five parts of three."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predictions for N technologies, each by a forest that did not see it.

    `expected`, `low` and `high` are N. `error` is the mean absolute error of the forest, `baseline` that of the mean,
    `gain_error` the standard error of their difference; `rows` counts the accuracies behind them. Where features do not
    help, `informed` is False and `expected` is the mean of the others.
    """

    expected: Floats
    low: Floats
    high: Floats
    error: float | None
    baseline: float | None
    gain_error: float | None
    rows: int
    informed: bool


def _crossed(features: Floats, known: Floats, folds: NDArray[np.int64], seed: int) -> tuple[Floats, Floats]:
    """For the rows with an accuracy, what forest and mean of the other folds say."""
    forest, mean = np.full(len(known), np.nan), np.full(len(known), np.nan)
    for fold in range(FOLDS):
        test = folds == fold
        filling = Filling.of(features[~test])
        mean[test] = known[~test].mean()
        if not filling.apply(features[:1]).shape[1]:
            forest[test] = mean[test]
            continue
        grown = grow(filling.apply(features[~test]), known[~test][:, None], seed=seed, growth=Growth())
        forest[test] = grown.weights(filling.apply(features[test])) @ known[~test]
    return forest, mean


def _copies(rows: Floats) -> NDArray[np.int64]:
    """A number for each row, the same for equal rows, from 0 in the order in which they come.

    Two departments may list one technology: a forest that learns from the copy would seem to know the other.
    """
    _, first, same = np.unique(np.nan_to_num(rows, nan=-np.pi), axis=0, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[same.ravel()]


def _flat(accuracy: Floats) -> Predicted:
    """Without enough to learn from: the mean of what is known, with no claim about its error."""
    there = ~np.isnan(accuracy)
    mean = float(accuracy[there].mean()) if there.any() else float("nan")
    unknown = np.full(len(accuracy), np.nan)
    return Predicted(np.full(len(accuracy), mean), unknown, unknown, None, None, None, int(there.sum()), informed=False)


def predict_accuracy(features: Floats, accuracy: Floats, *, seed: int) -> Predicted:
    """Predict the accuracy of each of N technologies: `features` is N x F, `accuracy` N, NaN where not measured."""
    there = ~np.isnan(accuracy)
    known = accuracy[there]
    if len(known) < FEWEST_ROWS or not features.shape[1]:
        return _flat(accuracy)
    copies = _copies(np.column_stack([features[there], known]))
    folds = (np.random.default_rng(seed).permutation(copies.max() + 1) % FOLDS)[copies]
    forest, mean = _crossed(features[there], known, folds, seed)
    saved = np.abs(mean - known) - np.abs(forest - known)
    gain_error = float(saved.std(ddof=1) / np.sqrt(len(saved)))
    informed = bool(saved.mean() > gain_error)
    crossed = forest if informed else mean
    expected = np.full(len(accuracy), known.mean())
    if informed and not there.all():
        filling = Filling.of(features[there])
        whole = grow(filling.apply(features[there]), known[:, None], seed=seed)
        expected[~there] = whole.weights(filling.apply(features[~there])) @ known
    expected[there] = crossed
    errors = np.sort(np.abs(crossed - known))
    half = float(errors[min(int(np.ceil((len(errors) + 1) * LEVEL)), len(errors)) - 1])
    return Predicted(
        expected,
        expected - half,
        expected + half,
        float(np.abs(forest - known).mean()),
        float(np.abs(mean - known).mean()),
        gain_error,
        len(known),
        informed,
    )
