"""Laws of linkage: the order of rows does not matter, linking is symmetric, a table with itself changes nothing."""

import random

import pytest

from tests.unit.data.integrate.tables import clusters, linked, pairs, person

LEFT = {f"a{number}": person(number) for number in range(80)}
RIGHT = {f"b{number}": person(number) for number in range(40, 120)}


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    order = random.Random(seed)
    mixed = [dict(order.sample(list(side.items()), len(side))) for side in (LEFT, RIGHT)]
    plain, other = linked([LEFT, RIGHT]), linked(mixed)
    assert plain.pairs.equals(other.pairs)
    assert plain.clusters.equals(other.clusters)


def test_linking_is_symmetric() -> None:
    there, back = linked([LEFT, RIGHT]), linked([RIGHT, LEFT])
    assert pairs(there) == {(left, right) for right, left in pairs(back)}


def test_a_table_with_itself_links_each_row_with_itself() -> None:
    assert pairs(linked([LEFT, LEFT])) == {(key, key) for key in LEFT}


def test_the_same_input_gives_the_same_output() -> None:
    assert linked([{**LEFT, **RIGHT}]).clusters.equals(linked([{**LEFT, **RIGHT}]).clusters)


def test_every_record_has_exactly_one_cluster() -> None:
    groups = clusters(linked([{**LEFT, **RIGHT}]))
    assert len(groups) == len(LEFT) + len(RIGHT)
    assert groups["0:a50"] == groups["0:b50"]
