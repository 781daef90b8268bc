"""Quotas of calls: how many in a legal day or month, and how fast. Values that a ledger keeps; nothing is kept here.

The rate is the generic cell rate algorithm: one number, the instant at which the next call would be on time, so that a
ledger changes it in one atomic statement. A quota counts what was spent in the period that contains an instant; the
period is that of the legal zone, and the count begins anew with it.

Source: ITU-T I.371 (2004), Annex A, generic cell rate algorithm, virtual scheduling.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ronghe.terms.time import LEGAL_ZONE, utc

__all__ = ["Admission", "Every", "Quota", "Rate", "admitted", "spent"]


class Every(StrEnum):
    """The period of a quota."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `calls` in each period."""

    calls: int
    every: Every = Every.DAY

    def period(self, moment: datetime) -> str:
        """The period that an instant belongs to, as a ledger's key: 2026-11-27 or 2026-11, in the legal zone."""
        day = utc(moment).astimezone(LEGAL_ZONE).date()
        return day.isoformat() if self.every is Every.DAY else day.isoformat()[:7]


@dataclass(frozen=True, slots=True)
class Rate:
    """`calls` in `seconds`, evenly; a burst of up to `burst` calls at once is tolerated."""

    calls: int
    seconds: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a call may go; what to keep; calls left at once; seconds until one may go (0 when it may)."""

    allowed: bool
    kept: float
    left: int
    wait: float


def admitted(rate: Rate, kept: float, now: float, calls: int = 1) -> Admission:
    """Ask for calls at `now`, in seconds of any clock. `kept` is 0 at first and then the last admission's.

    What is refused costs nothing: `kept` is then as before.
    """
    gap = rate.seconds / rate.calls
    due = max(kept, now)
    after = due + calls * gap
    wait = after - now - rate.burst * gap
    # The clock's last digit must not refuse what is exactly on time.
    if wait > 1e-9 * max(1.0, abs(now)):
        return Admission(False, kept, _left(rate, due - now, gap), wait)
    return Admission(True, after, _left(rate, after - now, gap), 0.0)


def _left(rate: Rate, ahead: float, gap: float) -> int:
    return max(int(rate.burst - ahead / gap + 1e-9), 0)


def spent(quota: Quota, used: int, calls: int = 1) -> tuple[bool, int]:
    """Whether calls still fit in a period in which `used` were made, and how many are used after that."""
    fits = used + calls <= quota.calls
    return fits, used + calls if fits else used
