"""Does it work: files, database, log, workers, jobs, disk, calendar."""

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from django.db import connection

from ronghe.platform.access.models import Person
from ronghe.platform.alarms.models import Message, MessageState
from ronghe.platform.audit.sealing import GRACE, waits_since
from ronghe.platform.audit.store import has_log
from ronghe.platform.console.health.findings import Check, Finding, Level
from ronghe.platform.jobs.models import Beat, Job
from ronghe.platform.jobs.port import JobState
from ronghe.platform.law import profile
from ronghe.terms import legal_day

__all__ = ["installation_checks", "ready"]

ALIVE = timedelta(seconds=60)
"""A worker gives a sign of life every five seconds; a busy machine may be late."""
LEAST_FREE = 1 << 30
"""Bytes of disk below which work soon stops."""


def installation_checks(home: Path, at: datetime) -> list[tuple[str, Check]]:
    """The checks by name."""
    return [
        ("database", _database),
        ("people", _people),
        ("log", lambda: _log(home, at)),
        ("workers", lambda: _workers(at)),
        ("jobs", _jobs),
        ("messages", lambda: _messages(at)),
        ("disk", lambda: _disk(home)),
        ("assets", _assets),
        ("calendar", lambda: _calendar(at)),
    ]


def ready(home: Path, at: datetime) -> dict[str, bool]:
    """What a load balancer or monitor asks: database, log, worker, disk; false for what could not be found out."""
    checks: dict[str, Callable[[], object]] = {
        "database": lambda: Person.objects.exists() or True,
        "log": lambda: (oldest := waits_since()) is None or at - oldest <= GRACE,
        "worker": lambda: Beat.objects.filter(at__gte=at - ALIVE).exists(),
        "disk": lambda: shutil.disk_usage(home).free >= LEAST_FREE,
    }
    return {name: _holds(check) for name, check in checks.items()}


def _holds(check: Callable[[], object]) -> bool:
    try:
        return bool(check())
    except Exception:  # noqa: BLE001 - whatever it is, it is not ready
        return False


def _database() -> Iterator[Finding]:
    rows = Person.objects.count()
    yield Finding("database", Level.GOOD, {"kind": connection.vendor, "people": rows})


def _people() -> Iterator[Finding]:
    if not Person.objects.exists():
        yield Finding("nobody", Level.BAD)


def _log(home: Path, at: datetime) -> Iterator[Finding]:
    if not has_log(home):
        yield Finding("log_missing", Level.BAD, {"path": str(home / "log")})
        return
    oldest = waits_since()
    minutes = 0 if oldest is None else int((at - oldest).total_seconds() // 60)
    late = oldest is not None and at - oldest > GRACE / 3
    yield Finding("log_behind" if late else "log_current", Level.BAD if late else Level.GOOD, {"minutes": minutes})


def _workers(at: datetime) -> Iterator[Finding]:
    alive = Beat.objects.filter(at__gte=at - ALIVE).count()
    yield Finding("workers", Level.GOOD, {"count": alive}) if alive else Finding("no_worker", Level.BAD)


def _jobs() -> Iterator[Finding]:
    failed = Job.objects.filter(state=JobState.FAILED).count()
    yield Finding("jobs_failed", Level.WARNING, {"count": failed}) if failed else Finding("jobs_well", Level.GOOD)


def _messages(at: datetime) -> Iterator[Finding]:
    lost = Message.objects.filter(state=MessageState.GIVEN_UP, made__gt=at - timedelta(days=30)).exclude(fault="ended")
    stuck = Message.objects.filter(state=MessageState.WAITING, tries__gt=2).count()
    if lost.exists() or stuck:
        yield Finding("messages_lost", Level.WARNING, {"lost": lost.count(), "stuck": stuck})


def _disk(home: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(home).free
    said = {"gigabytes": round(free / 1e9, 1), "path": str(home)}
    yield Finding("disk_free", Level.GOOD, said) if free >= LEAST_FREE else Finding("disk_full", Level.BAD, said)


def _assets() -> Iterator[Finding]:
    folder = Path(str(files("ronghe.report") / "assets"))
    missing = [name for name in ("tabler.min.css", "htmx.min.js", "echarts.min.js") if not (folder / name).is_file()]
    if missing:
        yield Finding("assets_missing", Level.WARNING, {"names": ", ".join(missing)})


def _calendar(at: datetime) -> Iterator[Finding]:
    law = profile()
    today = legal_day(at, law.zone)
    if law.calendar.after(today, 20).provisional:
        yield Finding("calendar_provisional", Level.WARNING, {"year": today.year})
    else:
        yield Finding("calendar_known", Level.GOOD, {"year": today.year})
