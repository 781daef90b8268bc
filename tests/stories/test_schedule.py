"""Booking through the public doors: rooms and cars, an emergency, a cancellation, and all kinds of bad input."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.stories.desk import Desk, without_settings

ROOMS = """\
id,class,department,capabilities,capacity,calendar
hall,hall,culture,"seats=200, projector",1,
room-1,room,office,"seats=12, projector",1,
room-2,room,office,seats=20,1,
car-1,car,transport,seats=5,1,
driver-1,driver,transport,licence=C1,1,
"""
CALENDAR = """\
[hours.default]
workday = ["08:30-12:00", "13:30-18:00"]

[[maintenance]]
resource = "room-1"
from = 2026-12-15T00:00:00+08:00
to = 2026-12-16T00:00:00+08:00
"""
HEAD = "id,department,tier,value,minutes,earliest,latest,needs,series,series_rule,rrule,after\n"
DAY = "2026-12-01T"


@pytest.fixture
def desk(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rooms.csv").write_text(ROOMS, "utf-8")
    (tmp_path / "calendar.toml").write_text(CALENDAR, "utf-8")
    return Desk(tmp_path, capfd)


def ask(name: str, start: str, end: str, minutes: int, needs: str = "room", more: str = ",,,") -> str:
    return f'{name},tax,normal,1,{minutes},{DAY}{start}+08:00,{DAY}{end}+08:00,"{needs}",{more}\n'


def plan(desk: Desk, requests: str, *more: str) -> dict[str, Any]:
    (desk / "requests.csv").write_text(HEAD + requests, "utf-8")
    files = ("--requests", "requests.csv", "--resources", "rooms.csv", "--calendar", "calendar.toml", "--out", "out")
    made: dict[str, Any] = desk.reads("resources", "schedule", *files, *more)
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def refused(desk: Desk) -> Mapping[str, dict[str, str]]:
    return {row["id"]: row for row in rows(desk / "out" / "rejected.csv")}


def test_requests_become_bookings_with_reasons_for_the_others(desk: Desk) -> None:
    made = plan(desk, ask("A", "09:00", "10:00", 60) + ask("B", "09:00", "10:00", 60) + ask("C", "09:30", "10:30", 60))
    assert (made["served"], made["rejected"], made["gap"], made["exact"]) == (2, 1, 0, True)
    ((name, lost),) = refused(desk).items()
    assert lost["reason"] == "taken"
    assert set(lost["blocked_by"].split()) < {"A", "B", "C"} - {name}
    assert f"{DAY}10:" in lost["smallest_change"] or f"{DAY}08:30" in lost["smallest_change"]
    assert "timeline" in {path.stem for path in (desk / "out").iterdir()}
    assert "<html" in (desk / "out" / "timeline.html").read_text("utf-8")
    desk.types("verify", "out")


def test_a_car_and_a_driver_are_had_together_or_not_at_all(desk: Desk) -> None:
    plan(desk, ask("A", "09:00", "12:00", 60, "car; driver") + ask("B", "09:00", "10:00", 60, "car; driver"))
    placed = rows(desk / "out" / "assignments.csv")
    assert {(row["id"], row["resource"]) for row in placed} == {
        ("A", "car-1"), ("A", "driver-1"), ("B", "car-1"), ("B", "driver-1")
    }  # fmt: skip
    assert len({(row["id"], row["start"]) for row in placed}) == 2


def test_the_same_files_give_the_same_bytes(desk: Desk) -> None:
    requests = "".join(ask(f"Q{n}", "09:00", "12:00", 30 + 15 * (n % 3)) for n in range(14))
    plan(desk, requests)
    names = ("assignments.csv", "rejected.csv", "summary.json", "timeline.html", "datapackage.json")
    first = [(desk / "out" / name).read_bytes() for name in names]
    plan(desk, requests)
    assert first == [(desk / "out" / name).read_bytes() for name in names]


def test_one_occurrence_in_maintenance_costs_only_itself(desk: Desk) -> None:
    """librebooking#1220 and #1224: a series that fails whole on one conflict, and a blackout that hangs."""
    row = ask("W", "14:00", "15:00", 60, "room, projector", "weekly,skip-conflicts,FREQ=WEEKLY;COUNT=4,")
    assert plan(desk, row)["served"] == 3
    lost = refused(desk)
    assert [(name, row["reason"]) for name, row in lost.items()] == [("W#3", "closed")]
    assert "2026-12-16" in lost["W#3"]["smallest_change"]
    whole = ask("W", "14:00", "15:00", 60, "room, projector", "weekly,all,FREQ=WEEKLY;COUNT=4,")
    assert plan(desk, whole)["served"] == 0
    assert {name: row["reason"] for name, row in refused(desk).items()} == {
        "W#1": "series", "W#2": "series", "W#3": "closed", "W#4": "series"
    }  # fmt: skip
    assert refused(desk)["W#1"]["blocked_by"] == "W#3"


def test_occurrences_of_one_series_do_not_overlap_in_one_room(desk: Desk) -> None:
    """MRBS#670: a series longer than its step was booked on top of itself."""
    days = f'L,tax,normal,1,2880,{DAY}00:00+08:00,2026-12-03T00:00+08:00,"car",,,FREQ=DAILY;COUNT=3,\n'
    (desk / "calendar.toml").write_text("", "utf-8")
    assert plan(desk, days)["served"] == 2
    placed = rows(desk / "out" / "assignments.csv")
    assert placed[0]["end"] <= placed[1]["start"]


def test_a_make_up_working_day_is_open_and_a_holiday_is_closed(desk: Desk) -> None:
    # 2026-10-10 is a Saturday that is worked, 2026-10-01 a Thursday that is not.
    requests = "".join(
        f"{name},tax,normal,1,60,{day}T09:00+08:00,{day}T10:00+08:00,room,,,,\n"
        for name, day in (("worked", "2026-10-10"), ("holiday", "2026-10-01"), ("saturday", "2026-10-17"))
    )
    assert plan(desk, requests)["served"] == 1
    assert {name: row["reason"] for name, row in refused(desk).items()} == {"holiday": "closed", "saturday": "closed"}


BAD = {
    "window": ask("X", "09:00", "09:30", 60),
    "unknown_capability": ask("X", "09:00", "10:00", 60, "sauna"),
    "no_capable_resource": ask("X", "09:00", "10:00", 60, "seats>=500"),
    "endless": ask("X", "09:00", "10:00", 60, "room", ",,FREQ=DAILY,"),
    "too_many": ask("X", "09:00", "10:00", 60, "room", ",,FREQ=DAILY;COUNT=5000,"),
    "not_a_rule": ask("X", "09:00", "10:00", 60, "room", ",,FREQ=SECONDLY;COUNT=3,"),
    "no_zone": f"X,tax,normal,1,60,{DAY}09:00,{DAY}10:00+08:00,room,,,,\n",
    "not_a_time": f"X,tax,normal,1,60,tomorrow,{DAY}10:00+08:00,room,,,,\n",
    "not_a_number": f"X,tax,normal,1,-5,{DAY}09:00+08:00,{DAY}10:00+08:00,room,,,,\n",
    "not_a_value": f"X,tax,normal,nan,60,{DAY}09:00+08:00,{DAY}10:00+08:00,room,,,,\n",
    "unknown_tier": f"X,tax,royal,1,60,{DAY}09:00+08:00,{DAY}10:00+08:00,room,,,,\n",
    "not_a_need": ask("X", "09:00", "10:00", 60, "seats>>3"),
    "predecessor_unknown": ask("X", "09:00", "10:00", 60, "room", ",,,nobody"),
    "not_a_series_rule": ask("X", "09:00", "10:00", 60, "room", "s,most,,"),
    "closed": ask("X", "03:00", "04:00", 60),
    "far_year": f"X,tax,normal,1,60,{DAY}09:00+08:00,9999-12-31T23:59-08:00,room,,,,\n",
    "window_long": f"X,tax,normal,1,60,{DAY}09:00+08:00,2028-12-31T09:00+08:00,room,,,,\n",
}


def test_times_in_several_zones_are_the_same_moments(desk: Desk) -> None:
    spans = (("09:00+08:00", "10:00+08:00"), ("01:00+00:00", "02:00+00:00"), ("02:00Z", "12:00+09:00"))
    asked = "".join(
        f"{n},tax,normal,1,60,{DAY}{a},{DAY}{b},projector,,,,\n" for n, (a, b) in zip("ABC", spans, strict=True)
    )
    (desk / "rooms.csv").write_text("id,class,capabilities\nr,room,projector\n", "utf-8")
    assert plan(desk, asked)["served"] == 2, "A and B are the same hour"
    assert refused(desk)["B"]["blocked_by"] == "A"
    assert [row["start"] for row in rows(desk / "out" / "assignments.csv")] == [
        f"{DAY}09:00+08:00",
        f"{DAY}10:00+08:00",
    ]


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_request_is_told_and_the_good_one_beside_it_is_served(desk: Desk, reason: str) -> None:
    made = plan(desk, BAD[reason] + ask("good", "09:00", "10:00", 60))
    assert made["served"] == 1
    lost = refused(desk)
    assert {row["reason"] for row in lost.values()} == {reason}
    assert all("\n" not in row["why"] and row["why"] for row in lost.values())
    assert rows(desk / "out" / "assignments.csv")[0]["id"] == "good"


def test_a_circle_of_precedence_is_told_and_what_waits_for_it_too(desk: Desk) -> None:
    circle = ask("A", "09:00", "12:00", 60, "room", ",,,B") + ask("B", "09:00", "12:00", 60, "room", ",,,A")
    after = ask("C", "09:00", "12:00", 60, "room", ",,,good") + ask("good", "09:00", "12:00", 60)
    assert plan(desk, circle + after)["served"] == 2
    assert {row["reason"] for row in refused(desk).values()} == {"cycle"}
    when = {row["id"]: row for row in rows(desk / "out" / "assignments.csv")}
    assert when["good"]["end"] <= when["C"]["start"]


def test_bookings_that_overlap_in_the_input_stay_and_are_told(desk: Desk) -> None:
    text = "id,resource,start,end\n" + "".join(
        f"{name},{room},{DAY}{a}+08:00,{DAY}{b}+08:00\n"
        for name, room, a, b in (
            ("b1", "room-1", "09:00", "10:00"),
            ("b2", "room-1", "09:30", "10:30"),
            ("b3", "attic", "09:00", "10:00"),
        )
    )
    (desk / "booked.csv").write_text(text, "utf-8")
    needs = "room, projector"
    made = plan(
        desk, ask("A", "09:00", "10:00", 60, needs) + ask("B", "11:00", "12:00", 60, needs), "--bookings", "booked.csv"
    )
    assert made["served"] == 1
    assert {note["code"] for note in made["notes"]} == {"schedule.note_overlap", "schedule.note_unknown_resource"}
    assert refused(desk)["A"]["blocked_by"] == "b1 b2"


def test_a_calendar_without_an_open_hour_is_told(desk: Desk) -> None:
    (desk / "calendar.toml").write_text("[hours.default]\n[[reserve]]\nclass = 'balloon'\n", "utf-8-sig")
    made = plan(desk, ask("A", "09:00", "10:00", 60))
    assert [note["code"] for note in made["notes"]] == ["schedule.note_never_open", "schedule.note_reserve"]
    assert refused(desk)["A"]["reason"] == "closed"


@pytest.mark.parametrize(
    ("name", "text", "part"),
    [
        ("calendar.toml", "zone = 'Mars/Base'\n", "zone"),
        ("calendar.toml", "[hours.default]\nworkday = ['18:00-08:00']\n", "workday"),
        ("calendar.toml", "surprise = 1\n", "surprise"),
        ("calendar.toml", "[[reserve]]\nclass = 'car'\ntier = 'royal'\n", "tier"),
        ("calendar.toml", "[[maintenance]]\nclass = 'car'\nfrom = '0001-01-01'\nto = '2026-12-01'\n", "1900"),
        ("calendar.toml", "= broken", "calendar.toml"),
        ("rooms.csv", "name\nx\n", "id"),
        ("rooms.csv", "id,capacity\nr,many\n", "capacity"),
        ("rooms.csv", "id,capabilities\nr,seats>=3\n", "capabilities"),
        ("rooms.csv", "id\nr\nr\n", "id"),
        ("requests.csv", "id,minutes\nx,5\n", "earliest"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_line(desk: Desk, name: str, text: str, part: str) -> None:
    (desk / "requests.csv").write_text(HEAD + ask("A", "09:00", "10:00", 60), "utf-8")
    (desk / name).write_text(text, "utf-8")
    files = ("--requests", "requests.csv", "--resources", "rooms.csv", "--calendar", "calendar.toml", "--out", "out")
    assert part in desk.fails("resources", "schedule", *files, code=3)
    assert not (desk / "out").exists()


BOOKED = f"""\
id,resource,start,end,tier,preemptable,notice_minutes,state,series
B-1,room-1,{DAY}09:00+08:00,{DAY}11:00+08:00,normal,yes,30,confirmed,
B-2,room-2,{DAY}09:00+08:00,{DAY}10:00+08:00,best-effort,yes,30,confirmed,
B-3,room-2,{DAY}10:00+08:00,{DAY}11:00+08:00,statutory,no,0,confirmed,
B-4,room-2,{DAY}09:00+08:00,{DAY}10:00+08:00,normal,no,0,waiting,
B-5,room-1,{DAY}09:00+08:00,{DAY}10:00+08:00,normal,no,0,waiting,
"""
STATE = ("--resources", "rooms.csv", "--bookings", "booked.csv", "--calendar", "calendar.toml")
NOW = ("--now", f"{DAY}08:00+08:00")


def test_an_emergency_displaces_the_lowest_and_says_where_it_can_go(desk: Desk) -> None:
    (desk / "booked.csv").write_text(BOOKED, "utf-8")
    row = f'F,fire,emergency,1,60,{DAY}09:00+08:00,{DAY}10:00+08:00,"room",,,,\n'
    (desk / "flood.csv").write_text(HEAD + row, "utf-8")
    made = desk.reads("resources", "preempt", "--requests", "flood.csv", *STATE, *NOW, "--out", "made")
    assert (made["served"], made["displaced"], made["minimal"]) == (1, 1, True)
    assert made["victims"][0]["booking"] == "B-2"
    assert made["victims"][0]["other_start"] == f"{DAY}11:00+08:00"
    late = desk.reads(
        "resources", "preempt", "--requests", "flood.csv", *STATE, "--now", f"{DAY}08:45+08:00", "--out", "made"
    )
    assert late["rejected"][0]["reason"] == "immovable", "no notice is left"


def test_a_cancellation_promotes_who_waits_for_that_room(desk: Desk) -> None:
    (desk / "booked.csv").write_text(BOOKED, "utf-8")
    made = desk.reads("resources", "cancel", "B-2", *STATE, *NOW, "--out", "new")
    assert [(one["id"], one["after"]) for one in made["changes"]] == [("B-2", "cancelled"), ("B-4", "confirmed")]
    states = {row["id"]: row["state"] for row in rows(desk / "new" / "bookings.csv")}
    assert states == {
        "B-1": "confirmed", "B-2": "cancelled", "B-3": "confirmed", "B-4": "confirmed", "B-5": "waiting"
    }  # fmt: skip
    assert "B-99" in desk.fails("resources", "cancel", "B-99", *STATE, *NOW, "--out", "other", code=3)


def test_a_series_that_nobody_comes_to_is_released(desk: Desk) -> None:
    """indico#1426: a weekly series stayed booked though nobody ever came."""
    weeks = "".join(
        f"W#{n},room-1,2026-12-{day:02}T09:00+08:00,2026-12-{day:02}T10:00+08:00,normal,no,0,{state},weekly\n"
        for n, (day, state) in enumerate(((1, "no-show"), (8, "confirmed"), (15, "confirmed"), (22, "confirmed")), 1)
    )
    (desk / "booked.csv").write_text(BOOKED.splitlines()[0] + "\n" + weeks, "utf-8")
    (desk / "calendar.toml").write_text("no_show_minutes = 15\nseries_no_shows = 2\n", "utf-8")
    made = desk.reads("resources", "cancel", *STATE, "--now", "2026-12-08T09:20+08:00", "--out", "new")
    assert [(one["id"], one["why"]) for one in made["changes"]] == [
        ("W#2", "no_show"), ("W#3", "series_released"), ("W#4", "series_released")
    ]  # fmt: skip
    slot = desk.reads(
        "resources",
        "earliest",
        *STATE,
        "--needs",
        "projector, room",
        "--minutes",
        "60",
        "--after",
        "2026-12-15T09:00+08:00",
    )["slots"][0]
    assert slot["start"] == "2026-12-15T09:00+08:00" or slot["resource"] == "room-1"


def test_the_earliest_slot_goes_round_what_is_booked_and_closed(desk: Desk) -> None:
    (desk / "booked.csv").write_text(BOOKED, "utf-8")
    ask_for = ("resources", "earliest", *STATE, "--after", f"{DAY}08:00+08:00")
    slots = desk.reads(*ask_for, "--needs", "room", "--minutes", "60")["slots"]
    assert [(one["resource"], one["start"][11:16]) for one in slots] == [("room-1", "11:00"), ("room-2", "11:00")]
    together = desk.reads(*ask_for, "--needs", "room; car; driver", "--minutes", "90")["slots"]
    assert together[0]["resource"] == "room-1 + car-1 + driver-1"
    assert together[0]["start"] == f"{DAY}13:30+08:00"
    assert "sauna" in desk.fails(*ask_for, "--needs", "sauna", "--minutes", "60", code=3)
    desk.fails("resources", "earliest", *STATE, "--minutes", "60", "--after", f"{DAY}08:00", code=2)


def test_projects_end_as_early_as_they_can(desk: Desk) -> None:
    (desk / "jobs.csv").write_text("id,minutes,uses,after\na,3,crew=2,\nb,4,crew=2,\nc,2,crew,a\n", "utf-8")
    (desk / "crews.csv").write_text("id,capacity\ncrew,3\n", "utf-8")
    made = desk.reads("resources", "projects", "jobs.csv", "--resources", "crews.csv", "--out", "made")
    assert (made["makespan"], made["optimal"]) == (7, True)
    (desk / "jobs.csv").write_text("id,minutes,uses,after\na,3,,b\nb,4,,a\n", "utf-8")
    failed = ("resources", "projects", "jobs.csv", "--resources", "crews.csv", "--out", "other")
    assert "a, b" in desk.fails(*failed, code=3)
    (desk / "jobs.csv").write_text("id,minutes,uses,after\na,3,crew=9,\n", "utf-8")
    assert "9" in desk.fails(*failed, code=3)
    (desk / "jobs.csv").write_text("id,minutes,uses\na,3,crew=1 ;crew=2\n", "utf-8")
    assert "uses" in desk.fails(*failed, code=3)
    (desk / "jobs.csv").write_text("id,minutes\na,3\n", "utf-8")
    (desk / "crews.csv").write_text("id,capacity\ncrew,3\ncrew,1\n", "utf-8")
    assert "row 2" in desk.fails(*failed, code=3)


@pytest.mark.parametrize(
    "text",
    [
        "2 1\n3\n-5 1 1 2\n0 0 0",
        "2 1\n3\n5 1 1 0\n0 0 0",
        "2 1\n3\n5 1 1 2\n0 0 0 7",
        "1000000000 1\n3",
    ],
)
def test_an_instance_that_no_project_can_be_is_refused(desk: Desk, text: str) -> None:
    (desk / "x.rcp").write_text(text, "utf-8")
    assert "x.rcp" in desk.fails("resources", "projects", "x.rcp", "--out", "made", code=3)


WISHES = ask("A", "09:00", "10:00", 60) + ask("B", "09:00", "10:00", 60) + ask("C", "09:00", "10:00", 60)


def varied(desk: Desk, *changes: str) -> dict[str, tuple[str, str, str, str]]:
    made = desk.reads("resources", "whatif", "out", *(part for one in changes for part in ("--set", one)))
    assert made["changed"] == len(made["requests"])
    fields = ("before_resource", "before_reason", "after_resource", "after_reason")
    return {row["id"]: tuple(row[field] for field in fields) for row in made["requests"]}


def test_what_if_nothing_changed_nothing_changes(desk: Desk) -> None:
    plan(desk, WISHES + BAD["endless"], "--seed", "3")
    before = sorted((path, path.read_bytes()) for path in (desk / "out").rglob("*") if path.is_file())
    assert varied(desk) == {}
    assert varied(desk, "resources.hall.capacity=1", "requests.A.minutes=60") == {}
    assert before == sorted((path, path.read_bytes()) for path in (desk / "out").rglob("*") if path.is_file())


def test_what_if_says_who_would_win_and_who_would_lose(desk: Desk) -> None:
    (desk / "booked.csv").write_text(BOOKED, "utf-8")
    plan(desk, WISHES, "--bookings", "booked.csv")
    assert refused(desk).keys() == {"A", "B", "C"}, "both rooms are booked at nine"
    one = {"A": ("", "booked", "room-2", "")} | dict.fromkeys("BC", ("", "booked", "", "taken"))
    assert varied(desk, "bookings.B-2.state=cancelled") == varied(desk, "bookings.B-2=none") == one
    two = varied(desk, "bookings.B-1.state=cancelled", "resources.room-1.capacity=2", "requests.A=none")
    assert two == {"A": ("", "booked", "", ""), "B": ("", "booked", "room-1", ""), "C": ("", "booked", "room-1", "")}
    assert varied(desk, f"requests.C.latest={DAY}12:00+08:00") == {"C": ("", "booked", "room-1", "")}
    closed = ("room-1", "room-2")
    shut = [f"closed.{name}={DAY}08:00+08:00/{DAY}18:00+08:00" for name in closed]
    assert {row[3] for row in varied(desk, *shut).values()} == {"closed"}
    assert "3 requests" in desk.types("resources", "whatif", "out", "--set", shut[0], "--set", shut[1]).stdout


@pytest.mark.parametrize(
    ("change", "code", "part"),
    [
        ("speed.A=1", 2, "speed.A"),
        ("requests.A.colour=red", 2, "minutes"),
        ("closed.room-1=noon", 2, "noon"),
        (f"closed.room-1={DAY}09:00/{DAY}10:00", 2, "room-1"),
        ("requests.Z.minutes=5", 3, "requests.Z"),
        ("bookings.B-1.state=cancelled", 3, "bookings.B-1"),
        ("requests.Z=none", 3, "There is no requests.Z"),
        ("bookings.B-1=none", 3, "There is no bookings.B-1"),
        ("closed.attic=noon", 3, "attic"),
        ("resources.hall.capacity=many", 3, "many"),
    ],
)
def test_what_if_of_something_that_makes_no_sense_is_one_clear_line(
    desk: Desk, change: str, code: int, part: str
) -> None:
    plan(desk, WISHES)
    assert part in desk.fails("resources", "whatif", "out", "--set", change, code=code)


def test_what_if_needs_a_schedule_with_its_inputs(desk: Desk) -> None:
    plan(desk, WISHES)
    (desk / "out" / "inputs" / "settings.json").unlink()
    assert "out" in desk.fails("resources", "whatif", "out", code=3)
    assert "nowhere" in desk.fails("resources", "whatif", "nowhere", code=3)


def test_changing_over_between_families_of_jobs_takes_its_time(desk: Desk) -> None:
    jobs = "id,minutes,uses,after,family\na,30,press,,red\nb,30,press,,blue\nc,30,press,,red\n"
    (desk / "jobs.csv").write_text(jobs, "utf-8")
    (desk / "crews.csv").write_text("id,capacity\npress,1\ncrew,3\n", "utf-8")
    head = "resource,from,to,minutes\n"
    (desk / "setups.csv").write_text(head + "press,red,blue,45\npress,blue,red,20\npress,green,red,5\n", "utf-8")
    files = ("resources", "projects", "jobs.csv", "--resources", "crews.csv", "--out", "made")
    assert desk.reads(*files)["makespan"] == 90
    made = desk.reads(*files, "--setups", "setups.csv")
    assert (made["makespan"], made["optimal"], made["complete"]) == (110, True, True), "blue first"
    assert made["jobs"][0]["id"] == "b"
    assert [(note["code"], note["name"]) for note in made["notes"]] == [("schedule.note_family", "green")]
    for bad, named in (("crew,red,red,5\n", "crew"), ("mill,red,red,5\n", "mill"), ("press,red,blue,soon\n", "soon")):
        (desk / "setups.csv").write_text(head + bad, "utf-8")
        assert named in desk.fails(*files, "--setups", "setups.csv", code=3)


def test_a_run_that_must_stop_early_says_so(desk: Desk) -> None:
    made = plan(desk, "".join(ask(f"Q{n}", "09:00", "12:00", 30) for n in range(30)), "--seconds", "60")
    assert made["complete"] is True
    assert json.loads((desk / "out" / "summary.json").read_text("utf-8"))["format"] == "schedule@1"
