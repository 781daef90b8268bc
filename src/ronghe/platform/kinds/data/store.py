"""Where the kind keeps files in the home of the installation: uploads of owners, snapshots of grants, work in progress.

uploads/ID.csv               what owners handed in, under names of the server's own
deliveries/GRANT/NUMBER/     one snapshot: a data package, whole or not there
work/ID/                     rows on their way; removed when the work ends, and by the next attempt if it was killed
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from ronghe.platform.home import private_folder

__all__ = ["deliveries_of", "remove", "snapshot_folder", "uploads", "working"]


def _home() -> Path:
    return Path(settings.HOME)


def uploads() -> Path:
    """The folder of what owners handed in."""
    return private_folder(_home(), "uploads")


def deliveries_of(grant: UUID) -> Path:
    """The folder of a grant's snapshots; it need not exist."""
    return private_folder(_home(), "deliveries") / str(grant)


def snapshot_folder(grant: UUID, number: int) -> Path:
    """The folder of one snapshot; it need not exist, the folder around it does."""
    return private_folder(_home(), "deliveries", str(grant)) / str(number)


@contextmanager
def working(key: UUID) -> Iterator[Path]:
    """An empty folder for a piece of work, gone when it ends. What an attempt that was killed left there goes first:
    clear rows may lie in it."""
    folder = private_folder(_home(), "work") / str(key)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove(folder: Path) -> None:
    """Remove a folder or a file; nothing happens where there is none."""
    if folder.is_dir():
        shutil.rmtree(folder)
    else:
        folder.unlink(missing_ok=True)
