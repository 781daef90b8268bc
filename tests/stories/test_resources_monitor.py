"""Monitoring through the command line: alarms, own rules, forecasts, waste, the degree, and odd series."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ronghe.cli import main

SERIES = """at,department,resource,used,quota,double_bookings
2026-01-05T08:00:00+08:00,health,gpu,50,80,0
2026-01-05T09:00:00+08:00,health,gpu,66,80,0
2026-01-05T10:00:00+08:00,health,gpu,75,80,0
2026-01-05T11:00:00+08:00,health,gpu,76,80,0
2026-01-05T12:00:00+08:00,health,gpu,40,80,0
2026-01-05T08:00:00+08:00,transport,hall,3,10,0
2026-01-05T09:00:00+08:00,transport,hall,3,10,1
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RONGHE_LANG", "en")
    (tmp_path / "usage.csv").write_text(SERIES, "utf-8")
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


MONITOR = ("monitor", "--series", "usage.csv", "--out", "alarms.csv")


def test_alarms_go_through_their_states_and_into_the_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = told(capsys, *MONITOR, "--metrics", "metrics.txt")
    states = [(one["rule"], one["severity"], one["state"]) for one in made["alarms"]]
    assert ("quota_near_end", "red", "firing") in states
    assert ("quota_near_end", "green", "resolved") in states
    assert ("double_booking", "red", "firing") in states
    lines = (folder / "alarms.csv").read_text("utf-8").splitlines()
    assert len(lines) == len(made["alarms"]) + 1
    assert (folder / "metrics.txt").read_text("utf-8").endswith("# EOF\n")


def test_rules_of_a_file_replace_those_of_the_same_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules.toml").write_text('[[rules]]\nname = "quota_near_end"\nvalue = "used"\nof = "quota"\nred = 0.99\n')
    made = told(capsys, *MONITOR, "--rules", "rules.toml")
    assert {one["rule"] for one in made["alarms"]} == {"double_booking", "idle_reserve"}
    (folder / "rules.toml").write_text('[[rules]]\nname = "x"\nvalue = "used"\nlimit = 0.99\n')
    code, _, err = run(capsys, *MONITOR, "--rules", "rules.toml")
    assert code == 3
    assert "limit" in err


LIMITED = 'name = "x"\nvalue = "used"\nred = 1\n'


@pytest.mark.parametrize(
    "rule",
    [
        'name = "x"',
        'name = "x"\nvalue = "gold"',
        'name = "x"\nvalue = "used"\nred = -1',
        'name = "x"\nvalue = "used"\nred = nan',
        'name = "x"\nvalue = "used"\nred = inf',
        'name = "x"\nvalue = "used"',
        'name = " "\nvalue = "used"\nred = 1',
        'name = "{{x}}"\nvalue = "used"\nred = 1',
        'name = "a\\nb"\nvalue = "used"\nred = 1',
        LIMITED + 'below = "no"',
        LIMITED + "idle = true",
        LIMITED + 'kind = "forecast"',
        LIMITED + 'kind = "forecast"\nof = "quota"\nhorizon = 0',
        LIMITED + "for_seconds = 99999999999999999999",
        LIMITED + "[[rules]]\n" + LIMITED,
    ],
)
def test_rules_that_make_no_sense_are_told(folder: Path, capsys: pytest.CaptureFixture[str], rule: str) -> None:
    (folder / "rules.toml").write_text(f"[[rules]]\n{rule}\n")
    assert run(capsys, *MONITOR, "--rules", "rules.toml")[0] == 3


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (",50,80", ",-50,80", "-50"),
        (",50,80", ",many,80", "many"),
        ("2026-01-05T10", "2026-13-05T10", "row 3"),
        ("2026-01-05T10", "0001-01-01T00", "1900"),
        ("2026-01-05T10", "9999-12-31T23", "2200"),
        (",hall,3,10,0", ",,3,10,0", "resource"),
        ("used,quota,double_bookings", "a,b,c", "used"),
    ],
)
def test_bad_series_are_told_in_a_line(
    folder: Path, capsys: pytest.CaptureFixture[str], before: str, after: str, said: str
) -> None:
    (folder / "usage.csv").write_text(SERIES.replace(before, after), "utf-8")
    code, _, err = run(capsys, *MONITOR)
    assert (code, err.count("\n")) == (3, 1)
    assert said in err


def test_a_clock_that_is_set_back_gaps_and_late_points_are_noted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = SERIES.replace("T11:00:00+08:00,health", "T09:00:00+08:00,health").replace("T12:00:00", "T23:00:00")
    (folder / "usage.csv").write_text(odd, "utf-8")
    notes = told(capsys, *MONITOR)["notes"]
    (series,) = [note for note in notes if note["code"] == "resources.note_series"]
    assert (series["repeated"], series["late"], series["gaps"]) == (1, 1, 1)


def test_a_forecast_has_a_row_for_each_hour_and_tells_short_series(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"2026-01-{1 + h // 24:02d}T{h % 24:02d}:00:00Z,health,gpu,{10 + h % 24}" for h in range(24 * 12)]
    rows.append("2026-01-01T00:00:00Z,transport,hall,1")
    (folder / "usage.csv").write_text("\n".join(["at,department,resource,used", *rows, ""]), "utf-8")
    made = told(capsys, "forecast", "--series", "usage.csv", "--out", "forecast.csv", "--horizon", "24")
    assert [row["forecast"] for row in made["forecast"]] == pytest.approx([10 + h for h in range(24)])
    assert [note["code"] for note in made["notes"]] == ["resources.note_short"]
    assert len((folder / "forecast.csv").read_text("utf-8").splitlines()) == 25


def test_waste_and_the_degree(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "quota.csv").write_text("department,resource,quota\nhealth,gpu,200\nnobody,gpu,5\n", "utf-8")
    made = told(capsys, "reclaim", "--usage", "usage.csv", "--quota", "quota.csv")
    assert made["reclaim"][0]["lends"] == pytest.approx(200 - 76 * 1.2)
    assert made["notes"][-1]["code"] == "resources.note_unmeasured"
    head = "department,resource,annual_cost,capacity,used_by_others,idle,bookable,requests,granted,honored\n"
    (folder / "hours.csv").write_text(head + "a,hall,100,1000,200,300,150,10,8,6\n", "utf-8")
    found = told(capsys, "degree", "hours.csv")
    assert found["degree"] == found["departments"][0]["W"] == pytest.approx((200 + 150 * 0.8) / 500 * 0.75)
    assert found["departments"][0]["rows"][0]["idle"] == 300
    (folder / "hours.csv").write_text(head + "a,hall,100,400,200,300,150,10,8,6\n", "utf-8")
    assert run(capsys, "degree", "hours.csv")[0] == 3


def test_prometheus_rules_are_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "rules", "--prometheus")
    assert code == 0
    assert out.startswith("groups:\n")
    assert "floor_not_honored" in run(capsys, "rules")[1]


@pytest.mark.slow
def test_follow_judges_again_when_the_series_grows_and_stops_when_asked(folder: Path) -> None:
    command = [sys.executable, "-m", "ronghe", "resources", *MONITOR, "--follow", "--quiet"]
    with subprocess.Popen(command, env=os.environ, stderr=subprocess.PIPE) as process:
        first = _grown(folder / "alarms.csv", 0)
        (folder / "usage.csv").write_text(SERIES + "2026-01-05T10:00:00+08:00,transport,hall,3,10,2\n", "utf-8")
        (folder / "usage.csv").write_text(SERIES.replace("hall,3,10,1", "hall,3,10,0"), "utf-8")
        assert _grown(folder / "alarms.csv", first) != first
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130


def _grown(path: Path, size: int) -> int:
    """The size of a file once it is another."""
    for _ in range(300):
        if path.is_file() and path.stat().st_size != size:
            return path.stat().st_size
        time.sleep(0.1)
    raise AssertionError(f"{path} did not change")


def test_nothing_is_written_over_what_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ("monitor", "--series", "usage.csv", "--out", "usage.csv"),
        ("monitor", "--series", "usage.csv", "--out", "a.csv", "--metrics", "./a.csv"),
        ("forecast", "--series", "usage.csv", "--out", str(folder / "usage.csv")),
    ):
        code, _, err = run(capsys, *arguments)
        assert (code, err.count("\n")) == (3, 1)
    assert (folder / "usage.csv").read_text("utf-8") == SERIES
    assert not (folder / "a.csv").exists()


def test_a_time_far_from_the_others_is_told_and_not_filled_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seconds = "".join(f"2026-01-01T00:00:{second:02d}Z,health,gpu,{second}\n" for second in range(60))
    (folder / "usage.csv").write_text(f"at,department,resource,used\n1926-01-01,health,gpu,1\n{seconds}", "utf-8")
    made = told(capsys, "forecast", "--series", "usage.csv", "--season", "2", "--out", "forecast.csv")
    assert made["forecast"] == []
    assert "resources.note_sparse" in [note["code"] for note in made["notes"]]


def test_a_quota_that_stands_twice_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "quota.csv").write_text("department,resource,quota\nhealth,gpu,80\nhealth,gpu,90\n", "utf-8")
    code, _, err = run(capsys, "reclaim", "--usage", "usage.csv", "--quota", "quota.csv")
    assert code == 3
    assert "health / gpu" in err


def test_a_rule_file_of_an_editor_that_marks_utf_8_is_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rules.toml").write_text("[[rules]]\n" + LIMITED, "utf-8-sig")
    assert "x" in {one["rule"] for one in told(capsys, *MONITOR, "--rules", "rules.toml")["alarms"]}
