"""Forecast hourly series a day ahead from four origins, beside the last day and the last week again."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from ronghe.signals import forecast

__all__ = ["Compared", "compared", "hourly"]

AHEAD, DAY, WEEK, ORIGINS = 24, 24, 168, 4
ENOUGH = WEEK + DAY + 5 * DAY
"""Hours that a series must have."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Medians over the series of the MASE, ours and of the naive ones; the worst ratio; the mean coverage."""

    series: int
    mase: float
    naive: tuple[float, float]
    worst: float
    coverage: float


def hourly(path: Path) -> np.ndarray | None:
    """The means of each hour of a series, holes bridged; None for one that is short or full of holes."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    hours = np.array([int(datetime.fromisoformat(row[0]).replace(tzinfo=UTC).timestamp()) // 3600 for row in rows])
    hours = hours - hours[0]
    counts = np.bincount(hours)
    if (counts == 0).mean() > 0.2 or len(counts) < ENOUGH:
        return None
    known = np.flatnonzero(counts)
    means = np.bincount(hours, [float(row[1]) for row in rows])[known] / counts[known]
    return np.interp(np.arange(len(counts)), known, means)


def compared(folder: Path) -> Compared:
    """Every real series under `data`; the same scale, the error of the last day again, divides all."""
    errors, inside = [], []
    for path in sorted((folder / "data").glob("real*/*.csv")):
        values = hourly(path)
        if values is None:
            continue
        scale = float(np.abs(values[DAY:] - values[:-DAY]).mean()) or 1.0
        made = [_at(values, len(values) - AHEAD * (back + 1)) for back in range(ORIGINS)]
        errors.append(np.mean([one[0] for one in made], axis=0) / scale)
        inside.append(float(np.mean([one[1] for one in made])))
    table = np.array(errors)
    middle = np.median(table, axis=0)
    worst = float((table[:, 0] / table[:, 1:].min(axis=1)).max())
    return Compared(len(table), float(middle[0]), (float(middle[1]), float(middle[2])), worst, float(np.mean(inside)))


def _at(values: np.ndarray, origin: int) -> tuple[list[float], float]:
    """Mean absolute errors of ours, of the last day and of the last week; the part of the truth in the interval."""
    past, truth = values[:origin], values[origin : origin + AHEAD]
    made = forecast(past, horizon=AHEAD, season=DAY, long=WEEK)
    ways = (made.values, past[-DAY:], past[-WEEK : DAY - WEEK])
    inside = (truth >= made.low - 1e-9) & (truth <= made.high + 1e-9)
    return [float(np.abs(one - truth).mean()) for one in ways], float(inside.mean())
