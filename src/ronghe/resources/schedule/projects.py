"""Joint projects: jobs that wait for one another and share renewable resources, finished as early as can be.

The resource-constrained project scheduling problem, with setup times between families of jobs on single resources. A
search over priority lists finds plans; CP-SAT of OR-Tools, the extra `[schedule]`, proves and improves them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import gcd

import numpy as np

from ronghe.resources.schedule.breeding import bred
from ronghe.resources.schedule.generation import Generation, Ints
from ronghe.resources.schedule.proving import proved
from ronghe.terms import InputError

__all__ = ["Job", "JobPlan", "Setups", "check_jobs", "plan_jobs"]

Setups = Mapping[str, Mapping[tuple[str, str], int]]
"""By resource: minutes between the end of a job of one family and the start of any later job of another."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job of whole `minutes` that uses units of resources all the while, after all that it `follows` have ended."""

    id: str
    minutes: int
    uses: Mapping[str, int] = field(default_factory=dict)
    follows: tuple[str, ...] = ()
    family: str = ""


@dataclass(frozen=True, slots=True)
class JobPlan:
    """Starts by job from 0, the end of the last job, and a bound below which no plan ends.

    `complete` is False where a guard stopped the work before all of it was done.
    """

    starts: Mapping[str, int]
    makespan: int
    bound: int
    solver: str
    complete: bool = True

    @property
    def optimal(self) -> bool:
        """Whether no plan ends earlier."""
        return self.makespan == self.bound


def check_jobs(jobs: Sequence[Job], capacities: Mapping[str, int], setups: Setups | None = None) -> None:
    """InputError for what no plan can do: unknown names, more units than there are, setup of shared things, a cycle."""
    names = {one.id for one in jobs}
    for one in jobs:
        unknown = [name for name in one.follows if name not in names]
        if unknown:
            raise InputError("schedule.job_unknown", job=one.id, name=unknown[0])
        for resource, units in one.uses.items():
            _check_use(one, resource, units, capacities)
    for name in setups or {}:
        if capacities.get(name) != 1:
            known = ", ".join(sorted(one for one, units in capacities.items() if units == 1)) or "-"
            raise InputError("schedule.setup_resource", name=name, known=known)
    _in_order(jobs)


def _check_use(one: Job, resource: str, units: int, capacities: Mapping[str, int]) -> None:
    if resource not in capacities:
        raise InputError("schedule.job_resource", job=one.id, name=resource, known=", ".join(sorted(capacities)))
    if units > capacities[resource]:
        raise InputError("schedule.job_units", job=one.id, name=resource, units=units, most=capacities[resource])


def _in_order(jobs: Sequence[Job]) -> list[Job]:
    """The jobs so that each comes after all that it follows; InputError for a cycle."""
    by_id = {one.id: one for one in jobs}
    waits = {one.id: len(set(one.follows)) for one in jobs}
    behind: dict[str, list[str]] = {}
    for one in jobs:
        for name in set(one.follows):
            behind.setdefault(name, []).append(one.id)
    ready = [name for name, count in waits.items() if not count]
    for name in ready:
        for other in behind.get(name, ()):
            waits[other] -= 1
            if not waits[other]:
                ready.append(other)
    if len(ready) < len(jobs):
        circle = sorted(name for name, count in waits.items() if count)
        raise InputError("schedule.job_cycle", jobs=", ".join(circle[:10]))
    return [by_id[name] for name in ready]


def _gaps(jobs: Sequence[Job], setups: Setups) -> Ints:
    """Minutes between the end of a job (row) and a later start of another (column); -1 where nothing is shared."""
    gaps = np.full((len(jobs), len(jobs)), -1, np.int64)
    for resource, minutes in setups.items():
        users = [n for n, one in enumerate(jobs) if one.uses.get(resource, 0) and one.minutes]
        for a in users:
            for b in users:
                if a != b:
                    gap = minutes.get((jobs[a].family, jobs[b].family), 0)
                    gaps[a, b] = max(int(gaps[a, b]), gap)
    return gaps


def _unit(jobs: Sequence[Job], setups: Setups) -> int:
    """The minutes of which every length is a multiple: all starts of a plan that is pushed to the left are too."""
    return gcd(*(one.minutes for one in jobs), *(n for table in setups.values() for n in table.values())) or 1


def _bound(jobs: Sequence[Job], capacities: Mapping[str, int], generation: Generation) -> int:
    """The longest chain, and the work on each resource divided by its units."""
    chain = int((generation.earliest + generation.minutes).max(initial=0))
    work = [
        -(-sum(one.minutes * one.uses.get(name, 0) for one in jobs) // units)
        for name, units in capacities.items()
        if units
    ]
    return max([chain, *work])


def plan_jobs(
    jobs: Sequence[Job],
    capacities: Mapping[str, int],
    *,
    setups: Setups | None = None,
    generations: int = 60,
    seed: int = 0,
    effort: float = 0.0,
    left: Callable[[], float | None] = lambda: None,
    workers: int = 1,
    known: Mapping[str, int] | None = None,
) -> JobPlan:
    """The plan that ends earliest among those found.

    `generations` of the search come first, from a plan that is `known` on if there is one. `effort` is the
    deterministic time that CP-SAT may work after it (0: not at all); `left` says how many seconds remain of a guard
    (None: no guard). With one of the `workers` and without a guard the same input gives the same plan. InputError for
    jobs that no plan can do, or when OR-Tools is needed and absent.
    """
    setups = setups or {}
    check_jobs(jobs, capacities, setups)
    if not jobs:
        return JobPlan({}, 0, 0, "none")
    unit = _unit(jobs, setups)
    ordered = [replace(one, minutes=one.minutes // unit) for one in _in_order(jobs)]
    smaller = {name: {pair: n // unit for pair, n in table.items()} for name, table in setups.items()}
    generation = Generation.of(ordered, capacities, _gaps(ordered, smaller))
    bound = _bound(ordered, capacities, generation)
    begun = None if known is None else np.array([known[one.id] // unit for one in ordered], np.int64)
    starts = bred(generation, generations, seed=seed, bound=bound, left=left, known=begun)
    makespan, solver = generation.end(starts), "lists"
    remaining = left()
    late = remaining is not None and remaining <= 0
    if makespan > bound and effort > 0 and not late:
        starts, bound = proved(generation, starts, bound, effort=effort, seed=seed, seconds=remaining, workers=workers)
        makespan, solver = generation.end(starts), "lists + CP-SAT"
        remaining = left()
        late = remaining is not None and remaining <= 0
    named = {one.id: int(start) * unit for one, start in zip(ordered, starts, strict=True)}
    bound = min(bound, makespan)
    complete = not late or makespan == bound
    return JobPlan({one.id: named[one.id] for one in jobs}, makespan * unit, bound * unit, solver, complete)
