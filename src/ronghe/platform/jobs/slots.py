"""Slots of workers: a number that one living worker holds, on one machine or many.

The engine lets a worker take up only what was its own. So each holds a slot whose lock dies with it; whoever gets the
lock of another slot knows that its worker is dead, and may take up its jobs.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from ronghe.terms import LimitReached

__all__ = ["MOST", "Slot", "free_slots", "take_slot"]

MOST = 64
"""Workers of one installation."""
_CLASS = 0x526F6E67
"""Keeps our advisory locks in PostgreSQL apart from others."""


class Slot(Protocol):
    """A slot that this process holds."""

    number: int

    def held(self) -> bool:
        """Whether it is still ours; a lost connection loses it."""

    def release(self) -> None:
        """Give it back."""


class _FileSlot:
    """A lock on a file: the kernel frees it when the process ends, however it ends."""

    def __init__(self, number: int, descriptor: int) -> None:
        self.number, self._descriptor = number, descriptor

    def held(self) -> bool:
        return self._descriptor >= 0

    def release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _file_slot(folder: Path, number: int) -> Slot | None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return _FileSlot(number, descriptor)


class _ServerSlot:
    """A lock of a session of PostgreSQL, on a connection of its own."""

    def __init__(self, number: int, session: BaseDatabaseWrapper) -> None:
        self.number, self._session = number, session

    def held(self) -> bool:
        return bool(self._session.is_usable())

    def release(self) -> None:
        with suppress(Exception):
            self._session.close()


def _server_slot(number: int) -> Slot | None:
    session = connection.copy(alias="worker_slot")
    session.ensure_connection()
    with session.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_CLASS, number])
        row = cursor.fetchone()
    if row and row[0]:
        return _ServerSlot(number, session)
    session.close()
    return None


def _try(folder: Path, number: int) -> Slot | None:
    return _server_slot(number) if connection.vendor == "postgresql" else _file_slot(folder, number)


def take_slot(folder: Path) -> Slot:
    """The first slot that nobody holds; its lock file is in `folder`, or its lock in PostgreSQL. LimitReached at 64."""
    slot = next(free_slots(folder), None)
    if slot is None:
        raise LimitReached("platform.workers_most", most=MOST)
    return slot


def free_slots(folder: Path, *, most: int = MOST) -> Iterator[Slot]:
    """Every slot up to `most` that nobody holds, each held by this process when it is given."""
    for number in range(1, most + 1):
        slot = _try(folder, number)
        if slot is not None:
            yield slot
