"""The weights of one forest."""

import numpy as np
import pytest

from ronghe.technology.optimize.forest import Forest, Growth, grow

RNG = np.random.default_rng(3)
FEATURES = RNG.normal(size=(60, 4))
TARGETS = np.stack([FEATURES[:, 0] > 0, FEATURES[:, 0] <= 0], axis=1).astype(np.float64)


@pytest.fixture(scope="module")
def forest() -> Forest:
    return grow(FEATURES, TARGETS, seed=1)


def test_weights_are_those_of_the_forests_own_prediction(forest: Forest) -> None:
    new = RNG.normal(size=(7, 4))
    weights = forest.weights(new)
    assert np.allclose(weights.sum(axis=1), 1)
    assert np.allclose(weights @ TARGETS, forest.model.predict(new.astype(np.float32)))


def test_no_workload_weighs_in_its_own_out_of_bag_answer(forest: Forest) -> None:
    weights = forest.weights_out_of_bag()
    assert np.diag(weights).max() == 0
    assert np.allclose(weights.sum(axis=1), 1)


def test_out_of_bag_weights_by_hand() -> None:
    small = grow(FEATURES[:12], TARGETS[:12], seed=2, growth=Growth(trees=5, features=1.0, leaf=2))
    samples = small.model.estimators_samples_
    leaves = np.stack([tree.tree_.apply(FEATURES[:12].astype(np.float32)) for tree in small.model.estimators_], axis=1)
    expected = np.zeros((12, 12))
    for row in range(12):
        trees = [t for t in range(5) if row not in samples[t]]
        for t in trees:
            drawn = [b for b in samples[t] if leaves[b, t] == leaves[row, t]]
            for b in drawn:
                expected[row, b] += 1 / len(drawn) / len(trees)
    assert np.allclose(small.weights_out_of_bag(), expected)


def test_the_same_seed_gives_the_same_forest(forest: Forest) -> None:
    again = grow(FEATURES, TARGETS, seed=1).weights(FEATURES[:3])
    assert np.array_equal(forest.weights(FEATURES[:3]), again)
    assert not np.array_equal(forest.weights(FEATURES[:3]), grow(FEATURES, TARGETS, seed=2).weights(FEATURES[:3]))
