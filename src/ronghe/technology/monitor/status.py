"""Whether a technology is up, down or flapping, by thresholds of their own for going down and for coming up.

One failed probe says little, so a state changes only after several results of a kind in a row. A service that fails and
recovers faster than that is never down by this rule and not up either: many changes among the last results are a state
of their own, with a threshold to enter it and a lower one to leave it.

Source: Nagios Core 4, "Detection and Handling of State Flapping", for the count of changes in a window.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ronghe.signals import latched

__all__ = ["FLAP_FROM", "FLAP_UNTIL", "FLAP_WINDOW", "Status", "Steps", "steps"]

Bools = NDArray[np.bool_]
FLAP_WINDOW = 20
"""Results among which changes are counted."""
FLAP_FROM, FLAP_UNTIL = 6, 2
"""Changes from which on a service flaps, and down to which it no longer does."""


class Status(StrEnum):
    """What is known of a technology now."""

    UNKNOWN = "unknown"
    UP = "up"
    DOWN = "down"
    FLAPPING = "flapping"


@dataclass(frozen=True, slots=True)
class Steps:
    """After each result: whether the technology is known to be up, is down, is flapping."""

    up: Bools
    down: Bools
    flapping: Bools

    def at(self, place: int) -> Status:
        """The status after a result."""
        if self.flapping[place]:
            return Status.FLAPPING
        if self.down[place]:
            return Status.DOWN
        return Status.UP if self.up[place] else Status.UNKNOWN

    def since(self) -> int:
        """The place from which on the last status has held."""
        codes = np.where(self.flapping, 3, np.where(self.down, 2, self.up))
        other = np.flatnonzero(codes != codes[-1])
        return int(other[-1]) + 1 if len(other) else 0


def _runs(passed: Bools) -> NDArray[np.int64]:
    """How many results of one kind end at each place."""
    places = np.arange(len(passed))
    changed = np.append(True, passed[1:] != passed[:-1])
    starts = np.maximum.accumulate(np.where(changed, places, 0))
    runs: NDArray[np.int64] = places - starts + 1
    return runs


def _changes(passed: Bools) -> NDArray[np.int64]:
    """How many changes lie within the window that ends at each place."""
    total = np.cumsum(np.append(False, passed[1:] != passed[:-1]).astype(np.int64))
    before = np.concatenate([np.zeros(FLAP_WINDOW, np.int64), total])[: len(total)]
    changes: NDArray[np.int64] = total - before
    return changes


def steps(passed: Bools, *, down_after: int, up_after: int) -> Steps:
    """Judge results in order of time; True is a probe that passed.

    The first result counts as up when it passed: nothing speaks against it. A first failure leaves the status unknown
    until `down_after` of them make it down.
    """
    if not len(passed):
        nothing = np.zeros(0, np.bool_)
        return Steps(nothing, nothing, nothing)
    runs = _runs(passed)
    first = np.arange(len(passed)) < (int(np.argmin(passed)) if not passed.all() else len(passed))
    rises = (passed & (runs >= up_after)) | first
    falls = ~passed & (runs >= down_after)
    changes = _changes(passed)
    return Steps(latched(rises, falls), latched(falls, rises), latched(changes >= FLAP_FROM, changes <= FLAP_UNTIL))
