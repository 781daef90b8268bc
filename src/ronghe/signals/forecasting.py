"""Forecast a series with a daily and weekly rhythm, with intervals from how wrong the forecast was before.

Three plain forecasts are mixed: the last day again, the last week again, and the usual value of the hour of the week
moved to the present level. Their weights follow from how well each did at earlier origins of the same series (Bates and
Granger 1969), so nothing is tuned; the errors of the mixture at those origins make the interval (split conformal: Vovk,
Gammerman and Shafer 2005).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Forecast", "forecast"]

_F = NDArray[np.float64]
ORIGINS = 48
"""Earlier origins, at most, at which the forecasts are tried; three for each horizon, so they overlap."""
FADING = 0.9
"""How much less an origin counts than the one after it."""
WIDENING = 1.5
"""How much wider an interval is than the errors at earlier origins, which overlap and are few, were spread."""
POWER = 8.0
"""How much more a better forecast counts: weights are the errors to the power of minus this."""


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
    tries = _origins(len(values), horizon, season, long)
    made = np.array([[way(values[:origin], horizon) for way in ways] for origin in tries])
    truth = np.array([values[origin : origin + horizon] for origin in tries])
    weights = _weights(np.abs(made - truth[:, None, :])) if len(tries) else np.full(len(ways), 1 / len(ways))
    expected = np.tensordot(weights, np.array([way(values, horizon) for way in ways]), axes=1)
    errors = truth - np.tensordot(made, weights, axes=([1], [0])) if len(tries) else np.diff(values)[None, :]
    low, high = _interval(errors, horizon, coverage)
    return Forecast(expected, expected + low, expected + high)


def _ways(length: int, horizon: int, season: int, long: int) -> list[Callable[[_F, int], _F]]:
    ways = [lambda past, ahead: _again(past, ahead, season)]
    if length - horizon >= long + season:
        ways.append(lambda past, ahead: _again(past, ahead, long))
        ways.append(lambda past, ahead: _usual(past, ahead, season, long))
    ways.append(lambda past, ahead: _usual(past, ahead, season, season))
    return ways


def _again(past: _F, horizon: int, season: int) -> _F:
    """The last season once more."""
    return past[len(past) - season + np.arange(horizon) % season]


def _usual(past: _F, horizon: int, season: int, long: int) -> _F:
    """The median of each place of the rhythm over the last turns, moved by the level of the last season."""
    turns = min(len(past) // long, 6)
    table = past[len(past) - turns * long :].reshape(turns, long)
    usual = np.median(table, axis=0)
    moved = float(np.median(past[-season:] - usual[-season:])) if turns > 1 else 0.0
    return usual[np.arange(horizon) % long] + moved / 2


def _origins(length: int, horizon: int, season: int, long: int) -> list[int]:
    """Places in the past from which the whole horizon is known and enough lies before, the latest first."""
    enough = long + season if length - horizon >= long + season else 2 * season
    return list(range(length - horizon, enough - 1, -max(1, horizon // 3)))[:ORIGINS]


def _weights(errors: _F) -> _F:
    """A weight for each way from its errors, origins x ways x horizon."""
    counts = FADING ** np.arange(len(errors))
    size = np.tensordot(counts / counts.sum(), errors.mean(axis=2), axes=1)
    size = size + 1e-12 * float(errors.mean()) + 1e-300
    weights = (size / size.min()) ** -POWER
    found: _F = weights / weights.sum()
    return found


def _interval(errors: _F, horizon: int, coverage: float) -> tuple[_F, _F]:
    """Quantiles of the errors of each step ahead and its neighbors, widened."""
    tail = (1 - coverage) / 4
    if errors.shape[1] != horizon:
        spread = float(np.quantile(np.abs(errors), 1 - tail)) * WIDENING
        return np.full(horizon, -spread), np.full(horizon, spread)
    near = [errors[:, max(0, ahead - 3) : ahead + 4].ravel() for ahead in range(horizon)]
    bounds = np.array([np.quantile(one, [tail, 1 - tail]) for one in near]) * WIDENING
    return np.minimum(bounds[:, 0], 0.0), np.maximum(bounds[:, 1], 0.0)
