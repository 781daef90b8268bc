"""What happened, told again: the entries of the log in their order, from the database's rows or from the log itself.

Both tell the same as long as nobody touched either. What is computed from the first `size` entries can therefore be
computed again at any time: a log only grows.
"""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Func, Max, TextField, Value
from django.db.models.functions import Cast, Concat

from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.store import log_folder
from ronghe.trust.log import Reader, is_rotation

__all__ = ["Event", "Logged", "kept_events", "sealed_size"]

_WORDS = 100_000
"""Different texts that are remembered while a trail is read."""
_AT_ONCE = 5_000


class Event(NamedTuple):
    """An audit entry as what is computed from it sees it: who did it does not matter there, and nobody changes it."""

    at: datetime
    action: str
    subject: str
    departments: list[str]
    facts: dict[str, Any]


def sealed_size() -> int:
    """How many entries of the log the database knows."""
    last = Entry.objects.aggregate(last=Max("sealed"))["last"]
    return 0 if last is None else last + 1


def kept_events(actions: Collection[str], *, size: int, at: datetime) -> Iterator[Event]:
    """Events of these actions up to `at` among the first `size` entries, from the database's rows, by their time; at
    one time in the log's order."""
    # Almost all of the table is wanted: not to go through the index of places halves the time of reading it.
    placed = Entry.objects.annotate(place=F("sealed") + 0)
    rows = placed.filter(action__in=sorted(actions), place__lt=size, at__lte=at).order_by("at", "place")
    # As text: what a trail says most often it says in the same words, and those are read once.
    texts: dict[str, Func] = {name: Cast(name, TextField()) for name in ("at", "departments", "facts")}
    if connection.vendor == "sqlite":
        # It keeps UTC without saying so; PostgreSQL says it.
        texts["at"] = Concat(texts["at"], Value("+00:00"), output_field=TextField())
    told = rows.values_list(texts["at"], "action", "subject", texts["departments"], texts["facts"])
    read, instant = lru_cache(_WORDS)(_json), datetime.fromisoformat
    lines = told.iterator(chunk_size=_AT_ONCE)
    while chunk := list(islice(lines, _AT_ONCE)):
        # Column by column: no code of ours runs for each row.
        at_texts, names, subjects, departments, facts = zip(*chunk, strict=True)
        yield from map(Event, map(instant, at_texts), names, subjects, map(read, departments), map(read, facts))


def _json(text: str | bytes) -> Any:
    return json.loads(text)


class Logged:
    """The same from the log's own bytes, which are read once."""

    def __init__(self, home: Path, actions: Collection[str], *, size: int) -> None:
        """Events of these actions among the first `size` entries. InputError where there is no log."""
        entries = Reader(log_folder(home)).entries(0, size)
        told = ((place, _json(body)) for place, body in _possible(entries, actions) if not is_rotation(body))
        self._events = [(place, _event(one)) for place, one in told if one["action"] in actions]

    def events(self, actions: Collection[str], *, size: int, at: datetime) -> list[Event]:
        """See `kept_events`."""
        found = (one for place, one in self._events if place < size and one.at <= at and one.action in actions)
        return sorted(found, key=attrgetter("at"))

    def in_order(self) -> list[Event]:
        """All of them as they came into the log."""
        return [one for _, one in self._events]


def _event(one: dict[str, Any]) -> Event:
    return Event(datetime.fromisoformat(one["at"]), one["action"], one["subject"], one["departments"], one["facts"])


def _possible(entries: Iterator[tuple[int, bytes]], actions: Collection[str]) -> Iterator[tuple[int, bytes]]:
    """Those in whose bytes one of the actions stands: most of a log are reads, and parsing them all takes long."""
    wanted = [f'"{action}"'.encode() for action in actions]
    return (entry for entry in entries if any(word in entry[1] for word in wanted))
