"""Owners before others, the cheaper of equals, capacity held back, and a guard that stops early."""

import pytest

from ronghe.resources.schedule.needs import capabilities_of, parts_of
from ronghe.resources.schedule.request import Booking, Policy, Request, Reserve, Resource, Schedule
from ronghe.resources.schedule.schedule import schedule
from ronghe.resources.schedule.solve import Effort

OWNED = Resource("van", "car", department="health")


def served(plan: Schedule) -> dict[str, str]:
    return {one.id: one.resource for one in plan.assignments}


@pytest.mark.parametrize(("owners_first", "winner"), [(True, "mine"), (False, "worth")])
def test_owners_use_their_own_first_where_the_policy_says_so(owners_first: bool, winner: str) -> None:
    asked = [
        Request("worth", 0, 60, 60, department="tax", value=9000),
        Request("mine", 0, 60, 60, department="health", value=1000),
    ]
    plan = schedule(asked, [OWNED], now=0, policy=Policy(owners_first=owners_first))
    assert served(plan) == {winner: "van"}
    lost = {"mine", "worth"} - {winner}
    assert [(one.id, one.reason, one.blocked_by) for one in plan.rejections] == [(*lost, "taken", (winner,))]


def test_an_owner_of_a_lower_tier_does_not_come_before_an_emergency() -> None:
    asked = [
        Request("fire", 0, 60, 60, department="fire", tier=0),
        Request("mine", 0, 60, 60, department="health", tier=2),
    ]
    assert served(schedule(asked, [OWNED], now=0, policy=Policy(owners_first=True))) == {"fire": "van"}


def test_of_equal_resources_the_cheaper_is_used() -> None:
    rooms = [Resource("a", unit_cost=30), Resource("b", unit_cost=10), Resource("c", unit_cost=20)]
    two = [Request("x", 0, 60, 60), Request("y", 30, 90, 60)]
    assert set(served(schedule(two, rooms, now=0)).values()) == {"b", "c"}
    flexible = [Request("x", 0, 120, 60)]
    big = [*rooms, Resource("d", capacity=2, unit_cost=5)]
    assert served(schedule(flexible, big, now=0)) == {"x": "d"}


def test_a_pool_can_be_asked_for() -> None:
    cars = [
        Resource("n1", "car", capabilities_of("pool=north"), pool="north"),
        Resource("s1", "car", capabilities_of("pool=south"), pool="south"),
    ]
    asked = [Request(name, 0, 60, 60, parts_of("car: pool=south")) for name in ("x", "y")]
    assert served(schedule(asked, cars, now=0)) == {"x": "s1"}


def test_what_is_held_for_emergencies_is_released_by_its_rule() -> None:
    cars = [Resource("c1", "car"), Resource("c2", "car")]
    policy = Policy(reserves=(Reserve("car", 1, 0, release=120),))
    soon = [Request("x", 0, 60, 60, tier=2), Request("y", 0, 60, 60, tier=2)]
    late = [Request("x", 300, 360, 60, tier=2), Request("y", 300, 360, 60, tier=2)]
    fire = [Request("f", 300, 360, 60, tier=0), *late]
    assert served(schedule(soon, cars, now=0, policy=policy)).keys() == {"x", "y"}
    plan = schedule(late, cars, now=0, policy=policy)
    assert served(plan) == {"x": "c1"}
    assert [(one.id, one.reason) for one in plan.rejections] == [("y", "reserved")]
    assert served(schedule(late, cars, now=239, policy=policy)).keys() == {"x"}
    assert served(schedule(late, cars, now=240, policy=policy)).keys() == {"x", "y"}
    assert served(schedule(fire, cars, now=0, policy=policy)).keys() == {"f", "x"}


def test_a_hold_that_is_pending_occupies_its_resource() -> None:
    held = [Booking("h", "van", 0, 60, state="held", until=30)]
    plan = schedule([Request("x", 0, 60, 60)], [OWNED], now=0, bookings=held)
    assert [(one.reason, one.blocked_by) for one in plan.rejections] == [("booked", ("h",))]


def crowd() -> list[Request]:
    return [
        Request(f"q{n}", 30 * (n % 5), 30 * (n % 5) + 240, 45 + 15 * (n % 4), value=1000 + 137 * n) for n in range(60)
    ]


def test_a_guard_that_stops_early_keeps_a_whole_plan_and_says_so() -> None:
    rooms = [Resource("a"), Resource("b", capabilities=capabilities_of("projector"))]
    whole = schedule(crowd(), rooms, now=0)
    stopped = schedule(crowd(), rooms, now=0, effort=Effort(seconds=lambda: 0.0))
    assert whole.complete
    assert not stopped.complete
    assert {one.id for one in stopped.assignments} | {one.id for one in stopped.rejections} == {
        one.id for one in crowd()
    }
    assert sum(tier.greedy for tier in stopped.tiers) <= stopped.value <= whole.value <= stopped.bound
