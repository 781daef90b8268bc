"""Write a file so that a reader sees the old one or the new one, whatever happens in between."""

import os
import re
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ronghe.tables.engine import io_fault
from ronghe.terms import InputError, content_id

__all__ = ["clear_stale", "folder_beside", "sync", "write_atomic"]

LONGEST_NAME = 200
"""Bytes of a name that a part file still takes over; file systems allow 255 in all."""

_STALE = re.compile(r"\..+\.(?P<machine>[0-9a-f]{8})-(?P<process>[0-9]{1,10})\.(?:part|parts)")


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _machine() -> str:
    """Tells the processes of this machine from those of others that write to the same folder."""
    return content_id(socket.gethostname())[:8]


def _short(name: str) -> str:
    encoded = os.fsencode(name)
    return name if len(encoded) <= LONGEST_NAME else content_id(encoded.hex())


def _is_gone(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def clear_stale(folder: Path) -> None:
    """Remove the parts that killed processes of this machine left in a folder; nobody else can know of theirs."""
    try:
        entries = list(folder.iterdir())
    except OSError:
        return
    for stale in entries:
        found = _STALE.fullmatch(stale.name)
        if found is None or found["machine"] != _machine() or not _is_gone(int(found["process"])):
            continue
        if stale.suffix == ".parts":
            shutil.rmtree(stale, ignore_errors=True)
        elif stale.is_file() and not stale.is_symlink():
            with suppress(OSError):
                stale.unlink()


@contextmanager
def folder_beside(path: Path) -> Iterator[Path]:
    """A folder for temporary files on the disk of `path`; what a killed process left there is removed first.

    Raises OSError when the folder of `path` cannot be written.
    """
    clear_stale(path.parent)
    with tempfile.TemporaryDirectory(
        prefix=".ronghe-", suffix=f".{_machine()}-{os.getpid()}.parts", dir=path.parent
    ) as made:
        yield Path(made)


@contextmanager
def write_atomic(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; when the block ends well it takes the place of `path`, durably.

    When the block fails nothing is left and `path` is as before. Raises LimitReached when the disk is full,
    InputError when the folder is missing or cannot be written.
    """
    if path.is_dir():
        raise InputError("tables.target_is_folder", path=str(path))
    if not path.parent.is_dir():
        raise InputError("tables.target_folder_missing", path=str(path), folder=str(path.parent))
    clear_stale(path.parent)
    # The process number keeps two writers apart; the last one to finish wins, whole.
    part = path.parent / f".{_short(path.name)}.{_machine()}-{os.getpid()}.part"
    try:
        yield part
        # First the bytes, then the name: the other way round a crash could leave the name with nothing behind it.
        sync(part)
        part.replace(path)
        sync(path.parent)
    except OSError as fault:
        raise io_fault(fault) from fault
    finally:
        part.unlink(missing_ok=True)
