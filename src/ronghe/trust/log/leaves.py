"""The hashes of the entries beside them: of no use to a log that is whole, and to one that was changed they say which
entry it was.

They are believed only where they hash to a head, so whoever edits them as well hides the place, never the change.
"""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

__all__ = ["LEAVES", "Leaves"]

LEAVES = "leaves"
_BYTES = 32


class Leaves:
    """The file of 32 bytes for each entry. It never keeps an entry from being written: what it lacks is added later."""

    def __init__(self, folder: Path) -> None:
        self._descriptor = -1
        with suppress(OSError):
            self._descriptor = os.open(folder / LEAVES, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def close(self) -> None:
        """Give the file back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def size(self) -> int:
        """How many whole hashes there are; none where the file cannot be had."""
        with suppress(OSError):
            return os.fstat(self._descriptor).st_size // _BYTES
        return 0

    def put(self, first: int, leaves: Sequence[bytes]) -> None:
        """Write the hashes of the entries from number `first` on; nothing where those before them are missing."""
        with suppress(OSError):
            if self.size >= first:
                os.pwrite(self._descriptor, b"".join(leaves), first * _BYTES)
                os.ftruncate(self._descriptor, (first + len(leaves)) * _BYTES)

    def add_missing(self, every: Iterable[bytes]) -> None:
        """Add what a writer that died did not write, out of the hashes of all entries from the first on."""
        first = self.size
        missing = islice(every, first, None)
        while some := list(islice(missing, 100_000)):
            self.put(first, some)
            first += len(some)
