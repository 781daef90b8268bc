"""Laws of schedules: nobody twice at one place, nobody refused who would have fitted, no lower tier before a higher."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronghe.resources.schedule.needs import Part, capabilities_of, meets, parts_of
from ronghe.resources.schedule.request import ALL, SKIP, Booking, Policy, Request, Reserve, Resource, Schedule
from ronghe.resources.schedule.schedule import schedule

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
END = 60
NEEDS = ("", "a", "b", "n>=2", "a; b", "a; a")
ABLE = ("a", "b", "a, n=3", "b, n=2", "a, b, n=1")


@dataclass(frozen=True)
class Case:
    requests: tuple[Request, ...]
    resources: tuple[Resource, ...]
    bookings: tuple[Booking, ...]
    closed: dict[str, list[tuple[int, int]]]

    def plan(self, **more: object) -> Schedule:
        return schedule(
            self.requests,
            self.resources,
            now=0,
            bookings=self.bookings,
            closed=self.closed,
            span=(0, END),
            **more,  # type: ignore[arg-type]
        )


@st.composite
def cases(draw: st.DrawFn, *, flexible: bool = True, tiers: int = 1, most: int = 7, crowded: bool = False) -> Case:
    resources = tuple(
        Resource(f"r{n}", "", capabilities_of(draw(st.sampled_from(ABLE))), draw(st.sampled_from((1, 1, 1, 2))))
        for n in range(draw(st.integers(1, 3)))
    )
    requests = []
    for n in range(draw(st.integers(1, most))):
        minutes = 5 if crowded else draw(st.integers(1, 12))
        earliest = draw(st.sampled_from((0, 0, 0, 3)) if crowded else st.integers(0, 40))
        slack = draw(st.integers(0, 9)) if flexible else 0
        one = Request(
            f"q{n}",
            earliest,
            earliest + minutes + slack,
            minutes,
            parts_of(draw(st.sampled_from(NEEDS))),
            tier=draw(st.integers(0, tiers - 1)),
            value=draw(st.integers(1, 5)) * 1000,
            before=0 if crowded else draw(st.sampled_from((0, 0, 2))),
            after=0 if crowded else draw(st.sampled_from((0, 0, 3))),
        )
        requests.append(one)
    ids = [one.id for one in resources]
    bookings = []
    for n in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, 50))
        bookings.append(Booking(f"b{n}", draw(st.sampled_from(ids)), start, start + draw(st.integers(1, 9))))
    closed = {name: [(a, a + 5)] for name in ids if (a := draw(st.integers(-8, 50))) >= 0}
    return Case(tuple(requests), resources, tuple(bookings), closed)


def load(case: Case, uses: Sequence[tuple[str, int, int]]) -> dict[tuple[str, int], int]:
    """Units used by resource and minute, closed minutes as full."""
    found: dict[tuple[str, int], int] = {}
    for name, start, end in [*uses, *((b.resource, b.start, b.end) for b in case.bookings)]:
        for minute in range(start, end):
            found[name, minute] = found.get((name, minute), 0) + 1
    for name, spans in case.closed.items():
        for start, end in spans:
            found |= {(name, minute): 99 for minute in range(start, end)}
    return found


def uses_of(case: Case, plan: Schedule) -> list[tuple[str, int, int]]:
    by_id = {one.id: one for one in case.requests}
    return [(a.resource, a.start - by_id[a.id].before, a.end + by_id[a.id].after) for a in plan.assignments]


def fits(case: Case, one: Request, uses: Sequence[tuple[str, int, int]]) -> bool:
    """Whether some start and some resources would do, tried one after the other."""
    taken = load(case, uses)
    for start in range(one.earliest, one.latest - one.minutes + 1):
        span = range(start - one.before, start + one.minutes + one.after)
        if span[0] < 0 or span[-1] >= END:
            continue
        for some in product(case.resources, repeat=len(one.parts)):
            able = all(meets(part, r.kind, r.capabilities) for part, r in zip(one.parts, some, strict=True))
            names = [r.id for r in some]
            if able and all(taken.get((r.id, m), 0) + names.count(r.id) <= r.capacity for r in some for m in span):
                return True
    return False


def check(case: Case, plan: Schedule) -> None:
    by_id = {one.id: one for one in case.requests}
    able = {one.id: one for one in case.resources}
    served = {a.id for a in plan.assignments}
    assert served | {r.id for r in plan.rejections} == set(by_id)
    assert not served & {r.id for r in plan.rejections}
    for name in served:
        mine = [a for a in plan.assignments if a.id == name]
        one = by_id[name]
        assert len({(a.start, a.end) for a in mine}) == 1
        assert one.earliest <= mine[0].start
        assert mine[0].end == mine[0].start + one.minutes <= one.latest
        assert matched(one.parts, [able[a.resource] for a in mine])
    taken = load(case, uses_of(case, plan))
    before = load(case, [])
    for (name, minute), units in taken.items():
        assert units <= max(able[name].capacity, before.get((name, minute), 0)), "double booking"
    assert plan.value == sum(by_id[name].value for name in served)
    assert sum(t.greedy for t in plan.tiers) <= plan.value + 1e-6 or len(plan.tiers) > 1
    assert plan.value <= plan.bound + 1e-6


def matched(parts: Sequence[Part], some: list[Resource]) -> bool:
    if not parts:
        return not some
    for n, one in enumerate(some):
        if meets(parts[0], one.kind, one.capabilities) and matched(parts[1:], some[:n] + some[n + 1 :]):
            return True
    return False


@FEW
@given(cases())
def test_every_plan_keeps_windows_needs_buffers_hours_and_bookings(case: Case) -> None:
    check(case, case.plan())


@FEW
@given(cases() | cases(crowded=True))
def test_nobody_is_refused_who_would_have_fitted_as_it_is(case: Case) -> None:
    plan = case.plan()
    uses = uses_of(case, plan)
    refused = {one.id for one in plan.rejections}
    assert [one.id for one in case.requests if one.id in refused and fits(case, one, uses)] == []


@FEW
@given(cases(), st.integers(2, 7))
def test_nobody_is_refused_who_would_have_fitted_between_the_starts_tried(case: Case, step: int) -> None:
    plan = case.plan(policy=Policy(step=step))
    check(case, plan)
    refused = {one.id for one in plan.rejections}
    assert not any(fits(case, one, uses_of(case, plan)) for one in case.requests if one.id in refused)


def best(case: Case, requests: Sequence[Request], uses: list[tuple[str, int, int]]) -> int:
    """The greatest value, by trying everything."""
    if not requests:
        return 0
    one, rest = requests[0], requests[1:]
    found = best(case, rest, uses)
    for start in range(one.earliest, one.latest - one.minutes + 1):
        for some in product([r.id for r in case.resources], repeat=len(one.parts)):
            mine = [(name, start - one.before, start + one.minutes + one.after) for name in some]
            fixed = replace(one, earliest=start, latest=start + one.minutes)
            narrow = Case((fixed,), tuple(r for r in case.resources if r.id in some), case.bookings, case.closed)
            if matches(case, one, some) and fits_exactly(narrow, uses, mine):
                found = max(found, one.value + best(case, rest, [*uses, *mine]))
    return found


def matches(case: Case, one: Request, some: Sequence[str]) -> bool:
    able = {r.id: r for r in case.resources}
    return all(meets(p, able[n].kind, able[n].capabilities) for p, n in zip(one.parts, some, strict=True))


def fits_exactly(case: Case, uses: list[tuple[str, int, int]], mine: list[tuple[str, int, int]]) -> bool:
    if any(start < 0 for _, start, _ in mine):
        return False
    taken = load(case, [*uses, *mine])
    room = {r.id: r.capacity for r in case.resources}
    spans = {(name, minute) for name, start, end in mine for minute in range(start, end)}
    return all(taken[key] <= room[key[0]] for key in spans)


@FEW
@given(cases(flexible=False, most=6) | cases(flexible=False, most=6, crowded=True))
def test_fixed_times_are_decided_as_well_as_can_be(case: Case) -> None:
    plan = case.plan()
    assert plan.exact
    assert plan.gap == 0
    assert plan.value == best(case, case.requests, [])


@settings(FEW, max_examples=30)
@given(cases(flexible=False, tiers=2, most=6, crowded=True))
def test_every_tier_gets_the_most_of_what_those_before_it_leave(case: Case) -> None:
    """Though whoever was served may have to be moved for it."""
    plan = case.plan()
    check(case, plan)
    served = {a.id for a in plan.assignments}
    assert plan.exact
    assert [t.value for t in plan.tiers if t.tier == 0] in ([], [best(case, tier(case, 0), [])])
    kept = [replace(one, value=10**9) for one in tier(case, 0) if one.id in served]
    lower = sum(t.value for t in plan.tiers if t.tier == 1)
    assert lower + 10**9 * len(kept) == best(case, [*kept, *tier(case, 1)], [])


def tier(case: Case, number: int) -> list[Request]:
    return [one for one in case.requests if one.tier == number]


@settings(FEW, max_examples=25)
@given(cases(most=3))
def test_flexible_times_of_a_few_are_decided_as_well_as_can_be(case: Case) -> None:
    plan = case.plan()
    if plan.exact:
        assert plan.value == best(case, case.requests, [])
    assert plan.bound >= best(case, case.requests, [])


@FEW
@given(cases(tiers=3))
def test_a_lower_tier_never_takes_from_a_higher_one(case: Case) -> None:
    whole = case.plan()
    check(case, whole)
    for tier in sorted({one.tier for one in case.requests}):
        upper = tuple(one for one in case.requests if one.tier <= tier)
        part = replace(case, requests=upper).plan()
        if whole.exact and part.exact and tier == 0:
            assert [t.value for t in part.tiers if t.tier == 0] == [t.value for t in whole.tiers if t.tier == 0]


@FEW
@given(cases(tiers=2))
def test_the_same_input_gives_the_same_plan(case: Case) -> None:
    assert case.plan() == case.plan()


@FEW
@given(cases(), st.sampled_from((ALL, 1, 2)))
def test_a_series_takes_place_as_its_rule_says(case: Case, rule: int) -> None:
    requests = tuple(replace(one, series="s", rule=rule) if n < 3 else one for n, one in enumerate(case.requests))
    case = replace(case, requests=requests)
    plan = case.plan()
    check(case, plan)
    members = {one.id for one in requests if one.series}
    served = members & {a.id for a in plan.assignments}
    least = len(members) if rule == ALL else rule
    assert not served or len(served) >= least
    if rule != SKIP and served == members:
        assert not [r for r in plan.rejections if r.reason == "series"]


@FEW
@given(cases())
def test_what_follows_begins_when_what_is_before_it_has_ended(case: Case) -> None:
    requests = tuple(
        replace(one, follows=(case.requests[n - 1].id,), latest=one.latest + 10) if n else one
        for n, one in enumerate(case.requests[:4])
    )
    case = replace(case, requests=requests)
    plan = case.plan()
    check(case, plan)
    when = {a.id: a for a in plan.assignments}
    for one in requests:
        for name in one.follows:
            assert one.id not in when or (name in when and when[name].end <= when[one.id].start)


@FEW
@given(cases(tiers=2))
def test_what_is_held_for_emergencies_serves_others_only_until_its_release(case: Case) -> None:
    resources = tuple(replace(one, kind="k") for one in case.resources)
    held = replace(case, resources=resources)
    plan = held.plan(policy=Policy(reserves=(Reserve("k", 1, 0, 20),)))
    check(held, plan)
    tiers = {one.id: one.tier for one in case.requests}
    buffers = {one.id: one.after for one in case.requests}
    last = max(one.id for one in resources)
    for a in plan.assignments:
        assert a.resource != last or tiers[a.id] == 0 or a.end + buffers[a.id] <= 20
