"""How heavy the nearest wrong partner is: what an assigned pair must be heavier than to be no chance.

Nobody says which assigned pairs are wrong. The second assignment, of the pairs that are left when the first is taken
away, holds no right pair where the first one is right, and shows there what the nearest wrong partner weighs. A record
without a partner has a wrong one in the first assignment already: its second is the second nearest, and lighter. In two
tables with hardly anything in common the second assignment taken as it is would call the heaviest accidents matches.

With q(w) the chance that the nearest wrong partner weighs w or more, and s the share of records without a true one, the
second assignment reaches w with (1 - s) q(w) + s h(q(w)). Were all wrong partners of a record independent, the second
nearest of many would reach w with h(q) = q + (1 - q) ln(1 - q) (order statistics of a Poisson process). They are not:
three models of one maker are all near the fourth. How far h lies between q and that form is found from the third
assignment; s is the largest share that leaves none of the lighter first pairs wanting.

Source: the second and third of the largest of many values, Coles, "An Introduction to Statistical Modeling of Extreme
Values", 2001, section 3.5; the share of true nulls by the least significant ones, Storey, Journal of the Royal
Statistical Society B 64 (2002).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["COUNTED", "Chance", "partners_by_chance"]

Reals = NDArray[np.float64]

GRID = 20_001
ROUNDS = 30
CONVERGED = 1e-3
STEPS = 100
"""Shares that are tried, from all records downward."""
LOOKED_AT = 4_000
"""Weights at which they are: more tell nothing new."""
COUNTED = 10
"""Second pairs that a share is counted of; beyond the heaviest so many the curve is continued."""
STEEPEST = float(np.log(2))
"""One bit is a factor of two: beyond what was counted, chance is not believed to fall faster than that."""
FLATTEST = 0.05
LEAST_LIGHT = 0.3
"""The share of wrong partners that weigh as little must be this large before it says anything about s."""
DOUBT = 0.5
"""Standard errors that the first pairs may be wanting by."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The weights that occur, rising; how many wrong pairs of each are expected in the first assignment; and s."""

    weights: Reals
    wrong: Reals
    unmatched: float


def _reaching(found: Reals, weights: Reals, records: int) -> Reals:
    """The share of records whose pair weighs as much as each weight, or more."""
    return np.asarray((len(found) - np.searchsorted(np.sort(found), weights, "left")) / records)


def _below(reaching: Reals) -> Reals:
    """The share that weighs each weight or less."""
    return np.asarray(1 - np.append(reaching[1:], 0.0))


def _second_nearest(q: Reals) -> Reals:
    less = np.clip(1 - q, 1e-300, 1.0)
    return np.asarray(1 - less * (1 - np.log(less)))


def _third_nearest(q: Reals) -> Reals:
    less = np.clip(1 - q, 1e-300, 1.0)
    return np.asarray(1 - less * (1 - np.log(less) + np.log(less) ** 2 / 2))


_Q = np.linspace(0, 1, GRID)
_H = _second_nearest(_Q)


def _independent(q: Reals, third: Reals, unmatched: float) -> float:
    """How independent the wrong partners of a record are, from 0 to 1: what fits the third assignment best."""
    step = (1 - unmatched) * (_second_nearest(q) - q) + unmatched * (_third_nearest(q) - q)
    size = float((step**2).sum())
    return float(np.clip((step * (third - q)).sum() / size, 0.0, 1.0)) if size > 0 else 1.0


def _continued(q: Reals, second: Reals, weights: Reals, records: int) -> Reals:
    """q, which second pairs too few to count cannot tell, continued as it fell just before."""
    least = min(COUNTED, 0.2 * records) / records
    told = np.nonzero(second >= least)[0]
    if not len(told):
        return q
    last = told[-1]
    first = int(np.nonzero(q[: last + 1] <= 4 * q[last])[0][0])
    fall = STEEPEST
    if first < last:
        fall = float(np.log(q[first] / q[last]) / (weights[last] - weights[first]))
    found = q.copy()
    found[last:] = q[last] * np.exp(-min(max(fall, FLATTEST), STEEPEST) * (weights[last:] - weights[last]))
    return found


def _nearest(
    second: Reals, third: Reals, weights: Reals, records: int, *, unmatched: float, independent: float
) -> tuple[Reals, float]:
    """q at each weight for a share of records without a partner, and how independent their wrong ones are."""
    q = second
    for _ in range(ROUNDS):
        mixed = unmatched * independent
        q = np.interp(second, (1 - mixed) * _Q + mixed * _H, _Q)
        before, independent = independent, _independent(q, third, unmatched)
        if abs(independent - before) < CONVERGED:
            break
    return _continued(q, second, weights, records), independent


def _is_enough(first: Reals, q: Reals, records: int, unmatched: float) -> bool:
    """Whether there are first pairs enough for that many records whose pair is wrong, at every weight."""
    some, chance = _below(first), _below(q)
    error = np.sqrt(some * (1 - some) / records)
    wanting = unmatched * chance - some - (1 / records + DOUBT * error)
    return not bool((wanting[chance > LEAST_LIGHT] > 0).any())


def _without_a_partner(assigned: Sequence[Reals], weights: Reals, records: int) -> tuple[float, float]:
    """The share of records without a true partner, and how independent the wrong ones are."""
    first, second, third = (_reaching(found, weights, records) for found in assigned)
    independent = 1.0
    for step in range(STEPS, 0, -1):
        share = step / STEPS
        q, independent = _nearest(second, third, weights, records, unmatched=share, independent=independent)
        if _is_enough(first, q, records, share):
            return share, independent
    return 0.0, independent


def partners_by_chance(assigned: Sequence[Reals], records: int) -> Chance:
    """What the nearest wrong partners weigh; `assigned` are the weights of the first, second and third assignment of
    `records` records that have one partner at most."""
    weights = np.unique(np.concatenate(assigned[:2]))
    few = weights[:: max(1, len(weights) // LOOKED_AT)]
    unmatched, independent = _without_a_partner(assigned, few, records)
    second, third = (_reaching(found, weights, records) for found in assigned[1:])
    q, _ = _nearest(second, third, weights, records, unmatched=unmatched, independent=independent)
    return Chance(weights, np.asarray(-np.diff(np.append(q, 0.0)) * records * unmatched), unmatched)
