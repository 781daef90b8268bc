"""calendar.toml: zone, tiers, open hours, maintenance, reserves and release rules, each key checked."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from ronghe.resources.schedule.hours import DAYS, Hours, Span, closed_spans, merged, minute_of
from ronghe.resources.schedule.request import Policy, Reserve, Resource
from ronghe.standards.working_days import WorkingCalendar, known_calendar
from ronghe.tables.staged import Note
from ronghe.terms import InputError
from ronghe.terms.time import FIRST_YEAR, LAST_YEAR, LEGAL_ZONE, usual_year

__all__ = ["TIERS", "Calendar", "closed_of", "read_calendar"]

TIERS = ("emergency", "statutory", "normal", "best-effort")
_LARGEST = 1_000_000
_KEYS = (
    "zone",
    "tiers",
    "owners_first",
    "step",
    "hours",
    "maintenance",
    "reserve",
    "no_show_minutes",
    "series_no_shows",
)
_HOURS = ("workday", "restday", "holiday", "make_up", *DAYS)


@dataclass(frozen=True)
class Maintenance:
    """Resources of a class, or one by its id, that cannot be used during a span."""

    resource: str
    kind: str
    span: Span


@dataclass(frozen=True)
class Calendar:
    """What the file says; without a file everything is always open."""

    zone: ZoneInfo = LEGAL_ZONE
    tiers: tuple[str, ...] = TIERS
    policy: Policy = field(default_factory=Policy)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    maintenance: tuple[Maintenance, ...] = ()
    no_show_minutes: int = 0
    series_no_shows: int = 2
    days: WorkingCalendar = field(default_factory=known_calendar)


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def wrong(self, key: str, wanted: str) -> InputError:
        return InputError("schedule.calendar_key", path=self.path, key=key, wanted=wanted)

    def only(self, table: object, keys: Sequence[str], where: str) -> dict[str, Any]:
        if not isinstance(table, dict):
            raise self.wrong(where, "[table]")
        for key in table:
            if key not in keys:
                raise self.wrong(f"{where}{key}", ", ".join(keys))
        return table

    def whole(self, table: Mapping[str, Any], key: str, otherwise: int, least: int = 0) -> int:
        value = table.get(key, otherwise)
        if type(value) is not int or not least <= value <= 10_000_000:
            raise self.wrong(key, f"{least}, {least + 1}, ...")
        return value

    def text(self, table: Mapping[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, '"..."')
        return value

    def spans(self, value: object, key: str) -> tuple[Span, ...]:
        if not isinstance(value, list):
            raise self.wrong(key, '["08:30-12:00"]')
        return tuple(merged(self.span(one, key) for one in value))

    def span(self, text: object, key: str) -> Span:
        try:
            start, end = (_minutes(part) for part in str(text).split("-"))
        except ValueError as fault:
            raise self.wrong(key, '"08:30-12:00"') from fault
        if not start < end:
            raise self.wrong(key, '"08:30-12:00"')
        return start, end

    def hours(self, table: object, name: str) -> Hours:
        given = self.only(table, _HOURS, f"hours.{name}.")
        found = {key: self.spans(value, f"hours.{name}.{key}") for key, value in given.items()}
        work, rest = found.get("workday", ()), found.get("restday", ())
        by_day = {day: found.get(day, work if n < 5 else rest) for n, day in enumerate(DAYS)}
        return Hours(by_day, found.get("holiday", rest), found.get("make_up", work))

    def moment(self, table: Mapping[str, Any], key: str, zone: ZoneInfo) -> int:
        value = table.get(key)
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError as fault:
            raise self.wrong(key, "2026-12-01T08:00:00+08:00") from fault
        if not usual_year(moment):
            raise self.wrong(key, f"{FIRST_YEAR} - {LAST_YEAR}")
        return minute_of(moment if moment.tzinfo else moment.replace(tzinfo=zone))

    def maintenance(self, given: object, zone: ZoneInfo) -> tuple[Maintenance, ...]:
        found = []
        for table in self.tables(given, "maintenance"):
            one = self.only(table, ("resource", "class", "from", "to"), "maintenance.")
            span = self.moment(one, "from", zone), self.moment(one, "to", zone)
            if span[0] >= span[1] or bool(one.get("resource")) == bool(one.get("class")):
                raise self.wrong("maintenance", "resource | class, from < to")
            found.append(Maintenance(self.text(one, "resource"), self.text(one, "class"), span))
        return tuple(found)

    def tables(self, given: object, key: str) -> list[Any]:
        if not isinstance(given, list):
            raise self.wrong(key, f"[[{key}]]")
        return given

    def reserves(self, given: object, tiers: Sequence[str]) -> tuple[Reserve, ...]:
        found = []
        for table in self.tables(given, "reserve"):
            one = self.only(table, ("class", "count", "tier", "release_minutes"), "reserve.")
            if one.get("tier", tiers[0]) not in tiers:
                raise self.wrong("reserve.tier", ", ".join(tiers))
            tier = tiers.index(one.get("tier", tiers[0]))
            release = self.whole(one, "release_minutes", 0)
            found.append(Reserve(self.text(one, "class"), self.whole(one, "count", 1, 1), tier, release))
        return tuple(found)

    def tiers(self, given: object) -> tuple[str, ...]:
        if not isinstance(given, list) or not given or len(set(map(str, given))) < len(given):
            raise self.wrong("tiers", ", ".join(TIERS))
        return tuple(map(str, given))

    def zone(self, name: object) -> ZoneInfo:
        try:
            return ZoneInfo(str(name))
        except (ValueError, OSError, KeyError) as fault:
            raise self.wrong("zone", "Asia/Shanghai") from fault


def _minutes(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    found = int(hours) * 60 + int(minutes)
    if not colon or not 0 <= found <= 1440 or not 0 <= int(minutes) < 60:
        raise ValueError(text)
    return found


def read_calendar(path: Path | None) -> Calendar:
    """The calendar in a TOML file, or the one that is always open. InputError names the key and what it may be."""
    if path is None:
        return Calendar()
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("schedule.calendar_unreadable", path=str(path), detail="> 1 MB")
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise InputError("schedule.calendar_unreadable", path=str(path), detail=str(fault)) from fault
    reader = _Reader(path)
    given = reader.only(document, _KEYS, "")
    zone, tiers = reader.zone(given.get("zone", LEGAL_ZONE.key)), reader.tiers(given.get("tiers", list(TIERS)))
    owners_first = given.get("owners_first", False)
    if not isinstance(owners_first, bool):
        raise reader.wrong("owners_first", "true, false")
    policy = Policy(reader.whole(given, "step", 0), owners_first, reader.reserves(given.get("reserve", []), tiers))
    hours = given.get("hours", {})
    if not isinstance(hours, dict):
        raise reader.wrong("hours", "[hours.default]")
    return Calendar(
        zone,
        tiers,
        policy,
        {name: reader.hours(table, name) for name, table in hours.items()},
        reader.maintenance(given.get("maintenance", []), zone),
        reader.whole(given, "no_show_minutes", 0),
        reader.whole(given, "series_no_shows", 2, 1),
    )


def closed_of(
    calendar: Calendar, resources: Sequence[Resource], within: Span
) -> tuple[dict[str, list[Span]], list[Note]]:
    """When each resource is closed within a span, and notes on calendars and maintenance without effect."""
    shut = {name: closed_spans(hours, calendar.days, calendar.zone, within) for name, hours in calendar.hours.items()}
    notes = [Note("schedule.note_never_open", {"name": name}) for name, spans in shut.items() if spans == [within]]
    found: dict[str, list[Span]] = {}
    for one in resources:
        name = one.calendar or ("default" if "default" in shut else "")
        if name and name not in shut:
            known = ", ".join(shut) or "-"
            raise InputError("schedule.calendar_unknown", name=name, resource=one.id, known=known)
        spans = list(shut.get(name, []))
        spans += [rule.span for rule in calendar.maintenance if rule.resource == one.id or rule.kind == one.kind != ""]
        if spans:
            found[one.id] = merged(spans)
    ids, kinds = {one.id for one in resources}, {one.kind for one in resources}
    idle = [rule for rule in calendar.maintenance if rule.resource not in ids and rule.kind not in kinds - {""}]
    notes += [Note("schedule.note_maintenance", {"name": rule.resource or rule.kind}) for rule in idle]
    kept = sorted({rule.kind for rule in calendar.policy.reserves} - kinds)
    notes += [Note("schedule.note_reserve", {"name": name or "-"}) for name in kept]
    return found, notes
