"""Laws of joint projects: nothing begins too early, nothing is used twice, and the bound is a bound."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronghe.resources.schedule.projects import Job, plan_jobs


@st.composite
def works(draw: st.DrawFn) -> tuple[list[Job], dict[str, int]]:
    capacities = {"a": draw(st.integers(1, 4)), "b": draw(st.integers(1, 3))}
    jobs = []
    for n in range(draw(st.integers(1, 7))):
        uses = {name: draw(st.integers(0, most)) for name, most in capacities.items()}
        follows = tuple(f"j{k}" for k in range(n) if draw(st.integers(0, 3)) == 0)
        jobs.append(Job(f"j{n}", draw(st.integers(0, 6)), uses, follows))
    return jobs, capacities


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(works())
def test_a_plan_keeps_order_and_capacity_and_is_proved_where_it_says_so(
    given: tuple[list[Job], dict[str, int]],
) -> None:
    jobs, capacities = given
    plan = plan_jobs(jobs, capacities, generations=1, effort=2.0)
    ends = {one.id: plan.starts[one.id] + one.minutes for one in jobs}
    assert plan.makespan == max(ends.values())
    assert all(ends[name] <= plan.starts[one.id] for one in jobs for name in one.follows)
    for minute in range(plan.makespan):
        for name, units in capacities.items():
            assert sum(one.uses[name] for one in jobs if plan.starts[one.id] <= minute < ends[one.id]) <= units
    assert plan.bound <= plan.makespan
    assert plan.optimal
    assert plan == plan_jobs(jobs, capacities, generations=1, effort=2.0)
    alone = plan_jobs(jobs, capacities, generations=3)
    assert plan.makespan <= alone.makespan
