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

__all__ = ["BURNS", "Budget", "Burn", "Tally", "burning"]

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


class Tally:
    """Events in order of time, how many of them failed, and both summed over the window that ends at each instant.

    `times` are seconds; several events may share an instant. The beginning of a window is outside, its end inside.
    """

    def __init__(self, times: Ints, failed: Ints, events: Ints) -> None:
        self.times = times
        self._failed, self._events = _summed(failed), _summed(events)
        self._ends = np.searchsorted(times, times, side="right")
        self._starts: dict[int, Ints] = {}

    def failed(self, window: int) -> Ints:
        """Failures within a window of so many seconds."""
        return self._within(self._failed, window)

    def events(self, window: int) -> Ints:
        """Events within it."""
        return self._within(self._events, window)

    def counted(self, values: Ints, window: int) -> Ints:
        """The sum of other values at the same instants."""
        return self._within(_summed(values), window)

    def rate(self, window: int, objective: float) -> Floats:
        """How many times the part of failures that is allowed burns within it; 0 without events."""
        part = self.failed(window) / np.maximum(self.events(window), 1)
        found: Floats = part / (1.0 - objective)
        return found

    def _within(self, total: Ints, window: int) -> Ints:
        if window not in self._starts:
            self._starts[window] = np.searchsorted(self.times, self.times - window, side="right")
        found: Ints = total[self._ends] - total[self._starts[window]]
        return found


def _summed(values: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(values)])


def burning(tally: Tally, rule: Burn, objective: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Where a rule holds, and where its long window alone still does."""
    enough = tally.failed(rule.long) >= rule.failures
    long = (tally.rate(rule.long, objective) >= rule.factor) & enough
    return long & (tally.rate(rule.short, objective) >= rule.factor), long


@dataclass(frozen=True, slots=True)
class Budget:
    """Of the last 30 days: the part of events that passed, and the part of the error budget that is left.

    What is left is below 0 where more failed than was allowed; both are None without events.
    """

    available: float | None
    left: float | None

    @classmethod
    def of(cls, tally: Tally, objective: float, expected: float) -> "Budget":
        """Reckon it at the last instant; the budget is that of the `expected` events of 30 days, or of more if seen.

        So a failure in the first hour of watching is no overspent month.
        """
        whole = tally.events(30 * DAY)[-1:].sum()
        if not whole:
            return cls(None, None)
        bad = float(tally.failed(30 * DAY)[-1])
        return cls(1.0 - bad / float(whole), 1.0 - bad / ((1.0 - objective) * max(float(whole), expected)))
