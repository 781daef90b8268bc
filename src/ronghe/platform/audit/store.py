"""The installation's log: made once with its key, opened by the one process that seals."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ronghe.platform.audit.models import Entry, SealedHead
from ronghe.platform.clock import now
from ronghe.terms import InputError
from ronghe.trust.keys import ALGORITHMS, KeyStore, signer_of
from ronghe.trust.log import Log
from ronghe.trust.log.records import HEADER

__all__ = ["has_log", "log_folder", "make_log", "opened"]

KEY = "heads"
"""The name of the key that signs heads."""


def log_folder(home: Path) -> Path:
    """Where the log lies."""
    return home / "log"


def has_log(home: Path) -> bool:
    """Whether this machine holds the log, and so may seal."""
    return (log_folder(home) / HEADER).exists()


def make_log(home: Path) -> bool:
    """Make the log and its key where there is none; whether it was made.

    InputError where entries were sealed already: then the log was lost, and a new one would hide that.
    """
    if has_log(home):
        return False
    if Entry.objects.filter(sealed__isnull=False).exists() or SealedHead.objects.exists():
        raise InputError("platform.log_lost", path=str(log_folder(home)))
    keys = KeyStore(home / "keys")
    if not (home / "keys").is_dir() or KEY not in keys.names():
        keys.create(KEY, purpose="sign", algorithm=next(iter(ALGORITHMS["sign"])), now=now())
    Log.create(log_folder(home), now=now, signer=signer_of(keys.current(KEY))).close()
    return True


@contextmanager
def opened(home: Path) -> Iterator[Log | None]:
    """The log for sealing; None while another process has it, for only one seals at a time."""
    descriptor = os.open(log_folder(home) / "sealing.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
            return
        with Log(log_folder(home), now=now, keys=KeyStore(home / "keys")) as log:
            yield log
    finally:
        os.close(descriptor)
