"""Law is data: limits, zones and choices from a dated profile with its source, never constants in code."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ronghe.standards.working_days import WorkingCalendar, WorkingDay, known_calendar, read_calendar
from ronghe.terms import InputError, content_id

__all__ = ["CLOCKS", "LONGEST_GRANT", "PROFILES", "LegalProfile", "legal_profile", "read_profile"]

CLOCKS = (
    "answer_unconditional",
    "answer_conditional",
    "extension",
    "delivery",
    "objection",
    "catalogue_update",
    "catalogue_update_extension",
    "catalogue_review",
)
"""What a profile may limit, in working days."""
PROFILES = ("cn-809-2025", "neutral")
LONGEST_GRANT = 10
"""Years that a right lasts at most where a profile names no number: longer, and nobody looks at it again."""
_YEARS = ("records_of_personal_data", "grant")
_INDEX = ("least_coverage",)
_REQUEST = {"supplements_asked": int, "supplement_pauses_clock": bool}


@dataclass(frozen=True, slots=True)
class LegalProfile:
    """Limits in force: `working_days` by clock (absent: no limit), `years` of retention and rights, choices about
    requests."""

    name: str
    checked: date
    verified: bool
    zone: ZoneInfo
    calendar: WorkingCalendar
    working_days: Mapping[str, int] = field(default_factory=dict)
    years: Mapping[str, int] = field(default_factory=dict)
    supplements_asked: int | None = None
    supplement_pauses_clock: bool = True
    least_coverage: int = 0
    """Percent of a department's inventory that the catalogue must describe before its sharing degree is printed."""

    @property
    def fingerprint(self) -> str:
        """Changes with anything that a count of days or a degree depends on."""
        known = self.calendar
        days = (sorted(known.years), sorted(known.holidays), sorted(known.working))
        limits = sorted(self.working_days.items())
        return content_id(*map(repr, (limits, self.zone.key, *days, self.supplement_pauses_clock, self.least_coverage)))

    def due(self, clock: str, start: date, *, more: int = 0) -> WorkingDay | None:
        """The last day for what began on `start`, with `more` working days granted; None where nothing limits it.

        Raises ValueError for a clock that no profile knows: a misspelled limit would be no limit.
        """
        if clock not in CLOCKS:
            raise ValueError(f"no clock named {clock}; there are {', '.join(CLOCKS)}")
        days = self.working_days.get(clock)
        return None if days is None else self.calendar.after(start, days + more)

    @property
    def grant_years(self) -> int:
        """How many years a right lasts at most."""
        return self.years.get("grant", LONGEST_GRANT)

    def latest_end(self, day: date) -> date:
        """The latest day with which a right may end that is asked for or extended on `day`."""
        year = day.year + self.grant_years
        leaps = (day.month, day.day) == (2, 29)
        return date(year, 2, 28) if leaps else day.replace(year=year)


def _whole(table: object, known: tuple[str, ...], where: str) -> Mapping[str, int]:
    if not isinstance(table, dict):
        raise InputError("standards.profile_form", path=where, key="table")
    for key, value in table.items():
        if key not in known or type(value) is not int or not 0 <= value <= 3_660:
            raise InputError("standards.profile_form", path=where, key=key)
    return MappingProxyType(dict(table))


def _profile(document: Mapping[str, Any], where: str, beside: Path | None) -> LegalProfile:
    known = {"name", "checked", "verified", "zone", "calendar", "working_days", "years", "request", "index"}
    for key in document:
        if key not in known:
            raise InputError("standards.profile_form", path=where, key=key)
    kinds = {"name": str, "checked": date, "verified": bool, "zone": str}
    for key, kind in kinds.items():
        if not isinstance(document.get(key), kind):
            raise InputError("standards.profile_form", path=where, key=key)
    request = document.get("request", {})
    for key, value in request.items():
        if key not in _REQUEST or type(value) is not _REQUEST[key]:
            raise InputError("standards.profile_form", path=where, key=key)
    index = _whole(document.get("index", {}), _INDEX, where)
    if index.get("least_coverage", 0) > 100:
        raise InputError("standards.profile_form", path=where, key="least_coverage")
    try:
        zone = ZoneInfo(document["zone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise InputError("standards.profile_form", path=where, key="zone") from fault
    named = document.get("calendar", "holidays.toml")
    calendar = known_calendar() if named == "holidays.toml" or beside is None else read_calendar(beside / named)
    return LegalProfile(
        name=document["name"],
        checked=document["checked"],
        verified=document["verified"],
        zone=zone,
        calendar=calendar,
        working_days=_whole(document.get("working_days", {}), CLOCKS, where),
        years=_whole(document.get("years", {}), _YEARS, where),
        supplements_asked=request.get("supplements_asked"),
        supplement_pauses_clock=request.get("supplement_pauses_clock", True),
        least_coverage=index.get("least_coverage", 0),
    )


def read_profile(path: Path) -> LegalProfile:
    """The profile in a TOML file; a calendar that it names lies beside it. Raises InputError naming file and key."""
    try:
        if path.stat().st_size > 1_000_000:
            raise InputError("standards.profile_form", path=str(path), key="size")
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise InputError("standards.profile_unreadable", path=str(path), detail=type(fault).__name__) from fault
    return _profile(document, str(path), path.parent)


@cache
def legal_profile(name: str) -> LegalProfile:
    """A profile that comes with this version, by name; InputError for a name that none has."""
    if name not in PROFILES:
        raise InputError("standards.profile_unknown", name=name, known=", ".join(PROFILES))
    text = (files("ronghe.standards") / "profiles" / "law" / f"{name}.toml").read_text("utf-8")
    return _profile(tomllib.loads(text), f"{name}.toml", None)
