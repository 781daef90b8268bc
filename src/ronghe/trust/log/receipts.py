"""What whoever appended an entry takes home: the entry, a tree head, and the proof that the one is in the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ronghe.trust.log.hashes import TreeHash
from ronghe.trust.log.records import Head
from ronghe.trust.log.tree import Frontier, inclusion, split

__all__ = ["Batch", "Receipt", "told_signers"]


@dataclass(frozen=True)
class Batch:
    """The entries of one commit, and what was before them; `signers` are the entries that changed the key till then."""

    before: Frontier
    leaves: tuple[bytes, ...]
    head: Head
    signers: tuple[bytes, ...] = ()

    @cached_property
    def _known(self) -> Mapping[tuple[int, int], bytes]:
        return self.before.subtrees()

    @property
    def hash(self) -> TreeHash:
        """The hash function of the log."""
        return self.before.hash

    def subtree(self, low: int, high: int) -> bytes:
        """The root of a range that a proof for an entry of this batch needs."""
        known = self._known.get((low, high))
        if known is not None:
            return known
        if high - low == 1:
            return self.leaves[low - self.before.size]
        middle = low + split(high - low)
        return self.hash.node(self.subtree(low, middle), self.subtree(middle, high))


@dataclass(frozen=True)
class Receipt:
    """Entry `index` is in the log of `head`. The proof is computed when it is first asked for."""

    index: int
    entry: bytes
    head: Head
    batch: Batch | None = None
    known_proof: tuple[bytes, ...] | None = None
    known_signers: tuple[bytes, ...] = ()

    @cached_property
    def proof(self) -> tuple[bytes, ...]:
        """The audit path, nearest sibling first."""
        if self.known_proof is not None:
            return self.known_proof
        assert self.batch is not None
        return tuple(inclusion(self.index, self.head.size, self.batch.subtree))

    def to_json(self) -> dict[str, Any]:
        """As it is handed to a department; `verifier.py --receipt` reads it."""
        return {
            "format": "ronghe.receipt@1",
            "index": self.index,
            "entry": self.entry.decode(),
            "head": self.head.to_json(),
            "proof": [step.hex() for step in self.proof],
            **told_signers(self.batch.signers if self.batch else self.known_signers),
        }


def told_signers(signers: Sequence[bytes]) -> dict[str, Any]:
    """What a witness needs beside a head of a log whose key was changed: the entries that changed it."""
    return {"signers": [entry.decode() for entry in signers]} if signers else {}
