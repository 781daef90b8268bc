"""The resource engine through its doors: files in, a checked folder out, an explanation, bad files told in a line."""

import json
from pathlib import Path
from typing import Any

import pytest

from ronghe import resources
from ronghe.cli import main
from ronghe.terms import InputError

DEMANDS = """id,department,project,tier,weight,bundle,demand_gpu,demand_cpu
D-001,health,imaging,normal,1,,24,96
D-002,health,records,statutory,1,,0,64
D-003,transport,signals,normal,2,,30,120
D-004,transport,planning,normal,1,4,16,32
D-005,education,,normal,1,,20,200
D-006,emergency,,emergency,1,,8,40
"""
SUPPLY = "resource,department,unit,capacity,unit_cost\ngpu,,hours,64,35\ncpu,,hours,400,0.5\n"
POLICY = """tiers = ["emergency", "statutory", "normal"]
[departments.health]
weight = 2
quota = { gpu = 20, cpu = 80 }
lend = { gpu = 10 }
[departments.transport]
quota = { gpu = 8 }
borrow = { gpu = 16 }
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RONGHE_LANG", "en")
    for name, text in (("demands.csv", DEMANDS), ("supply.csv", SUPPLY), ("policy.toml", POLICY)):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["resources", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


ALLOCATE = ("allocate", "--demands", "demands.csv", "--supply", "supply.csv", "--policy", "policy.toml", "--out", "out")


def test_from_files_to_a_checked_and_explained_allocation(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = told(capsys, *ALLOCATE)
    assert {line["resource"]: line["granted"] for line in made["resources"]} == {"gpu": 64, "cpu": 360}
    assert told(capsys, "verify", "out") == {"folder": "out", "valid": True, "demands": 6, "faults": []}
    assert main(["verify", "out", "--quiet"]) == 0
    why = told(capsys, "explain", "out", "D-005")
    assert (why["kind"], why["resource"], why["fraction"]) == ("capacity", "gpu", pytest.approx(0.4))
    assert why["above"][0]["right"] == "tier"
    assert "out" in run(capsys, "verify", "out")[1]
    assert "gpu is used up" in run(capsys, "explain", "out", "D-005")[1]
    before = (files / "out" / "allocation.csv").read_bytes()
    told(capsys, *ALLOCATE)
    assert (files / "out" / "allocation.csv").read_bytes() == before


def test_what_if_nothing_changed_nothing_changes(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, *ALLOCATE)
    assert told(capsys, "whatif", "out")["changed"] == 0
    assert told(capsys, "whatif", "out", "--set", "capacity.gpu=64")["changed"] == 0
    more = told(capsys, "whatif", "out", "--set", "capacity.gpu=1000", "--set", "capacity.cpu=1000")
    assert {row["id"]: row["after"] for row in more["demands"]}["D-005"] == 1
    assert told(capsys, "whatif", "out", "--set", "cap.emergency.gpu=2")["changed"] > 0
    assert told(capsys, "whatif", "out", "--set", "demand.D-006.gpu=1")["changed"] > 0


@pytest.mark.parametrize(
    "change",
    ["capacity.gold=1", "weight.nobody=2", "quota.health.gold=1", "quota.health.gpu@north=1", "demand.D-9.gpu=1"],
)
def test_what_if_of_something_that_is_not_there(files: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    told(capsys, *ALLOCATE)
    assert run(capsys, "whatif", "out", "--set", change)[0] == 3


@pytest.mark.parametrize(
    "change",
    ["speed.gpu=1", "capacity.gpu=many", "capacity.gpu=-1", "capacity.gpu=1e308", "weight.health=0", "weight=1"],
)
def test_what_if_of_something_that_makes_no_sense(files: Path, capsys: pytest.CaptureFixture[str], change: str) -> None:
    told(capsys, *ALLOCATE)
    assert run(capsys, "whatif", "out", "--set", change)[0] == 2


PROJECTS = POLICY + "[departments.health.projects.imaging]\nquota = { gpu = 12, cpu = 48 }\nlend = { gpu = 0 }\n"


def test_a_project_has_a_guarantee_that_is_published_checked_and_varied(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "policy.toml").write_text(PROJECTS, "utf-8")
    told(capsys, *ALLOCATE)
    head = (files / "out" / "allocation.csv").read_text("utf-8").splitlines()[0].split(",")
    assert "by_project" in head
    assert told(capsys, "verify", "out")["valid"]
    assert told(capsys, "whatif", "out")["changed"] == 0
    assert told(capsys, "whatif", "out", "--set", "cap.health/imaging.gpu=13")["changed"] > 0
    code, _, err = run(capsys, "whatif", "out", "--set", "quota.health/imaging.gpu=21")
    assert code == 4
    assert "imaging 21" in err
    assert run(capsys, "whatif", "out", "--set", "weight.health/nothing=2")[0] == 3


def test_an_altered_allocation_is_not_valid(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, *ALLOCATE)
    path = files / "out" / "allocation.csv"
    path.write_text(path.read_text("utf-8").replace("D-005,0.4,", "D-005,0.45,"), "utf-8")
    code, out, _ = run(capsys, "verify", "out")
    assert code == 4
    assert "D-005" in out


BAD = [
    ("demands.csv", DEMANDS.replace("24,96", "-24,96"), "row 1"),
    ("demands.csv", DEMANDS.replace("24,96", "NaN,96"), "row 1"),
    ("demands.csv", DEMANDS.replace("24,96", "1e99,96"), "row 1"),
    ("demands.csv", DEMANDS.replace("24,96", "many,96"), "many"),
    ("demands.csv", DEMANDS.replace("D-002", "D-001"), "D-001"),
    ("demands.csv", DEMANDS.replace("D-002,health", "D-002,"), "department"),
    ("demands.csv", DEMANDS.replace("planning,normal", "planning,later"), "later"),
    ("demands.csv", DEMANDS.replace("normal,1,4", "normal,1,4.5"), "4.5"),
    ("demands.csv", DEMANDS.replace("normal,2,", "normal,0,"), "weight"),
    ("demands.csv", DEMANDS.replace("demand_", ""), "demand_"),
    ("demands.csv", DEMANDS.splitlines()[0] + "\n", "no rows"),
    ("supply.csv", SUPPLY.replace("64", "-64"), "capacity"),
    ("supply.csv", SUPPLY.replace("capacity", "size"), "capacity"),
    ("policy.toml", POLICY.replace("quota", "quotum"), "quotum"),
    ("policy.toml", POLICY.replace("gpu = 20", "gpu = -20"), "gpu"),
    ("policy.toml", POLICY.replace("gpu = 20", "gold = 20"), "gold"),
    ("policy.toml", POLICY.replace("lend = { gpu = 10 }", "lend = { gpu = 30 }"), "lend"),
    ("policy.toml", "tiers = [", "policy.toml"),
    ("policy.toml", PROJECTS.replace("gpu = 12", "gold = 12"), "health / imaging"),
    ("policy.toml", PROJECTS.replace("lend = { gpu = 0 }", "lend = { gpu = 13 }"), "projects.imaging.lend.gpu"),
    ("policy.toml", PROJECTS.replace("gpu = 12", "gpu = -12"), "projects.imaging.quota.gpu"),
]


@pytest.mark.parametrize(("name", "text", "said"), BAD)
def test_bad_input_is_one_clear_line_and_nothing_is_lost(
    files: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, said: str
) -> None:
    told(capsys, *ALLOCATE)
    before = (files / "out" / "allocation.csv").read_bytes()
    (files / name).write_text(text, "utf-8")
    code, out, err = run(capsys, *ALLOCATE)
    assert (code, out, err.count("\n")) == (3, "", 1)
    assert said in err
    assert (files / "out" / "allocation.csv").read_bytes() == before


def test_guarantees_above_the_supply_are_refused_by_name(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "policy.toml").write_text(POLICY.replace("gpu = 20", "gpu = 60"), "utf-8")
    code, _, err = run(capsys, *ALLOCATE)
    assert code == 4
    assert "health 60, transport 8" in err


def test_one_can_ask_for_more_than_there_is(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "demands.csv").write_text("id,department,demand_gpu,demand_tape\n1,卫生,640,\n2,教育,1,2\n", "utf-8")
    code, out, err = run(capsys, "allocate", "--demands", "demands.csv", "--supply", "supply.csv", "--out", "out")
    assert code == 0, err
    assert "1,000.0%" in out
    assert "Nobody supplies tape" in out


def test_departments_projects_and_resources_that_nobody_asks_for_are_noted(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "[departments.nobody]\nweight = 2\n[departments.health.projects.none]\nweight = 2\n"
    (files / "policy.toml").write_text(POLICY + more, "utf-8")
    (files / "supply.csv").write_text(SUPPLY + "tape,,reels,5,1\n", "utf-8")
    notes = {note["code"]: note for note in told(capsys, *ALLOCATE)["notes"]}
    assert notes["resources.note_department"]["department"] == "nobody"
    assert notes["resources.note_project"]["project"] == "none"
    assert notes["resources.note_unasked"]["resource"] == "tape"


def test_heavy_users_yield_and_the_future_does_not_count(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["department,resource,at,amount", "education,gpu,2026-01-01T00:00:00Z,90", "health,gpu,2027-01-01,5", ""]
    (files / "usage.csv").write_text("\n".join(rows), "utf-8")
    assert run(capsys, *ALLOCATE, "--history", "usage.csv")[0] == 3
    made = told(capsys, *ALLOCATE, "--history", "usage.csv", "--now", "2026-01-02T00:00:00+00:00")
    assert [note["code"] for note in made["notes"]] == ["resources.note_future"]
    education = next(line for line in made["departments"] if line["department"] == "education")
    plain = told(capsys, *ALLOCATE)
    assert (
        education["satisfied"] <= next(d for d in plain["departments"] if d["department"] == "education")["satisfied"]
    )


ONE = "resource,demand,weight,priority,status,note\n100,80,2,1,available,x\n50,0,1,1,available,y\n20,30,1,2,busy,z\n"
TWO = "resource,demand,weight,priority,status\n0,60,1,2,available\n40,90,,1,available\n10,5,1,1,broken\n"
THREE = "resource,demand,weight,priority,status\n30,abc,1,1,available\n30,70,3,1,可用\n"


def test_the_files_of_the_article_are_shared(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"resource{number}.csv" for number in (1, 2, 3)]
    for name, text in zip(names, (ONE, TWO, THREE), strict=True):
        (files / name).write_text(text, "utf-8")
    (files / "shares.csv").write_text("department,amount,share\nresource1,30,0.9\nresource2,10,0.5\n", "utf-8")
    made = told(capsys, "share", *names, "--out", "shared", "--shares", "shares.csv")
    assert made["degree"] == pytest.approx(0.8)
    assert [row["id"] for row in made["ranking"]][:2] == ["resource2:1", "resource3:2"]
    assert sum(row["granted"] for row in made["ranking"]) == pytest.approx(220)
    assert [one["code"] for one in made["left_out"]] == [
        "resources.left_status",
        "resources.left_unknown_status",
        "resources.left_number",
    ]
    assert len(made["ranking"]) + len(made["left_out"]) == 8
    assert "note" in (files / "shared" / "given" / "resource1.csv").read_text("utf-8").splitlines()[0]
    assert told(capsys, "verify", "shared")["valid"]
    code, out, _ = run(capsys, "share", *names, "--out", "plain")
    assert code == 0
    assert "readiness only" in out


def test_files_of_which_nothing_is_available_are_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "one.csv").write_text("resource,demand,status\n1,1,busy\n", "utf-8")
    code, _, err = run(capsys, "share", "one.csv", "--out", "shared")
    assert code == 3
    assert "None of the 1 rows" in err
    assert "one, row 1 left out: its status is busy" in err


def test_priorities_that_differ_late_are_kept_apart_and_can_be_checked(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "resource,demand,priority\n5,10,20260101\n5,10,20260102\n"
    (files / "one.csv").write_text(rows, "utf-8")
    ranking = told(capsys, "share", "one.csv", "--out", "shared")["ranking"]
    assert [(row["id"], row["granted"]) for row in ranking] == [("one:2", 10), ("one:1", 0)]
    assert told(capsys, "verify", "shared")["valid"]
    assert "20260102" in run(capsys, "share", "one.csv", "--out", "shared")[1]


def test_the_python_face(files: Path) -> None:
    made = resources.allocate("demands.csv", "supply.csv", policy="policy.toml", out="out")
    assert made.summary["demands"] == 6
    assert resources.verify("out").faults == ()
    assert resources.explain("out", "D-003").kind == "department"
    assert resources.whatif("out", {}).count == 0
    with pytest.raises(InputError):
        resources.explain("out", "D-999")
    with pytest.raises(InputError):
        resources.verify("elsewhere")


def test_what_would_have_sufficed_is_said_as_one_change_and_suffices(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, *ALLOCATE)
    code, out, _ = run(capsys, "explain", "out", "D-005")
    assert code == 0
    (line,) = [line for line in " ".join(out.split()).split(".") if "would have got all" in line]
    assert "76 of gpu instead of 64, and 480 of cpu instead of 400" in line
    both = told(capsys, "whatif", "out", "--set", "capacity.gpu=76", "--set", "capacity.cpu=480")["demands"]
    assert {one["id"]: one["after"] for one in both}["D-005"] == pytest.approx(1)
    alone = told(capsys, "whatif", "out", "--set", "capacity.gpu=76")["demands"]
    assert {one["id"]: one["after"] for one in alone}["D-005"] < 0.99


def test_a_partition_that_has_none_is_noted(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "policy.toml").write_text(POLICY + 'cap = { "gpu@north" = 3 }\n', "utf-8-sig")
    notes = told(capsys, *ALLOCATE)["notes"]
    assert ("resources.note_partition", "gpu@north") in [(one["code"], one.get("resource")) for one in notes]
