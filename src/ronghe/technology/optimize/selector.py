"""Learn from evidence which technology to take, and how far that knowledge can be trusted.

The rules, each measured to matter (docs/decisions/0013): leaves are found by the logarithm of regret, what a technology
loses against the best one on the workload, since a few huge losses would rule every split, and since a workload that is
hard for all says nothing about the choice. What is minimized is always the true loss. Workloads on which nobody
succeeded teach nothing. Missing evaluations shift no weight: each technology's mean is over the workloads on which it
was evaluated. And where the gain over always taking the single best does not exceed its standard error, the single best
it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.technology.optimize.evidence import Evidence
from ronghe.technology.optimize.filling import Filling
from ronghe.technology.optimize.forest import Forest, Growth, grow

__all__ = ["FEWEST_WORKLOADS", "Selector", "choose", "expected", "learn"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

FEWEST_WORKLOADS = 12
"""Below it a forest with leaves of three and honest errors of its own has nothing to split."""


def expected(weights: Floats, values: Floats, fallback: Floats | None = None) -> Floats:
    """Weighted means of the columns of `values` (N x K, NaN unknown) under `weights` (M x N): M x K.

    Weight on workloads where a technology was never evaluated goes to the others in proportion; where nothing is left
    the mean is `fallback` (K), by default NaN.
    """
    known = ~np.isnan(values)
    mass = weights @ known.astype(np.float64)
    total = weights @ np.where(known, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(mass > 1e-12, total / mass, np.nan if fallback is None else fallback)
    return found


@dataclass(frozen=True, slots=True)
class Selector:
    """What was learned of N telling workloads.

    `weights_oob` (N x N) and `predicted_oob` (N x K) are honest: no tree saw the workload that it answers for.
    `gain` is the mean loss that choosing saves over the single best, `gain_error` its standard error; `informed` says
    that the first exceeds the second, so that the features are worth their reading. Where only one technology was
    evaluated, `gain` is how much less its predicted loss errs than its mean.
    """

    evidence: Evidence
    filling: Filling
    forest: Forest | None
    single_best: int
    means: Floats
    weights_oob: Floats
    predicted_oob: Floats
    gain: float
    gain_error: float

    @property
    def informed(self) -> bool:
        """Whether the features carry information about the choice."""
        return self.forest is not None and self.gain > self.gain_error

    @property
    def alone(self) -> bool:
        """Whether only one technology was evaluated, so that nothing can be chosen."""
        return int(self.evidence.observed.any(axis=0).sum()) == 1

    def weights(self, features: Floats) -> Floats:
        """The weight of each past workload for new ones (M x N); equal weights where features carry nothing."""
        if self.forest is None or not self.informed:
            count = len(self.evidence.workloads)
            return np.full((len(features), count), 1 / count)
        return self.forest.weights(self.filling.apply(features))

    def predict(self, features: Floats) -> Floats:
        """The expected loss of each technology for new workloads: M x K."""
        return expected(self.weights(features), self.evidence.losses, self.means)


def _imputed(losses: Floats) -> Floats:
    """Losses without gaps, for finding splits only: a technology's own mean plus what the workload adds for the others.

    Ranks of easy and hard workloads would be lost with a plain mean.
    """
    known = ~np.isnan(losses)
    if known.all():
        return losses
    columns = np.where(known, losses, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    excess = np.where(known, losses - columns, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.where(known, losses, columns + excess[:, None])


def _regret(losses: Floats) -> Floats:
    """The losses as trees shall see them."""
    found: Floats = np.log1p(losses - losses.min(axis=1, keepdims=True))
    return found


def choose(predicted: Floats, available: Bools, otherwise: int) -> NDArray[np.int64]:
    """The technology with the least expected loss among those with an evaluation to compare it by."""
    masked = np.where(available & ~np.isnan(predicted), predicted, np.inf)
    chosen = masked.argmin(axis=1).astype(np.int64)
    return np.where(np.isinf(masked.min(axis=1)), otherwise, chosen)


def _gain(evidence: Evidence, predicted: Floats, best: int, charge: Floats) -> tuple[float, float]:
    """Mean saving of choosing over the single best on workloads where both are known, and its standard error."""
    chosen = choose(predicted, evidence.observed, best)
    rows = np.arange(len(chosen))
    both = evidence.losses[:, best] - evidence.losses[rows, chosen] - charge
    saved = both[~np.isnan(both)]
    if len(saved) < 2:
        return 0.0, 0.0
    return float(saved.mean()), float(saved.std(ddof=1) / np.sqrt(len(saved)))


def _told(losses: Floats, predicted: Floats) -> tuple[float, float]:
    """How much less a prediction errs than the mean of the other workloads, in the mean, and its standard error."""
    others = (losses.sum() - losses) / (len(losses) - 1)
    saved = np.abs(others - losses) - np.abs(predicted - losses)
    return float(saved.mean()), float(saved.std(ddof=1) / np.sqrt(len(saved)))


def _single_best(losses: Floats, means: Floats) -> int:
    """The technology of least mean loss among those evaluated on at least half as many workloads as the most."""
    counts = (~np.isnan(losses)).sum(axis=0)
    proven = counts * 2 >= counts.max()
    return int(np.where(proven, means, np.inf).argmin())


def learn(evidence: Evidence, *, seed: int, growth: Growth | None = None, charge: Floats | None = None) -> Selector:
    """Learn from evidence; `charge` (N) is what computing a workload's features costs, in the unit of the losses.

    The same arguments give the same selector. Evidence without a telling workload is the caller's to refuse.
    """
    telling = evidence.telling
    known = evidence.only(telling)
    paid = np.zeros(len(known.workloads)) if charge is None else charge[telling]
    with np.errstate(invalid="ignore"):
        counts = known.observed.sum(axis=0)
        means = np.where(counts > 0, np.nansum(known.losses, axis=0) / np.maximum(counts, 1), np.nan)
    best = _single_best(known.losses, means)
    filling = Filling.of(known.features)
    features = filling.apply(known.features)
    if len(known.workloads) < FEWEST_WORKLOADS or not features.shape[1]:
        return _without_features(known, filling, best, means)
    # A technology without any evaluation would be imputed as the best of all, and rule the splits.
    losses = known.losses[:, counts > 0]
    alone = losses.shape[1] == 1
    # One technology has no regret; what features can tell of it is where it does well.
    targets = np.log1p(losses - losses.min()) if alone else _regret(_imputed(losses))
    forest = grow(features, targets, seed=seed, growth=growth)
    weights = forest.weights_out_of_bag()
    predicted = expected(weights, known.losses, means)
    gain, error = _told(losses[:, 0], predicted[:, best]) if alone else _gain(known, predicted, best, paid)
    return Selector(known, filling, forest, best, means, weights, predicted, gain, error)


def _without_features(known: Evidence, filling: Filling, best: int, means: Floats) -> Selector:
    """A selector that always takes the single best; each workload is answered for by all the others alike."""
    count = len(known.workloads)
    weights = (1 - np.eye(count)) / max(count - 1, 1)
    predicted = expected(weights, known.losses, means)
    return Selector(known, filling, None, best, means, weights, predicted, 0.0, 0.0)
