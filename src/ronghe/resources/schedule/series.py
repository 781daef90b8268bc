"""Recurring requests, one for each occurrence, at the same time on the wall clock all year round.

Source: RFC 5545 recurrence rules, as python-dateutil reads them.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from ronghe.resources.schedule.hours import minute_of, moment_of
from ronghe.resources.schedule.request import Request
from ronghe.terms.time import usual_year

__all__ = ["MOST_OCCURRENCES", "Endless", "TooMany", "expand"]

MOST_OCCURRENCES = 1_000
_UNTIL = re.compile(r"UNTIL=(\d{8}(?:T\d{6})?)(Z?)", re.IGNORECASE)
_COARSE = re.compile(r"FREQ=(?:DAILY|WEEKLY|MONTHLY|YEARLY)\b", re.IGNORECASE)

_NEVER = re.compile(r"INTERVAL=[+-]?0*(?:[;\s]|$)", re.IGNORECASE)
"""A step of nothing, which dateutil would take for ever."""


class Endless(ValueError):
    """A rule without COUNT or UNTIL."""


class TooMany(ValueError):
    """A rule with more occurrences than `MOST_OCCURRENCES`."""


def _local_until(rule: str, zone: ZoneInfo) -> str:
    """The rule with UNTIL on the wall clock: dateutil wants it as its start is, and ours has no zone."""
    found = _UNTIL.search(rule)
    if found is None or not found[2]:
        return rule
    text = found[1] if "T" in found[1].upper() else f"{found[1]}T235959"
    instant = datetime.strptime(text.upper(), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return rule.replace(found[0], f"UNTIL={instant.astimezone(zone):%Y%m%dT%H%M%S}")


def expand(request: Request, rule: str, zone: ZoneInfo) -> list[Request]:
    """A request for each occurrence, `id#1` first; `request` is the first one's window.

    Raises Endless, TooMany, or ValueError for a rule that cannot be read or is finer than daily.
    """
    plain = rule.strip().removeprefix("RRULE:")
    if not _COARSE.search(plain) or "\n" in plain or _NEVER.search(plain) or plain.upper().count("FREQ=") > 1:
        raise ValueError(rule)
    if not re.search(r"(?:COUNT|UNTIL)=", plain, re.IGNORECASE):
        raise Endless(rule)
    start = moment_of(request.earliest, zone).replace(tzinfo=None)
    found = list(islice(rrulestr(_local_until(plain, zone), dtstart=start), MOST_OCCURRENCES + 1))
    if len(found) > MOST_OCCURRENCES:
        raise TooMany(rule)
    if found and not usual_year(found[-1]):
        raise ValueError(rule)
    width = request.latest - request.earliest
    occurrences = []
    for n, wall in enumerate(found, 1):
        earliest = minute_of(wall.replace(tzinfo=zone))
        series = request.series or request.id
        one = replace(request, id=f"{request.id}#{n}", earliest=earliest, latest=earliest + width, series=series)
        occurrences.append(one)
    return occurrences
