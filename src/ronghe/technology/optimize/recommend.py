"""Recommend: the cheapest technology that is likely enough to meet the target, several together, or none.

Everything that is said of one need comes from the same weights over past workloads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ronghe.technology.optimize.calibration import Calibration
from ronghe.technology.optimize.selector import Selector, expected

__all__ = ["Candidate", "Goal", "Member", "Precedent", "Recommendation", "benchmark_runs", "recommend"]

Floats = NDArray[np.float64]

PRECEDENTS = 5
RUNNERS_UP = 4
MEMBERS = 5
"""More technologies side by side than this are no answer to a need."""
_TELLING_WEIGHT = 1e-9


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted: `met` (N x K: 1, 0, NaN) where past evaluations met the target, and how sure to be."""

    met: Floats
    confidence: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is expected of a technology: losses with their interval, the chance to meet the target, the cost."""

    technology: str
    expected: float
    low: float
    high: float
    p_target: float | None
    cost: float | None


@dataclass(frozen=True, slots=True)
class Precedent:
    """A past workload, its part of the weight, and the loss that the technology had on it (None: not evaluated)."""

    workload: str
    weight: float
    loss: float | None


@dataclass(frozen=True, slots=True)
class Member:
    """A technology of a portfolio and the chance that one of those up to it meets the target."""

    technology: str
    p_target: float


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The answer to one need: the technology or None, and why (a code of `messages` with parameters).

    `runners_up` are the next best; where nothing qualifies they are the nearest misses.
    """

    need: str
    chosen: Candidate | None
    reason: str
    params: Mapping[str, object] = field(default_factory=dict)
    runners_up: tuple[Candidate, ...] = ()
    precedents: tuple[Precedent, ...] = ()
    portfolio: tuple[Member, ...] = ()


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _portfolio(weights: Floats, met: Floats, names: Sequence[str], order: Floats) -> tuple[Member, ...]:
    """Greedily the technologies that together meet the target on most of the weight: N, N x K -> members.

    Greedy comes within 1 - 1/e of the best set of its size (Nemhauser, Wolsey and Fisher 1978); ties go to less cost.
    """
    succeeded = np.nan_to_num(met)
    left = weights.copy()
    members: list[Member] = []
    while len(members) < MEMBERS:
        gains = left @ succeeded
        best = np.flatnonzero(gains >= gains.max() - _TELLING_WEIGHT)
        at = int(best[order[best].argmin()])
        if gains[at] <= _TELLING_WEIGHT:
            break
        left = left * (1 - succeeded[:, at])
        members.append(Member(names[at], float(weights.sum() - left.sum())))
    return tuple(members)


def recommend(
    selector: Selector,
    calibration: Calibration,
    needs: Sequence[str],
    features: Floats,
    *,
    costs: Floats,
    proven: NDArray[np.bool_],
    goal: Goal | None = None,
) -> tuple[Recommendation, ...]:
    """Answer every need: `features` is M x F, `costs` K (NaN unknown), `proven` K: only these are recommended.

    With a goal: of the technologies whose chance to meet the target is at least its confidence the cheapest, an unknown
    cost counting as the highest; without one, that of the least expected loss. Ties go to the smaller expected loss,
    then to the name.
    """
    weights = selector.weights(features)
    predicted = expected(weights, selector.evidence.losses, selector.means)
    chances = np.full(predicted.shape, np.nan)
    if goal is not None:
        chances = calibration.correction(expected(weights, goal.met))
    price = np.where(np.isnan(costs), np.inf, costs)
    answering = _Answering(selector, calibration, costs, price, proven, goal)
    return tuple(answering.answer(need, weights[row], predicted[row], chances[row]) for row, need in enumerate(needs))


@dataclass(frozen=True, slots=True)
class _Answering:
    """What all needs of one call have in common."""

    selector: Selector
    calibration: Calibration
    costs: Floats
    price: Floats
    proven: NDArray[np.bool_]
    goal: Goal | None

    def answer(self, need: str, weights: Floats, predicted: Floats, chances: Floats) -> Recommendation:
        usable = self.proven & ~np.isnan(predicted)
        if not usable.any():
            return Recommendation(need, None, "technology.reason_unproven")
        if self.goal is None:
            order = np.lexsort((np.arange(len(predicted)), predicted, ~usable))
            return self._taken(need, int(order[0]), order, weights, predicted, chances)
        sure = usable & (np.nan_to_num(chances) >= self.goal.confidence - _TELLING_WEIGHT)
        if sure.any():
            order = np.lexsort((predicted, np.where(sure, self.price, np.inf), ~sure, ~usable))
            return self._taken(need, int(order[0]), order, weights, predicted, chances)
        order = np.lexsort((predicted, -np.nan_to_num(chances), ~usable))
        return self._missed(need, order, weights, predicted, chances)

    def _candidate(self, at: int, predicted: Floats, chances: Floats) -> Candidate:
        half = float(self.calibration.half[at])
        value = float(predicted[at])
        name = self.selector.evidence.technologies[at]
        return Candidate(name, value, value - half, value + half, _or_none(chances[at]), _or_none(self.costs[at]))

    def _others(
        self, order: NDArray[np.int64], predicted: Floats, chances: Floats, *, beside: int | None
    ) -> tuple[Candidate, ...]:
        rest = [int(at) for at in order if at != beside and self.proven[at] and not np.isnan(predicted[at])]
        return tuple(self._candidate(at, predicted, chances) for at in rest[:RUNNERS_UP])

    def _precedents(self, weights: Floats, at: int) -> tuple[Precedent, ...]:
        if not self.selector.informed:
            return ()
        heaviest = np.lexsort((np.arange(len(weights)), -weights))[:PRECEDENTS]
        evidence = self.selector.evidence
        return tuple(
            Precedent(evidence.workloads[row], float(weights[row]), _or_none(evidence.losses[row, at]))
            for row in heaviest
            if weights[row] > _TELLING_WEIGHT
        )

    def _taken(
        self, need: str, at: int, order: NDArray[np.int64], weights: Floats, predicted: Floats, chances: Floats
    ) -> Recommendation:
        reason = "single_best" if not self.selector.informed else "expected" if self.goal is None else "cheapest"
        if reason == "expected" and self.selector.alone:
            reason = "only"
        if self.goal is not None and not self.selector.informed:
            reason = "cheapest_everywhere"
        return Recommendation(
            need,
            self._candidate(at, predicted, chances),
            f"technology.reason_{reason}",
            {},
            self._others(order, predicted, chances, beside=at),
            self._precedents(weights, at),
        )

    def _missed(
        self, need: str, order: NDArray[np.int64], weights: Floats, predicted: Floats, chances: Floats
    ) -> Recommendation:
        assert self.goal is not None
        names = self.selector.evidence.technologies
        met = np.where(self.proven, self.goal.met, 0.0)
        members = tuple(
            replace(one, p_target=float(self.calibration.correction(np.array([one.p_target]))[0]))
            for one in _portfolio(weights, met, names, self.price)
        )
        enough = [place for place, one in enumerate(members) if one.p_target >= self.goal.confidence - _TELLING_WEIGHT]
        best = float(np.nanmax(np.where(self.proven, np.nan_to_num(chances), 0.0)))
        return Recommendation(
            need,
            None,
            "technology.reason_portfolio" if enough else "technology.reason_none",
            {"best": best, "confidence": self.goal.confidence},
            self._others(order, predicted, chances, beside=None),
            self._precedents(weights, int(order[0])),
            members[: enough[0] + 1] if enough else (),
        )


def benchmark_runs(selector: Selector, features: Floats, count: int = 3) -> tuple[str, ...]:
    """The past workloads on which evaluating an unproven technology would tell most about these needs.

    Greedy facility location: each run stands for what the forest finds like it, weighted by how much the needs ask of
    it, so that the second run is not the twin of the first.
    """
    names = selector.evidence.workloads
    wanted = selector.weights(features).mean(axis=0)
    alike = selector.weights_oob / np.maximum(selector.weights_oob.max(axis=1, keepdims=True), _TELLING_WEIGHT)
    np.fill_diagonal(alike, 1.0)
    covered = np.zeros(len(names))
    runs: list[str] = []
    for _ in range(min(count, len(names))):
        gains = np.maximum(alike - covered[:, None], 0.0).T @ wanted
        gains[[names.index(run) for run in runs]] = -1.0
        at = int(gains.argmax())
        runs.append(names[at])
        covered = np.maximum(covered, alike[:, at])
    return tuple(runs)
