"""Laws of preemption: nobody of the same tier gives way, everyone who does is needed, and what is served fits."""

from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ronghe.resources.schedule.preempt import Preemption, preempt
from ronghe.resources.schedule.request import Booking, Request, Resource
from tests.properties.test_schedule import END, FEW, Case, best, cases


@st.composite
def emergencies(draw: st.DrawFn) -> Case:
    """A calm day that is booked, one use on top of another only where there is room, and one or two emergencies."""
    case = draw(cases(most=2))
    held: list[Booking] = []
    room = {one.id: one.capacity for one in case.resources}
    for n in range(draw(st.integers(0, 6))):
        name = draw(st.sampled_from(sorted(room)))
        start = draw(st.integers(1, 50))
        one = Booking(f"b{n}", name, start, start + draw(st.integers(1, 15)), tier=draw(st.integers(0, 3)))
        one = replace(one, preemptable=draw(st.booleans()), notice=draw(st.sampled_from((0, 0, 10))))
        others = [other for other in held if other.resource == name]
        if all(sum(o.start <= m < o.end for o in others) < room[name] for m in range(one.start, one.end)):
            held.append(one)
    requests = tuple(replace(one, tier=1) for one in case.requests)
    return replace(case, requests=requests, bookings=tuple(held))


def run(case: Case) -> Preemption:
    return preempt(case.requests, case.resources, case.bookings, now=0, span=(0, END), closed=case.closed)


def value(case: Case, gone: set[str]) -> int:
    """The most that can be served when these give way, by trying everything."""
    kept = tuple(one for one in case.bookings if one.id not in gone)
    return best(replace(case, bookings=kept), case.requests, [])


def may_move(one: Booking) -> bool:
    return one.preemptable and one.tier > 1 and one.start >= one.notice


@settings(FEW, max_examples=40)
@given(emergencies())
def test_the_fewest_give_way_and_none_who_may_not(case: Case) -> None:
    found = run(case)
    gone = {one.booking.id for one in found.victims}
    served = {one.id for one in found.assignments}
    worth = sum(one.value for one in case.requests if one.id in served)
    movable = {one.id for one in case.bookings if may_move(one)}
    assert gone <= movable
    assert found.minimal
    assert served | {one.id for one in found.rejections} == {one.id for one in case.requests}
    # With all of them gone nothing better is to be had, and with any of them back something is lost.
    assert worth == value(case, movable) == value(case, gone)
    for back in gone:
        assert value(case, gone - {back}) < worth
    high = {one.id for one in case.bookings if one.tier == 2}
    fewest = min(
        len(set(some) & high)
        for size in range(len(movable) + 1)
        for some in combinations(sorted(movable), size)
        if value(case, set(some)) == worth
    )
    assert len(gone & high) == fewest


@settings(FEW, max_examples=30)
@given(emergencies())
def test_what_is_served_and_what_is_offered_instead_is_free(case: Case) -> None:
    found = run(case)
    gone = {one.booking.id for one in found.victims}
    by_id: dict[str, Request] = {one.id: one for one in case.requests}
    uses = [(one.resource, one.start, one.end) for one in case.bookings if one.id not in gone]
    uses += [(a.resource, a.start - by_id[a.id].before, a.end + by_id[a.id].after) for a in found.assignments]
    for victim in found.victims:
        if victim.alternative is not None:
            start, resource = victim.alternative
            uses.append((resource, start, start + victim.booking.end - victim.booking.start))
    room = {one.id: one.capacity for one in case.resources}
    for minute in range(END):
        for name, units in room.items():
            assert sum(r == name and a <= minute < b for r, a, b in uses) <= units
    for name, spans in case.closed.items():
        for a in found.assignments:
            assert all(a.resource != name or a.end <= start or a.start >= end for start, end in spans)


def test_two_of_one_tier_never_displace_each_other_in_turn() -> None:
    """The endless loop of kueue#3779: who was displaced comes back and displaces in turn."""
    room = [Resource("r")]
    first = Request("first", 10, 20, 10, tier=0)
    held = [Booking("held", "r", 10, 20, tier=1, preemptable=True)]
    found = preempt([first], room, held, now=0, span=(0, END))
    assert [one.booking.id for one in found.victims] == ["held"]
    after = [Booking("first", "r", 10, 20, tier=0, preemptable=True)]
    again = preempt([Request("held", 10, 20, 10, tier=1)], room, after, now=0, span=(0, END))
    same = preempt([Request("other", 10, 20, 10, tier=0)], room, after, now=0, span=(0, END))
    assert again.victims == same.victims == ()
    assert [one.reason for one in (*again.rejections, *same.rejections)] == ["immovable", "immovable"]
