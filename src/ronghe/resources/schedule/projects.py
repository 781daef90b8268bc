"""Joint projects: jobs that wait for one another and share renewable resources, finished as early as can be.

The resource-constrained project scheduling problem. A serial schedule generation scheme with forward-backward
improvement and a genetic search over priority lists (Hartmann 1998; Valls, Ballestín, Quintanilla 2008) finds plans;
CP-SAT of OR-Tools, the extra `[schedule]`, proves and improves them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ronghe.resources.schedule.generation import Generation
from ronghe.terms import InputError

__all__ = ["Job", "JobPlan", "check_jobs", "plan_jobs"]

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Job:
    """A job of whole `minutes` that uses units of resources all the while, after all that it `follows` have ended."""

    id: str
    minutes: int
    uses: Mapping[str, int] = field(default_factory=dict)
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JobPlan:
    """Starts by job from 0, the end of the last job, and a bound below which no plan ends."""

    starts: Mapping[str, int]
    makespan: int
    bound: int
    solver: str

    @property
    def optimal(self) -> bool:
        """Whether no plan ends earlier."""
        return self.makespan == self.bound


def check_jobs(jobs: Sequence[Job], capacities: Mapping[str, int]) -> None:
    """InputError for what no plan can do: unknown names, more units than there are, a cycle."""
    names = {one.id for one in jobs}
    for one in jobs:
        unknown = [name for name in one.follows if name not in names]
        if unknown:
            raise InputError("schedule.job_unknown", job=one.id, name=unknown[0])
        for resource, units in one.uses.items():
            _check_use(one, resource, units, capacities)
    _check_order(jobs)


def _check_use(one: Job, resource: str, units: int, capacities: Mapping[str, int]) -> None:
    if resource not in capacities:
        raise InputError("schedule.job_resource", job=one.id, name=resource, known=", ".join(sorted(capacities)))
    if units > capacities[resource]:
        raise InputError("schedule.job_units", job=one.id, name=resource, units=units, most=capacities[resource])


def _check_order(jobs: Sequence[Job]) -> None:
    waiting = {one.id: set(one.follows) for one in jobs}
    while ready := {name for name, before in waiting.items() if not before}:
        waiting = {name: before - ready for name, before in waiting.items() if name not in ready}
    if waiting:
        raise InputError("schedule.job_cycle", jobs=", ".join(sorted(waiting)[:10]))


def _bound(jobs: Sequence[Job], capacities: Mapping[str, int], generation: Generation) -> int:
    """The longest chain, and the work on each resource divided by its units."""
    chain = int((generation.earliest + generation.minutes).max(initial=0))
    work = [-(-sum(one.minutes * one.uses.get(name, 0) for one in jobs) // units) for name, units in capacities.items()]
    return max(chain, *work, 0) if work else chain


def plan_jobs(
    jobs: Sequence[Job],
    capacities: Mapping[str, int],
    *,
    generations: int = 60,
    seed: int = 0,
    effort: float = 0.0,
    left: Callable[[], float | None] = lambda: None,
    workers: int = 2,
    known: Mapping[str, int] | None = None,
) -> JobPlan:
    """The plan that ends earliest among those found.

    `generations` of the genetic search come first, from a plan that is `known` on if there is one. `effort` is the
    deterministic time that CP-SAT may work after it (0: not at all), with one worker; `left` says how many seconds
    remain of a guard (None: no guard). Without a guard the same input gives the same plan. Raises InputError for jobs
    that no plan can do, or when OR-Tools is needed and absent.
    """
    check_jobs(jobs, capacities)
    if not jobs:
        return JobPlan({}, 0, 0, "none")
    generation = Generation.of(jobs, capacities)
    bound = _bound(jobs, capacities, generation)
    begun = None if known is None else np.array([known[one.id] for one in jobs], np.int64)
    starts = generation.search(generations, seed, bound, left, begun)
    makespan = generation.end(starts)
    solver = "genetic"
    remaining = left()
    if makespan > bound and (effort > 0 or (remaining is not None and remaining > 0)):
        starts, bound = _proved(generation, starts, bound, effort, seed, remaining, workers)
        makespan, solver = generation.end(starts), "genetic + CP-SAT"
    named = {one.id: int(start) for one, start in zip(jobs, starts, strict=True)}
    return JobPlan(named, makespan, min(bound, makespan), solver)


def _proved(
    generation: Generation,
    starts: Ints,
    bound: int,
    effort: float,
    seed: int,
    seconds: float | None,
    workers: int,
) -> tuple[Ints, int]:
    """CP-SAT from a plan on: its better plan, if any, and its bound. A hint is no incumbent, so the plan is kept."""
    try:
        # The extra `[schedule]`: whoever plans no projects does without its 40 MB.
        from ortools.sat.python import cp_model
    except ImportError as fault:
        raise InputError("schedule.ortools_missing") from fault
    model, horizon = cp_model.CpModel(), generation.end(starts)
    size = len(starts)
    begins = [
        model.new_int_var(
            int(generation.earliest[n]), horizon - int(generation.tail[n]) - int(generation.minutes[n]), ""
        )
        for n in range(size)
    ]
    spans = [model.new_fixed_size_interval_var(begins[n], int(generation.minutes[n]), "") for n in range(size)]
    end = model.new_int_var(bound, horizon, "")
    for n in range(size):
        model.add(end >= begins[n] + int(generation.minutes[n]))
        for before in generation.before[n]:
            model.add(begins[n] >= begins[before] + int(generation.minutes[before]))
        model.add_hint(begins[n], int(starts[n]))
    for resource in range(generation.uses.shape[1]):
        users = np.flatnonzero((generation.uses[:, resource] > 0) & (generation.minutes > 0)).tolist()
        demands = [int(generation.uses[n, resource]) for n in users]
        model.add_cumulative([spans[n] for n in users], demands, int(generation.capacity[resource]))
    model.add_hint(end, horizon)
    model.minimize(end)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.num_workers = workers
    if effort > 0:
        # One worker on deterministic time comes to the same answer on any machine.
        solver.parameters.max_deterministic_time = effort
        solver.parameters.num_workers = 1
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.1, seconds)
    status = solver.solve(model)
    proved = max(bound, int(np.ceil(solver.best_objective_bound - 1e-6)))
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) and solver.objective_value < horizon:
        found: Ints = np.array([solver.value(one) for one in begins], np.int64)
        return found, proved
    return starts, min(proved, horizon)
