"""What each level of each comparison is worth, learnt without labels.

u, how often two records that are not the same reach a level, is counted over pairs drawn at random. m, how often two
records that are the same reach it, comes from expectation maximization over the candidate pairs with u held fixed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOT_EXCLUSIVE", "Exclusive", "Pairs", "Trained", "level_shares", "rising", "train"]

Levels = NDArray[np.int8]
Reals = NDArray[np.float64]

ROUNDS = 200
MOST_MATCHING = 0.5
"""Share of all pairs that can be matches, in tables of a handful of rows."""
CONVERGED = 1e-5
STARTING_APART = 0.1
PSEUDO_MATCHES = 1.0
LEAST_OTHERS = 0.1


@dataclass(frozen=True, slots=True)
class Trained:
    """m and u of every level (0 is `else`) of every comparison, and the share of all pairs that match."""

    m: tuple[Reals, ...]
    u: tuple[Reals, ...]
    prior: float

    def weights(self, levels: Levels) -> Reals:
        """The match weight, in bits, of each row of levels; an absent value (-1) weighs nothing."""
        found = np.full(len(levels), np.log2(self.prior / (1 - self.prior)))
        for place, (m, u) in enumerate(zip(self.m, self.u, strict=True)):
            bits = np.append(np.log2(m / u), 0.0)
            found += bits[levels[:, place]]
        return found


def level_shares(levels: Levels, sizes: Sequence[int]) -> tuple[Reals, ...]:
    """u: the share of pairs at each level of each comparison, among those where both values are there."""
    found = []
    for place, size in enumerate(sizes):
        present = levels[:, place][levels[:, place] >= 0]
        counts = np.bincount(present, minlength=size).astype(float) + 0.5
        found.append(counts / counts.sum())
    return tuple(found)


def _start(size: int, ladder: Sequence[int]) -> Reals:
    """Before anything is learnt: the more alike, the more of the matches; a tenth of them wholly apart."""
    shares = np.full(size, 1.0)
    shares[list(ladder)] = np.arange(len(ladder)) * 2.0
    shares *= (1 - STARTING_APART) / shares.sum()
    shares[ladder[0]] = STARTING_APART
    return np.asarray(shares / shares.sum())


def rising(values: Reals, weights: Reals) -> Reals:
    """The closest sequence that never falls: neighbours that fall are pooled (PAVA)."""
    blocks: list[list[float]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        blocks.append([value, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            last = blocks.pop()
            total = blocks[-1][1] + last[1]
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + last[0] * last[1]) / total, total, blocks[-1][2] + last[2]]
    return np.repeat([block[0] for block in blocks], [int(block[2]) for block in blocks])


def _learnt(sums: Reals, shares: Reals, ladder: Sequence[int], bounds: tuple[float, float]) -> Reals:
    """m from what the matches of a round show.

    What none has shown yet is rare, not impossible: as many pseudo matches as one, spread like u. And two records of
    one thing differ wholly in a column at most half the time: without this bound a street, a household or a brand,
    which is what more pairs have in common than a thing, would be taken for the thing.
    """
    sums = sums + PSEUDO_MATCHES * (0.5 * shares + 0.5 / len(shares))
    m = sums / sums.sum()
    steps = list(ladder)
    m[steps] = rising(m[steps] / shares[steps], shares[steps]) * shares[steps]
    m /= m.sum()
    apart = steps[0]
    bounded = min(max(m[apart], bounds[0]), bounds[1])
    m *= (1 - bounded) / (1 - m[apart])
    m[apart] = bounded
    return np.asarray(m)


def _of_the_others(shares: Reals, m: Reals, prior: float) -> Reals:
    """u without the matches that were drawn among the random pairs: in small tables they are most of a rare level."""
    left = shares - np.minimum(prior * m, (1 - LEAST_OTHERS) * shares)
    return np.asarray(left / left.sum())


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Whether a record of the left side has one partner at most, and one of the right side."""

    left: bool
    right: bool

    @property
    def any(self) -> bool:
        """True when either is so."""
        return self.left or self.right


NOT_EXCLUSIVE = Exclusive(left=False, right=False)


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs as EM sees them: their levels, and the places of their records on each side."""

    levels: Levels
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    exclusive: Exclusive

    def posterior(self, weights: Reals) -> Reals:
        """How probable each pair is a match; where a record has one partner at most, its pairs exclude each other."""
        odds = np.exp2(np.clip(weights, -60, 60))
        rivals = odds.copy()
        for place, exclusive in ((self.left, self.exclusive.left), (self.right, self.exclusive.right)):
            if exclusive:
                rivals += np.bincount(place, odds)[place] - odds
        return np.asarray(odds / (1 + rivals))


def train(
    pairs: Pairs,
    u: tuple[Reals, ...],
    ladders: Sequence[Sequence[int]],
    apart: Sequence[tuple[float, float]],
    *,
    all_pairs: float,
    expected: float,
    matches_in_u: bool = True,
) -> Trained:
    """EM over candidate pairs; `all_pairs` are those that exist, `expected` the matches with which to begin.

    `matches_in_u` says that the pairs of which u was counted hold matches, which are then taken off.
    """
    patterns, place_of = np.unique(pairs.levels, axis=0, return_inverse=True)
    place_of = place_of.reshape(-1)
    model = Trained(
        tuple(_start(len(shares), ladder) for shares, ladder in zip(u, ladders, strict=True)),
        u,
        min(MOST_MATCHING, expected / max(all_pairs, 1.0)),
    )
    for _ in range(ROUNDS):
        each = pairs.posterior(model.weights(patterns)[place_of])
        matched = np.bincount(place_of, each, minlength=len(patterns))
        m = []
        for place, shares in enumerate(u):
            present = patterns[:, place] >= 0
            sums = np.bincount(patterns[present, place], weights=matched[present], minlength=len(shares)).astype(float)
            m.append(_learnt(sums, shares, ladders[place], apart[place]))
        moved = max(float(np.abs(new - old).max()) for new, old in zip(m, model.m, strict=True))
        prior = min(MOST_MATCHING, max(matched.sum(), 1.0) / max(all_pairs, 1.0))
        taken = prior if matches_in_u else 0.0
        others = tuple(_of_the_others(shares, learnt, taken) for shares, learnt in zip(u, m, strict=True))
        model = Trained(tuple(m), others, prior)
        if moved < CONVERGED:
            break
    return model
