"""One-to-one assignment: each record has at most one partner, and how probable it is that the partner is the right one.

Both sides free of duplicates, the best pair of a record tells little by itself: something is always nearest. What says
more are the second and the third assignment, made of the pairs that are left: they show what the nearest wrong partner
looks like in these very tables (`by_chance.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ronghe.data.integrate.by_chance import COUNTED, partners_by_chance
from ronghe.data.integrate.training import Exclusive, rising

__all__ = ["UNLIKE", "Assigned", "assign", "best_pairs"]

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

ONE_TO_ONE = Exclusive(left=True, right=True)
UNDECIDED = 0.49
"""The most that a pair is given that an equally near rival could replace: it goes to review, and merges nothing."""
UNLIKE = -10.0
"""Bits of match weight below which a pair is no partner at all."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """Rows of the pairs that were assigned, and the probability of each."""

    rows: Whole
    probability: Reals
    unmatched: float


def _ranked(values: Reals, *ties: Whole | Reals) -> Whole:
    return np.lexsort((*reversed(ties), -values))


def best_pairs(
    left: Whole, right: Whole, weights: Reals, exclusive: Exclusive = ONE_TO_ONE, near: Reals | None = None
) -> Whole:
    """Rows of the greedy assignment: the heaviest pair first, of equal ones the nearer, then by records; none twice.

    In rounds: a pair that is the best of both its records is taken, for no later choice could undo it.
    """
    order = _ranked(weights, np.zeros(len(weights)) if near is None else -near, left, right)
    taken: list[Whole] = []
    while len(order):
        best, free = np.ones(len(order), bool), np.ones(len(order), bool)
        sides = [side[order] for side, one in ((left, exclusive.left), (right, exclusive.right)) if one]
        for side in sides:
            first = np.zeros(len(order), bool)
            first[np.unique(side, return_index=True)[1]] = True
            best &= first
        for side in sides:
            free &= ~np.isin(side, side[best])
        taken.append(order[best])
        order = order[free]
    rows = np.concatenate(taken) if taken else np.zeros(0, np.int64)
    return np.asarray(rows[_ranked(weights[rows], left[rows], right[rows])])


def _equally_near(left: Whole, right: Whole, weights: Reals, near: Reals, taken: Whole, exclusive: Exclusive) -> Reals:
    """How many pairs each taken one was chosen from by nothing but the order of records, itself among them.

    Two firms called 源宏机械, and a delivery that names one of them: the weights cannot say which. A rival whose other
    record has a heavier partner is none, and so is one whose values are less alike on the same level.
    """
    size = int(max(left.max(initial=0), right.max(initial=0))) + 1
    held, closest = np.full((2, size), -np.inf), np.zeros((2, size))
    for side, (records, one) in enumerate(((left, exclusive.left), (right, exclusive.right))):
        if one:
            held[side, records[taken]] = weights[taken]
            closest[side, records[taken]] = near[taken]
    free = (weights >= held[0, left]) & (weights >= held[1, right])
    found = np.ones(len(taken))
    for side, records in enumerate((left, right)):
        equal = free & (weights == held[side, records]) & (near == closest[side, records])
        counts = np.bincount(records[equal], minlength=size)
        found = np.maximum(found, counts[records[taken]])
    return found


def assign(
    left: Whole,
    right: Whole,
    weights: Reals,
    *,
    rows: Sequence[int],
    exclusive: Exclusive = ONE_TO_ONE,
    alike: Reals | None = None,
) -> Assigned:
    """The assignment with its probabilities; `rows` are the records of the two sides, `alike` orders equal weights.

    A pair is wrong with the share of those of its weight that are expected by chance. The share only falls as the
    weight grows. A pair with equally near rivals shares its probability with them and is left to people.
    """
    near = np.nonzero(weights > UNLIKE)[0]
    records = min(count for count, one in zip(rows, (exclusive.left, exclusive.right), strict=True) if one)
    finer = np.zeros(len(near)) if alike is None else alike[near]
    first = near[best_pairs(left[near], right[near], weights[near], exclusive, finer)]
    rest, others = near, [first]
    for _ in range(2):
        rest = np.setdiff1d(rest, others[-1], assume_unique=True)
        others.append(rest[best_pairs(left[rest], right[rest], weights[rest], exclusive)])
    chance = partners_by_chance([weights[one] for one in others], records)
    place = np.searchsorted(chance.weights, weights[first])
    # Pairs of one weight are alike: whichever of them came first must not matter.
    found = np.bincount(place, minlength=len(chance.weights))
    times = found + chance.wrong
    some = times > 0
    right_ones = np.zeros(len(times))
    right_ones[some] = rising(found[some] / times[some], times[some])
    wrong = (1 - right_ones[place]) / np.maximum(right_ones[place], 1e-9)
    rivals = _equally_near(left[near], right[near], weights[near], finer, np.searchsorted(near, first), exclusive)
    sure = 1 - wrong
    if len(others[1]) < COUNTED:
        # Hardly a record has a second partner near it, so nothing shows what chance weighs: then the model decides.
        sure = np.minimum(sure, 1 / (1 + np.exp2(-np.clip(weights[first], -60, 60))))
    likely = np.where(rivals > 1, np.minimum(UNDECIDED, np.clip(sure, 0.0, 1.0) / rivals), sure)
    return Assigned(first, np.clip(likely, 0.0, 1.0), chance.unmatched)
