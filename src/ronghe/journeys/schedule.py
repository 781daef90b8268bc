"""Schedule what files ask for and publish assignments, rejections with reasons, a summary and a timeline."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.journeys.schedule_calendar import Calendar, closed_of, read_calendar
from ronghe.journeys.schedule_inputs import Asked, read_asked, write_asked
from ronghe.journeys.schedule_reading import (
    RESOURCE,
    Given,
    bookings_of,
    read_bookings,
    requests_of,
    resources_of,
    rows_in,
    rows_of,
)
from ronghe.journeys.schedule_summary import summary_of
from ronghe.journeys.schedule_timeline import timeline_page
from ronghe.journeys.schedule_words import change_in, reason_in, time_text
from ronghe.messages import Language
from ronghe.report import echarts_source, render
from ronghe.resources.schedule.hours import minute_of
from ronghe.resources.schedule.request import Booking, Rejection, Resource, Schedule
from ronghe.resources.schedule.schedule import schedule, span_of
from ronghe.resources.schedule.solve import Effort
from ronghe.resources.schedule.states import active, overbooked
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.package import Resource as Listed
from ronghe.tables.package import json_text, manifest
from ronghe.tables.publish import workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv

__all__ = [
    "Planning",
    "Scheduled",
    "Situation",
    "figures_of",
    "planned",
    "rejected_rows",
    "schedule_files",
    "situated",
    "situation",
    "texts_table",
]


@dataclass(frozen=True)
class Situation:
    """What there is before anything is planned: calendar, resources, bookings that count, closed hours, notes."""

    calendar: Calendar
    resources: tuple[Resource, ...]
    bookings: tuple[Booking, ...]
    closed: Mapping[str, Sequence[tuple[int, int]]]
    now: int
    span: tuple[int, int]
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Scheduled:
    """A published schedule: its folder, the summary, the rejections in words, and notes about the input."""

    out: Path
    summary: Mapping[str, Any]
    rejected: tuple[Mapping[str, str], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """The summary and notes as a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        return {"out": str(self.out), **self.summary, "notes": notes}


def situation(
    resources: Path,
    bookings: Path | None,
    calendar: Path | None,
    *,
    now: datetime | None,
    span: Callable[[Calendar, Sequence[Booking], int], tuple[int, int]],
) -> Situation:
    """Read what requests are planned on; `span` says which minutes matter.

    Without `now` it is the moment at which nothing has begun yet: the same files then give the same plan on any day.
    """
    known = read_calendar(calendar)
    given = resources_of(rows_of(resources, *RESOURCE), resources)
    return situated(known, given, read_bookings(bookings, known), now=now, span=span)


def situated(
    known: Calendar,
    given: tuple[Resource, ...],
    taken: Sequence[Booking],
    *,
    now: datetime | None,
    span: Callable[[Calendar, Sequence[Booking], int], tuple[int, int]],
) -> Situation:
    """As `situation`, from what has been read."""
    moment = minute_of(now) if now is not None else None
    counted, notes = active(taken, {one.id for one in given}, moment, known.no_show_minutes, known.series_no_shows)
    at = moment if moment is not None else -1
    minutes = span(known, counted, at)
    at = minutes[0] if moment is None else at
    closed, more = closed_of(known, given, minutes)
    clashes = overbooked(counted, given)
    if clashes:
        names = ", ".join(clashes[:5])
        more = [*more, Note("schedule.note_overlap", {"count": len(clashes), "names": names})]
    return Situation(known, given, tuple(counted), closed, at, minutes, (*notes, *more))


def _guard(seconds: float | None) -> Callable[[], float | None]:
    began = time.monotonic()
    return lambda: None if seconds is None else seconds - (time.monotonic() - began)


@dataclass(frozen=True)
class Planning:
    """A plan with all that it was made from."""

    given: Given
    base: Situation
    plan: Schedule


def planned(asked: Asked, *, seconds: float | None = None, progress: Progress = silent) -> Planning:
    """Plan what tables ask for. InputError for tables that cannot be used."""
    given = requests_of(rows_in(asked.requests), asked.calendar)

    def minutes(_known: Calendar, _counted: Sequence[Booking], at: int) -> tuple[int, int]:
        return span_of(given.requests, at if at >= 0 else _first(given))

    resources = resources_of(rows_in(asked.resources), asked.names["resources"])
    taken: tuple[Booking, ...] = ()
    if asked.bookings is not None:
        taken = bookings_of(rows_in(asked.bookings), asked.names["bookings"], asked.calendar)
    base = situated(asked.calendar, resources, taken, now=asked.now, span=minutes)
    plan = schedule(
        given.requests,
        base.resources,
        now=base.now,
        bookings=base.bookings,
        closed=base.closed,
        policy=base.calendar.policy,
        effort=Effort(asked.work, asked.seed, _guard(seconds)),
        span=base.span,
        progress=lambda done, every: progress("schedule", done, every),
    )
    return Planning(given, base, plan)


def schedule_files(
    requests: Path,
    resources: Path,
    *,
    bookings: Path | None = None,
    calendar: Path | None = None,
    now: datetime | None = None,
    work: int = 40,
    seed: int = 0,
    seconds: float | None = None,
    out: Path,
    lang: Language = "zh",
    progress: Progress = silent,
) -> Scheduled:
    """Plan the requests of one file on the resources of another and publish the folder `out`.

    Raises InputError for files that cannot be used; rows of requests that cannot be used are rejections.
    """
    progress("read", 0, 3)
    asked = read_asked(requests, resources, bookings, calendar, now=now, work=work, seed=seed)
    progress("schedule", 1, 3)
    made = planned(asked, seconds=seconds, progress=progress)
    progress("publish", 2, 3)
    return _published(made, asked, out=out, lang=lang)


def _first(given: Given) -> int:
    return min((one.earliest - one.before for one in given.requests), default=0)


def rejected_rows(rejections: Sequence[Rejection], lang: Language, base: Situation) -> list[dict[str, str]]:
    """Rejections in words."""
    zone = base.calendar.zone
    return [
        {
            "id": one.id,
            "reason": one.reason,
            "why": reason_in(one, lang, zone),
            "blocked_by": " ".join(one.blocked_by),
            "smallest_change": change_in(one, lang, zone),
        }
        for one in rejections
    ]


_REJECTED = ("id", "reason", "why", "blocked_by", "smallest_change")


def texts_table(rows: Sequence[Mapping[str, str]], names: Sequence[str] = _REJECTED) -> pa.Table:
    """Rows of texts as a table with these columns."""
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def figures_of(made: Planning, seed: int) -> dict[str, Any]:
    """The summary of a plan."""
    base = made.base
    return {**summary_of(made.plan, made.given, base.resources, base.closed, base.calendar.tiers), "seed": seed}


def _published(made: Planning, asked: Asked, *, out: Path, lang: Language) -> Scheduled:
    plan, base = made.plan, made.base
    zone = base.calendar.zone
    rejections = sorted([*plan.rejections, *made.given.refused], key=lambda one: one.id)
    rejected = rejected_rows(rejections, lang, base)
    placed = [
        {"id": a.id, "resource": a.resource, "start": time_text(a.start, zone), "end": time_text(a.end, zone)}
        for a in plan.assignments
    ]
    figures = figures_of(made, asked.seed)
    title = asked.names["requests"].name
    page = timeline_page(plan, rejections, base.resources, base.bookings, zone, title)
    with workspace(out, resume=False) as job:
        write_csv(texts_table(placed, ("id", "resource", "start", "end")), job.folder / "assignments.csv")
        write_csv(texts_table(rejected), job.folder / "rejected.csv")
        (job.folder / "summary.json").write_text(json_text(figures), "utf-8")
        (job.folder / "timeline.html").write_text(render(page, lang=lang, echarts=echarts_source()), "utf-8")
        names = ("assignments.csv", "rejected.csv", "summary.json", "timeline.html")
        listed = [Listed(name) for name in (*names, *write_asked(asked, job.folder))]
        job.publish(manifest(job.folder, out.name.lower(), listed, {"ronghe:kind": "schedule"}))
    return Scheduled(out, figures, tuple(rejected), base.notes)
