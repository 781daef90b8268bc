"""Clusters: which records are one thing, when any number of them may be.

Links chain: A like B and B like C does not make A like C. Two clusters are joined only if all that is known between
them, link by link, speaks for it on the whole; a pair that was never compared speaks against it, a little.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ronghe.terms import content_id

__all__ = ["DECIDED", "cluster_id", "cluster_records"]

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

MOST_BITS = 12.0
"""What one pair may say for or against; a certain pair must not outvote all the others."""
UNCOMPARED = -2.0
DECIDED = 1e6
"""The weight, for or against, of a pair that a person has decided."""


class _Clusters:
    """Clusters that grow, with the sum of what is known between every two of them."""

    def __init__(self, records: Iterable[int], proven: Mapping[int, int]) -> None:
        self.of = {record: record for record in records}
        self.members = {record: [record] for record in self.of}
        self.proven = {record: {proven[record]} for record in self.of if record in proven}
        self.between: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)

    def know(self, one: int, other: int, bits: float) -> None:
        for a, b in ((one, other), (other, one)):
            total, count = self.between[a].get(b, (0.0, 0))
            self.between[a][b] = (total + bits, count + 1)

    def belong(self, one: int, other: int) -> bool:
        """True when all that is known between two clusters speaks for joining them, or a person does.

        Two valid identifiers that differ speak against it, whatever a third record between them says.
        """
        total, count = self.between[one].get(other, (0.0, 0))
        mine, theirs = self.proven.get(one), self.proven.get(other)
        if mine and theirs and mine.isdisjoint(theirs) and total < DECIDED / 2:
            return False
        every = len(self.members[one]) * len(self.members[other])
        return total + UNCOMPARED * (every - count) > 0

    def join(self, one: int, other: int) -> None:
        kept, gone = sorted((one, other), key=lambda root: (-len(self.members[root]), root))
        for record in self.members.pop(gone):
            self.members[kept].append(record)
            self.of[record] = kept
        if gone in self.proven:
            self.proven[kept] = self.proven.get(kept, set()) | self.proven.pop(gone)
        known = self.between.pop(gone, {})
        self.between[kept].pop(gone, None)
        for third, (total, count) in known.items():
            if third == kept:
                continue
            before, times = self.between[kept].get(third, (0.0, 0))
            self.between[kept][third] = self.between[third][kept] = (before + total, times + count)
            self.between[third].pop(gone, None)


def _components(left: Whole, right: Whole, size: int) -> Whole:
    """The smallest record that each record is linked with, over any number of steps."""
    root = np.arange(size)
    while True:
        low = np.minimum(root[left], root[right])
        new = root.copy()
        np.minimum.at(new, left, low)
        np.minimum.at(new, right, low)
        new = new[new]
        if np.array_equal(new, root):
            return root
        root = new


def cluster_records(
    left: Whole, right: Whole, weights: Reals, *, size: int, least: float = 0.0, proven: Whole | None = None
) -> Whole:
    """For each record from 0 to `size` - 1 the smallest record of its cluster.

    `left`, `right` and `weights` are all pairs that were compared, the unlike ones too. The strongest link comes first,
    equal ones by their records, so that no order of rows matters. `proven` gives each record the number
    of its valid identifier, 0 where it has none: clusters with different ones are not joined.
    """
    linked = weights > least
    root = _components(left[linked], right[linked], size)
    counts = np.bincount(root, minlength=size)
    inside = (root[left] == root[right]) & (counts[root[left]] > 2)
    rows = np.nonzero(inside)[0]
    rows = rows[np.lexsort((right[rows], left[rows], -weights[rows]))]
    # What a person decided is no matter of bits: it outvotes everything.
    decided = np.abs(weights[rows]) >= DECIDED
    bits = np.where(decided, weights[rows], np.clip(weights[rows], -MOST_BITS, MOST_BITS))
    many = np.nonzero(counts[root] > 2)[0]
    known = np.zeros(size, np.int64) if proven is None else proven
    grown = _Clusters(many.tolist(), {record: known[record] for record in many.tolist() if known[record]})
    pairs = list(zip(left[rows].tolist(), right[rows].tolist(), bits.tolist(), strict=True))
    for one, other, bit in pairs:
        grown.know(one, other, bit)
    for one, other, bit in pairs:
        a, b = grown.of[one], grown.of[other]
        if bit > least and a != b and grown.belong(a, b):
            grown.join(a, b)
    for members in grown.members.values():
        root[members] = min(members)
    return root


def cluster_id(members: Sequence[str]) -> str:
    """The id of a cluster: it depends on who is in it, not on the order of rows or the day."""
    return content_id(*sorted(members))
