"""Instants have zones, legal days are days in Beijing, periods leave out their end."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ronghe.terms import Period, legal_day, utc

BEIJING = timezone(timedelta(hours=8))
WEST = timezone(timedelta(hours=-8))


def at(hour: int) -> datetime:
    return datetime(2026, 1, 1, hour, tzinfo=UTC)


def period(start: int, end: int | None) -> Period:
    return Period(at(start), None if end is None else at(end))


def test_an_instant_without_a_zone_is_refused_with_the_way_to_mend_it() -> None:
    with pytest.raises(ValueError, match="say which"):
        utc(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the mistake


def test_the_same_instant_in_two_zones_is_one() -> None:
    assert utc(datetime(2026, 1, 1, 8, tzinfo=BEIJING)) == at(0)
    assert utc(datetime(2026, 1, 1, 8, tzinfo=BEIJING)).tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), None, date(2025, 12, 31)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), None, date(2026, 1, 1)),
        (datetime(2025, 12, 31, 16, 0, tzinfo=UTC), ZoneInfo("UTC"), date(2025, 12, 31)),
    ],
)
def test_a_legal_day_begins_at_midnight_in_its_zone(moment: datetime, zone: ZoneInfo | None, day: date) -> None:
    assert (legal_day(moment) if zone is None else legal_day(moment, zone)) == day


@pytest.mark.parametrize(("hour", "inside"), [(0, False), (1, True), (2, True), (3, False)])
def test_a_period_holds_its_start_and_not_its_end(hour: int, inside: bool) -> None:
    assert (at(hour) in period(1, 3)) == inside


@pytest.mark.parametrize("moment", [datetime(1, 1, 1, tzinfo=BEIJING), datetime.max.replace(tzinfo=WEST)])
def test_an_instant_that_utc_cannot_write_is_a_value_error(moment: datetime) -> None:
    with pytest.raises(ValueError, match="years 1 to 9999"):
        utc(moment)
    with pytest.raises(ValueError, match="years 1 to 9999"):
        Period(min(moment, at(0)), max(moment, at(0)))


def test_an_open_period_never_ends() -> None:
    assert datetime(9999, 1, 1, tzinfo=UTC) in period(1, None)
    assert at(0) not in period(1, None)


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        period(3, 1)


@pytest.mark.parametrize("end", [None, datetime(2026, 1, 2, tzinfo=UTC)])
def test_a_period_wants_zones(end: datetime | None) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Period(datetime(2026, 1, 1), end)  # noqa: DTZ001 - that is the mistake


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ((1, 3), (2, 4), True),
        ((1, 3), (3, 4), False),
        ((1, 5), (2, 3), True),
        ((1, None), (4, 5), True),
        ((4, None), (1, 4), False),
        ((1, None), (9, None), True),
        ((2, 2), (1, 3), False),
        ((2, 2), (2, 2), False),
    ],
)
def test_periods_overlap_when_an_instant_lies_in_both(
    one: tuple[int, int | None], other: tuple[int, int | None], meet: bool
) -> None:
    assert period(*one).overlaps(period(*other)) == meet
    assert period(*other).overlaps(period(*one)) == meet
