"""Recall and precision of what was found, each with the interval that so few trials leave."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Counted", "Part", "of_columns", "of_texts", "wilson"]

Part = tuple[int, int, str]
_Z = 1.959964
"""The quantile of the normal distribution for intervals of 95%."""


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of a number of trials."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else 0.0

    def __str__(self) -> str:
        low, high = wilson(self.hits, self.of)
        return f"{self.rate:.3f} ({self.hits} of {self.of}; 95% interval {low:.3f} to {high:.3f})"


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's interval of 95% for a rate."""
    if not of:
        return 0.0, 1.0
    rate, square = hits / of, _Z * _Z / of
    middle = (rate + square / 2) / (1 + square)
    reach = _Z * math.sqrt(rate * (1 - rate) / of + square / (4 * of)) / (1 + square)
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def of_columns(truth: Mapping[str, str], found: Mapping[str, str]) -> dict[str, Counted]:
    """Recall and precision of the columns found, and for how many of the right ones the kind is right too."""
    right = [column for column in found if truth.get(column)]
    kinds = sum(truth[column] == found[column] for column in right)
    return {
        "recall": Counted(len(right), sum(map(bool, truth.values()))),
        "precision": Counted(len(right), len(found)),
        "kind": Counted(kinds, len(right)),
    }


def of_texts(truth: Sequence[Sequence[Part]], found: Sequence[Sequence[Part]]) -> dict[str, Counted]:
    """Recall and precision of parts of texts: a part is found when one of its kind overlaps it.

    What overlaps a true part of another kind is neither: an address of mail has the address of a host in it.
    """
    hits = wanted = wrong = 0
    for true, some in zip(truth, found, strict=True):
        wanted += len(true)
        hits += sum(any(_same(part, one) for one in some) for part in true)
        wrong += sum(not any(_overlap(part, one) for part in true) for one in some)
    return {"recall": Counted(hits, wanted), "precision": Counted(hits, hits + wrong)}


def _overlap(one: Part, other: Part) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _same(one: Part, other: Part) -> bool:
    return _overlap(one, other) and one[2] == other[2]
