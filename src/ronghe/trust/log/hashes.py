"""The hash functions of a log: SHA-256 or SM3 (GB/T 32905), with prefixes that keep leaves from nodes (RFC 6962)."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

__all__ = ["SHA256", "SM3", "Algorithm", "TreeHash", "tree_hash"]

Algorithm = Literal["sha256", "sm3"]

_LEAF, _NODE = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True)
class TreeHash:
    """One hash function with its name; `digest` gives 32 bytes of any bytes."""

    name: Algorithm
    digest: Callable[[bytes], bytes]

    def leaf(self, body: bytes) -> bytes:
        """The hash of an entry: RFC 6962, section 2.1."""
        return self.digest(_LEAF + body)

    def node(self, left: bytes, right: bytes) -> bytes:
        """The hash of two subtrees side by side."""
        return self.digest(_NODE + left + right)


_EMPTY = hashlib.new("sm3")


def _sm3(data: bytes) -> bytes:
    # A copy of a ready state: looking the algorithm up by its name each time would cost twice as much.
    state = _EMPTY.copy()
    state.update(data)
    return state.digest()


SHA256 = TreeHash("sha256", lambda data: hashlib.sha256(data).digest())
SM3 = TreeHash("sm3", _sm3)


def tree_hash(name: str) -> TreeHash:
    """The hash function of a name; raises KeyError for another."""
    return {"sha256": SHA256, "sm3": SM3}[name]
