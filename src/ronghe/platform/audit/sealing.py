"""Entries go into the append-only log soon after their transaction, in the order in which they are found.

The log is written first, then the entries learn their places. Killed in between, the next sealing finds in the log what
is there already, by its id. So each entry is in the log once.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min
from django.db.models.functions import TruncDate

from ronghe.platform.audit.models import Entry, SealedHead
from ronghe.platform.audit.store import log_folder, opened
from ronghe.platform.clock import now
from ronghe.terms import InputError, LimitReached
from ronghe.trust.log import Log, Reader, is_rotation

__all__ = [
    "GRACE",
    "body_of",
    "check_sealed",
    "in_one_piece",
    "receipt_for",
    "seal",
    "seal_all",
    "thin_heads",
    "waits_since",
]

GRACE = timedelta(minutes=15)
"""How long entries may wait for the log; after that nothing more is done that would have to be recorded."""
AT_ONCE = 2_000
EVERY_HEAD = timedelta(days=30)
"""How long each head is kept; after that the last one of each day, which pins those before it."""
_in_one_piece: ContextVar[bool] = ContextVar("in_one_piece", default=False)


def body_of(entry: Entry) -> dict[str, Any]:
    """An entry as the log keeps it."""
    return {
        "id": str(entry.pk),
        "at": entry.at.isoformat(),
        "kept": entry.kept.isoformat(),
        "person": entry.person,
        "on_behalf_of": entry.on_behalf_of,
        "action": entry.action,
        "subject_kind": entry.subject_kind,
        "subject": entry.subject,
        "departments": entry.departments,
        "facts": entry.facts,
    }


def waits_since() -> datetime | None:
    """When the oldest entry that is not in the log yet was written; None when all are."""
    oldest: datetime | None = Entry.objects.filter(sealed__isnull=True).aggregate(oldest=Min("kept"))["oldest"]
    return oldest


def check_sealed(at: datetime) -> None:
    """LimitReached where entries have waited for the log too long: then nothing more may be done unrecorded."""
    if _in_one_piece.get():
        return
    oldest = waits_since()
    if oldest is not None and at - oldest > GRACE:
        raise LimitReached("platform.log_behind", minutes=int((at - oldest).total_seconds() // 60))


@contextmanager
def in_one_piece(at: datetime) -> Iterator[None]:
    """For one long transaction: the log is checked when it begins. What it writes itself cannot be sealed before it
    ends, however long that takes on a slow machine, and does not wait for anybody."""
    check_sealed(at)
    before = _in_one_piece.set(True)
    try:
        yield
    finally:
        _in_one_piece.reset(before)


def seal(home: Path, *, most: int = AT_ONCE) -> int:
    """Put waiting entries into the log; gives how many. 0 while another process seals.

    Raises what the log raises (InputError damaged, LimitReached disk full); entries then wait, and nothing is lost.
    """
    if not Entry.objects.filter(sealed__isnull=True).exists():
        return 0
    with opened(home) as log:
        if log is None:
            return 0
        _catch_up(home, log)
        waiting = list(Entry.objects.filter(sealed__isnull=True).order_by("kept", "pk")[:most])
        if not waiting:
            return 0
        receipts = log.append([body_of(entry) for entry in waiting])
        _keep({entry.pk: receipt.index for entry, receipt in zip(waiting, receipts, strict=True)}, log)
    return len(waiting)


def seal_all(home: Path) -> int:
    """Seal until nothing waits; gives how many."""
    sealed = 0
    while count := seal(home):
        sealed += count
    return sealed


def _keep(places: Mapping[UUID, int], log: Log) -> None:
    head = log.head()
    with transaction.atomic():
        entries = [Entry(pk=key, sealed=index) for key, index in places.items()]
        Entry.objects.bulk_update(entries, ["sealed"], batch_size=500)
        SealedHead.objects.get_or_create(size=head.size, defaults={"head": head.to_json(), "made": now()})


def thin_heads(at: datetime) -> int:
    """Leave of the heads that are older than thirty days the last of each day; gives how many went."""
    old = SealedHead.objects.filter(made__lt=at - EVERY_HEAD).order_by()
    last = old.annotate(day=TruncDate("made")).values("day").annotate(last=Max("size")).values_list("last", flat=True)
    # Listed first: a table is not deleted from while it is read.
    gone, _ = old.exclude(size__in=list(last)).delete()
    return gone


def _catch_up(home: Path, log: Log) -> None:
    """Give entries the places that they have in the log already, after a death between log and database.

    InputError where the log is shorter than what the database has seen of it.
    """
    known = SealedHead.objects.aggregate(size=Max("size"))["size"] or 0
    if log.size < known:
        raise InputError("log.cut_short", path=str(log_folder(home)), size=known)
    if log.size == known:
        return
    reader, places = Reader(log_folder(home)), dict[UUID, int]()
    for index, body in reader.entries(known, log.size):
        if not is_rotation(body):
            places[UUID(json.loads(body)["id"])] = index
    waiting = Entry.objects.filter(pk__in=places, sealed__isnull=True).values_list("pk", flat=True)
    _keep({key: places[key] for key in waiting}, log)


def receipt_for(home: Path, entry: UUID) -> dict[str, Any] | None:
    """The entry, a signed head and the proof that the one is in the other; None while it is not sealed.

    InputError for an id that no entry has. `ronghe log verify LOG --receipt FILE` checks it without the platform.
    """
    found = Entry.objects.filter(pk=entry).values_list("sealed", flat=True).first()
    if found is None:
        if not Entry.objects.filter(pk=entry).exists():
            raise InputError("platform.entry_missing", entry=str(entry))
        return None
    reader = Reader(log_folder(home))
    head = reader.head()
    if head is None or head.size <= found:
        return None
    return reader.receipt(found, head).to_json()
