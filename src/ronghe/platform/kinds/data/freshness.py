"""Updates that were due by the strictest period that was declared, and those that came: pure, from instants."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ronghe.platform.kinds.data.refreshing import PERIODS
from ronghe.standards.legal import LegalProfile
from ronghe.terms import legal_day

__all__ = ["WorkingDays", "strictest", "updates_met"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of a stretch of time as ordinals, ascending."""

    days: tuple[int, ...]

    @classmethod
    def of(cls, law: LegalProfile, since: datetime, at: datetime) -> "WorkingDays":
        """Those from a little before `since` up to `at`."""
        first, last = legal_day(since - 14 * _DAY, law.zone), legal_day(at, law.zone)
        all_days = (first + n * _DAY for n in range((last - first).days + 1))
        return cls(tuple(day.toordinal() for day in all_days if law.calendar.is_working(day)))


def strictest(periods: Iterable[tuple[datetime, datetime | None, str]], since: datetime, at: datetime) -> str:
    """Of the periods that an entry declared (from, until, period), the shortest that held after `since`; `once` where
    none is due. A period that is relaxed does not help what was promised before."""
    held = {period for start, end, period in periods if start <= at and (end is None or end > since)}
    return min(held & PERIODS.keys(), key=lambda period: PERIODS[period], default="once")


def updates_met(
    period: str, updates: Sequence[datetime], start: datetime, at: datetime, law: LegalProfile, days: WorkingDays
) -> tuple[int, int]:
    """Updates that were due between `start` and `at`, and how many of those periods one came in.

    What is updated daily or in real time is due on working days, and the day itself must be over; other periods follow
    each other from `start` on. What came in the period before `start` counts for the first: rows are mounted before
    their entry is published.
    """
    length = PERIODS.get(period)
    if length is None:
        return 0, 0
    if length <= _DAY:
        return _by_day(updates, start, at, law, days)
    due = (at - start) // length
    places = {max(0, (update - start) // length) for update in updates if update >= start - length}
    return due, sum(place < due for place in places)


def _by_day(
    updates: Sequence[datetime], start: datetime, at: datetime, law: LegalProfile, days: WorkingDays
) -> tuple[int, int]:
    first = bisect_right(days.days, legal_day(start, law.zone).toordinal())
    last = bisect_left(days.days, legal_day(at, law.zone).toordinal())
    # On a day off it counts for the next working day.
    places = {bisect_left(days.days, legal_day(update, law.zone).toordinal()) for update in updates if update <= at}
    return max(0, last - first), sum(first <= place < last for place in places)
