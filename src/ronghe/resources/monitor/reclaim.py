"""Waste: what is held and never needed, and who could use it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["HEADROOM", "Holding", "Reclaim", "reclaim"]

HEADROOM = 0.2
"""Part of the measured peak that stays with the holder on top of it."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a department holds of a resource, the most it was seen to use, and the most it was seen to ask for."""

    department: str
    resource: str
    quota: float
    peak: float
    asked: float


@dataclass(frozen=True, slots=True)
class Reclaim:
    """What a department could lend of a resource and keep, and to whom, with how much each lacks."""

    department: str
    resource: str
    quota: float
    peak: float
    keeps: float
    lends: float
    borrowers: tuple[tuple[str, float], ...]


def reclaim(holdings: Iterable[Holding], *, headroom: float = HEADROOM) -> list[Reclaim]:
    """Those who hold more than their peak and headroom, the most to lend first.

    A borrower is a department that was seen to ask for more of the resource than it holds.
    """
    listed = list(holdings)
    found = []
    for one in listed:
        keeps = min(one.quota, one.peak * (1 + headroom))
        lends = one.quota - keeps
        if lends <= one.quota * 1e-9 or not math.isfinite(lends):
            continue
        lacking = sorted(
            ((other.department, other.asked - other.quota) for other in listed if _lacks(other, one)),
            key=lambda pair: (-pair[1], pair[0]),
        )
        found.append(Reclaim(one.department, one.resource, one.quota, one.peak, keeps, lends, tuple(lacking)))
    return sorted(found, key=lambda one: (one.resource, -one.lends, one.department))


def _lacks(other: Holding, holder: Holding) -> bool:
    same = other.resource == holder.resource and other.department != holder.department
    return same and other.asked > other.quota
