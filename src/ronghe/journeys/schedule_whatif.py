"""What a published schedule would be with something changed: a cell, a row less, hours in which something is closed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ronghe.journeys.schedule import Planning, figures_of, planned
from ronghe.journeys.schedule_calendar import Calendar, Maintenance
from ronghe.journeys.schedule_inputs import Asked, reread
from ronghe.journeys.schedule_words import time_text
from ronghe.resources.schedule.hours import minute_of
from ronghe.terms import InputError, UsageError
from ronghe.terms.time import usual_year

__all__ = ["VariedSchedule", "asked_with", "whatif_schedule"]

NONE = "none"
"""The value that takes a row out."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "requests": (
        *("department", "tier", "value", "minutes", "earliest", "latest", "needs", "buffer_before", "buffer_after"),
        *("series", "series_rule", "rrule", "notice_minutes", "preemptable", "after"),
    ),
    "resources": ("class", "pool", "department", "capabilities", "calendar", "capacity", "unit_cost"),
    "bookings": (
        *("resource", "start", "end", "department", "tier", "value", "preemptable", "notice_minutes", "state"),
        *("series", "held_until"),
    ),
}
"""What of each table can be changed."""
_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class VariedSchedule:
    """What would be otherwise: the requests that move, are lost or are won, and both summaries."""

    changes: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def count(self) -> int:
        """How many requests would have another outcome."""
        return len(self.rows)

    def to_json(self) -> dict[str, Any]:
        """As a JSON value; at most a thousand rows."""
        some = list(self.rows[:_SHOWN])
        both = {"before": self.before, "after": self.after}
        return {"changes": dict(self.changes), "changed": self.count, "requests": some, **both}


def whatif_schedule(folder: Path, changes: Mapping[str, str]) -> VariedSchedule:
    """Plan again what a folder was planned from, as it was and with `changes`; nothing is written.

    `requests|resources|bookings.ID.COLUMN` is another value of a cell, `requests|resources|bookings.ID` with the value
    `none` takes a row out, `closed.RESOURCE` is a span `FROM/TO` of two times with their zone. UsageError for a key or
    span that is none of these, InputError for an id that is not there and for values that no schedule can read.
    """
    asked = reread(folder)
    before, after = planned(asked), planned(asked_with(asked, changes))
    rows = _differences(_outcomes(before), _outcomes(after))
    return VariedSchedule(changes, tuple(rows), figures_of(before, asked.seed), figures_of(after, asked.seed))


def asked_with(asked: Asked, changes: Mapping[str, str]) -> Asked:
    """What was asked, with each change made."""
    for key, text in changes.items():
        what, _, rest = key.partition(".")
        if what in COLUMNS and rest:
            asked = _edited(asked, what, rest, key, text)
        elif what == "closed" and rest:
            calendar = _closed(asked.calendar, _known(asked.resources, rest, key), key, text)
            asked = replace(asked, calendar=calendar)
        else:
            raise UsageError("schedule.whatif_key", key=key)
    return asked


def _ids(table: pa.Table | None) -> list[str | None]:
    found: list[str | None] = [] if table is None else table.column("id").to_pylist()
    return found


def _known(table: pa.Table | None, name: str, key: str) -> str:
    ids = _ids(table)
    if name not in ids:
        raise InputError("schedule.whatif_unknown", key=key, known=", ".join(one or "" for one in ids[:20]) or "-")
    return name


def _edited(asked: Asked, what: str, rest: str, key: str, text: str) -> Asked:
    """With a row less or another value in all rows of an id: a booking of two resources has two."""
    table = {"requests": asked.requests, "resources": asked.resources, "bookings": asked.bookings}[what]
    name, _, column = rest.rpartition(".")
    if text.strip().lower() == NONE and (column not in COLUMNS[what] or rest in _ids(table)):
        _known(table, rest, key)
        assert table is not None
        kept = table.filter(pc.not_equal(pc.fill_null(table.column("id"), ""), rest))
        return _with(asked, what, kept)
    if column not in COLUMNS[what]:
        raise UsageError("schedule.whatif_column", key=key, known=", ".join(COLUMNS[what]))
    _known(table, name, key)
    assert table is not None
    old = table.column(column) if column in table.column_names else pa.nulls(table.num_rows, pa.string())
    meant = pc.equal(table.column("id"), name)
    fresh = pc.if_else(pc.fill_null(meant, False), pa.scalar(text.strip(), pa.string()), old)
    if column in table.column_names:
        return _with(asked, what, table.set_column(table.column_names.index(column), column, fresh))
    return _with(asked, what, table.append_column(column, fresh))


def _with(asked: Asked, what: str, table: pa.Table) -> Asked:
    if what == "requests":
        return replace(asked, requests=table)
    return replace(asked, resources=table) if what == "resources" else replace(asked, bookings=table)


def _closed(calendar: Calendar, resource: str, key: str, text: str) -> Calendar:
    try:
        start, end = (datetime.fromisoformat(part.strip()) for part in text.split("/"))
    except ValueError as fault:
        raise UsageError("schedule.whatif_span", key=key, value=text) from fault
    zoned = start.tzinfo is not None and end.tzinfo is not None
    if not (zoned and usual_year(start) and usual_year(end) and start < end):
        raise UsageError("schedule.whatif_span", key=key, value=text)
    shut = Maintenance(resource, "", (minute_of(start), minute_of(end)))
    return replace(calendar, maintenance=(*calendar.maintenance, shut))


_FIELDS = ("resource", "start", "end", "reason")


def _outcomes(made: Planning) -> dict[str, dict[str, str]]:
    """By request: its resources, start and end, or the reason why it is refused."""
    zone = made.base.calendar.zone
    found: dict[str, dict[str, str]] = {}
    for one in made.plan.assignments:
        if one.id in found:
            found[one.id]["resource"] += f" + {one.resource}"
            continue
        start, end = time_text(one.start, zone), time_text(one.end, zone)
        found[one.id] = {"resource": one.resource, "start": start, "end": end, "reason": ""}
    for lost in (*made.plan.rejections, *made.given.refused):
        found[lost.id] = {"resource": "", "start": "", "end": "", "reason": lost.reason}
    return found


def _differences(before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    """The requests whose outcome differs, by id; one that is not there has no outcome."""
    absent = dict.fromkeys(_FIELDS, "")
    rows = []
    for name in sorted(before | after):
        first, then = before.get(name, absent), after.get(name, absent)
        if first != then:
            old = {f"before_{field}": first[field] for field in _FIELDS}
            rows.append({"id": name, **old, **{f"after_{field}": then[field] for field in _FIELDS}})
    return rows
