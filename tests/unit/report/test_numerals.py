import pytest

from ronghe.report.numerals import counted, percent
from ronghe.terms import InternalFault


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0, 0, "0"),
        (1234567, 0, "1,234,567"),
        (0.7341, 3, "0.734"),
        (-1234, 0, "−1,234"),
        (-0.001, 2, "0.00"),
        (2.5, 1, "2.5"),
    ],
)
def test_numbers_are_grouped_and_rounded(value: float, digits: int, written: str) -> None:
    assert counted(value, digits) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0%"),
        (1, "100%"),
        (0.5, "50.0%"),
        (0.99999, ">99.9%"),
        (0.00001, "<0.1%"),
        (0.9994, "99.9%"),
        (0.001, "0.1%"),
    ],
)
def test_only_the_whole_reads_as_whole_and_only_nothing_as_nothing(value: float, written: str) -> None:
    assert percent(value) == written


@pytest.mark.parametrize("value", [-0.01, 1.01, float("nan"), float("inf")])
def test_what_is_no_rate_is_refused(value: float) -> None:
    with pytest.raises(InternalFault):
        percent(value)


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(InternalFault):
        counted(value)
