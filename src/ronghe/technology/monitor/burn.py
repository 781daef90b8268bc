"""How fast an error budget burns: the part of failures over the part that an objective allows.

A rate is alarming when both a long window and a short one burn at it: the long one says that it matters, the short one
that it goes on. Few events make any rate: one failed probe of an hour of sixty burns seventeen times what 99.9% allows.
So a rule also wants a least number of failures in its long window.

Source: Google, "The Site Reliability Workbook" (2018), chapter 5, "Multiwindow, Multi-Burn-Rate Alerts" and
"Low-Traffic Services and Error Budget Alerting".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["BURNS", "Budget", "Burn", "burning", "counted", "rates"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@dataclass(frozen=True, slots=True)
class Burn:
    """Burning `factor` times what is allowed over both windows, in seconds, with at least so many failures."""

    name: str
    factor: float
    long: int
    short: int
    failures: int
    pages: bool


BURNS = (
    Burn("1h", 14.4, HOUR, 5 * MINUTE, 3, pages=True),
    Burn("6h", 6.0, 6 * HOUR, 30 * MINUTE, 5, pages=True),
    Burn("3d", 1.0, 3 * DAY, 6 * HOUR, 10, pages=False),
)
"""With a probe each minute and one error in two thousand, three failures within an hour come by chance once in 100
months, five within six hours once in 1,000, ten within three days once in 100 (Poisson)."""


def counted(times: Ints, values: Ints, window: int) -> Ints:
    """The sum of the values within the window that ends at each instant, in order of time; its beginning is outside."""
    total = np.concatenate([[0], np.cumsum(values)])
    starts = np.searchsorted(times, times - window, side="right")
    ends = np.searchsorted(times, times, side="right")
    found: Ints = total[ends] - total[starts]
    return found


def rates(times: Ints, failed: Ints, events: Ints, window: int, objective: float) -> Floats:
    """How many times the allowed part of failures burns over the window that ends at each instant; 0 without events."""
    of = counted(times, events, window)
    part = counted(times, failed, window) / np.maximum(of, 1)
    found: Floats = part / (1.0 - objective)
    return found


def burning(
    times: Ints, failed: Ints, events: Ints, rule: Burn, objective: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where a rule holds, and where its long window alone still does."""
    enough = counted(times, failed, rule.long) >= rule.failures
    long = (rates(times, failed, events, rule.long, objective) >= rule.factor) & enough
    return long & (rates(times, failed, events, rule.short, objective) >= rule.factor), long


@dataclass(frozen=True, slots=True)
class Budget:
    """Of the last 30 days: the part of events that passed, and the part of the error budget that is left.

    What is left is below 0 where more failed than was allowed; both are None without events.
    """

    available: float | None
    left: float | None

    @classmethod
    def of(cls, times: Ints, failed: Ints, events: Ints, objective: float) -> "Budget":
        """Reckon it at the last instant."""
        if not len(times) or not events.sum():
            return cls(None, None)
        whole, bad = counted(times, events, 30 * DAY)[-1], counted(times, failed, 30 * DAY)[-1]
        part = float(bad / whole)
        return cls(1.0 - part, 1.0 - part / (1.0 - objective))
