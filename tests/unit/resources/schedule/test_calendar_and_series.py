"""Open hours on the wall clock, recurrences at the same local time, needs as they are written, bookings that count."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from ronghe.resources.schedule.hours import Hours, closed_spans, merged, minute_of, moment_of
from ronghe.resources.schedule.needs import Part, capabilities_of, meets, parts_of, unknown_names, unmet
from ronghe.resources.schedule.request import Booking, Request, Resource
from ronghe.resources.schedule.series import Endless, TooMany, expand
from ronghe.resources.schedule.states import active, overbooked
from ronghe.resources.schedule.waiting import changed
from ronghe.standards.working_days import WorkingCalendar, known_calendar

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
OFFICE = Hours({"thursday": ((510, 720), (810, 1080))}, (), ((510, 720),))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return minute_of(datetime.fromisoformat(text).replace(tzinfo=zone))


def test_a_holiday_is_closed_and_a_worked_saturday_has_its_own_hours() -> None:
    days = known_calendar()
    assert OFFICE.on(date(2026, 9, 24), days) == ((510, 720), (810, 1080))
    assert OFFICE.on(date(2026, 10, 1), days) == ()
    assert OFFICE.on(date(2026, 10, 10), days) == ((510, 720),)


def test_closed_is_all_that_is_not_open() -> None:
    within = at("2026-09-24T00:00"), at("2026-09-25T00:00")
    closed = closed_spans(OFFICE, known_calendar(), SHANGHAI, within)
    assert [(moment_of(a, SHANGHAI).hour, moment_of(b, SHANGHAI).hour) for a, b in closed] == [
        (0, 8),
        (12, 13),
        (18, 0),
    ]
    assert closed_spans(Hours(), known_calendar(), SHANGHAI, within) == [within]


def test_an_end_at_24_touches_the_next_day_and_leaves_no_gap() -> None:
    always = Hours(dict.fromkeys(("thursday", "friday"), ((0, 1440),)))
    within = at("2026-09-24T00:00"), at("2026-09-26T00:00")
    assert closed_spans(always, WorkingCalendar(frozenset(), frozenset(), frozenset()), SHANGHAI, within) == []


def test_hours_go_by_the_wall_clock_when_clocks_change() -> None:
    nine = Hours({"sunday": ((540, 600),), "saturday": ((540, 600),)})
    within = at("2026-03-28T00:00", BERLIN), at("2026-03-30T00:00", BERLIN)
    closed = closed_spans(nine, WorkingCalendar(frozenset(), frozenset(), frozenset()), BERLIN, within)
    opens = [moment_of(end, UTC_ZONE).hour for _, end in closed[:2]]
    assert opens == [8, 7], "nine in Berlin is eight in UTC in winter and seven in summer"


UTC_ZONE = ZoneInfo("UTC")


def test_spans_that_touch_or_overlap_are_one() -> None:
    assert merged([(5, 7), (1, 3), (3, 4), (6, 9), (8, 8)]) == [(1, 4), (5, 9)]


def weekly(rule: str, zone: ZoneInfo = SHANGHAI) -> list[Request]:
    first = at("2026-03-22T09:00", zone)
    return expand(Request("w", first, first + 60, 60), rule, zone)


def test_occurrences_keep_their_local_time_and_their_number() -> None:
    found = weekly("FREQ=WEEKLY;COUNT=3", BERLIN)
    assert [one.id for one in found] == ["w#1", "w#2", "w#3"]
    assert [moment_of(one.earliest, BERLIN).hour for one in found] == [9, 9, 9]
    assert found[1].earliest - found[0].earliest == 7 * 1440 - 60
    assert {one.series for one in found} == {"w"}
    assert all(one.latest - one.earliest == 60 for one in found)


def test_until_in_utc_is_read_on_the_wall_clock() -> None:
    assert len(weekly("RRULE:FREQ=DAILY;UNTIL=20260324T010000Z")) == 3
    assert len(weekly("FREQ=DAILY;UNTIL=20260324T005959Z")) == 2


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("FREQ=DAILY", Endless),
        ("FREQ=DAILY;COUNT=1001", TooMany),
        ("FREQ=HOURLY;COUNT=2", ValueError),
        ("every day", ValueError),
        ("FREQ=DAILY;COUNT=x", ValueError),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", ValueError),
        ("FREQ=DAILY;FREQ=SECONDLY;COUNT=3", ValueError),
        ("FREQ=YEARLY;COUNT=900", ValueError),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused(rule: str, fault: type[Exception]) -> None:
    with pytest.raises(fault):
        weekly(rule)


def test_needs_are_met_by_class_number_and_word() -> None:
    room = capabilities_of("seats=20, projector, floor=3")
    (part,) = parts_of("room: seats>=20, projector")
    assert meets(part, "room", room)
    assert not meets(part, "hall", room)
    assert not meets(parts_of("seats>=21")[0], "room", room)
    assert meets(parts_of("seats<=20, floor=3")[0], "", room)
    assert [str(one) for one in unmet(part, "hall", {})] == ["room", "seats>=20", "projector"]
    assert parts_of("") == (Part(),)
    assert [one.kind for one in parts_of("car:; driver: licence=C1")] == ["car", "driver"]
    assert unknown_names(parts_of("sauna; boat: seats>=2"), frozenset({"seats"}), frozenset()) == ["boat", "sauna"]


@pytest.mark.parametrize("text", ["seats>=", "seats>>3", "seats>=many", ";".join("a" * 9), "a b"])
def test_needs_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parts_of(text)


def booking(name: str, start: int, state: str = "confirmed", **more: object) -> Booking:
    return Booking(name, "r", start, start + 10, state=state, **more)  # type: ignore[arg-type]


def test_holds_that_ran_out_and_no_shows_occupy_nothing() -> None:
    some = [
        booking("stays", 100),
        booking("late", 10),
        booking("here", 10, "checked-in"),
        booking("held", 50, "held", until=20),
        booking("kept", 70, "held", until=90),
        booking("gone", 80, "cancelled"),
        booking("odd", 90, "maybe"),
    ]
    counted, notes = active(some, {"r"}, 40, 15, 2)
    assert [one.id for one in counted] == ["stays", "here", "kept", "odd"]
    assert sorted(note.code.removeprefix("schedule.note_") for note in notes) == ["expired", "no_show", "unknown_state"]
    assert len(active(some, {"r"}, None, 15, 2)[0]) == 6, "without a present nothing is late"


def test_a_series_is_released_only_after_no_shows_in_a_row() -> None:
    came = [booking("1", 0, "no-show", series="s"), booking("2", 20, "checked-in", series="s")]
    later = [booking("3", 60, series="s")]
    never = [booking("1", 0, "no-show", series="s"), booking("2", 20, "no-show", series="s")]
    assert len(active([*came, *later], {"r"}, 40, 15, 2)[0]) == 2
    assert active([*never, *later], {"r"}, 40, 15, 2)[0] == []


def test_bookings_beyond_the_capacity_are_named() -> None:
    some = [booking("a", 0), booking("b", 5), booking("c", 10)]
    assert overbooked(some, [Resource("r")]) == ["a", "b", "c"]
    assert overbooked(some, [Resource("r", capacity=2)]) == []


def test_those_who_wait_move_up_by_tier_and_then_by_row() -> None:
    waiting = [booking("low", 50, "waiting", tier=2), booking("first", 50, "waiting"), booking("past", 5, "waiting")]
    asked: list[str] = []

    def book(rows: object) -> bool:
        asked.extend(one.id for one in rows)  # type: ignore[attr-defined]
        return len(asked) == 1

    made = changed([booking("x", 50), *waiting], {"x"}, now=20, grace=0, limit=2, book=book)
    assert [(one.booking.id, one.state) for one in made] == [("x", "cancelled"), ("first", "confirmed")]
    assert asked == ["first", "low"]


def test_a_moment_is_whole_minutes_in_utc() -> None:
    assert minute_of(datetime(1970, 1, 1, 0, 1, 59, tzinfo=UTC)) == 1
