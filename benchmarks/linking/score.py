"""Precision, recall and F1 of linked pairs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

__all__ = ["Score", "pairs_of_groups", "score"]

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Score:
    """How many of the linked pairs are true, and how many of the true ones are linked."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pairs_of_groups(groups: Mapping[str, str]) -> set[Pair]:
    """All pairs of one group: `groups` says of each id in which group it is."""
    members: dict[str, list[str]] = {}
    for key, group in groups.items():
        members.setdefault(group, []).append(key)
    return {(one, other) for keys in members.values() for one, other in combinations(sorted(keys), 2)}


def score(linked: Iterable[Pair], true: set[Pair], *, one_table: bool) -> Score:
    """The score of linked pairs; within one table the order of a pair does not matter."""
    found = {(min(pair), max(pair)) if one_table else pair for pair in linked}
    right = len(found & true)
    return Score(right / len(found) if found else 0.0, right / len(true) if true else 0.0)
