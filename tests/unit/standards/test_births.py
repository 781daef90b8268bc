"""Nobody is born after the day on which a table is read."""

import datetime as dt

import pytest

from ronghe.standards import dates, identifiers
from ronghe.standards.births import asks_for_future_births, born_by
from ronghe.standards.catalog import catalog

DAY = dt.date(2024, 3, 5)


@pytest.mark.parametrize(
    ("birth", "broken"), [("2024-03-05", ()), ("2024-03-06", ("future_birth",)), ("1901-01-01", ())]
)
def test_a_birth_after_the_day_breaks_its_own_rule(birth: str, broken: tuple[str, ...]) -> None:
    assert born_by(dates.date(code="birth_date"), DAY).read(birth).broken == broken
    assert dates.date(code="birth_date", as_of=DAY).read(birth).broken == broken


def test_the_option_of_a_column_is_stronger_than_the_day_of_the_table() -> None:
    own = identifiers.citizen_id(dt.date(2000, 1, 1))
    assert born_by(own, DAY) is own
    assert asks_for_future_births(own)


@pytest.mark.parametrize("code", ["date", "text", "region", "unified_credit_code"])
def test_other_elements_stay_as_they_are(code: str) -> None:
    element = catalog().get(code)
    assert born_by(element, DAY) is element


def test_without_a_day_births_are_not_compared() -> None:
    element = dates.date(code="birth_date")
    assert born_by(element, None) is element
    assert not asks_for_future_births(element)
