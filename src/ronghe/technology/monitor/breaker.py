"""A circuit breaker as a value: closed, open, half open. Who calls keeps it, asks it before a call and tells it after.

An open breaker lets nothing through until its wait is over; then it lets a few trials through and waits for what comes
of them. A failed trial opens it again and doubles the wait; enough good ones close it.

Source: Nygard, "Release It!" (2007), chapter 5.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

__all__ = ["Breaker", "BreakerRules", "Circuit", "asked", "told"]


class Circuit(StrEnum):
    """Where a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """Failures in a row that open it, seconds of the first wait and of the longest, trials that must be good.

    A trial that never tells counts as failed after `trial_seconds`: a caller that died must not block all others.
    """

    failures: int = 5
    wait: float = 30.0
    longest: float = 300.0
    trials: int = 2
    trial_seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """State, failures in a row, until when it is open, the present wait, trials under way and good, since when."""

    circuit: Circuit = Circuit.CLOSED
    failed: int = 0
    until: float = 0.0
    wait: float = 0.0
    trying: int = 0
    good: int = 0
    tried_at: float = 0.0


def _opened(breaker: Breaker, rules: BreakerRules, now: float) -> Breaker:
    wait = min(breaker.wait * 2, rules.longest) if breaker.wait else rules.wait
    return Breaker(Circuit.OPEN, until=now + wait, wait=wait)


def asked(breaker: Breaker, rules: BreakerRules, now: float) -> tuple[Breaker, bool]:
    """The breaker after being asked for a call at `now`, in seconds of any clock, and whether the call may go."""
    if breaker.circuit is Circuit.CLOSED:
        return breaker, True
    if breaker.circuit is Circuit.OPEN:
        if now < breaker.until:
            return breaker, False
        return replace(breaker, circuit=Circuit.HALF_OPEN, trying=1, good=0, tried_at=now), True
    if breaker.trying + breaker.good < rules.trials:
        return replace(breaker, trying=breaker.trying + 1, tried_at=now), True
    if now - breaker.tried_at >= rules.trial_seconds:
        return _opened(breaker, rules, now), False
    return breaker, False


def told(breaker: Breaker, rules: BreakerRules, now: float, *, good: bool) -> Breaker:
    """The breaker after being told how a call ended. What began before it opened changes nothing once it is open."""
    if breaker.circuit is Circuit.OPEN:
        return breaker
    if breaker.circuit is Circuit.CLOSED:
        failed = 0 if good else breaker.failed + 1
        return replace(breaker, failed=failed) if failed < rules.failures else _opened(breaker, rules, now)
    if not good:
        return _opened(breaker, rules, now)
    passed = replace(breaker, trying=max(breaker.trying - 1, 0), good=breaker.good + 1)
    return Breaker() if passed.good >= rules.trials else passed
