"""Bring an installation back from a backup, and then end again what has ended since: the log knows.

A backup is older than what happened after it. Rights that were revoked meanwhile would come back to life with it; so
every ending in the log after the backup is done again, in the transaction that brings the tables back.
"""

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from ronghe.platform.access.machine import at_the_machine
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.models import Entry, SealedHead
from ronghe.platform.audit.replaying import replay
from ronghe.platform.audit.store import has_log, log_folder
from ronghe.platform.catalogue import search
from ronghe.platform.catalogue.models import Version, VersionState
from ronghe.platform.home import private_folder
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import JobState
from ronghe.platform.jobs.slots import MOST, free_slots
from ronghe.platform.serve.backup import Backup
from ronghe.platform.serve.dump import load_tables
from ronghe.platform.serve.schema import known_changes
from ronghe.tables.atomic import sync
from ronghe.terms import InputError, Refused
from ronghe.trust.log import Reader, is_rotation, verify
from ronghe.trust.log.records import HEADER

__all__ = ["Restored", "bring_files", "bring_tables"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: rows of the backup, entries that only the log had, and how many of them ended something."""

    rows: int
    later: int
    replayed: int


def bring_files(backup: Backup, home: Path, *, log: Path | None, without_later_log: bool) -> None:
    """Keys and log, where the home lacks them. What is there stays: it is newer. The key that signs sessions is not of
    a backup: whoever was signed in signs in again.

    The log must be one that goes on where the backup's ended: that of the home, or `log`, a copy that was kept
    elsewhere. Without either nobody knows what was revoked since; Refused unless that is accepted. Refused for the
    keys or the log of another installation.
    """
    if (backup.folder / "keys").is_dir() and not (home / "keys").exists():
        _bring_folder(backup.folder / "keys", home / "keys")
    if not has_log(home):
        if log is not None:
            _check_goes_on(backup, log)
            _bring_folder(log, log_folder(home))
        elif not without_later_log:
            raise Refused("platform.restore_gap", made=backup.made.isoformat())
        elif (backup.folder / "log").is_dir():
            _bring_folder(backup.folder / "log", log_folder(home))
    _check_goes_on(backup, log_folder(home))


def _bring_folder(source: Path, target: Path) -> None:
    """Whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part)
    for path in (part, *part.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
        sync(path)
    part.replace(target)
    sync(target.parent)


def _check_goes_on(backup: Backup, log: Path) -> None:
    if backup.head is None:
        return
    if not (log / HEADER).exists():
        raise InputError("log.no_log", path=str(log))
    faults = verify(log, [dict(backup.head)]).faults
    if faults:
        raise Refused("platform.restore_other_log", path=str(log), fault=faults[0].code)


def _check_nobody_works(home: Path) -> None:
    held = list(free_slots(private_folder(home, "workers")))
    for slot in held:
        slot.release()
    if len(held) < MOST:
        raise Refused("platform.restore_running")


def bring_tables(backup: Backup, home: Path, *, at: datetime) -> Restored:
    """The tables of the backup in the place of what the database holds, then what ended since, all or nothing.

    Refused while a worker runs, or for a backup of a later version.
    """
    if backup.migrations - known_changes():
        raise Refused("platform.backup_newer", version=backup.version)
    _check_nobody_works(home)
    with transaction.atomic():
        rows = load_tables(backup.folder / "tables")
        Session.objects.all().delete()
        _index_again()
        # Whatever the engine of jobs knew is gone: what was not over begins again.
        unfinished = Job.objects.filter(state__in=(JobState.WAITING, JobState.RUNNING))
        for job in unfinished:
            job.state, job.handed, job.attempt = JobState.WAITING, None, job.attempt + 1
            job.save(update_fields=["state", "handed", "attempt"])
        later, replayed = _replay_log(home) if has_log(home) else (0, 0)
        record(
            by=at_the_machine(),
            at=at,
            action="platform.restored",
            subject_kind="platform",
            subject="",
            facts={"made": backup.made.isoformat(), "later": later, "replayed": replayed},
            though_behind=True,
        )
        connection.check_constraints()
    return Restored(rows, later, replayed)


def _index_again() -> None:
    search.forget_all()
    in_force = Version.objects.filter(state=VersionState.PUBLISHED).select_related("asset__department")
    search.index(*in_force)


def _replay_log(home: Path) -> tuple[int, int]:
    """Entries after the backup: their rows come back from the log, and what they ended ends again."""
    reader = Reader(log_folder(home))
    head = reader.head()
    if head is None:
        return 0, 0
    known = SealedHead.objects.first()
    begin, later, replayed = (known.size if known else 0), 0, 0
    for place, line in reader.entries(begin, head.size):
        if is_rotation(line):
            continue
        body = json.loads(line)
        _bring_entry(place, body)
        later += 1
        replayed += replay(body)
    if head.size > begin:
        made = datetime.fromtimestamp(head.time / 1000, tz=UTC)
        SealedHead.objects.create(size=head.size, head=head.to_json(), made=made)
    return later, replayed


def _bring_entry(place: int, body: dict[str, Any]) -> None:
    fields = {name: value for name, value in body.items() if name != "id"}
    for name in ("at", "kept"):
        fields[name] = datetime.fromisoformat(fields[name])
    Entry.objects.update_or_create(pk=UUID(body["id"]), defaults={**fields, "sealed": place})
