"""Alarm states of a measured series: pending -> firing -> resolved, with hysteresis, a duration and a cool-down."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ronghe.signals.series import Series

__all__ = ["Event", "Severity", "State", "Threshold", "alarms", "latched"]


class Severity(StrEnum):
    """The lights: green is what an alarm returns to."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


class State(StrEnum):
    """Where an alarm stands."""

    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Threshold:
    """When an alarm begins and ends.

    It begins where the value is at or above `limit`, or under it where `below`; it fires after `hold` seconds of
    that, and ends where the value is back by `hysteresis`; within `cooldown` seconds of its end it does not fire again.
    """

    severity: Severity
    limit: float
    below: bool = False
    hysteresis: float = 0.0
    hold: int = 0
    cooldown: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """A change of state at an instant, the value then, when the breach began, and the threshold's own light.

    `severity` is what to show: the light, or green once what fired is resolved.
    """

    state: State
    severity: Severity
    at: int
    value: float
    since: int
    light: Severity


def alarms(series: Series, threshold: Threshold) -> list[Event]:
    """The changes of state in order of time.

    A gap ends what was going on: nobody knows what happened in it, and a duration must be seen, not guessed.
    """
    events: list[Event] = []
    quiet_until = -(2**62)
    for start, last, returned in _breaches(series, threshold):
        # The same trouble flickering: only what lies beyond the cool-down counts as new.
        first = start + int(np.searchsorted(series.times[start : last + 1], quiet_until))
        if first > last:
            continue
        begun = int(series.times[first])
        events.append(_event(State.PENDING, threshold, series, first, begun))
        fires = first + int(np.searchsorted(series.times[first : last + 1], begun + threshold.hold))
        if fires <= last:
            events.append(_event(State.FIRING, threshold, series, fires, begun))
        if returned is not None:
            events.append(_event(State.RESOLVED, threshold, series, returned, begun))
            if fires <= last:
                quiet_until = int(series.times[returned]) + threshold.cooldown
    return events


def _event(state: State, threshold: Threshold, series: Series, place: int, since: int) -> Event:
    light = threshold.severity
    severity = Severity.GREEN if state == State.RESOLVED else light
    return Event(state, severity, int(series.times[place]), float(series.values[place]), since, light)


def _breaches(series: Series, threshold: Threshold) -> list[tuple[int, int, int | None]]:
    """First and last place of each stretch in breach, and the place after it; None where it still goes on."""
    if not len(series.values):
        return []
    values, limit, back = series.values, threshold.limit, threshold.hysteresis
    if threshold.below:
        breach = latched(values < limit, values >= limit + back)
    else:
        breach = latched(values >= limit, values < limit - back)
    whole = np.append(np.diff(series.times) <= 1.5 * series.step, False) if series.step else np.zeros(len(breach), bool)
    found: list[tuple[int, int, int | None]] = []
    edges = np.flatnonzero(breach & ~np.append(False, breach[:-1] & whole[:-1]))
    for first in edges.tolist():
        ends = np.flatnonzero(~(breach[first:] & whole[first:]))
        last = first + int(ends[0]) if len(ends) else len(breach) - 1
        if not breach[last]:
            last -= 1
        found.append((first, last, last + 1 if last + 1 < len(breach) else None))
    return found


def latched(begins: NDArray[np.bool_], ends: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """True from where something begins to where it ends; in between, as before."""
    decided = begins | ends
    places = np.where(decided, np.arange(len(begins)), -1)
    latest = np.maximum.accumulate(places)
    return (latest >= 0) & begins[np.maximum(latest, 0)]
