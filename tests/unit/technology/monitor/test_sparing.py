"""What spares a technology that is in trouble, and others from one that asks too much: breaker, ejection, quotas."""

from datetime import UTC, datetime

import pytest

from ronghe.technology.monitor.breaker import Breaker, BreakerRules, Circuit, asked, told
from ronghe.technology.monitor.ejection import EjectionRules, pool_of
from ronghe.technology.monitor.quota import Every, Quota, Rate, admitted, spent
from ronghe.technology.monitor.timetable import JITTER, first_due, next_due

RULES = BreakerRules(failures=3, wait=10, longest=25, trials=2, trial_seconds=60)


def failed(breaker: Breaker, now: float, times: int) -> Breaker:
    for _ in range(times):
        breaker = told(breaker, RULES, now, good=False)
    return breaker


def test_a_breaker_opens_after_failures_in_a_row_only() -> None:
    almost = told(failed(Breaker(), 0, 2), RULES, 0, good=True)
    assert failed(almost, 0, 2).circuit is Circuit.CLOSED
    opened = failed(almost, 0, 3)
    assert opened.circuit is Circuit.OPEN
    assert asked(opened, RULES, 9.9) == (opened, False)


def test_an_open_breaker_tries_a_few_and_closes_when_they_are_good() -> None:
    trying, goes = asked(failed(Breaker(), 0, 3), RULES, 10)
    assert (goes, trying.circuit) == (True, Circuit.HALF_OPEN)
    trying, goes = asked(trying, RULES, 10)
    assert goes
    assert not asked(trying, RULES, 10)[1]
    once = told(trying, RULES, 11, good=True)
    assert once.circuit is Circuit.HALF_OPEN
    assert told(once, RULES, 11, good=True) == Breaker()


def test_a_failed_trial_doubles_the_wait_up_to_the_longest() -> None:
    breaker, now, waits = failed(Breaker(), 0, 3), 0.0, []
    for _ in range(4):
        waits.append(breaker.until - now)
        now = breaker.until
        breaker = told(asked(breaker, RULES, now)[0], RULES, now, good=False)
    assert waits == [10, 20, 25, 25]


def test_trials_that_never_tell_count_as_failed() -> None:
    trying = asked(asked(failed(Breaker(), 0, 3), RULES, 10)[0], RULES, 10)[0]
    reopened, goes = asked(trying, RULES, 70)
    assert (goes, reopened.circuit) == (False, Circuit.OPEN)


def test_a_call_that_began_before_it_opened_changes_nothing() -> None:
    opened = failed(Breaker(), 0, 3)
    assert told(opened, RULES, 5, good=True) == opened


def test_a_host_is_ejected_longer_each_time_and_forgiven_by_good_behavior() -> None:
    pool, now = pool_of(("a", "b"), EjectionRules(failures=2, base=30, longest=70)), 0.0
    waits = []
    for _ in range(3):
        pool = pool.told("a", now, good=False).told("a", now, good=False)
        waits.append(pool.hosts["a"].until - now)
        assert pool.serving(now) == ("b",)
        now = pool.hosts["a"].until
        assert pool.serving(now) == ("a", "b")
    assert waits == [30, 60, 70]
    pool = pool.told("a", now + 200, good=True).told("a", now + 200, good=False).told("a", now + 200, good=False)
    assert pool.hosts["a"].until - (now + 200) == 30


def test_half_of_the_hosts_stay_and_a_single_one_always_does() -> None:
    pool = pool_of(("a", "b", "c"), EjectionRules(failures=1))
    for name in ("a", "b", "c"):
        pool = pool.told(name, 0, good=False)
    assert pool.serving(0) == ("b", "c")
    assert pool_of(("a",), EjectionRules(failures=1)).told("a", 0, good=False).serving(0) == ("a",)
    with pytest.raises(ValueError, match="host"):
        pool_of(())


def test_a_rate_tolerates_a_burst_and_then_goes_evenly() -> None:
    rate, kept = Rate(calls=60, seconds=60, burst=3), 0.0
    for left in (2, 1, 0):
        made = admitted(rate, kept, 100.0)
        assert (made.allowed, made.left) == (True, left)
        kept = made.kept
    refused = admitted(rate, kept, 100.0)
    assert (refused.allowed, refused.kept, refused.wait) == (False, kept, 1.0)
    assert admitted(rate, kept, 101.0).allowed
    assert not admitted(rate, 0.0, 100.0, calls=4).allowed


def test_a_quota_begins_anew_with_the_legal_day_or_month() -> None:
    quota = Quota(3)
    assert quota.period(datetime(2026, 11, 26, 15, 59, tzinfo=UTC)) == "2026-11-26"
    assert quota.period(datetime(2026, 11, 26, 16, 0, tzinfo=UTC)) == "2026-11-27"
    assert Quota(3, Every.MONTH).period(datetime(2026, 11, 30, 16, 0, tzinfo=UTC)) == "2026-12"
    assert spent(quota, 2) == (True, 3)
    assert spent(quota, 3) == (False, 3)
    assert spent(quota, 1, calls=3) == (False, 1)


def test_turns_are_shaken_the_same_way_each_time_and_missed_ones_are_not_made_up_for() -> None:
    names = [f"probe {place}" for place in range(500)]
    first = [first_due(name, 60, 0) for name in names]
    assert 0 <= min(first) < max(first) <= 60 * JITTER
    gaps = [next_due(name, 60, 1, 0, 0) for name in names]
    assert 60 * (1 - JITTER) <= min(gaps) < 56
    assert 64 < max(gaps) <= 60 * (1 + JITTER)
    assert gaps == [next_due(name, 60, 1, 0, 0) for name in names]
    assert next_due("a", 60, 1, 0, 10_000) == 10_000
