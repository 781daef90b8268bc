"""What is to be allocated, as arrays: the demands, the supply that they draw on, and what the policy guarantees.

One `Problem` is one partition: demands of a partition draw on its capacity only, so shares are of that capacity and
never of the city's (YARN-11082 measured against the wrong whole).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flags", "Floats", "Limits", "Numbers", "Policy", "Problem", "ProjectRule", "Rule"]

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ProjectRule:
    """What the policy says of one project of a department, as a `Rule` says it of a department.

    Its `quota` is part of its department's; what it does not lend of it stays with it, and it borrows within its
    department's bounds.
    """

    weight: float = 1.0
    quota: Mapping[str, float] = field(default_factory=dict)
    lend: Mapping[str, float] = field(default_factory=dict)
    borrow: Mapping[str, float] = field(default_factory=dict)
    cap: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """What the policy says of one department, by resource (`gpu`, or `gpu@east` for one partition).

    `quota` is guaranteed; of what it does not use, others may have `lend` (absent: all); it may go above its quota by
    `borrow` (absent: without bound) and never above `cap`.
    """

    weight: float = 1.0
    quota: Mapping[str, float] = field(default_factory=dict)
    lend: Mapping[str, float] = field(default_factory=dict)
    borrow: Mapping[str, float] = field(default_factory=dict)
    cap: Mapping[str, float] = field(default_factory=dict)
    projects: Mapping[str, ProjectRule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of allocation.

    `tiers` in the order in which they are served, the last one for demands that name none. `share_by` says whose weight
    counts: each demand's own, or its department's, divided among its demands. `half_life` in hours and `debt_limit`
    bound how far past use lowers a weight: to no less than 2 ** -debt_limit of it.
    """

    tiers: tuple[str, ...] = ("normal",)
    departments: Mapping[str, Rule] = field(default_factory=dict)
    share_by: str = "demand"
    half_life: float = 168.0
    debt_limit: float = 4.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds as arrays: (project or department) x resource, infinite where there is none."""

    project_quota: Floats
    project_cap: Floats
    project_reserve: Floats
    quota: Floats
    cap: Floats
    reserve: Floats


@dataclass(frozen=True, slots=True)
class Problem:
    """n demands of m resources of one partition; `rows` are their places among all demands.

    `demand` is n x m and `capacity` m, in the units of the resources. `weight` is in force: policy, hierarchy and past
    use are in it already. `tier` counts from 0, served first. `project` is the place of a demand among `projects`, and
    `department_of` the department of each of those; where nothing limits a project or department it is one of the rest,
    whose name is empty. `bundles` is the number of indivisible parts of a demand, 0
    where it is divisible.
    """

    partition: str
    rows: Numbers
    resources: tuple[str, ...]
    departments: tuple[str, ...]
    projects: tuple[tuple[str, str], ...]
    demand: Floats
    capacity: Floats
    weight: Floats
    tier: Numbers
    project: Numbers
    department_of: Numbers
    bundles: Numbers
    limits: Limits

    @property
    def department(self) -> Numbers:
        """The department of each demand."""
        return self.department_of[self.project]

    def held_by_departments(self, used: Floats) -> Floats:
        """What departments use or keep for projects, by resource, from what the projects use."""
        held = np.zeros_like(self.limits.cap)
        np.add.at(held, self.department_of, np.maximum(used, self.limits.project_reserve))
        return held

    def __len__(self) -> int:
        return len(self.rows)
