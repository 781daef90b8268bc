"""Legal limits count working days: holidays left out, make-up days counted, an unknown year said to be provisional."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.standards.legal import CLOCKS, PROFILES, legal_profile, read_profile
from ronghe.standards.working_days import WorkingDay, known_calendar, read_calendar
from ronghe.terms import InputError

CALENDAR = known_calendar()


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 9, 30), 1, date(2025, 10, 9)),  # National Day and Mid-Autumn
        (date(2025, 9, 30), 3, date(2025, 10, 11)),  # a Saturday that is worked
        (date(2026, 2, 13), 1, date(2026, 2, 14)),
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2026, 11, 27), 20, date(2026, 12, 25)),
        (date(2026, 11, 27), 0, date(2026, 11, 27)),
    ],
)
def test_the_last_day_of_a_limit(start: date, days: int, end: date) -> None:
    assert CALENDAR.after(start, days) == WorkingDay(end)


def test_a_limit_that_runs_into_an_unknown_year_is_provisional_and_does_not_fail() -> None:
    assert CALENDAR.after(date(2026, 12, 20), 20) == WorkingDay(date(2027, 1, 15), provisional=True)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 300))
def test_a_limit_ends_on_a_working_day_and_counts_back(start: date, days: int) -> None:
    end = CALENDAR.after(start, days).day
    assert days == 0 or CALENDAR.is_working(end)
    assert CALENDAR.between(start, end) == days
    assert CALENDAR.between(end, start) == -days


@pytest.mark.parametrize("days", [-1, 3_661])
def test_an_absurd_limit_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="days"):
        CALENDAR.after(date(2026, 1, 1), days)


def test_holidays_of_each_year_are_plausible() -> None:
    for year in CALENDAR.years:
        off = [day for day in CALENDAR.holidays if day.year == year]
        assert 10 < len(off) < 40
        assert all(day.weekday() >= 5 for day in CALENDAR.working if day.year == year)
        working = sum(CALENDAR.is_working(date(year, 1, 1) + timedelta(days=n)) for n in range(365))
        assert 245 < working < 255


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[2027]\nholidays = ['13-01']\n", "standards.calendar_form"),
        ("[2027]\nholidays = '01-01'\n", "standards.calendar_form"),
        ("[year]\nholidays = []\n", "standards.calendar_form"),
        ("[2027]\nhollidays = []\n", "standards.calendar_form"),
        ("[2027]\nholidays = ['01-01']\nworking = ['01-01']\n", "standards.calendar_both"),
        ("[2027\n", "standards.calendar_unreadable"),
    ],
)
def test_a_calendar_that_cannot_be_used_says_where(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "holidays.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as told:
        read_calendar(path)
    assert told.value.code == code


def test_a_newer_calendar_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "holidays.toml"
    path.write_text('[2027]\nholidays = ["01-01"]\nworking = ["01-03"]\n', "utf-8")
    assert read_calendar(path).after(date(2026, 12, 31), 1) == WorkingDay(date(2027, 1, 3))


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_that_comes_along_can_be_read(name: str) -> None:
    profile = legal_profile(name)
    assert profile.checked >= date(2026, 1, 1)
    for clock in CLOCKS:
        due = profile.due(clock, date(2026, 3, 2))
        assert due is None or due.day > date(2026, 3, 2)


def test_law_is_a_profile_and_a_neutral_one_limits_nothing() -> None:
    law = legal_profile("cn-809-2025")
    assert law.due("answer_conditional", date(2026, 2, 10)) == WorkingDay(date(2026, 3, 2))
    assert law.due("answer_conditional", date(2026, 2, 10), more=10) == WorkingDay(date(2026, 3, 16))
    assert not law.verified
    assert all(legal_profile("neutral").due(clock, date(2026, 2, 10)) is None for clock in CLOCKS)


def test_a_right_lasts_as_many_years_as_the_profile_says_and_ten_where_it_says_nothing() -> None:
    law, neutral = legal_profile("cn-809-2025"), legal_profile("neutral")
    assert law.latest_end(date(2026, 3, 2)) == date(2029, 3, 2)
    assert law.latest_end(date(2028, 2, 29)) == date(2031, 2, 28)
    assert neutral.latest_end(date(2026, 3, 2)) == date(2036, 3, 2)


def test_a_misspelled_limit_is_not_no_limit(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="answr"):
        legal_profile("neutral").due("answr", date(2026, 1, 1))
    path = tmp_path / "own.toml"
    head = 'name = "own"\nchecked = 2026-01-01\nverified = true\nzone = "Asia/Shanghai"\n'
    for wrong in (
        "[working_days]\nanswr = 3\n",
        "[working_days]\ndelivery = -1\n",
        "[request]\nsupplements_asked = true\n",
    ):
        path.write_text(head + wrong, "utf-8")
        with pytest.raises(InputError):
            read_profile(path)
    path.write_text(head.replace("Asia/Shanghai", "Mars/Base"), "utf-8")
    with pytest.raises(InputError):
        read_profile(path)
