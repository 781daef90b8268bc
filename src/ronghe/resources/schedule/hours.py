"""When resources are open: hours by weekday in local time, public holidays, make-up working days, maintenance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ronghe.standards.working_days import WorkingCalendar

__all__ = ["DAYS", "Hours", "closed_spans", "merged", "minute_of", "moment_of"]

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Span = tuple[int, int]


@dataclass(frozen=True)
class Hours:
    """Open hours of a kind of day as minutes from midnight; 1440 is the end of the day.

    A public holiday is `holiday`, a weekend day that is worked is `make_up`, any other day goes by its weekday.
    """

    by_day: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    holiday: tuple[Span, ...] = ()
    make_up: tuple[Span, ...] = ()

    def on(self, day: date, calendar: WorkingCalendar) -> tuple[Span, ...]:
        """The open hours of a day."""
        if day in calendar.holidays:
            return self.holiday
        if day in calendar.working and day.weekday() >= 5:
            return self.make_up
        return self.by_day.get(DAYS[day.weekday()], ())


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970 in UTC; seconds are cut off."""
    return int(moment.timestamp() // 60)


def moment_of(minute: int, zone: ZoneInfo) -> datetime:
    """The local time of a minute."""
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)


def _local(day: date, minutes: int, zone: ZoneInfo) -> int:
    # Midnight and the wall clock, not midnight plus minutes: days of a change of clocks have 23 or 25 hours.
    wall = datetime.combine(day + timedelta(days=minutes // 1440), time(minutes % 1440 // 60, minutes % 60), zone)
    return minute_of(wall)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same minutes as spans that neither touch nor overlap, by start; empty ones left out."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


def _complement(spans: Sequence[Span], within: Span) -> list[Span]:
    edges = [within[0], *(edge for span in merged(spans) for edge in span), within[1]]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(start, end) for start, end in pairs if start < end]


def closed_spans(hours: Hours, calendar: WorkingCalendar, zone: ZoneInfo, within: Span) -> list[Span]:
    """The minutes in `within` at which nothing is open."""
    first = moment_of(within[0], zone).date() - timedelta(days=1)
    last = moment_of(within[1], zone).date()
    spans = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        for start, end in hours.on(day, calendar):
            a, b = max(_local(day, start, zone), within[0]), min(_local(day, end, zone), within[1])
            spans.append((a, b))
    return _complement(spans, within)
