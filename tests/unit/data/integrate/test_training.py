import numpy as np

from ronghe.data.integrate.training import NOT_EXCLUSIVE, Exclusive, Pairs, level_shares, rising, train


def test_rising_pools_neighbours_that_fall() -> None:
    assert rising(np.array([1.0, 3.0, 2.0, 4.0]), np.ones(4)).tolist() == [1.0, 2.5, 2.5, 4.0]


def test_what_agrees_by_chance_alone_is_told_from_what_matches() -> None:
    random = np.random.default_rng(1)
    levels = (random.random((20_000, 3)) < 0.02).astype(np.int8)
    levels[:100] = (random.random((100, 3)) < 0.9).astype(np.int8)
    u = level_shares(levels[100:], [2, 2, 2])
    pairs = Pairs(levels, np.arange(20_000), np.arange(20_000), NOT_EXCLUSIVE)
    found = train(pairs, u, [(0, 1)] * 3, [(0.05, 0.5)] * 3, all_pairs=20_000, expected=50)
    assert abs(found.prior * 20_000 - 100) < 25
    assert all(m[1] > 0.8 for m in found.m)


def test_absent_values_weigh_nothing() -> None:
    levels = np.array([[1, -1], [1, 1]], np.int8)
    u = (np.array([0.9, 0.1]), np.array([0.9, 0.1]))
    pairs = Pairs(levels, np.array([0, 1]), np.array([0, 1]), NOT_EXCLUSIVE)
    found = train(pairs, u, [(0, 1)] * 2, [(0.05, 0.5)] * 2, all_pairs=100, expected=2)
    alone, both = found.weights(levels)
    assert both - alone == np.log2(found.m[1][1] / found.u[1][1])


def test_pairs_of_a_record_with_one_partner_exclude_each_other() -> None:
    levels = np.zeros((2, 1), np.int8)
    pairs = Pairs(levels, np.array([0, 0]), np.array([0, 1]), Exclusive(left=True, right=False))
    assert pairs.posterior(np.array([20.0, 20.0])).sum() <= 1.0
