"""Write a file so that a reader sees the old one or the new one, whatever happens in between."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ronghe.tables.engine import io_fault
from ronghe.terms import InputError

__all__ = ["sync", "write_atomic"]


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
    # The process number keeps two writers apart; the last one to finish wins, whole.
    part = path.parent / f".{path.name}.{os.getpid()}.part"
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
