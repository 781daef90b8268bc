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

from ronghe.tables.atomic import clear_stale, sync
from ronghe.tables.engine import io_fault
from ronghe.tables.package import MANIFEST, read_manifest
from ronghe.terms import InputError, Refused

__all__ = ["Workspace", "workspace"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


def _fsync_all(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        sync(path)
    sync(folder)


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

    def __init__(self, target: Path, *, resume: bool = True) -> None:
        self.target = target
        if not resume and _beside(target, "work").exists():
            shutil.rmtree(_beside(target, "work"))
        self.folder = _beside(target, "work") / "files"
        self.scratch = _beside(target, "work") / "scratch"
        self._done = _beside(target, "work") / "done"
        for folder in (self.folder, self.scratch, self._done):
            folder.mkdir(parents=True, exist_ok=True)

    def step(self, name: str, fingerprint: str, work: Callable[[], object]) -> object:
        """The JSON value that `work` gives, or that it gave an earlier, interrupted run with the same fingerprint."""
        record = self._done / f"{name}.json"
        if record.exists():
            known = json.loads(record.read_text("utf-8"))
            if known["fingerprint"] == fingerprint:
                return known["value"]
        value = work()
        written = record.with_suffix(".new")
        # Under another name first: a step that is stopped while it is written down is not finished.
        written.write_text(json.dumps({"fingerprint": fingerprint, "value": value}, ensure_ascii=False), "utf-8")
        written.replace(record)
        return value

    def carry_over(self, paths: list[str]) -> None:
        """Take files of the present publication into the next one, without copying them where the disk can link.

        Raises InputError for a path outside the publication.
        """
        for path in paths:
            new = self.folder / path
            # The paths are those of a manifest that anybody may have written: one that climbs out would have us delete
            # a file of somebody else.
            if not new.resolve().is_relative_to(self.folder.resolve()):
                raise InputError("tables.manifest_outside", path=path, folder=str(self.target))
            new.parent.mkdir(parents=True, exist_ok=True)
            new.unlink(missing_ok=True)
            try:
                new.hardlink_to(self.target / path)
            except OSError:
                shutil.copy2(self.target / path, new)

    def _keep_only(self, manifest: str) -> None:
        """Drop what an earlier, killed run left in the folder: an unlisted file would make the publication foreign."""
        listed = {resource["path"] for resource in json.loads(manifest)["resources"]}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.relative_to(self.folder).as_posix() not in listed:
                path.unlink()

    def leave(self) -> None:
        """Forget what no later run can take up: the scratch files, and all of it where no step was finished."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        if not any(self._done.glob("*.json")):
            shutil.rmtree(_beside(self.target, "work"), ignore_errors=True)

    def publish(self, manifest: str) -> None:
        """Write the manifest and put the folder in the place of the old one, at once and durably."""
        self._keep_only(manifest)
        # The order is the promise: every byte is on the disk before the name changes hands, and what could be done
        # again is thrown away last.
        (self.folder / MANIFEST).write_text(manifest, "utf-8")
        _fsync_all(self.folder)
        # Before the swap: killed after it, `work` holds the old files, which no record may then call finished.
        for record in self._done.iterdir():
            record.unlink()
        if not self.target.exists():
            self.folder.rename(self.target)
        elif not _swap(self.folder, self.target):
            old = _beside(self.target, "old")
            self.target.rename(old)
            self.folder.rename(self.target)
            shutil.rmtree(old)
        sync(self.target.parent)
        shutil.rmtree(_beside(self.target, "work"))


def _files(folder: Path) -> set[str]:
    """Whatever is no folder: files, links, pipes."""
    paths = folder.rglob("*")
    return {path.relative_to(folder).as_posix() for path in paths if path.is_symlink() or not path.is_dir()}


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
    if foreign := _files(target) - ours:
        raise Refused("tables.out_foreign", path=str(target), name=min(foreign))


def _is_still(descriptor: int, path: Path) -> bool:
    """Whether the open file is the one that the path names."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def _lock(target: Path) -> Iterator[None]:
    import fcntl

    with _beside(target, "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise Refused("tables.out_locked", path=str(target)) from fault
        if not _is_still(file.fileno(), _beside(target, "lock")):
            # The run before removed the file between our opening and locking it; a third one may lock a new file.
            raise Refused("tables.out_locked", path=str(target))
        try:
            yield
        finally:
            _beside(target, "lock").unlink(missing_ok=True)


def _resolved(target: Path) -> Path:
    """The folder itself, InputError where there is no name to work beside.

    Through a link the folder behind it is meant: swapping the link itself would leave the old files lying there.
    """
    target = target.resolve()
    if not target.name:
        raise InputError("tables.out_no_name", path=str(target))
    try:
        target.name.encode()
    except UnicodeEncodeError as fault:
        raise InputError("tables.name_not_utf8", path=str(target)) from fault
    return target


@contextmanager
def workspace(target: Path, *, resume: bool = True) -> Iterator[Workspace]:
    """A workspace for the next publication of `target`.

    Left by an error or a stop, the finished steps stay for the next run and `target` stays as it was. Raises Refused
    when the folder holds files that are not ours or somebody else is making it, InputError when it cannot be written.
    `resume=False` is for work without steps: nothing that another run left may slip into its publication.
    """
    try:
        target = _resolved(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with _lock(target):
            clear_stale(target.parent)
            old = _beside(target, "old")
            if old.exists():
                shutil.rmtree(old) if target.exists() else old.rename(target)
            _check_target(target)
            made = Workspace(target, resume=resume)
            try:
                yield made
            finally:
                made.leave()
    except OSError as fault:
        raise io_fault(fault) from fault
