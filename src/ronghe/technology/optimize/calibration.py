"""How far predictions can be trusted, from errors on workloads that the answering trees never saw.

Source: Vovk, Gammerman and Shafer, "Algorithmic Learning in a Random World" (2005), for the quantile of past errors as
an interval; Johansson et al., "Regression conformal prediction with random forests", Machine Learning 97 (2014), for
taking them out of bag; Platt, "Probabilistic Outputs for Support Vector Machines" (1999), for the
correction of chances; Naeini, Cooper and Hauskrecht, AAAI 2015, for the expected calibration error.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ronghe.technology.optimize.selector import Selector, expected

__all__ = ["LEVEL", "Calibration", "Correction", "Drift", "calibrate", "calibration_error", "coverage", "drift"]

Floats = NDArray[np.float64]

LEVEL = 0.9
"""The part of outcomes that an interval shall hold."""
OWN_ERRORS = 20
"""A technology with fewer errors of its own has its interval from the errors of all."""
PARTS = 5
EDGE = 0.01
"""Chances of 0 and 1 are taken for these: a forest of a hundred trees cannot know better."""
FEWEST_OUTCOMES = 20
"""Successes and failures below which chances are not corrected."""
BINS = 10
WINDOW = 50
LEAST_COVERAGE = 0.8
"""Below this coverage of the last `WINDOW` evaluations the past no longer speaks for the present."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Turns the forest's chance into the frequency that was seen: logit(p) -> offset + slope * logit(p).

    A forest dilutes: even a sure thing shares leaves with workloads of another kind, so its chances lean to the middle.
    """

    offset: float = 0.0
    slope: float = 1.0

    def __call__(self, chances: Floats) -> Floats:
        """Corrected chances, NaN where unknown."""
        if (self.offset, self.slope) == (0.0, 1.0):
            return chances
        found: Floats = 1 / (1 + np.exp(-(self.offset + self.slope * _logit(chances))))
        return found


def _logit(chances: Floats) -> Floats:
    inside = np.clip(chances, EDGE, 1 - EDGE)
    found: Floats = np.log(inside / (1 - inside))
    return found


def _correction(chances: Floats, came_true: Floats) -> Correction:
    """The correction that pairs of chance and outcome ask for; none where they are too few or all alike."""
    known = ~np.isnan(chances) & ~np.isnan(came_true)
    true = came_true[known] > 0.5
    if min(int(true.sum()), int((~true).sum())) < FEWEST_OUTCOMES:
        return Correction()
    model = LogisticRegression(C=1e3).fit(_logit(chances[known])[:, None], true)
    slope = float(model.coef_[0, 0])
    # A falling correction would turn the order of technologies round: that is noise.
    return Correction(float(model.intercept_[0]), slope) if slope > 0 else Correction()


@dataclass(frozen=True, slots=True)
class Calibration:
    """Half the width of each technology's interval (K), and what was measured of both kinds of promise.

    `correction` makes chances honest. `coverage` is the part of held-out errors within an interval made of the others;
    `error` is the expected calibration error of the chance to meet the target, None without a target. `narrowed` is the
    mean width over that of an interval that knows no workload.
    """

    half: Floats
    coverage: float | None
    error: float | None
    narrowed: float | None
    correction: Correction = Correction()


def _quantile(errors: Floats) -> float:
    """The error that a new one exceeds with a chance of at most 1 - LEVEL."""
    if not len(errors):
        return float("nan")
    rank = int(np.ceil((len(errors) + 1) * LEVEL))
    return float(np.sort(errors)[min(rank, len(errors)) - 1])


def _halves(errors: Floats) -> Floats:
    """Of absolute errors (N x K, NaN unknown) the quantile of each column, of all where a column has few."""
    known = ~np.isnan(errors)
    pooled = _quantile(errors[known])
    counts = known.sum(axis=0)
    columns = range(errors.shape[1])
    return np.array([_quantile(errors[known[:, i], i]) if counts[i] >= OWN_ERRORS else pooled for i in columns])


def coverage(errors: Floats) -> float | None:
    """The part of errors within the quantile of the others, in `PARTS` parts in turn."""
    rows = np.arange(len(errors))
    held = [errors[rows % PARTS == part] <= _halves(errors[rows % PARTS != part]) for part in range(PARTS)]
    known = [~np.isnan(errors[rows % PARTS == part]) for part in range(PARTS)]
    count = sum(int(one.sum()) for one in known)
    if len(errors) < 2 * PARTS or not count:
        return None
    return sum(int((one & there).sum()) for one, there in zip(held, known, strict=True)) / count


def calibration_error(chances: Floats, came_true: Floats) -> float | None:
    """Mean distance between chance and frequency over `BINS` bins of chance, weighted by their sizes."""
    known = ~np.isnan(chances) & ~np.isnan(came_true)
    if not known.any():
        return None
    chance, true = chances[known], came_true[known]
    bins = np.minimum((chance * BINS).astype(np.int64), BINS - 1)
    sizes = np.bincount(bins, minlength=BINS)
    gaps = np.bincount(bins, chance, BINS) - np.bincount(bins, true, BINS)
    return float(np.abs(gaps[sizes > 0]).sum() / len(chance))


def calibrate(selector: Selector, met: Floats | None) -> Calibration:
    """Calibrate a selector out of bag; `met` (N x K: 1, 0, NaN) says where a past evaluation met the target."""
    losses = selector.evidence.losses
    weights, predicted = selector.weights_oob, selector.predicted_oob
    if not selector.informed:
        count = len(losses)
        weights = (1 - np.eye(count)) / max(count - 1, 1)
        predicted = expected(weights, losses, selector.means)
    seen = weights.sum(axis=1) > 0
    errors = np.abs(predicted - losses)[seen]
    half = _halves(errors)
    plain = _halves(np.abs(losses - selector.means))
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = half / plain
    finite = ratio[np.isfinite(ratio)]
    narrowed = float(finite.mean()) if len(finite) else None
    if met is None or not selector.informed:
        # The same chance for every need is a frequency, which nothing held out could correct.
        return Calibration(half, coverage(errors), None, narrowed)
    chances, true = expected(weights, met)[seen], met[seen]
    plain_error, corrected_error = calibration_error(chances, true), _corrected_error(chances, true)
    better = plain_error is not None and corrected_error is not None and corrected_error < plain_error
    correction = _correction(chances, true) if better else Correction()
    return Calibration(half, coverage(errors), corrected_error if better else plain_error, narrowed, correction)


def _corrected_error(chances: Floats, came_true: Floats) -> float | None:
    """The calibration error when each part is corrected by what the other parts ask for."""
    part = np.arange(len(chances)) % PARTS
    corrected = np.full(chances.shape, np.nan)
    for one in range(PARTS):
        corrected[part == one] = _correction(chances[part != one], came_true[part != one])(chances[part == one])
    return calibration_error(corrected, came_true)


@dataclass(frozen=True, slots=True)
class Drift:
    """Of the last `count` evaluations by date, the part within the intervals made of the earlier ones."""

    count: int
    coverage: float

    @property
    def alarming(self) -> bool:
        """Whether predictions no longer hold what they promise."""
        return self.coverage < LEAST_COVERAGE


def drift(selector: Selector, when: Floats) -> Drift | None:
    """Drift of the last evaluations; `when` (N x K) is their time, NaN unknown. None where too few are dated."""
    errors = np.abs(selector.predicted_oob - selector.evidence.losses)
    dated = ~np.isnan(when) & ~np.isnan(errors)
    if int(dated.sum()) < 2 * WINDOW:
        return None
    order = np.argsort(when[dated], kind="stable")
    recent = np.zeros(int(dated.sum()), bool)
    recent[order[-WINDOW:]] = True
    earlier, late = np.full(errors.shape, np.nan), np.full(errors.shape, np.nan)
    earlier[dated] = np.where(recent, np.nan, errors[dated])
    late[dated] = np.where(recent, errors[dated], np.nan)
    within = late <= _halves(earlier)
    return Drift(WINDOW, float(within[~np.isnan(late)].mean()))
