"""Take a file that somebody hands in: bounded, under a name of ours, and read once before it is kept.

The name that it came with is text to show and never a path. What `tables` cannot read, or only at a size that would
endanger the machine, is refused and leaves nothing behind.
"""

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ronghe.platform.ids import new_id
from ronghe.platform.kinds.data import store
from ronghe.tables.atomic import sync
from ronghe.tables.engine import io_fault
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.sniff import sniff
from ronghe.terms import InputError, LimitReached, RongheError

__all__ = ["Kept", "keep", "shown_name"]

_ENDINGS = {"delimited": "csv", "json": "json", "json_lines": "jsonl", "parquet": "parquet", "arrow": "arrow"}
MOST_NAME = 255


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was taken: its name below the uploads, what it was called, its size, hash and columns."""

    name: str
    called: str
    bytes: int
    hash: str
    columns: tuple[str, ...]


def shown_name(name: str) -> str:
    """The last part of a name without what would move, hide or end it: only to be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if unicodedata.category(one)[0] != "C" or one == " ")
    return kept.strip()[:MOST_NAME] or "-"


def _received(chunks: Iterable[bytes], path: Path, most: int) -> tuple[int, str]:
    """Write the chunks; LimitReached at the first byte too many, whatever size the sender claimed."""
    size, digest = 0, hashlib.sha256()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > most:
                raise LimitReached("platform.upload_large", most=most // 1_000_000)
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return size, f"sha256:{digest.hexdigest()}"


def _ending(path: Path) -> str:
    found = sniff(path)
    if found.kind == "sqlite":
        raise InputError("platform.upload_database")
    return found.detail if found.kind == "excel" else _ENDINGS[found.kind]


def keep(chunks: Iterable[bytes], *, called: str, most: int, sheet: str = "") -> Kept:
    """Take a file of at most `most` bytes and read it whole once. Raises LimitReached for what is too large, packed or
    not; InputError for what is no table. Nothing stays behind then."""
    try:
        return _kept(chunks, shown_name(called), most, sheet)
    except RongheError as error:
        # Where it lies on the server is nobody's business, and means nothing to who handed it in.
        if "path" in error.params:
            error.params["path"] = shown_name(called)
        raise


def _kept(chunks: Iterable[bytes], called: str, most: int, sheet: str) -> Kept:
    key = new_id()
    with store.working(key) as folder:
        part = folder / "received"
        try:
            size, digest = _received(chunks, part, most)
        except OSError as fault:
            raise io_fault(fault) from fault
        if not size:
            raise InputError("platform.upload_empty")
        name = f"{key}.{_ending(part)}"
        ready = part.rename(folder / name)
        scratch = folder / "scratch"
        scratch.mkdir()
        staged = stage(str(ready), scratch, options=ReadOptions(sheet=sheet or None))
        sync(ready)
        ready.rename(store.uploads() / name)
        sync(store.uploads())
    return Kept(name, called, size, digest, staged.columns)
