import numpy as np

from ronghe.data.integrate.assignment import assign
from ronghe.data.integrate.by_chance import partners_by_chance

RECORDS = 1_000
RIGHT = 20.0


def _strangers(seed: int, families: int = 1) -> np.ndarray:
    """The weights of the three nearest strangers of each record, the nearest first; of a family all weigh the same."""
    random = np.random.default_rng(seed)
    weights = random.exponential(1 / np.log(2), (RECORDS, 60)).repeat(families, axis=1)
    return np.asarray(-np.sort(-weights, axis=1)[:, :3] - 12)


def _assigned(nearest: np.ndarray, partners: int) -> list[np.ndarray]:
    """The first records have a true partner, which pushes their nearest stranger to the second place."""
    true = np.full((partners, 1), RIGHT)
    return [*np.concatenate([np.hstack([true, nearest[:partners, :2]]), nearest[partners:]]).T]


def test_the_share_without_a_partner_is_found_where_strangers_come_in_families() -> None:
    for partners in (0, 20, 300, 900):
        found = partners_by_chance(_assigned(_strangers(partners, families=3), partners), RECORDS)
        assert abs(found.unmatched - (1 - partners / RECORDS)) < 0.03, partners


def test_of_independent_strangers_it_is_found_less_sharply() -> None:
    for partners in (0, 20, 300, 900):
        found = partners_by_chance(_assigned(_strangers(partners), partners), RECORDS)
        assert 0.6 * (1 - partners / RECORDS) < found.unmatched <= 1.05 * (1 - partners / RECORDS), partners


def test_families_of_alike_strangers_do_not_pass_for_independent_ones() -> None:
    assigned = _assigned(_strangers(5, families=3), 900)
    found = partners_by_chance(assigned, RECORDS)
    # Of the hundred records without a partner all first pairs are strangers; independent ones would make it many more.
    assert 60 < found.wrong.sum() < 160


def test_the_wrong_pairs_expected_are_those_that_there_are() -> None:
    nearest = _strangers(7)
    found = partners_by_chance(_assigned(nearest, 300), RECORDS)
    heavy = np.quantile(nearest[300:, 0], 0.9)
    expected = found.wrong[found.weights >= heavy].sum()
    assert 0.5 * 70 < expected < 2 * 70


def test_of_tables_without_a_person_in_common_the_heaviest_accidents_are_no_matches() -> None:
    for seed in range(5):
        first, second, third = _strangers(seed, families=2).T
        weights = np.concatenate([first, second, third])
        left = np.tile(np.arange(RECORDS), 3)
        right = np.concatenate([np.roll(np.arange(RECORDS), step) for step in range(3)])
        found = assign(left, right, weights, rows=(RECORDS, RECORDS))
        assert (found.probability >= 0.5).sum() <= 0.005 * RECORDS


def test_one_pair_of_two_records_is_decided_by_nothing_else() -> None:
    found = partners_by_chance([np.array([9.0]), np.array([]), np.array([])], 1)
    assert found.wrong.tolist() == [0.0]
