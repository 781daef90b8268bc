"""Read a log and prove what is in it; no key is needed for that."""

import json
import os
import threading
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from ronghe.tables.engine import io_fault
from ronghe.terms import InputError
from ronghe.trust.log.hashes import tree_hash
from ronghe.trust.log.index import Index
from ronghe.trust.log.receipts import Receipt, told_signers
from ronghe.trust.log.records import ENTRIES, FORMAT, HEADER, Head, read_head_line
from ronghe.trust.log.signers import is_rotation
from ronghe.trust.log.store import commits
from ronghe.trust.log.tree import consistency, inclusion

__all__ = ["Reader", "read_header"]


def read_header(folder: Path) -> Mapping[str, Any]:
    """What `log.json` says. Raises InputError where the folder is no log of this format."""
    try:
        said: dict[str, Any] = json.loads((folder / HEADER).read_bytes())
        if said["format"] != FORMAT or said["hash"] not in ("sha256", "sm3") or "signer" not in said:
            raise ValueError(said["format"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise InputError("log.no_log", path=str(folder)) from fault
    return said


class Reader:
    """Answers from what is committed; several threads may ask."""

    def __init__(self, folder: Path) -> None:
        """Read the header of the log in `folder`. Raises InputError where there is none."""
        self.header = read_header(folder)
        self.hash = tree_hash(self.header["hash"])
        self.id = self.hash.digest((folder / HEADER).read_bytes()).hex()
        self._folder = folder
        self._index = Index(folder / ENTRIES, self.hash)
        self._guard = threading.Lock()

    def head(self) -> Head | None:
        """The last head that was signed, or the last at all where nobody signs; None of an empty log."""
        found = None
        for _, line in self._commits():
            if self.header["signer"] is None or not line.endswith(b" -"):
                found = line
        return None if found is None else read_head_line(self.id, found, self.hash)

    def heads(self) -> Iterator[Head]:
        """Every head as it stands there, verified by nobody."""
        found = (read_head_line(self.id, line, self.hash) for _, line in self._commits())
        return (head for head in found if head is not None)

    def bodies(self) -> Iterator[bytes]:
        """Every committed entry, the first one first."""
        for bodies, _ in self._commits():
            yield from bodies

    def told_signers(self, size: int) -> dict[str, Any]:
        """What a witness needs beside a head of so many entries: those that changed the key."""
        return told_signers(tuple(body for body in islice(self.bodies(), size) if is_rotation(body)))

    def _commits(self) -> Iterator[tuple[list[bytes], bytes]]:
        try:
            descriptor = os.open(self._folder / ENTRIES, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as fault:
            raise io_fault(fault) from fault
        try:
            for _, bodies, line in commits(descriptor, 0):
                yield bodies, line
        finally:
            os.close(descriptor)

    def entries(self, low: int, high: int) -> Iterator[tuple[int, bytes]]:
        """The committed entries from `low` up to `high` with their places, read in one pass of the file."""
        place = 0
        for bodies, _ in self._commits():
            if place + len(bodies) > low:
                yield from ((place + n, body) for n, body in enumerate(bodies) if low <= place + n < high)
            place += len(bodies)
            if place >= high:
                return

    def prove(self, index: int, size: int) -> list[bytes]:
        """The audit path of entry `index` in the tree of the first `size`. Raises InputError where there is none."""
        if not 0 <= index < size:
            raise InputError("log.no_such_entry", index=index, size=size)
        with self._guard:
            self._grow(size)
            return inclusion(index, size, self._index.subtree)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the first `old` entries are the beginning of the first `new`."""
        if not 0 <= old <= new:
            raise InputError("log.no_such_entry", index=old, size=new)
        with self._guard:
            self._grow(new)
            return consistency(old, new, self._index.subtree)

    def receipt(self, index: int, head: Head) -> Receipt:
        """A receipt of any entry under a head of this log."""
        proof = tuple(self.prove(index, head.size))
        with self._guard:
            signers = tuple(body for place, body in self._index.rotations if place < head.size)
            return Receipt(index, self._index.body(index), head, known_proof=proof, known_signers=signers)

    def _grow(self, size: int) -> None:
        if size > self._index.size:
            self._index.grow()
        if size > self._index.size:
            raise InputError("log.no_such_entry", index=size - 1, size=self._index.size)
