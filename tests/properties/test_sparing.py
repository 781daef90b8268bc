"""Laws of the state machines that a gateway uses: whatever happens, in whatever order."""

from hypothesis import given
from hypothesis import strategies as st

from ronghe.technology.monitor.breaker import Breaker, BreakerRules, Circuit, asked, told
from ronghe.technology.monitor.ejection import EjectionRules, pool_of
from ronghe.technology.monitor.quota import Rate, admitted

STEPS = st.lists(st.tuples(st.floats(0, 100), st.booleans()), max_size=80)


@given(STEPS)
def test_an_open_breaker_lets_nothing_through_and_never_stays_shut_for_ever(steps: list[tuple[float, bool]]) -> None:
    rules, breaker, now = BreakerRules(failures=2, wait=5, longest=40, trials=2, trial_seconds=30), Breaker(), 0.0
    for pause, good in steps:
        now += pause
        was = breaker
        breaker, goes = asked(breaker, rules, now)
        assert not (goes and was.circuit is Circuit.OPEN and now < was.until)
        if goes:
            breaker = told(breaker, rules, now, good=good)
        assert breaker.until <= now + rules.longest
        assert breaker.wait <= rules.longest
    # Left alone long enough and then answered well, it closes.
    for _ in range(6):
        now += rules.longest + rules.trial_seconds
        breaker, goes = asked(breaker, rules, now)
        if goes:
            breaker = told(breaker, rules, now, good=True)
    assert breaker.circuit is Circuit.CLOSED


@given(st.integers(1, 7), st.lists(st.tuples(st.floats(0, 60), st.integers(0, 6), st.booleans()), max_size=80))
def test_never_more_than_half_are_ejected_and_all_come_back(count: int, steps: list[tuple[float, int, bool]]) -> None:
    names = tuple(f"h{place}" for place in range(count))
    pool, now = pool_of(names, EjectionRules(failures=2, base=10, longest=50)), 0.0
    for pause, place, good in steps:
        now += pause
        pool = pool.told(names[place % count], now, good=good)
        assert len(pool.serving(now)) * 2 >= count
    assert pool.serving(now + 50) == names


@given(st.integers(1, 50), st.integers(1, 20), st.lists(st.floats(0, 10), max_size=200))
def test_no_window_ever_admits_more_than_its_rate_and_one_burst(calls: int, burst: int, pauses: list[float]) -> None:
    rate, kept, now = Rate(calls, 60.0, burst), 0.0, 1000.0
    admitted_at = []
    for pause in pauses:
        now += pause
        made = admitted(rate, kept, now)
        kept = made.kept
        if made.allowed:
            admitted_at.append(now)
            assert made.wait == 0
        else:
            assert admitted(rate, kept, now + made.wait).allowed
    for place, begins in enumerate(admitted_at):
        within = sum(at < begins + 60 for at in admitted_at[place:])
        assert within <= calls + burst
