"""The Merkle tree of RFC 6962: roots, and proofs that an entry is in it and that an older tree is its beginning."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ronghe.trust.log.hashes import TreeHash

__all__ = ["Frontier", "Subtree", "consistency", "inclusion", "proves_consistency", "proves_inclusion", "split"]

Subtree = Callable[[int, int], bytes]
"""Gives the root of the entries from the first number up to the second, which is not in it."""


def split(size: int) -> int:
    """The largest power of two below `size`: how many entries lie in the left subtree."""
    return 1 << (size - 1).bit_length() - 1


@dataclass(slots=True)
class Frontier:
    """What must be remembered of a tree so that it can grow: the roots of its complete subtrees, smallest first.

    `nodes[level]` is the root of 2^level entries, or None where the size has no such bit: at most 64 hashes whatever
    the size.
    """

    hash: TreeHash
    size: int = 0
    nodes: list[bytes | None] = field(default_factory=list)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add the hashes of entries at the end."""
        above = list(leaves)
        self.size += len(above)
        level = 0
        while above:
            if level == len(self.nodes):
                self.nodes.append(None)
            waiting = self.nodes[level]
            if waiting is not None:
                above.insert(0, waiting)
            self.nodes[level] = above.pop() if len(above) % 2 else None
            pairs = iter(above)
            above = [self.hash.node(left, right) for left, right in zip(pairs, pairs, strict=True)]
            level += 1

    def root(self) -> bytes:
        """The root of all entries; of none, the hash of nothing."""
        found: bytes | None = None
        for node in self.nodes:
            if node is not None:
                found = node if found is None else self.hash.node(node, found)
        return self.hash.digest(b"") if found is None else found

    def copy(self) -> "Frontier":
        """One that grows apart from this."""
        return Frontier(self.hash, self.size, list(self.nodes))

    def subtrees(self) -> dict[tuple[int, int], bytes]:
        """The complete subtrees by where they begin and end."""
        found, end = {}, self.size
        for level, node in enumerate(self.nodes):
            if node is not None:
                found[end - (1 << level), end] = node
                end -= 1 << level
        return found


def inclusion(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The audit path of entry `index` in the tree of `size` entries, nearest sibling first (section 2.1.1)."""
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + split(high - low)
        if index < middle:
            path.append(subtree(middle, high))
            high = middle
        else:
            path.append(subtree(low, middle))
            low = middle
    return path[::-1]


def consistency(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """The proof that the tree of `old` entries is the beginning of that of `size` (section 2.1.2)."""
    if old in (0, size):
        return []
    path: list[bytes] = []
    low, high = 0, size
    while high != old:
        middle = low + split(high - low)
        if old <= middle:
            path.append(subtree(middle, high))
            high = middle
        else:
            path.append(subtree(low, middle))
            low = middle
    # The verifier knows the old root already; the old tree is named only where it is not a subtree from the start.
    return [*([subtree(low, high)] if low else []), *path[::-1]]


def proves_inclusion(hash_: TreeHash, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """True when the path leads from the leaf at `index` to the root of `size` entries."""
    if not 0 <= index < size:
        return False
    # RFC 9162, section 2.1.3.2: `last` is the place of the rightmost node on each level.
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = hash_.node(sibling, found)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            found = hash_.node(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def proves_consistency(
    hash_: TreeHash, old: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]
) -> bool:
    """True when the path shows that the tree of `old` entries is the beginning of that of `size`."""
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not path and (old == 0 or old_root == root)
    # RFC 9162, section 2.1.4.2.
    steps = list(path) if old & (old - 1) else [old_root, *path]
    if not steps:
        return False
    place, last = old - 1, size - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            before, after = hash_.node(step, before), hash_.node(step, after)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            after = hash_.node(after, step)
        place, last = place >> 1, last >> 1
    return last == 0 and before == old_root and after == root
