"""Accuracy predicted from features of technologies: honest about copies of one technology."""

import numpy as np

from ronghe.technology.optimize.accuracy import predict_accuracy


def test_a_technology_that_two_departments_list_is_not_learned_from_its_copy() -> None:
    rng = np.random.default_rng(5)
    features, accuracy = rng.normal(size=(60, 3)), rng.uniform(0.5, 1, 60)
    made = predict_accuracy(np.tile(features, (3, 1)), np.tile(accuracy, 3), seed=0)
    assert made.error is not None
    assert made.baseline is not None
    # Nothing but noise: whoever predicts better than the mean has seen the copy.
    assert made.error > 0.95 * made.baseline
    assert not made.informed
