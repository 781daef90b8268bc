"""Working days: weekdays without public holidays, with the weekend days on which a holiday is made up for.

A year whose notice is not known counts weekdays only, and whatever was computed with it says that it is provisional.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path

from ronghe.terms import InputError

__all__ = ["WorkingCalendar", "WorkingDay", "known_calendar", "read_calendar"]

LONGEST = 3_660
"""More working days than this is a mistake of the caller, not a legal limit."""
LARGEST_FILE = 1_000_000


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A day that was counted; `provisional` when a year without a known notice took part."""

    day: date
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The days off and the weekend days that are worked, for the years whose notice is known."""

    years: frozenset[int]
    holidays: frozenset[date]
    working: frozenset[date]

    def is_working(self, day: date) -> bool:
        """Whether offices are open on the day."""
        return day in self.working or (day.weekday() < 5 and day not in self.holidays)

    def after(self, start: date, days: int) -> WorkingDay:
        """The day on which `days` working days after `start` are over; the day of the event itself is not counted.

        Source: 民法典 art. 201. 0 gives `start`. Raises ValueError for a negative number or more than ten years.
        """
        if not 0 <= days <= LONGEST:
            raise ValueError(f"days must lie in 0 to {LONGEST}, got {days}")
        day, left, known = start, days, True
        while left:
            day += timedelta(days=1)
            known = known and day.year in self.years
            left -= self.is_working(day)
        return WorkingDay(day, not known)

    def between(self, start: date, end: date) -> int:
        """The working days after `start` up to and with `end`; negative when `end` lies before."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def _days(year: int, listed: object, where: str) -> frozenset[date]:
    if not isinstance(listed, list):
        raise InputError("standards.calendar_form", path=where, year=year)
    try:
        return frozenset(date.fromisoformat(f"{year:04}-{text}") for text in listed)
    except (TypeError, ValueError) as fault:
        raise InputError("standards.calendar_form", path=where, year=year) from fault


def _calendar(document: Mapping[str, object], where: str) -> WorkingCalendar:
    years, holidays, working = set[int](), frozenset[date](), frozenset[date]()
    for text, listed in document.items():
        if not (text.isascii() and text.isdigit() and len(text) == 4 and isinstance(listed, dict)):
            raise InputError("standards.calendar_form", path=where, year=text)
        if not set(listed) <= {"holidays", "working"}:
            raise InputError("standards.calendar_form", path=where, year=text)
        year = int(text)
        years.add(year)
        holidays |= _days(year, listed.get("holidays", []), where)
        working |= _days(year, listed.get("working", []), where)
    if holidays & working:
        raise InputError("standards.calendar_both", path=where, day=min(holidays & working))
    return WorkingCalendar(frozenset(years), holidays, working)


def read_calendar(path: Path) -> WorkingCalendar:
    """The calendar in a TOML file: a table for each year, `holidays` and `working` as lists of MM-DD.

    Raises InputError for a file that cannot be read or has another form.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError("standards.calendar_form", path=str(path), year="")
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise InputError("standards.calendar_unreadable", path=str(path), detail=type(fault).__name__) from fault
    return _calendar(document, str(path))


@cache
def known_calendar() -> WorkingCalendar:
    """The calendar that comes with this version; a newer one can be read from a file."""
    text = (files("ronghe.standards") / "profiles" / "holidays.toml").read_text("utf-8")
    return _calendar(tomllib.loads(text), "holidays.toml")
