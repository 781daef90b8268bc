"""More requests alike than there could ever be room for: most are told at once, and the plan is the same."""

from collections import Counter

import pytest

from ronghe.resources.schedule import schedule as engine
from ronghe.resources.schedule.crowd import beyond
from ronghe.resources.schedule.needs import parts_of
from ronghe.resources.schedule.request import ALL, Policy, Request, Resource
from ronghe.resources.schedule.schedule import schedule

ROOM = [Resource("r")]


@pytest.mark.parametrize("count", [20_000, pytest.param(500_000, marks=pytest.mark.slow)])
def test_a_crowd_of_requests_for_one_room_ends_with_one_outcome_each(count: int) -> None:
    asked = [Request(f"q{n:06}", 60 * (n % 4), 60 * (n % 4) + 180, 60, value=1 + n % 1000) for n in range(count)]
    plan = schedule(asked, ROOM, now=0)
    served, refused = [one.id for one in plan.assignments], [one.id for one in plan.rejections]
    assert sorted(served + refused) == [one.id for one in asked]
    assert len(served) == 6
    assert plan.exact
    assert plan.tiers[0].asked == count
    assert Counter(one.reason for one in plan.rejections) == {"taken": count - 6}
    assert all(one.blocked_by for one in plan.rejections)


@pytest.mark.parametrize("owners_first", [True, False])
def test_what_is_left_out_changes_no_plan(owners_first: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms = [Resource("a", department="d0"), Resource("b", capacity=2), Resource("c")]
    asked = [
        Request(
            f"q{n:03}",
            30 * (n % 3),
            30 * (n % 3) + 90,
            45,
            department=f"d{n % 2}",
            tier=n % 5 % 2,
            value=1 + n * 37 % 90,
            before=n % 2 * 5,
        )
        for n in range(300)
    ]
    policy = Policy(owners_first=owners_first)
    assert len(beyond(asked, rooms, policy)) > 150
    short = schedule(asked, rooms, now=0, policy=policy)
    monkeypatch.setattr(engine, "beyond", lambda *_: [])
    whole = schedule(asked, rooms, now=0, policy=policy)
    assert short.value == whole.value
    assert [one.value for one in short.tiers] == [one.value for one in whole.tiers]
    assert [(one.asked, one.greedy) for one in short.tiers] == [(one.asked, one.greedy) for one in whole.tiers]
    assert {one.id for one in short.rejections} | {one.id for one in short.assignments} == {one.id for one in asked}


def test_who_is_tied_to_others_is_never_left_out() -> None:
    alike = [Request(f"q{n}", 0, 60, 60, parts_of("")) for n in range(5)]
    assert beyond(alike, ROOM, Policy()) == [1, 2, 3, 4]
    series = [Request(f"s{n}", 0, 60, 60, series="s", rule=ALL) for n in range(5)]
    chain = [Request("first", 0, 60, 60), Request("second", 0, 60, 60, follows=("first",))]
    assert beyond([*series, *chain], ROOM, Policy()) == []


def test_the_worthiest_stay_and_then_the_first() -> None:
    alike = [Request(f"q{n}", 0, 125, 60, value=value) for n, value in enumerate((1, 7, 3, 7, 7))]
    assert beyond(alike, ROOM, Policy()) == [0, 2, 4]
