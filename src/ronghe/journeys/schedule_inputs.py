"""What a schedule was made from: read once, published beside the plan, and read again by whoever asks what if."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ronghe.journeys.schedule_calendar import Calendar, read_calendar
from ronghe.journeys.schedule_reading import BOOKING, REQUEST, RESOURCE, table_of
from ronghe.tables.package import json_text, read_manifest
from ronghe.tables.write import write_csv
from ronghe.terms import InputError

__all__ = ["FOLDER", "Asked", "is_schedule", "read_asked", "reread", "write_asked"]

FOLDER = "inputs"


@dataclass(frozen=True)
class Asked:
    """The tables as texts, the calendar as it was written and as it is read, and how much to work.

    `names` says where each table came from, for whatever is wrong in it.
    """

    requests: pa.Table
    resources: pa.Table
    bookings: pa.Table | None
    calendar: Calendar
    hours: str
    now: datetime | None
    work: int
    seed: int
    names: Mapping[str, Path]


def read_asked(
    requests: Path,
    resources: Path,
    bookings: Path | None,
    calendar: Path | None,
    *,
    now: datetime | None,
    work: int,
    seed: int,
) -> Asked:
    """The files of a schedule. InputError for one that is no table, lacks a column, or is no calendar."""
    known = read_calendar(calendar)
    names = {"requests": requests, "resources": resources}
    taken = None
    if bookings is not None:
        names["bookings"] = bookings
        taken = table_of(bookings, *BOOKING)
    hours = "" if calendar is None else calendar.read_text("utf-8-sig")
    tables = table_of(requests, *REQUEST), table_of(resources, *RESOURCE)
    return Asked(*tables, taken, known, hours, now, work, seed, names)


def write_asked(asked: Asked, folder: Path) -> list[str]:
    """Write it all below a folder; the paths there."""
    (folder / FOLDER).mkdir()
    settings = {"work": asked.work, "seed": asked.seed, "now": asked.now and asked.now.isoformat()}
    (folder / FOLDER / "settings.json").write_text(json_text(settings), "utf-8")
    (folder / FOLDER / "calendar.toml").write_text(asked.hours, "utf-8")
    tables = {"requests": asked.requests, "resources": asked.resources, "bookings": asked.bookings}
    made = ["settings.json", "calendar.toml"]
    for name, table in tables.items():
        if table is not None:
            write_csv(table, folder / FOLDER / f"{name}.csv")
            made.append(f"{name}.csv")
    return [f"{FOLDER}/{name}" for name in sorted(made)]


def is_schedule(folder: Path) -> bool:
    """Whether a schedule was published in the folder."""
    try:
        return bool(read_manifest(folder).get("ronghe:kind") == "schedule")
    except InputError:
        return False


def reread(folder: Path) -> Asked:
    """What a published schedule was made from. InputError where the folder does not say."""
    inside = folder / FOLDER
    try:
        settings: dict[str, Any] = json.loads((inside / "settings.json").read_text("utf-8"))
        now = settings["now"]
        moment = None if now is None else datetime.fromisoformat(now)
        work, seed = int(settings["work"]), int(settings["seed"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError("schedule.no_inputs", path=str(folder), detail=type(fault).__name__) from fault
    bookings = inside / "bookings.csv"
    return read_asked(
        inside / "requests.csv",
        inside / "resources.csv",
        bookings if bookings.exists() else None,
        inside / "calendar.toml",
        now=moment,
        work=work,
        seed=seed,
    )
