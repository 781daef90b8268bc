"""A series as it came, put in order: late points sorted in, repeated ones merged, gaps counted, nothing made up."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Series", "Tidied", "tidy"]


@dataclass(frozen=True, slots=True)
class Series:
    """Values at rising instants, in seconds since 1970 in UTC; `step` is the usual distance, 0 of a single point."""

    times: NDArray[np.int64]
    values: NDArray[np.float64]
    step: int


@dataclass(frozen=True, slots=True)
class Tidied:
    """A series in order, with how many points were repeated, out of order or not a number, and how many gaps it has."""

    series: Series
    repeated: int
    late: int
    missing: int
    gaps: int


def tidy(times: NDArray[np.int64], values: NDArray[np.float64]) -> Tidied:
    """Put points in order; of several at one instant, as when a clock is set back, the last given counts.

    Values that are not finite are no points. A gap is a distance of more than one and a half usual ones.
    """
    good = np.isfinite(values)
    kept_times, kept = times[good], values[good]
    late = int((np.diff(kept_times) < 0).sum())
    order = np.argsort(kept_times, kind="stable")
    kept_times, kept = kept_times[order], kept[order]
    last = np.append(np.diff(kept_times) > 0, np.ones(min(1, len(kept)), bool))
    distinct, values_of = kept_times[last], kept[last]
    distances = np.diff(distinct)
    step = int(np.median(distances)) if len(distances) else 0
    gaps = int((distances > 1.5 * step).sum())
    repeated = len(kept) - len(distinct)
    return Tidied(Series(distinct, values_of, step), repeated, late, int((~good).sum()), gaps)
