"""What is known: how each technology did on each past workload, and what describes the workloads."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Evidence"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """N workloads with F features, evaluated with K technologies.

    `features` is N x F, NaN where unknown; `losses` is N x K, smaller is better, NaN where never evaluated; `succeeded`
    is N x K, False where an evaluation was cut off or failed.
    """

    workloads: tuple[str, ...]
    technologies: tuple[str, ...]
    features: Floats
    losses: Floats
    succeeded: NDArray[np.bool_]

    def only(self, rows: NDArray[np.bool_] | NDArray[np.int64]) -> "Evidence":
        """The same of some workloads."""
        places = np.arange(len(self.workloads))[rows]
        names = tuple(self.workloads[place] for place in places)
        return Evidence(names, self.technologies, self.features[rows], self.losses[rows], self.succeeded[rows])

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Where there is an evaluation: N x K."""
        return ~np.isnan(self.losses)

    @property
    def telling(self) -> NDArray[np.bool_]:
        """The workloads that tell technologies apart: on the others nobody succeeded, or nobody was evaluated."""
        found: NDArray[np.bool_] = np.asarray((self.observed & self.succeeded).any(axis=1), bool)
        return found
