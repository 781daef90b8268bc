"""Features without gaps: the median where a value is unknown, and a column that says where it was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Filling"]

Floats = NDArray[np.float64]
LARGEST = 1e30
"""Features are held in 32 bits by the trees; what lies beyond is cut to the largest that sorts the same."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Learned from past workloads: which columns tell something, their medians, and which of them had gaps."""

    kept: NDArray[np.bool_]
    medians: Floats
    gaps: NDArray[np.bool_]

    @classmethod
    def of(cls, features: Floats) -> "Filling":
        """What past workloads teach; columns that are constant or empty carry nothing and are left out."""
        known = ~np.isnan(features)
        filled = np.where(known, features, 0.0)
        low = np.where(known, features, np.inf).min(axis=0, initial=np.inf)
        high = np.where(known, features, -np.inf).max(axis=0, initial=-np.inf)
        gaps = known.any(axis=0) & ~known.all(axis=0)
        medians = np.array([np.median(filled[known[:, i], i]) if known[:, i].any() else 0.0 for i in range(len(low))])
        return cls(np.asarray(low < high, bool), medians, np.asarray(gaps, bool))

    def apply(self, features: Floats) -> Floats:
        """M x F' without gaps, finite."""
        known = ~np.isnan(features)
        filled = np.clip(np.where(known, features, self.medians), -LARGEST, LARGEST)
        return np.hstack([filled[:, self.kept], (~known)[:, self.gaps].astype(np.float64)])
