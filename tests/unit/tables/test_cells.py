"""Every value that drivers and spreadsheets hand over has one canonical text."""

import datetime as dt
import math
import uuid
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.tables.cells import texts_of


def text(value: object, digits: int | None = None) -> str | None:
    return texts_of([value], digits=digits).to_pylist()[0]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        (" ", " "),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (7.0, "7"),
        (-0.5, "-0.5"),
        (1e-7, "0.0000001"),
        (1e16, "10000000000000000"),
        (1.5e300, str(1.5e300).replace("1.5e+300", "15" + "0" * 299)),
        (math.nan, None),
        (math.inf, "inf"),
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (dt.date(2024, 2, 29), "2024-02-29"),
        (dt.datetime(2024, 2, 29, 8, 30), "2024-02-29 08:30:00"),  # noqa: DTZ001 - drivers give such
        (dt.datetime(2024, 2, 29, 8, 30, tzinfo=dt.UTC), "2024-02-29 08:30:00+00:00"),
        (dt.time(8, 30), "08:30:00"),
        (dt.timedelta(days=1, hours=2, seconds=3), "26:00:03"),
        (dt.timedelta(seconds=-1.5), "-00:00:01.500000"),
        ("数".encode(), "数"),
        (bytearray(b"ab"), "ab"),
        (memoryview(b"\xff\x00"), "ff00"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ({"数": [1, None, dt.date(2024, 1, 1)]}, '{"数":[1,null,"2024-01-01"]}'),
        ((1, "a"), '[1,"a"]'),
    ],
)
def test_a_value_has_its_canonical_text(value: object, expected: str | None) -> None:
    assert text(value) == expected


def test_a_column_may_mix_kinds() -> None:
    assert texts_of(["a", 1.5, None, 2, math.nan, ""]).to_pylist() == ["a", "1.5", None, "2", None, None]


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_reads_back_as_itself_without_an_exponent(value: float) -> None:
    written = text(value)
    assert written is not None
    assert float(written) == value
    assert "e" not in written.lower() or abs(value) >= 1e300


@given(st.lists(st.floats(allow_infinity=False), min_size=1, max_size=30))
def test_many_numbers_at_once_read_like_each_alone(values: list[float]) -> None:
    assert texts_of(values, digits=15).to_pylist() == [text(value, 15) for value in values]


@pytest.mark.parametrize(("value", "shown"), [(0.1 + 0.2, "0.3"), (1.005, "1.005"), (2 / 3, "0.666666666666667")])
def test_a_number_of_a_spreadsheet_has_fifteen_digits(value: float, shown: str) -> None:
    assert text(value, 15) == shown
