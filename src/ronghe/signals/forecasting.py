"""Forecast a series with a daily and weekly rhythm, with intervals from how wrong the forecast was before.

Plain forecasts are mixed: the last day again, the last week again, the usual day and week, a day's usual shape on the
present level, the present level alone, and the usual level. Their weights follow from how well each did at earlier
origins of the same series (Bates and Granger 1969). Origins near the present count most, and those a week ago like it,
for a Saturday is told by Saturdays; origins whose horizon has only begun count too, so that a level that moved
yesterday is seen today. No setting belongs to one series. The errors of the mixture at earlier origins, each mixed as
it would have been mixed then, make the interval (split conformal: Vovk, Gammerman and Shafer 2005).
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["Forecast", "forecast"]

_F = NDArray[np.float64]
_Way = Callable[[_F, int], _F]
OVERLAP = 3
"""Origins in each horizon."""
ORIGINS = 48
"""Earlier origins, at most, at which the forecasts are tried."""
FADING = 0.8
"""How much less an origin counts than the one after it."""
POWER = 8.0
"""How much more a better forecast counts: weights are the errors to the power of minus this."""
TURNS = 7
"""Turns of a rhythm, at most, from which its usual course is taken."""
PRESENT = 8
"""The last part of a season, one of so many, whose median is the present level: of a day, three hours."""
RETURN = 4
"""Half of how far the present lies from the level of the last season is forgotten after one of so many parts of it."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Expected values and the interval in which each lies with the wanted coverage."""

    values: _F
    low: _F
    high: _F


def forecast(values: _F, *, horizon: int, season: int = 24, long: int = 168, coverage: float = 0.9) -> Forecast:
    """The next `horizon` values of an evenly spaced series; `season` and `long` are the rhythms in points.

    ValueError for less than two seasons: there is nothing to learn a rhythm from.
    """
    if len(values) < 2 * season:
        raise ValueError(f"{len(values)} values are fewer than two seasons of {season}")
    ways = _ways(len(values), horizon, season, long)
    step = max(1, horizon // OVERLAP)
    origins = _origins(len(values), horizon, step, season, long)
    now = np.array([way(values, horizon) for way in ways])
    if not origins:
        expected = now.mean(axis=0)
        spread = float(np.quantile(np.abs(values[season:] - values[:-season]), coverage))
        return Forecast(expected, expected - spread, expected + spread)
    made = np.array([[way(values[:origin], horizon) for way in ways] for origin in origins])
    truth = np.full((len(origins), horizon), np.nan)
    for place, origin in enumerate(origins):
        known = values[origin : origin + horizon]
        truth[place, : len(known)] = known
    missed = made - truth[:, None, :]
    alike = _alike(len(origins), step, long)
    expected = _weights(missed, alike) @ now
    low, high = _interval(_honest(missed, alike, -(-horizon // step)), horizon, coverage)
    return Forecast(expected, expected + low, expected + high)


def _ways(length: int, horizon: int, season: int, long: int) -> list[_Way]:
    ways: list[_Way] = [
        lambda past, ahead: _again(past, ahead, season),
        lambda past, ahead: _usual(past, ahead, season, season),
        lambda past, ahead: _shaped(past, ahead, season),
        lambda past, ahead: np.full(ahead, np.median(past[-_part(season, PRESENT) :])),
        lambda past, ahead: np.full(ahead, np.median(past[-long:])),
    ]
    if length - horizon >= long + season:
        ways.append(lambda past, ahead: _again(past, ahead, long))
    if length - horizon >= 2 * long + season:
        ways.append(lambda past, ahead: _usual(past, ahead, season, long))
    return ways


def _part(season: int, parts: int) -> int:
    return max(1, season // parts)


def _turns(past: _F, season: int) -> _F:
    """The last turns of a rhythm, one a row."""
    turns = min(len(past) // season, TURNS)
    return past[len(past) - turns * season :].reshape(turns, season)


def _again(past: _F, horizon: int, season: int) -> _F:
    """The last season once more."""
    return past[len(past) - season + np.arange(horizon) % season]


def _usual(past: _F, horizon: int, season: int, long: int) -> _F:
    """The median of each place of a rhythm over its last turns, moved halfway to the level of the last season."""
    usual = np.median(_turns(past, long), axis=0)
    moved = float(np.median(past[-season:] - usual[-season:]))
    return usual[np.arange(horizon) % long] + moved / 2


def _shaped(past: _F, horizon: int, season: int) -> _F:
    """How the rhythm usually departs from its own level, on the level of the last season; the present fades into it."""
    turns = _turns(past, season)
    shape = np.median(turns - np.median(turns, axis=1, keepdims=True), axis=0)
    rest = past[-season:] - shape
    level = float(np.median(rest))
    present = float(np.median(rest[-_part(season, PRESENT) :]))
    fading = 0.5 ** (np.arange(1, horizon + 1) * RETURN / season)
    return shape[np.arange(horizon) % season] + level + (present - level) * fading


def _origins(length: int, horizon: int, step: int, season: int, long: int) -> list[int]:
    """Places in the past with enough before them, the latest first; of the latest only some of the horizon is known."""
    enough = long + season if length - horizon >= long + season else 2 * season
    return list(range(length - step, enough - 1, -step))[:ORIGINS]


def _alike(count: int, step: int, long: int) -> _F:
    """How much each origin counts, the latest first: by how near it is to the present, or to its turn weeks ago."""
    back = np.arange(count) * step
    turns = np.round(back / long)
    found: _F = FADING ** (np.abs(back - turns * long) / step + turns)
    return found


def _weights(missed: _F, alike: _F) -> _F:
    """A weight for each way from its errors, origins x ways x horizon, the latest first, NaN where nothing is known."""
    known = np.isfinite(missed[:, 0, :]).sum(axis=1)
    counts = alike[: len(missed)] * known
    size = np.tensordot(counts / counts.sum(), np.nanmean(np.abs(missed), axis=2), axes=1)
    size = size + 1e-12 * float(size.mean()) + 1e-300
    weights = (size / size.min()) ** -POWER
    found: _F = weights / weights.sum()
    return found


def _honest(missed: _F, alike: _F, apart: int) -> _F:
    """The errors of the mixture at each origin, mixed by what was known there: origins `apart` places earlier."""
    even = np.full(missed.shape[1], 1 / missed.shape[1])
    mixed = [
        (_weights(missed[place + apart :], alike) if place + apart < len(missed) else even) @ missed[place]
        for place in range(len(missed))
    ]
    return -np.array(mixed)


def _interval(errors: _F, horizon: int, coverage: float) -> tuple[_F, _F]:
    """Quantiles of the errors of each step ahead and its neighbors, widened as they are few.

    Origins overlap, so that only as many errors count as horizons fit into them; by that number Student's quantile is
    above the normal one (its expansion: Abramowitz and Stegun 26.7.5), and a new value is farther off than a known one.
    """
    tail = (1 - coverage) / 2
    near = [errors[:, max(0, ahead - 3) : ahead + 4].ravel() for ahead in range(horizon)]
    bounds = np.array([np.nanquantile(one, [tail, 1 - tail]) for one in near])
    count = np.isfinite(errors).sum() / horizon / OVERLAP
    normal = NormalDist().inv_cdf(1 - tail)
    bounds *= (1 + (normal**2 + 1) / (4 * max(count - 1, 1))) * np.sqrt(1 + 1 / max(count, 1))
    return np.minimum(bounds[:, 0], 0.0), np.maximum(bounds[:, 1], 0.0)
