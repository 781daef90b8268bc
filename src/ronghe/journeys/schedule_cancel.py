"""Cancel bookings, release no-shows, and promote those who wait; the changed table is published beside the changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ronghe.journeys.schedule import situation, texts_table
from ronghe.journeys.schedule_reading import read_bookings, rows_of
from ronghe.journeys.schedule_slots import LOOKED, index_of
from ronghe.resources.schedule.request import Booking
from ronghe.resources.schedule.waiting import Change, changed
from ronghe.tables.package import Resource as Listed
from ronghe.tables.package import manifest
from ronghe.tables.publish import workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_csv
from ronghe.terms import InputError

__all__ = ["Cancelled", "cancel_files"]


@dataclass(frozen=True)
class Cancelled:
    """What changed: rows of booking, resource, state before and after, and why."""

    out: Path
    changes: tuple[dict[str, str], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        notes = [{"code": note.code, **note.params} for note in self.notes]
        return {"out": str(self.out), "changes": list(self.changes), "notes": notes}


def _row(one: Change) -> dict[str, str]:
    booking = one.booking
    before = {"id": booking.id, "resource": booking.resource, "before": booking.state}
    return {**before, "after": one.state, "why": one.why}


def cancel_files(
    ids: Sequence[str],
    resources: Path,
    bookings: Path,
    *,
    calendar: Path | None = None,
    now: datetime,
    out: Path,
) -> Cancelled:
    """Cancel the bookings named, release what is due, promote who waits, and publish the folder `out`.

    Raises InputError for an id that is not booked; `out` is then as it was.
    """

    def span(_known: Any, counted: Sequence[Booking], at: int) -> tuple[int, int]:
        return at, max([at + LOOKED, *(one.end for one in counted)])

    base = situation(resources, bookings, calendar, now=now, span=span)
    every = read_bookings(bookings, base.calendar)
    unknown = sorted(set(ids) - {one.id for one in every})
    if unknown:
        raise InputError("schedule.not_booked", path=str(bookings), ids=", ".join(unknown[:5]))
    index = index_of(base)
    known = {one.id for one in base.resources}
    for one in base.bookings:
        if one.id in ids:
            index.cancel(f"{one.id}\n{one.resource}")

    def book(rows: Sequence[Booking]) -> bool:
        done: list[str] = []
        for one in rows:
            name = f"{one.id}\n{one.resource}"
            if one.resource not in known or not index.book(name, one.resource, one.start, one.end):
                for other in done:
                    index.cancel(other)
                return False
            done.append(name)
        return True

    rules = base.calendar
    made = changed(every, set(ids), now=base.now, grace=rules.no_show_minutes, limit=rules.series_no_shows, book=book)
    rows = [dict(row) for row in rows_of(bookings)]
    states = {(one.booking.id, one.booking.resource): one.state for one in made}
    for row in rows:
        row["state"] = states.get((row["id"], row["resource"]), row.get("state", "") or "confirmed")
    listed = tuple(_row(one) for one in made)
    with workspace(out, resume=False) as job:
        write_csv(texts_table(rows, tuple(rows[0]) if rows else ("id",)), job.folder / "bookings.csv")
        names = ("id", "resource", "before", "after", "why")
        write_csv(texts_table(listed, names), job.folder / "changes.csv")
        files = [Listed("bookings.csv"), Listed("changes.csv")]
        job.publish(manifest(job.folder, out.name.lower(), files, {"ronghe:kind": "bookings"}))
    return Cancelled(out, listed, base.notes)
