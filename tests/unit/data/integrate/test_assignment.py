import numpy as np

from ronghe.data.integrate.assignment import assign, best_pairs
from ronghe.data.integrate.training import Exclusive


def test_no_record_is_taken_twice_and_the_heaviest_pair_comes_first() -> None:
    left, right = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    rows = best_pairs(left, right, np.array([5.0, 9.0, 8.0, 7.0]))
    assert rows.tolist() == [1, 2]


def test_a_side_that_may_have_many_partners_keeps_them() -> None:
    left, right = np.array([0, 0, 1]), np.array([0, 1, 1])
    rows = best_pairs(left, right, np.array([5.0, 6.0, 4.0]), Exclusive(left=False, right=True))
    assert rows.tolist() == [1, 0]


def test_what_is_as_near_as_the_second_best_of_others_is_doubted() -> None:
    count = 50
    left = np.concatenate([np.arange(count), np.arange(count)])
    right = np.concatenate([np.arange(count), np.roll(np.arange(count), 1)])
    strong = np.where(np.arange(count) < 25, 12.0, -1.5)
    weights = np.concatenate([strong, np.full(count, -1.5)])
    found = assign(left, right, weights, rows=(2 * count, 2 * count))
    chance = dict(zip(found.rows.tolist(), found.probability.tolist(), strict=True))
    assert all(chance[row] > 0.99 for row in range(25))
    assert all(chance[row] < 0.5 for row in range(25, count))


def test_of_two_equally_heavy_partners_the_nearer_one_is_no_tie() -> None:
    others = np.arange(20)
    left, right = np.array([1, 1, *others + 2]), np.array([50, 51, *others + 52])
    weights = np.array([9.0, 9.0, *np.full(20, 12.0)])
    blind = assign(left, right, weights, rows=(21, 22))
    assert blind.probability[blind.rows.tolist().index(0)] < 0.5
    seen = assign(left, right, weights, rows=(21, 22), alike=np.array([0.2, 0.9, *np.zeros(20)]))
    assert set(seen.rows.tolist()) == set(range(1, 22))
    assert seen.probability[seen.rows.tolist().index(1)] > 0.5


def test_where_no_second_partner_is_near_a_light_pair_is_left_to_the_model() -> None:
    left, right = np.arange(30), np.arange(30) + 300
    weights = np.where(np.arange(30) < 5, 15.0, -7.0)
    found = assign(left, right, weights, rows=(300, 300))
    chance = dict(zip(found.rows.tolist(), found.probability.tolist(), strict=True))
    assert all((chance[row] > 0.99) is (row < 5) for row in range(30))
    assert all(chance[row] < 0.05 for row in range(5, 30))
