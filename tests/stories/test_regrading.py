"""Graded again through the public doors: after joins, in a share, as an aggregate; and what bad input is told."""

import csv
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ronghe import data
from ronghe.cli import main
from ronghe.standards.grading import DEFAULT
from ronghe.tables.engine import Resources
from ronghe.terms import InputError
from tests.unit.data.scan.test_children import number

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GROUPS = ("汉族", "回族", "满族", "壮族")
TABLES: dict[str, tuple[tuple[str, str], Callable[[int], tuple[str, str]]]] = {
    "births": (("编码", "出生日期"), lambda n: (f"K{n:05}", f"{1940 + n % 60}-0{n % 9 + 1}-1{n % 9}")),
    "sexes": (("编码", "性别"), lambda n: (f"K{n:05}", "男女"[n % 2])),
    "groups": (("编码", "民族"), lambda n: (f"K{n:05}", GROUPS[n % 4])),
}
STEP = """
[[step]]
name = "joined"
kind = "join"
of = ["births", "sexes", "groups"]
on = ["编码"]
how = "inner"
cardinality = "one-to-one"
"""


def give(folder: Path, rows: int = 60, *, kind: str = "csv") -> Path:
    plan = ""
    for name, (head, row) in TABLES.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(head)
            # Two of the births have no partner.
            writer.writerows(row(n) for n in range(rows + (2 if name == "births" else 0)))
        if kind == "parquet":
            source = f"read_csv('{folder / name}.csv', all_varchar=true)"
            duckdb.sql(f"COPY (FROM {source}) TO '{folder / name}.parquet' (ROW_GROUP_SIZE 2048)")
        plan += f'[[source]]\nname = "{name}"\npath = "{name}.{kind}"\n'
    (folder / "plan.toml").write_text(plan + STEP, "utf-8")
    return folder / "plan.toml"


def properties(out: Path) -> dict[str, dict[str, Any]]:
    package = json.loads((out / "datapackage.json").read_text("utf-8"))
    return {one["path"]: one.get("ronghe:grade", {}) for one in package["resources"]}


@pytest.mark.parametrize(("kind", "rows"), [("csv", 60), ("csv", 3_000), ("parquet", 9_000)])
def test_three_harmless_tables_make_a_sensitive_one_that_says_by_which_columns(
    tmp_path: Path, kind: str, rows: int
) -> None:
    made = data.integrate(give(tmp_path, rows, kind=kind), out=tmp_path / "out", now=NOW)
    told = made.to_json()["steps"]["joined"]["grade"]
    assert told["parts"] == {"births": "general_2", "sexes": "general_1", "groups": "general_2"}
    assert (told["grade"], told["raised"], told["by"]) == ("general_3", True, ["出生日期", "性别", "民族"])
    kept = properties(tmp_path / "out")
    assert (kept["joined.parquet"]["grade"], kept["joined.parquet"]["raised"]) == ("general_3", True)
    assert kept["joined.parquet"]["by"] == ["出生日期", "性别", "民族"]
    assert kept["joined.left_out.births.parquet"]["grade"] == "general_3", "rows of a part are never below the result"
    assert not (tmp_path / "out" / "private").exists(), "samples hold values, and are gone"


def test_the_command_shows_what_raised_the_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(give(tmp_path))
    assert main(["--lang", "en", "data", "integrate", plan, "--out", str(tmp_path / "out")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Grade of joined: raised to general 3, above every one of its parts" in said
    assert "(出生日期, 性别, 民族)" in said
    assert main(["data", "integrate", plan, "--out", str(tmp_path / "out"), "--grades", "neutral", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"]["joined"]["grade"]["grade"] == "ungraded"


def test_grades_go_on_through_several_steps(tmp_path: Path) -> None:
    plan = give(tmp_path)
    more = '[[step]]\nname = "again"\nkind = "union"\nof = ["joined"]\ncolumns.joined = {"出生日期" = "born"}\n'
    plan.write_text(plan.read_text("utf-8") + more, "utf-8")
    steps = data.integrate(plan, out=tmp_path / "out", now=NOW).to_json()["steps"]
    assert steps["again"]["grade"]["by"] == ["born", "性别", "民族"]
    assert (steps["again"]["grade"]["parts"], steps["again"]["grade"]["raised"]) == ({"joined": "general_3"}, False)


def test_a_run_that_was_stopped_is_graded_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = give(tmp_path)
    whole = data.integrate(plan, out=tmp_path / "whole", now=NOW).to_json()["steps"]

    def stop(*_: object, **__: object) -> None:
        raise InputError("journeys.no_files")

    with monkeypatch.context() as patched:
        patched.setattr("ronghe.journeys.integrate.graded_steps", stop)
        with pytest.raises(InputError):
            data.integrate(plan, out=tmp_path / "out", now=NOW)
    assert not (tmp_path / "out").exists(), "what cannot be graded is not published"
    assert data.integrate(plan, out=tmp_path / "out", now=NOW).to_json()["steps"] == whole


def test_children_make_a_joined_table_sensitive_on_the_day_of_the_run(tmp_path: Path) -> None:
    plan = give(tmp_path)
    text = (tmp_path / "births.csv").read_text("utf-8")
    (tmp_path / "births.csv").write_text(text.replace("K00007,1947-08-17", "K00007,2014-08-17"), "utf-8")
    for year, parts in ((2026, "general_3"), (2040, "general_2")):
        now = datetime(year, 1, 1, tzinfo=UTC)
        told = data.integrate(plan, out=tmp_path / f"out{year}", now=now).to_json()["steps"]["joined"]["grade"]
        assert told["parts"]["births"] == parts


def test_a_share_grades_its_joined_table_beside_its_parts(tmp_path: Path) -> None:
    give(tmp_path)
    out = tmp_path / "out"
    given = [tmp_path / f"{name}.csv" for name in TABLES]
    shared = data.share(given, out=out, key="编码", now=NOW, resources=Resources(threads=1)).to_json()
    table = next(one for one in shared["protection"]["tables"] if one["table"] == "integrated")
    assert (table["grade"], table["raised"]) == ("general_3", True)
    assert table["parts"] == {"births": "general_2", "sexes": "general_1", "groups": "general_2"}
    assert properties(out)["integrated.parquet"]["by"] == ["出生日期", "性别", "民族"]
    assert properties(out)["births.parquet"]["grade"] == "general_2"
    clear = "private/clear/integrated."
    beside = {path.removeprefix(clear): one for path, one in properties(out).items() if path.startswith(clear) and one}
    assert beside.keys() == {f"{name}.parquet" for name in ("conflicts", "members", "provenance", "without_entity")}
    assert {one["grade"] for one in beside.values()} == {"general_3"}, "they hold rows of what was raised"
    page = (out / "report.html").read_text("utf-8")
    assert "Grade of integrated: raised to general 3, above every one of its parts" in page
    assert "births general 2, sexes general 1, groups general 2" in page
    assert "Together they single people out: date of birth + sex + ethnic group (出生日期, 性别, 民族)" in page
    assert "Holds date of birth: 出生日期" in page, "each table has its reasons"


def test_rules_of_a_profile_of_ones_own_are_told_by_their_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = files("ronghe.standards").joinpath("profiles", f"{DEFAULT}.toml").read_text("utf-8")
    own = shipped.replace('code = "quasi_identifiers"', 'code = "ours"').replace(
        'code = "sensitive_crowd"', 'code = "few"'
    )
    (tmp_path / "own.toml").write_text(own.replace("persons = 100000\n", "persons = 2\n"), "utf-8")
    (tmp_path / "q.csv").write_text("出生日期,性别,民族\n1950-01-01,男,汉族\n1960-01-01,女,回族\n", "utf-8")
    asked = ["--lang", "en", "data", "scan", "--grades", str(tmp_path / "own.toml")]
    assert main([*asked, str(tmp_path / "q.csv")]) == 0
    assert "by the rule ours: date of birth + sex + ethnic group" in " ".join(capsys.readouterr().out.split())
    (tmp_path / "p.csv").write_text("身份证号\n11010519491231002X\n330106196703151655\n440308198511043324\n", "utf-8")
    assert main([*asked, str(tmp_path / "p.csv")]) == 0
    assert "By the rule few: " in capsys.readouterr().out


def test_only_profiles_of_grades_are_offered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = str(visits(tmp_path / "visits.csv", [("A区", "无", "无")]))
    assert main(["--lang", "en", "data", "scan", path, "--grades", "holidays"]) == 3
    assert "There are: cn-43697-2024, neutral;" in capsys.readouterr().err


def visits(path: Path, rows: list[tuple[str, str, str]]) -> Path:
    path.write_text("\n".join(["区县,身份证号,诊断", *(",".join(row) for row in rows)]), "utf-8")
    return path


def test_an_aggregate_is_graded_by_its_smallest_group_of_persons(tmp_path: Path) -> None:
    persons = [number(f"{1950 + n}-01-01") for n in range(24)]
    large = [("A区" if n < 12 else "B区", one, "高血压") for n, one in enumerate(persons)]
    path = visits(tmp_path / "visits.csv", large)
    (one,) = data.scan(path, by=["区县"], as_of=date(2026, 1, 1)).to_json()["aggregates"]
    assert (one["groups"], one["smallest"], one["small"], one["grade"]) == (2, 12, 0, "general_1")
    # Twelve visits of one person are a group of one.
    visits(path, [*large, *[("C区", persons[0], "高血压")] * 12])
    (one,) = data.scan(path, by=["区县"], as_of=date(2026, 1, 1)).to_json()["aggregates"]
    assert (one["groups"], one["smallest"], one["small"], one["grade"]) == (3, 1, 1, "general_4")
    assert [reason["code"] for reason in one["reasons"]] == ["scan.reason_small_groups"]


def test_a_name_that_has_a_comma_is_one_column_wherever_it_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = give(tmp_path)
    more = '[[step]]\nname = "again"\nkind = "union"\nof = ["joined"]\ncolumns.joined = {"出生日期" = "出生, 日期"}\n'
    plan.write_text(plan.read_text("utf-8") + more, "utf-8")
    steps = data.integrate(plan, out=tmp_path / "out", now=NOW).to_json()["steps"]
    assert steps["again"]["grade"]["by"] == ["出生, 日期", "性别", "民族"]
    assert steps["again"]["grade"]["reasons"][0]["columns"] == ["出生, 日期", "性别", "民族"]

    (tmp_path / "q.csv").write_text('"出生, 日期",性别\n1950-01-01,男\n1950-01-01,女\n', "utf-8")
    asked = ["--lang", "en", "data", "scan", str(tmp_path / "q.csv"), "--by"]
    assert main([*asked, '"出生, 日期",性别', "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["aggregates"]
    assert (one["by"], one["groups"]) == (["出生, 日期", "性别"], 2)
    assert main([*asked, "出生, 日期"]) == 2
    assert 'Its columns are: "出生, 日期", 性别.' in capsys.readouterr().err


def test_the_command_grades_an_aggregate_and_names_a_column_that_is_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(visits(tmp_path / "visits.csv", [("A区", number(f"{1950 + n}-01-01"), "无") for n in range(12)]))
    assert main(["--lang", "en", "data", "scan", path, "--by", "区县", "--as-of", "2026-01-01"]) == 0
    assert "counted by 区县: 1 groups, the smallest of 12 persons" in " ".join(capsys.readouterr().out.split())
    assert main(["--lang", "en", "data", "scan", path, "--by", "区"]) == 2
    assert "区县, 身份证号, 诊断" in capsys.readouterr().err
    assert main(["--lang", "en", "data", "scan", path, "--as-of", "soon"]) == 2
