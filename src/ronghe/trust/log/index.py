"""Roots of any range of a long log, read from its file: of every 256 entries only one hash stays in memory."""

import os
from array import array
from pathlib import Path

from ronghe.trust.log.hashes import TreeHash
from ronghe.trust.log.signers import is_rotation
from ronghe.trust.log.store import commits
from ronghe.trust.log.tree import split

__all__ = ["Index"]

_BLOCK = 256


class Index:
    """Answers for the entries that it has read; `grow` reads on. `rotations` are those that changed the key, with
    their numbers."""

    def __init__(self, path: Path, hash_: TreeHash) -> None:
        self._path, self._hash = path, hash_
        self._roots: dict[tuple[int, int], bytes] = {}
        self._begins = array("q")
        self._tail: list[bytes] = []
        self._size = self._offset = 0
        self._loaded: tuple[int, list[bytes]] = (-1, [])
        self.rotations: list[tuple[int, bytes]] = []

    @property
    def size(self) -> int:
        """How many entries are known."""
        return self._size

    def grow(self) -> None:
        """Read the commits that were added since."""
        descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            for end, bodies, _ in commits(descriptor, self._offset):
                self._take(bodies)
                self._offset = end
        finally:
            os.close(descriptor)

    def _take(self, bodies: list[bytes]) -> None:
        # A block may begin inside a commit: its place is that of the commit and a number of entries to leave out.
        for place, body in enumerate(bodies):
            if self._size % _BLOCK == 0:
                self._begins.extend((self._offset, place))
            if is_rotation(body):
                self.rotations.append((self._size, body))
            self._tail.append(self._hash.leaf(body))
            self._size += 1
            if len(self._tail) == _BLOCK:
                self._roots[self._size - _BLOCK, self._size] = self._over(self._tail)
                self._tail = []

    def _over(self, leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return leaves[0]
        middle = split(len(leaves))
        return self._hash.node(self._over(leaves[:middle]), self._over(leaves[middle:]))

    def body(self, index: int) -> bytes:
        """The entry itself."""
        return self._bodies(index // _BLOCK)[index % _BLOCK]

    def _bodies(self, block: int) -> list[bytes]:
        if self._loaded[0] != block or block * _BLOCK + len(self._loaded[1]) < min(self._size, block * _BLOCK + _BLOCK):
            offset, skipped = self._begins[2 * block], self._begins[2 * block + 1]
            found: list[bytes] = []
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                for _, bodies, _ in commits(descriptor, offset):
                    found += bodies
                    if len(found) - skipped >= _BLOCK:
                        break
            finally:
                os.close(descriptor)
            self._loaded = (block, found[skipped : skipped + _BLOCK])
        return self._loaded[1]

    def subtree(self, low: int, high: int) -> bytes:
        """The root of the entries from `low` up to `high`, as the proofs of RFC 6962 cut them."""
        known = self._roots.get((low, high))
        if known is not None:
            return known
        if high - low <= _BLOCK:
            bodies = self._bodies(low // _BLOCK)
            return self._over([self._hash.leaf(body) for body in bodies[low % _BLOCK : low % _BLOCK + high - low]])
        middle = low + split(high - low)
        found = self._hash.node(self.subtree(low, middle), self.subtree(middle, high))
        if (high - low) & (high - low - 1) == 0:
            self._roots[low, high] = found
        return found
