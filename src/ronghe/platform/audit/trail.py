"""What happened, told again: the entries of the log in their order, from the database's rows or from the log itself.

Both tell the same as long as nobody touched either. What is computed from the first `size` entries can therefore be
computed again at any time: a log only grows.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Max

from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.store import log_folder
from ronghe.trust.log import Reader, is_rotation

__all__ = ["Event", "kept_events", "logged_events", "sealed_size"]

_FIELDS = ("at", "action", "subject", "departments", "facts")


@dataclass(frozen=True, slots=True)
class Event:
    """An audit entry as what is computed from it sees it: who did it does not matter there."""

    at: datetime
    action: str
    subject: str
    departments: list[str]
    facts: dict[str, Any]


def sealed_size() -> int:
    """How many entries of the log the database knows."""
    last = Entry.objects.aggregate(last=Max("sealed"))["last"]
    return 0 if last is None else last + 1


def kept_events(actions: Collection[str], *, size: int, at: datetime) -> list[Event]:
    """Events of these actions up to `at` among the first `size` entries, from the database's rows, in the log's
    order."""
    rows = Entry.objects.filter(action__in=sorted(actions), sealed__lt=size, at__lte=at).order_by("sealed")
    return [Event(*row) for row in rows.values_list(*_FIELDS).iterator(chunk_size=5_000)]


def _told(body: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    return told


def logged_events(home: Path, actions: Collection[str], *, size: int, at: datetime) -> list[Event]:
    """The same from the log's own bytes."""
    entries = Reader(log_folder(home)).entries(0, size)
    told = (_told(body) for _, body in _possible(entries, actions) if not is_rotation(body))
    events = (
        Event(datetime.fromisoformat(one["at"]), one["action"], one["subject"], one["departments"], one["facts"])
        for one in told
        if one["action"] in actions
    )
    return [event for event in events if event.at <= at]


def _possible(entries: Iterator[tuple[int, bytes]], actions: Collection[str]) -> Iterator[tuple[int, bytes]]:
    """Those in whose bytes one of the actions stands: most of a log are reads, and parsing them all takes long."""
    wanted = [f'"{action}"'.encode() for action in actions]
    return (entry for entry in entries if any(word in entry[1] for word in wanted))
