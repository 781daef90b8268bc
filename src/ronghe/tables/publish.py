"""Publish a folder so that a reader sees the old one or the new one, whatever happens in between.

    DIR          what readers see; always whole
    .DIR.work    what is being made; kept after a stop, so that the same work goes on from its finished tables
    .DIR.lock    held while somebody makes DIR

On Linux and macOS the two folders change places in one system call. Elsewhere the old one is moved aside first; a crash
between the two moves is mended by the next run.
"""

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ronghe.tables.engine import io_fault
from ronghe.tables.package import MANIFEST, read_manifest
from ronghe.terms import InputError, Refused

__all__ = ["Workspace", "workspace"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_all(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _fsync(path)
    _fsync(folder)


def _swap(new: Path, old: Path) -> bool:
    """Let two folders change places at once; False where the system cannot."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        status = library.renamex_np(os.fsencode(new), os.fsencode(old), _RENAME_SWAP)
    elif hasattr(library, "renameat2"):
        status = library.renameat2(_AT_FDCWD, os.fsencode(new), _AT_FDCWD, os.fsencode(old), _RENAME_EXCHANGE)
    else:
        return False
    if status and ctypes.get_errno() not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(old))
    return not status


def _beside(target: Path, what: str) -> Path:
    return target.parent / f".{target.name}.{what}"


class Workspace:
    """The folder that is being made for `target`, with memory of the steps that are finished."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.folder = _beside(target, "work") / "files"
        self.scratch = _beside(target, "work") / "scratch"
        self._done = _beside(target, "work") / "done"
        for folder in (self.folder, self.scratch, self._done):
            folder.mkdir(parents=True, exist_ok=True)

    def step(self, name: str, fingerprint: str, work: Callable[[], object]) -> object:
        """The JSON value that `work` gives; taken from an earlier, interrupted run where the fingerprint is the
        same."""
        record = self._done / f"{name}.json"
        if record.exists():
            known = json.loads(record.read_text("utf-8"))
            if known["fingerprint"] == fingerprint:
                return known["value"]
        value = work()
        written = record.with_suffix(".new")
        written.write_text(json.dumps({"fingerprint": fingerprint, "value": value}, ensure_ascii=False), "utf-8")
        written.replace(record)
        return value

    def carry_over(self, paths: list[str]) -> None:
        """Take files of the present publication into the next one, without copying them where the disk can link."""
        for path in paths:
            new = self.folder / path
            new.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            try:
                new.hardlink_to(self.target / path)
            except OSError:
                shutil.copy2(self.target / path, new)

    def publish(self, manifest: str) -> None:
        """Write the manifest and put the folder in the place of the old one, at once and durably.

        Files that the manifest does not list are left out: an earlier, interrupted run may have made them.
        """
        listed = {resource["path"] for resource in json.loads(manifest)["resources"]}
        for path in _files(self.folder) - listed:
            (self.folder / path).unlink()
        (self.folder / MANIFEST).write_text(manifest, "utf-8")
        _fsync_all(self.folder)
        if not self.target.exists():
            self.folder.rename(self.target)
        elif not _swap(self.folder, self.target):
            old = _beside(self.target, "old")
            self.target.rename(old)
            self.folder.rename(self.target)
            shutil.rmtree(old)
        _fsync(self.target.parent)
        shutil.rmtree(_beside(self.target, "work"))

    @property
    def resumable(self) -> bool:
        """True when a step is finished that the next run need not do again."""
        return any(self._done.glob("*.json"))


def _files(folder: Path) -> set[str]:
    """Whatever is no folder: files, links, pipes."""
    paths = folder.rglob("*")
    return {str(path.relative_to(folder)) for path in paths if path.is_symlink() or not path.is_dir()}


def _check_target(target: Path) -> None:
    """Refuse a folder whose files we did not publish: they would be gone with the old publication."""
    if target.exists() and not target.is_dir():
        raise InputError("tables.out_is_file", path=str(target))
    if not target.is_dir():
        return
    ours = {MANIFEST}
    if (target / MANIFEST).exists():
        ours |= {resource["path"] for resource in read_manifest(target)["resources"]}
    else:
        # What is not ours may be a whole disk: one look is enough.
        first = next((path for path in sorted(target.iterdir()) if not path.is_dir() or any(path.iterdir())), None)
        if first is not None:
            raise Refused("tables.out_foreign", path=str(target), name=first.name)
    foreign = _files(target) - ours
    if foreign:
        raise Refused("tables.out_foreign", path=str(target), name=min(foreign))


@contextmanager
def _lock(target: Path) -> Iterator[None]:
    """Hold the lock of `target`; Refused when somebody else does."""
    import fcntl  # of POSIX only; reading works elsewhere too

    path = _beside(target, "lock")
    while True:
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as fault:
                raise Refused("tables.out_locked", path=str(target)) from fault
            if not _is_at(file, path):
                continue  # the one who held it took it away after we opened it: ours is nobody's lock
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return


def _is_at(file: TextIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _resolved(target: Path) -> Path:
    """The folder itself: a link to it stays a link. InputError where there is no name to work beside."""
    target = target.resolve()
    if not target.name:
        raise InputError("tables.out_no_name", path=str(target))
    try:
        target.name.encode()
    except UnicodeEncodeError as fault:
        raise InputError("tables.name_not_utf8", path=str(target)) from fault
    return target


@contextmanager
def workspace(target: Path) -> Iterator[Workspace]:
    """A workspace for the next publication of `target`.

    Left by an error or a stop, the finished steps stay for the next run and `target` stays as it was. Without a
    finished step nothing stays. Raises Refused when the folder holds files that are not ours or somebody else is
    making it, InputError when it cannot be written.
    """
    try:
        target = _resolved(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target):
            old = _beside(target, "old")
            if old.exists():
                shutil.rmtree(old) if target.exists() else old.rename(target)
            _check_target(target)
            made = Workspace(target)
            try:
                yield made
            finally:
                shutil.rmtree(made.scratch, ignore_errors=True)
                if not made.resumable:
                    shutil.rmtree(_beside(target, "work"), ignore_errors=True)
    except OSError as fault:
        raise io_fault(fault) from fault
