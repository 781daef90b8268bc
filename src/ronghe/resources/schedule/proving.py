"""CP-SAT on a plan of jobs: a better plan where there is one, and a bound below which none ends."""

import numpy as np

from ronghe.resources.schedule.generation import Generation, Ints
from ronghe.terms import InputError

__all__ = ["proved"]


def proved(
    generation: Generation,
    starts: Ints,
    bound: int,
    *,
    effort: float,
    seed: int,
    seconds: float | None,
    workers: int,
) -> tuple[Ints, int]:
    """The better of a plan and the one that CP-SAT finds from it on, and a bound. A hint is no incumbent.

    `effort` is deterministic time: with one worker the answer is the same on any machine. InputError without OR-Tools.
    """
    try:
        # The extra `[schedule]`: whoever plans no projects does without its 40 MB.
        from ortools.sat.python import cp_model
    except ImportError as fault:
        raise InputError("schedule.ortools_missing") from fault
    model, horizon = cp_model.CpModel(), generation.end(starts)
    minutes, tail = generation.minutes.tolist(), generation.tail.tolist()
    begins = [
        model.new_int_var(first, horizon - tail[n] - minutes[n], "")
        for n, first in enumerate(generation.earliest.tolist())
    ]
    spans = [model.new_fixed_size_interval_var(begin, minutes[n], "") for n, begin in enumerate(begins)]
    end = model.new_int_var(bound, horizon, "")
    for n, begin in enumerate(begins):
        model.add(end >= begin + minutes[n])
        for before in generation.before[n]:
            model.add(begin >= begins[before] + minutes[before])
        model.add_hint(begin, int(starts[n]))
    for resource, units in enumerate(generation.capacity.tolist()):
        users = np.flatnonzero((generation.uses[:, resource] > 0) & (generation.minutes > 0)).tolist()
        model.add_cumulative([spans[n] for n in users], generation.uses[users, resource].tolist(), units)
    gaps = generation.gaps
    for a, b in np.argwhere(np.triu((gaps > 0) | (gaps.T > 0))).tolist():
        first = model.new_bool_var("")
        model.add(begins[b] >= begins[a] + minutes[a] + max(0, int(gaps[a, b]))).only_enforce_if(first)
        model.add(begins[a] >= begins[b] + minutes[b] + max(0, int(gaps[b, a]))).only_enforce_if(~first)
        model.add_hint(first, bool(starts[a] < starts[b]))
    model.add_hint(end, horizon)
    model.minimize(end)
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed % (1 << 31)
    solver.parameters.num_workers = workers
    solver.parameters.max_deterministic_time = effort
    if seconds is not None:
        solver.parameters.max_time_in_seconds = max(0.1, seconds)
    status = solver.solve(model)
    least = max(bound, int(np.ceil(solver.best_objective_bound - 1e-6)))
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) and solver.objective_value < horizon:
        found: Ints = np.array([solver.value(one) for one in begins], np.int64)
        return found, least
    return starts, min(least, horizon)
