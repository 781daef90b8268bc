"""Learning whom to take, and when not to choose at all."""

import numpy as np
import pytest

from ronghe.technology.optimize.calibration import calibrate, calibration_error, coverage, drift
from ronghe.technology.optimize.evidence import Evidence
from ronghe.technology.optimize.filling import Filling
from ronghe.technology.optimize.selector import expected, learn


def evidence(features: np.ndarray, losses: np.ndarray, succeeded: np.ndarray | None = None) -> Evidence:
    names = tuple(f"w{row}" for row in range(len(losses)))
    kinds = tuple("abcdefgh"[: losses.shape[1]])
    return Evidence(names, kinds, features, losses, ~np.isnan(losses) if succeeded is None else succeeded)


def crossed(seed: int = 0, count: int = 80) -> Evidence:
    """Where the first feature is positive `a` is good, elsewhere `b`; `c` is middling everywhere."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(count, 3))
    good = features[:, 0] > 0
    losses = np.stack([np.where(good, 1, 9), np.where(good, 9, 1), np.full(count, 4)], axis=1) + rng.uniform(
        size=(count, 3)
    )
    return evidence(features, losses)


def test_the_technology_that_suits_the_workload_is_found() -> None:
    selector = learn(crossed(), seed=0)
    assert selector.informed
    predicted = selector.predict(np.array([[2.0, 0, 0], [-2.0, 0, 0]]))
    assert predicted.argmin(axis=1).tolist() == [0, 1]
    assert selector.single_best == 2


def test_features_of_noise_fall_back_to_the_single_best() -> None:
    rng = np.random.default_rng(1)
    noise = evidence(rng.normal(size=(80, 5)), rng.uniform(size=(80, 3)) + np.array([0.3, 0, 0.3]))
    selector = learn(noise, seed=0)
    assert not selector.informed
    assert np.allclose(selector.weights(noise.features[:2]), 1 / 80)
    assert selector.predict(noise.features[:2]).argmin(axis=1).tolist() == [1, 1]


def test_workloads_on_which_nobody_succeeded_teach_nothing() -> None:
    known = crossed()
    failed = evidence(
        np.vstack([known.features, known.features[:20]]),
        np.vstack([known.losses, np.full((20, 3), 1e6)]),
        np.vstack([known.succeeded, np.zeros((20, 3), bool)]),
    )
    assert np.allclose(learn(failed, seed=0).means, learn(known, seed=0).means)


def test_a_missing_evaluation_shifts_no_weight() -> None:
    weights = np.array([[0.5, 0.25, 0.25]])
    values = np.array([[1.0, np.nan], [3.0, 2.0], [5.0, 4.0]])
    assert expected(weights, values).tolist() == [[2.5, 3.0]]
    assert np.isnan(expected(weights, np.full((3, 1), np.nan)))[0, 0]
    assert expected(weights, np.full((3, 1), np.nan), np.array([7.0])).tolist() == [[7.0]]


def test_a_technology_tried_once_with_luck_is_no_single_best() -> None:
    known = crossed()
    losses = np.hstack([known.losses, np.full((80, 1), np.nan)])
    losses[0, 3] = 0.0
    assert learn(evidence(known.features, losses), seed=0).single_best == 2


def test_costly_features_are_charged() -> None:
    known = crossed()
    assert learn(known, seed=0).informed
    assert not learn(known, seed=0, charge=np.full(80, 100.0)).informed


def test_few_workloads_and_constant_features_are_never_split() -> None:
    known = crossed(count=80)
    few = known.only(np.arange(80) < 8)
    flat = evidence(np.ones((80, 2)), known.losses)
    assert learn(few, seed=0).forest is None
    assert learn(flat, seed=0).forest is None


def test_filling_marks_gaps_and_drops_what_never_varies() -> None:
    given = np.array([[1.0, 5.0, np.nan, np.inf], [3.0, 5.0, 2.0, 1.0], [8.0, 5.0, 4.0, 0.0]])
    filled = Filling.of(given).apply(given)
    assert filled.shape == (3, 4)
    assert filled[0].tolist() == [1.0, 3.0, 1e30, 1.0]
    assert np.isfinite(filled).all()


def test_intervals_hold_about_nine_of_ten_new_results() -> None:
    past, new = crossed(0, 300), crossed(1, 300)
    selector = learn(past, seed=0)
    calibration = calibrate(selector, (past.losses < 3).astype(np.float64))
    within = np.abs(selector.predict(new.features) - new.losses) <= calibration.half
    assert 0.86 <= within.mean() <= 0.97
    assert calibration.coverage is not None
    assert abs(calibration.coverage - 0.9) < 0.03
    assert calibration.narrowed is not None
    assert calibration.narrowed < 1
    assert calibration.error is not None
    assert calibration.error < 0.1


def test_calibration_error_by_hand() -> None:
    chances = np.array([[0.95, 0.95, 0.05, 0.05]])
    assert calibration_error(chances, np.array([[1.0, 1.0, 0.0, 0.0]])) == pytest.approx(0.05)
    assert calibration_error(chances, np.array([[0.0, 0.0, 1.0, 1.0]])) == pytest.approx(0.95)
    assert calibration_error(chances, np.full((1, 4), np.nan)) is None


def test_coverage_of_nothing_is_not_claimed() -> None:
    assert coverage(np.zeros((4, 2))) is None


def test_drift_is_told_when_the_last_results_leave_their_intervals() -> None:
    known = crossed(0, 120)
    when = np.arange(360, dtype=np.float64).reshape(120, 3)
    calm = drift(learn(known, seed=0), when)
    losses = known.losses.copy()
    losses[-17:] += 30
    moved = drift(learn(evidence(known.features, losses), seed=0), when)
    assert calm is not None
    assert moved is not None
    assert not calm.alarming
    assert moved.alarming
    assert drift(learn(known, seed=0), np.full((120, 3), np.nan)) is None
