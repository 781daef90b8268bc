"""Preempt for what files ask, and publish who is served, who gives way, and where those could go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ronghe.journeys.schedule import Situation, rejected_rows, situation, texts_table
from ronghe.journeys.schedule_reading import REQUEST, Given, requests_of, rows_of
from ronghe.journeys.schedule_words import time_text
from ronghe.messages import Language
from ronghe.resources.schedule.preempt import Preemption, Victim, preempt
from ronghe.resources.schedule.schedule import span_of
from ronghe.tables.package import Resource as Listed
from ronghe.tables.package import json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv

__all__ = ["Preempted", "preempt_files"]

_VICTIMS = ("booking", "department", "tier", "resource", "start", "end", "notice", "other_resource", "other_start")


@dataclass(frozen=True)
class Preempted:
    """A published preemption: assignments, victims and rejections as rows of text."""

    out: Path
    summary: Mapping[str, Any]
    assignments: tuple[Mapping[str, str], ...]
    victims: tuple[Mapping[str, str], ...]
    rejected: tuple[Mapping[str, str], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        parts = {name: list(getattr(self, name)) for name in ("assignments", "victims", "rejected")}
        return {"out": str(self.out), **self.summary, **parts, "notes": notes}


def _victim(one: Victim, base: Situation) -> dict[str, str]:
    zone, booking = base.calendar.zone, one.booking
    start, resource = one.alternative or (None, "")
    return {
        "booking": booking.id,
        "department": booking.department,
        "tier": base.calendar.tiers[booking.tier],
        "resource": booking.resource,
        "start": time_text(booking.start, zone),
        "end": time_text(booking.end, zone),
        "notice": str(booking.start - base.now),
        "other_resource": resource,
        "other_start": "" if start is None else time_text(start, zone),
    }


def preempt_files(
    requests: Path,
    resources: Path,
    bookings: Path,
    *,
    calendar: Path | None = None,
    now: datetime,
    out: Path,
    lang: Language = "zh",
) -> Preempted:
    """Make room for the requests of one file among the bookings of another and publish the folder `out`.

    Nothing is changed in the bookings themselves: the result is a proposal for whoever decides.
    """
    read: list[Given] = []

    def minutes(known: Any, counted: Sequence[Any], at: int) -> tuple[int, int]:
        read.append(requests_of(rows_of(requests, *REQUEST), known))
        low, high = span_of(read[0].requests, at)
        return low, max(high, *(one.end for one in counted), high)

    base = situation(resources, bookings, calendar, now=now, span=minutes)
    found = preempt(
        read[0].requests,
        base.resources,
        base.bookings,
        now=base.now,
        span=base.span,
        closed=base.closed,
        policy=base.calendar.policy,
    )
    return _published(found, read[0], base, out, lang)


def _published(found: Preemption, given: Given, base: Situation, out: Path, lang: Language) -> Preempted:
    zone = base.calendar.zone
    placed = [
        {"id": a.id, "resource": a.resource, "start": time_text(a.start, zone), "end": time_text(a.end, zone)}
        for a in found.assignments
    ]
    victims = [_victim(one, base) for one in found.victims]
    rejections = sorted([*found.rejections, *given.refused], key=lambda one: one.id)
    rejected = rejected_rows(rejections, lang, base)
    figures = {
        "format": "preemption@1",
        "requests": given.rows,
        "served": len({one.id for one in found.assignments}),
        "displaced": len(victims),
        "minimal": found.minimal,
    }
    with workspace(out, resume=False) as job:
        write_csv(texts_table(placed, ("id", "resource", "start", "end")), job.folder / "assignments.csv")
        write_csv(texts_table(victims, _VICTIMS), job.folder / "displaced.csv")
        write_csv(texts_table(rejected), job.folder / "rejected.csv")
        (job.folder / "summary.json").write_text(json_text(figures), "utf-8")
        names = ("assignments.csv", "displaced.csv", "rejected.csv", "summary.json")
        listed = [Listed(name) for name in names]
        job.publish(manifest(job.folder, out.name.lower(), listed, {"ronghe:kind": "preemption"}))
    return Preempted(out, figures, tuple(placed), tuple(victims), tuple(rejected), base.notes)
