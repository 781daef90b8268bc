"""The earliest feasible slots for a need, on what files say is booked and open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ronghe.journeys.schedule import Situation, situation
from ronghe.journeys.schedule_words import time_text
from ronghe.resources.schedule.hours import minute_of
from ronghe.resources.schedule.index import Index
from ronghe.resources.schedule.needs import meets, parts_of, unknown_names
from ronghe.resources.schedule.openings import Openings
from ronghe.resources.schedule.problem import Problem
from ronghe.resources.schedule.request import Request
from ronghe.tables.staged import Note
from ronghe.terms import InputError

__all__ = ["LOOKED", "Slots", "earliest_slots", "index_of"]

LOOKED = 90 * 24 * 60
"""Minutes from the moment asked for within which a slot is looked for."""


@dataclass(frozen=True)
class Slots:
    """Slots by start, each with its resources; empty when nothing is free in time."""

    slots: tuple[dict[str, str], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        return {"slots": list(self.slots), "notes": notes}


def index_of(base: Situation) -> Index:
    """The index of all that is booked; closed hours are bookings of every unit, with ids that no booking has."""
    capacities = {one.id: one.capacity for one in base.resources}
    first = base.span[0]
    rows = [(f"{one.id}\n{one.resource}", one.resource, one.start, one.end) for one in base.bookings]
    shut = [
        (f"\n{name}\n{n}\n{unit}", name, max(start, first), end)
        for name, spans in base.closed.items()
        for n, (start, end) in enumerate(spans)
        for unit in range(capacities[name])
        if end > first
    ]
    return Index(capacities, [*rows, *shut])


def earliest_slots(
    resources: Path,
    *,
    minutes: int,
    needs: str = "",
    after: datetime,
    bookings: Path | None = None,
    calendar: Path | None = None,
    count: int = 5,
) -> Slots:
    """Up to `count` slots, each on another resource, the earliest first.

    Raises InputError for needs that cannot be read or that no resource knows.
    """
    moment = minute_of(after)
    base = situation(
        resources, bookings, calendar, now=after, span=lambda _known, _counted, at: (at, at + LOOKED + minutes)
    )
    try:
        parts = parts_of(needs)
    except ValueError as fault:
        raise InputError("schedule.needs_unreadable", needs=needs) from fault
    names = frozenset(name for one in base.resources for name in one.capabilities)
    unknown = unknown_names(parts, names, frozenset(one.kind for one in base.resources))
    if unknown:
        raise InputError("schedule.needs_unknown", names=", ".join(unknown), known=", ".join(sorted(names)))
    if len(parts) > 1:
        return Slots(tuple(_together(base, Request("asked", moment, moment + LOOKED, minutes, parts))), base.notes)
    able = [one.id for one in base.resources if meets(parts[0], one.kind, one.capabilities)]
    return Slots(tuple(_each(base, able, moment, minutes)[:count]), base.notes)


def _slot(base: Situation, start: int, minutes: int, names: Sequence[str]) -> dict[str, str]:
    zone = base.calendar.zone
    return {"start": time_text(start, zone), "end": time_text(start + minutes, zone), "resource": " + ".join(names)}


def _each(base: Situation, able: Sequence[str], moment: int, minutes: int) -> list[dict[str, str]]:
    index = index_of(base)
    found = []
    for name in able:
        slot = index.earliest([name], moment, minutes)
        if slot is not None and slot[0] <= moment + LOOKED:
            found.append(slot)
    return [_slot(base, start, minutes, [name]) for start, name in sorted(found)]


def _together(base: Situation, wish: Request) -> list[dict[str, str]]:
    problem = Problem((wish,), base.resources, base.bookings, base.closed, base.calendar.policy, base.now)
    found = Openings(problem, base.span).nearest(wish, wish.tier, within=(wish.earliest, wish.latest - wish.minutes))
    return [_slot(base, found[0], wish.minutes, [problem.resources[n].id for n in found[1]])] if found else []
