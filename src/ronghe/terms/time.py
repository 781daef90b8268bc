"""Time as Ronghe keeps it: instants in UTC, legal days in the profile's zone, periods half-open."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

__all__ = ["FIRST_YEAR", "LAST_YEAR", "LEGAL_ZONE", "Period", "iso_utc", "legal_day", "usual_year", "utc"]

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")
"""Days in Chinese law are days in Beijing; a profile may name another zone."""

FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Years within which resources are used, watched and booked; others are taken for mistakes of who wrote them."""


def usual_year(moment: datetime) -> bool:
    """Whether an instant lies in a year in which it may have been meant."""
    return FIRST_YEAR <= moment.year <= LAST_YEAR


def utc(moment: datetime) -> datetime:
    """The same instant in UTC; a moment without a zone raises ValueError, since its instant is unknown, and so does one
    that lies outside the years 1 to 9999 there."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: say which, for example with +08:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError as fault:
        raise ValueError(f"{moment.isoformat()} is outside the years 1 to 9999 in UTC: choose another") from fault


def iso_utc(seconds: int) -> str:
    """An instant in seconds since 1970 as `2026-11-27T08:00:00Z`."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def legal_day(moment: datetime, zone: ZoneInfo = LEGAL_ZONE) -> date:
    """The calendar day on which an instant falls in law, in `zone`."""
    return (moment if moment.tzinfo is UTC else utc(moment)).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class Period:
    """The instants from `start` up to but without `end`; `end=None` is open-ended."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse instants without a zone and periods that end before they start."""
        if self.end is not None and utc(self.end) < utc(self.start):
            raise ValueError(f"a period cannot end ({self.end}) before it starts ({self.start})")
        utc(self.start)

    def __contains__(self, moment: datetime) -> bool:
        instant = utc(moment)
        return utc(self.start) <= instant and (self.end is None or instant < utc(self.end))

    def overlaps(self, other: "Period") -> bool:
        """True when some instant lies in both."""
        # Not two comparisons of starts with ends: an empty period, which holds no instant, would pass both of them.
        start = max(utc(self.start), utc(other.start))
        return all(period.end is None or start < utc(period.end) for period in (self, other))
