from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from ronghe.messages import LANGUAGES, render_error
from ronghe.sharing_index import degree
from ronghe.terms import InputError


def test_the_degree_is_the_weighted_mean_of_the_formula() -> None:
    found = degree({"tax": 30, "health": 10, "schools": 60}, {"tax": 0.9, "health": 0.5, "schools": 0.25})
    assert found.exact == Fraction(30 * 90 + 10 * 50 + 60 * 25, 100 * 100)
    assert found.value == 0.47


def test_floats_count_as_the_decimals_that_people_typed() -> None:
    assert degree({"a": 0.1, "b": 0.2}, {"a": 1, "b": 0.1}).exact == Fraction(12, 30)


def test_all_kinds_of_numbers_mix_exactly() -> None:
    amounts: Any = {"a": np.int64(2), "b": Decimal(2), "c": Fraction(4, 2), "d": np.float64(2.0)}
    found = degree(amounts, {"a": Decimal("0.1"), "b": 0.1, "c": Fraction(1, 10), "d": np.float64(0.1)})
    assert found.exact == Fraction(1, 10)


def test_amounts_too_large_for_floats_stay_exact() -> None:
    found = degree({"a": 10**400, "b": 10**400}, {"a": 1, "b": 0})
    assert found.exact == Fraction(1, 2)


def test_each_contribution_is_the_difference_that_leaving_the_department_out_makes() -> None:
    amounts, shares = {"tax": 30, "health": 10, "schools": 60}, {"tax": 0.9, "health": 0.5, "schools": 0.25}
    found = degree(amounts, shares)
    for part in found.contributions:
        rest = [name for name in amounts if name != part.department]
        without = degree({name: amounts[name] for name in rest}, {name: shares[name] for name in rest})
        assert part.moved == found.exact - without.exact
    assert sum(part.weight for part in found.contributions) == 1


def test_the_strongest_mover_comes_first_and_equals_go_by_name() -> None:
    found = degree({"d": 1, "c": 1, "b": 2, "a": 1}, {"d": 0.5, "c": 0, "b": 0.5, "a": 1})
    assert [part.department for part in found.contributions] == ["a", "c", "b", "d"]
    moved = {part.department: part.moved for part in found.contributions}
    assert moved["a"] == Fraction(1, 8)
    assert moved["c"] == Fraction(-1, 8)
    assert moved["d"] == moved["b"] == 0


def test_nothing_is_left_to_compare_with_when_one_department_holds_everything() -> None:
    found = degree({"all": 5, "none": 0}, {"all": 0.4, "none": 1})
    assert [(part.department, part.moved) for part in found.contributions] == [("all", None), ("none", 0)]


@pytest.mark.parametrize(
    ("amounts", "shares", "code"),
    [
        ({}, {}, "empty"),
        ({"a": 1}, {}, "one_sided"),
        ({"a": 1}, {"a": 1, "b": 1}, "one_sided"),
        ({"a": -1}, {"a": 1}, "negative_amount"),
        ({"a": float("nan")}, {"a": 1}, "not_a_number"),
        ({"a": float("inf")}, {"a": 1}, "not_a_number"),
        ({"a": Decimal("NaN")}, {"a": 1}, "not_a_number"),
        ({"a": Decimal("Infinity")}, {"a": 1}, "not_a_number"),
        ({"a": True}, {"a": 1}, "not_a_number"),
        ({"a": "7"}, {"a": 1}, "not_a_number"),
        ({"a": 1}, {"a": float("nan")}, "not_a_number"),
        ({"a": 1}, {"a": 1.0001}, "share_out_of_range"),
        ({"a": 1}, {"a": -0.1}, "share_out_of_range"),
        ({"a": 1}, {"a": 85}, "share_out_of_range"),
        ({"a": 0, "b": 0.0}, {"a": 1, "b": 0}, "zero_total"),
    ],
)
def test_what_cannot_be_a_degree_is_refused_with_its_cause(
    amounts: dict[str, Any], shares: dict[str, Any], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        degree(amounts, shares)
    assert caught.value.code == f"sharing_index.{code}"
    for lang in LANGUAGES:
        assert render_error(caught.value, lang)
