"""What fills gaps is exact: no digit is lost on the way to a mean, and ties go away from zero."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.data.standardize.aggregates import _mean
from ronghe.tables.expressions import INTEGER, NUMBER, decimal


@pytest.mark.parametrize(
    ("total", "count", "mean"),
    [(5, 2, 3), (-5, 2, -3), (4, 2, 2), (1, 3, 0), (2, 3, 1), (2**62 + 1, 1, 2**62 + 1)],
)
def test_the_mean_of_whole_numbers_is_whole_with_ties_away_from_zero(total: int, count: int, mean: int) -> None:
    found = _mean(total, count, INTEGER)
    assert (found, type(found)) == (mean, int)


@pytest.mark.parametrize(
    ("total", "count", "mean"),
    [("0.05", 2, "0.03"), ("-0.05", 2, "-0.03"), ("1.00", 3, "0.33"), ("9" * 34 + ".99", 1, "9" * 34 + ".99")],
)
def test_the_mean_of_decimals_has_their_scale(total: str, count: int, mean: str) -> None:
    assert str(_mean(Decimal(total), count, decimal(38, 2))) == mean


def test_the_mean_of_measures_is_a_measure() -> None:
    assert _mean(3.0, 2, NUMBER) == 1.5


@given(st.decimals(-(10**30), 10**30, places=4, allow_nan=False), st.integers(1, 1000))
def test_a_mean_lies_within_half_a_unit_of_the_exact_one(total: Decimal, count: int) -> None:
    found = _mean(total, count, decimal(38, 4))
    assert isinstance(found, Decimal)
    assert abs(Fraction(found) - Fraction(total) / count) <= Fraction(1, 20_000)
