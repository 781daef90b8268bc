"""Whole stories through the command line: a messy file becomes a checked table, a folder becomes a publication."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.stories.desk import Desk, without_settings

PEOPLE = """身份证号,姓名,收入（万元）
11010519491231002X,张 三,1.5
110105194912310021,李四,3
11010519491231002x,王五,三
440308199901101512,赵六,2
"""
SCHEMA = {
    "fields": [
        {"name": "身份证号", "ronghe:element": "citizen_id", "constraints": {"required": True}},
        {"name": "姓名", "ronghe:element": "person_name"},
        {"name": "收入（万元）", "ronghe:element": "money"},
    ]
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    """A desk with a messy table and a schema, on a machine without settings."""
    folder = tmp_path / "a desk"
    folder.mkdir()
    (folder / "people.csv").write_text(PEOPLE, "gb18030")
    (folder / "schema.json").write_text(json.dumps(SCHEMA), "utf-8")
    without_settings(monkeypatch, folder / "home")
    monkeypatch.chdir(folder)
    return Desk(folder, capfd)


def test_a_table_is_standardized_verified_and_tampering_is_found(desk: Desk) -> None:
    result = desk.reads("data", "standardize", "people.csv", "--schema", "schema.json", "--out", "out")
    table = result["table"]
    assert table["rows_in"] == table["rows_published"] + table["rows_quarantined"] == 4
    assert table["encoding"] == "gb18030"
    assert pq.read_table(desk / "out" / "people.parquet").column("姓名").to_pylist() == ["张三", "王五", "赵六"]
    rejects = pq.read_table(desk / "out" / "private" / "people.rejects.parquet").to_pylist()
    assert [(row["_row"], row["_reasons"]) for row in rejects] == [(2, ["身份证号: check_digit: 110105194912310021"])]

    assert desk.reads("verify", "out")["whole"] is True
    with (desk / "out" / "people.parquet").open("ab") as file:
        file.write(b"x")
    broken = desk.types("verify", "out", code=3)
    assert "people.parquet" in broken.stdout


def test_the_next_steps_that_a_command_names_can_be_typed(desk: Desk) -> None:
    shown = desk.types("data", "standardize", "people.csv", "--schema", "schema.json", "--out", "my out").stdout
    assert "4 rows in = 3 published (75.0%) + 1 quarantined" in shown
    command = next(line for line in shown.splitlines() if "ronghe verify" in line)
    assert command.strip() == "ronghe verify 'my out'"
    assert "is whole" in desk.types("verify", "my out").stdout


def test_a_profile_counts_every_row_and_masks_what_is_personal(desk: Desk) -> None:
    profile = desk.reads("data", "profile", "people.csv")
    assert profile["rows"] == 4
    shown = desk.types("data", "profile", "people.csv", "--lang", "zh").stdout
    assert "身份证号" in shown
    assert "11010519491231002X" not in shown
    assert "11010519491231002X" not in json.dumps(profile)


def test_a_proposed_schema_standardizes_the_file_it_was_proposed_for(desk: Desk) -> None:
    desk.types("data", "propose", "people.csv", "-o", "proposed.json")
    fields = {field["name"]: field for field in json.loads((desk / "proposed.json").read_text("utf-8"))["fields"]}
    assert fields["身份证号"]["ronghe:element"] == "citizen_id"
    result = desk.reads("data", "standardize", "people.csv", "--schema", "proposed.json", "--out", "out")
    assert result["table"]["rows_in"] == 4


def test_a_folder_of_files_is_shared_with_its_report(desk: Desk) -> None:
    files = desk / "files"
    files.mkdir()
    shutil.copy(desk / "people.csv", files)
    (files / "taxes.csv").write_text("code,amount\n01,5\n02,6\n", "utf-8")
    shared = desk.reads("data", "share", "files", "--out", "shared")
    assert [table["rows_in"] for table in shared["tables"]] == [4, 2]
    assert shared["rows_in"] == shared["rows_published"] + shared["rows_quarantined"] == 6
    assert shared["degree"] is None
    assert (desk / shared["report"]).is_file()
    assert desk.reads("verify", "shared")["rows_in"] == 6


def test_with_shares_there_is_a_degree(desk: Desk) -> None:
    (desk / "shares.csv").write_text("department,amount,share\ntax,30,0.9\nhealth,10,0.5\n", "utf-8")
    arguments = ("data", "share", "people.csv", "--shares", "shares.csv", "--out", "shared")
    assert desk.reads(*arguments)["degree"] == 0.8
    assert "0.8000" in desk.types(*arguments).stdout


def test_the_demo_city_is_the_same_on_every_day(desk: Desk) -> None:
    first = desk.reads("data", "demo", "--out", "city", "--rows", "600")
    made = (desk / "city" / "city.json").stat().st_mtime_ns
    assert desk.reads("data", "demo", "--out", "city", "--rows", "600") == first
    assert (desk / "city" / "city.json").stat().st_mtime_ns == made
    assert json.loads((desk / "city" / "city.json").read_text("utf-8"))["today"] == "2026-01-01"


def test_a_table_goes_to_excel_and_back_unchanged(desk: Desk) -> None:
    assert desk.reads("data", "convert", "people.csv", "people.xlsx")["rows"] == 4
    desk.types("data", "convert", "people.xlsx", "again.csv")
    assert (desk / "again.csv").read_text("utf-8").split() == PEOPLE.split()


def test_a_value_is_checked_and_a_bad_one_ends_with_3(desk: Desk) -> None:
    assert desk.reads("standards", "check", "money", "1.5万元")["value"] == "15000.00"
    bad = desk.types("standards", "check", "citizen_id", "110105194912310021", "--lang", "zh", code=3)
    assert "校验码" in bad.stdout
    elements = desk.reads("standards", "list")["elements"]
    assert {"citizen_id", "unified_credit_code", "region", "money"} <= {element["code"] for element in elements}
    assert desk.reads("standards", "show", "money")["name"]["zh"]


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("data", "profile", "absent.csv"), 3, "absent.csv"),
        (("data", "profile", "."), 3, "."),
        (("data", "standardize", "people.csv", "--schema", "absent.json", "--out", "out"), 3, "absent.json"),
        (("data", "standardize", "people.csv", "--schema", "people.csv", "--out", "out"), 3, "people.csv"),
        (("data", "standardize", "people.csv", "--schema", "schema.json", "--out", "files"), 4, "files"),
        (("data", "convert", "people.csv", "people.doc"), 2, "people.doc"),
        (("data", "share", "empty", "--out", "out"), 2, "empty"),
        (("verify", "empty"), 3, "empty"),
        (("standards", "show", "citizenid"), 3, "citizen_id"),
    ],
)
def test_what_cannot_be_done_is_one_line_with_its_code_and_nothing_half(
    desk: Desk, arguments: tuple[str, ...], code: int, named: str
) -> None:
    (desk / "empty").mkdir()
    (desk / "files").mkdir()
    (desk / "files" / "mine.txt").write_text("precious", "utf-8")
    for lang in ("zh", "en"):
        done = desk.types(*arguments, "--lang", lang, code=code)
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert named in done.stderr
    assert not (desk / "out").exists()
    assert (desk / "files" / "mine.txt").read_text("utf-8") == "precious"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_ends_with_130_and_leaves_the_old_publication(desk: Desk, number: signal.Signals) -> None:
    arguments = ["data", "standardize", "big.csv", "--schema", "schema.json", "--out", "out"]
    (desk / "big.csv").write_text(PEOPLE, "utf-8")
    desk.types(*arguments)
    before = (desk / "out" / "datapackage.json").read_bytes()
    lines = PEOPLE.splitlines(keepends=True)
    (desk / "big.csv").write_text(lines[0] + "".join(lines[1:]) * 200_000, "utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "ronghe", *arguments], cwd=desk.folder, stderr=subprocess.PIPE, text=True
    )
    work = desk / ".out.work"
    while not work.exists() and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(number)
    errors = process.communicate(timeout=60)[1]
    assert (process.returncode, errors.count("\n")) == (130, 1), errors
    assert (desk / "out" / "datapackage.json").read_bytes() == before
    assert desk.reads("verify", "out")["whole"] is True


def test_a_missing_value_is_told_in_the_readers_language(desk: Desk) -> None:
    assert "必填项为空" in desk.types("standards", "check", "citizen_id", " ", "--lang", "zh", code=3).stderr
    assert "Required value missing" in desk.types("standards", "check", "citizen_id", " ", code=3).stderr
