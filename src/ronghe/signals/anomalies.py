"""Anomalies without tuning: a series that leaves the range of all that it has done before.

Three things are watched: the value, its mean over a short time and its spread over a long one: so a peak, a shift and a
change of rhythm are all seen. Each has an envelope, the smallest and the largest so far; a point is an anomaly when it
leaves an envelope by more than a margin of its width. As the envelope is the series' own, no unit, level or threshold
needs to be known, and as it grows with what it has seen, the same strangeness does not raise an alarm twice.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["COOLDOWN", "LONG", "MARGIN", "SHORT", "WARMUP", "anomalies", "departures"]

MARGIN = 0.05
"""Part of an envelope's width by which it must be left."""
SHORT, LONG = 24, 288
"""Points of the short mean and of the long spread: two hours and a day of points each five minutes."""
WARMUP = 288
"""Points that only teach the envelopes."""
COOLDOWN = 200
"""Points after an anomaly in which no other is told: a strange stretch is one event."""


def anomalies(
    values: NDArray[np.float64], *, warmup: int = WARMUP, cooldown: int = COOLDOWN, margin: float = MARGIN
) -> NDArray[np.int64]:
    """The places of the anomalies in a series of finite values, each judged by what came before it alone."""
    places = np.flatnonzero(departures(values, margin) > 0)
    found: list[int] = []
    for place in places[places >= warmup].tolist():
        if not found or place - found[-1] >= cooldown:
            found.append(place)
    return np.array(found, np.int64)


def departures(values: NDArray[np.float64], margin: float = MARGIN) -> NDArray[np.float64]:
    """By how much of its width each point leaves an envelope beyond the margin, 0 inside of all."""
    if not len(values):
        return np.zeros(0)
    # Squares of values far from zero would lose the spread.
    centered = values - values[0]
    mean, spread = _mean(centered, SHORT), _spread(centered, LONG)
    watched = ((centered, 1), (mean, SHORT), (spread, LONG))
    found: NDArray[np.float64] = np.max([_beyond(one, start, margin) for one, start in watched], axis=0)
    return found


def _mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """The mean of up to `width` points that end at each point."""
    total = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(ends - width, 0)
    mean: NDArray[np.float64] = (total[ends] - total[starts]) / (ends - starts)
    return mean


def _spread(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    mean = _mean(values, width)
    spread: NDArray[np.float64] = np.sqrt(np.maximum(_mean(values * values, width) - mean * mean, 0.0))
    return spread


def _beyond(values: NDArray[np.float64], start: int, margin: float) -> NDArray[np.float64]:
    """How far each value leaves the envelope of those before it, as a part of its width, beyond the margin."""
    settled = values.copy()
    settled[:start] = values[min(start, len(values) - 1)]
    most = np.maximum.accumulate(np.concatenate([settled[:1], settled[:-1]]))
    least = np.minimum.accumulate(np.concatenate([settled[:1], settled[:-1]]))
    width = most - least
    outside = np.maximum(settled - most, least - settled)
    # A step of the last digit of a level series is no event.
    noise = 1e-9 * np.maximum(np.abs(most), np.abs(least))
    beyond = outside - np.maximum(margin * width, noise)
    return np.where(beyond > 0, beyond / np.maximum(width, np.maximum(noise, 1e-300)), 0.0)
