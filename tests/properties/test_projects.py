"""Laws of joint projects: nothing begins too early or is used twice, setups are kept, and the bound is a bound."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronghe.resources.schedule.generation import Generation
from ronghe.resources.schedule.projects import Job, JobPlan, Setups, plan_jobs

FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Works = tuple[list[Job], dict[str, int], Setups]


@st.composite
def works(draw: st.DrawFn) -> Works:
    capacities = {"a": draw(st.integers(1, 4)), "b": draw(st.integers(1, 3)), "press": 1}
    unit = draw(st.sampled_from((1, 15)))
    jobs = []
    for n in range(draw(st.integers(1, 7))):
        uses = {name: draw(st.integers(0, most)) for name, most in capacities.items()}
        follows = tuple(f"j{k}" for k in range(n) if draw(st.integers(0, 3)) == 0)
        jobs.append(Job(f"j{n}", unit * draw(st.integers(0, 6)), uses, follows, draw(st.sampled_from("xy"))))
    gaps = {pair: unit * draw(st.integers(0, 4)) for pair in (("x", "y"), ("y", "x"), ("y", "y"))}
    return draw(st.permutations(jobs)), capacities, draw(st.sampled_from(({}, {"press": gaps})))


def check(jobs: list[Job], capacities: dict[str, int], setups: Setups, plan: JobPlan) -> None:
    """Minute by minute, with nothing of the solver."""
    ends = {one.id: plan.starts[one.id] + one.minutes for one in jobs}
    assert plan.makespan == max(ends.values())
    assert plan.bound <= plan.makespan
    assert all(ends[name] <= plan.starts[one.id] for one in jobs for name in one.follows)
    for minute in range(plan.makespan):
        for name, units in capacities.items():
            assert sum(one.uses[name] for one in jobs if plan.starts[one.id] <= minute < ends[one.id]) <= units
    for name, gaps in setups.items():
        users = sorted((one for one in jobs if one.uses[name] and one.minutes), key=lambda one: plan.starts[one.id])
        for place, one in enumerate(users):
            for later in users[place + 1 :]:
                assert plan.starts[later.id] >= ends[one.id] + gaps.get((one.family, later.family), 0)


@FEW
@given(works())
def test_a_plan_keeps_order_capacity_and_setups_and_is_proved_where_it_says_so(given: Works) -> None:
    jobs, capacities, setups = given
    plan = plan_jobs(jobs, capacities, setups=setups, generations=1, effort=2.0)
    check(jobs, capacities, setups, plan)
    assert plan.optimal
    assert list(plan.starts) == [one.id for one in jobs]
    assert plan == plan_jobs(jobs, capacities, setups=setups, generations=1, effort=2.0)
    alone = plan_jobs(jobs, capacities, setups=setups, generations=3)
    check(jobs, capacities, setups, alone)
    assert plan.makespan <= alone.makespan


@FEW
@given(works(), st.integers(0, 99))
def test_pushed_to_the_right_and_back_no_plan_ends_later(given: Works, seed: int) -> None:
    jobs, capacities, _ = given
    ordered = sorted(jobs, key=lambda one: one.id)
    generation = Generation.of(ordered, capacities)
    first = generation.forward(np.random.default_rng(seed).random((len(jobs), 5)))
    assert (generation.ends(generation.improved(first)) <= generation.ends(first)).all()


def test_units_of_many_resources_need_several_words() -> None:
    capacities = {f"r{n}": 900 for n in range(12)}
    jobs = [Job(f"j{n}", 2, dict.fromkeys(list(capacities)[n : n + 2], 500)) for n in range(11)]
    plan = plan_jobs(jobs, capacities, generations=2)
    check(
        [Job(one.id, one.minutes, dict.fromkeys(capacities, 0) | dict(one.uses)) for one in jobs], capacities, {}, plan
    )
    assert plan.makespan == 4


def test_a_guard_that_stops_early_says_so() -> None:
    jobs = [Job(f"j{n}", 3 + n, {"crew": 2}) for n in range(6)]
    stopped = plan_jobs(jobs, {"crew": 3}, generations=50, effort=5.0, left=lambda: 0.0)
    assert not plan_jobs([*jobs, Job("k", 9, {"crew": 1})], {"crew": 3}, effort=5.0, left=lambda: 0.0).complete
    assert stopped.complete == stopped.optimal
