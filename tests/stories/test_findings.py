"""What a newcomer found in tables: said in words that help, through the command line."""

import json
import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ronghe.cli import main


class Desk:
    """A folder in which somebody types commands."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capfd = capfd

    def types(self, *arguments: str) -> str:
        """What a command prints that must end well."""
        self._capfd.readouterr()
        code = main(arguments)
        out, err = self._capfd.readouterr()
        assert code == 0, err
        return out

    def proposes(self, text: str, *more: str) -> dict[str, Any]:
        """The proposal for a table of this text, which lies in schema.json too."""
        (self.folder / "table.csv").write_text(text, "utf-8")
        made: dict[str, Any] = json.loads(
            self.types("data", "propose", "table.csv", "-o", "schema.json", "--json", *more)
        )
        return made

    def standardizes(self) -> dict[str, Any]:
        """The result for table.csv by schema.json."""
        made = self.types("data", "standardize", "table.csv", "--schema", "schema.json", "--out", "out", "--json")
        table: dict[str, Any] = json.loads(made)["table"]
        return table

    def published(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.folder / "out" / "table.parquet").to_pylist()
        return rows

    def reasons(self) -> list[str]:
        rejects = pq.read_table(self.folder / "out" / "private" / "table.rejects.parquet")
        return [reason for listed in rejects["_reasons"].to_pylist() for reason in listed]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    for name in [name for name in os.environ if name.startswith(("RONGHE_", "LC_")) or name in ("LANG", "COLUMNS")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RONGHE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capfd)


BIRTHS = "姓名,出生日期,身份证号\n张三,1990-01-02,11010519491231002X\n李四,2031-01-02,440308199901101512\n"


def test_a_birth_in_the_future_is_found_because_the_schema_has_the_day(desk: Desk) -> None:
    schema = desk.proposes(BIRTHS, "--as-of", "2026-01-01")["schema"]
    assert schema["ronghe:asOf"] == "2026-01-01"
    table = desk.standardizes()
    assert [(reason["column"], reason["rule"]) for reason in table["reasons"]] == [("出生日期", "future_birth")]
    assert (table["rows_published"], table["notes"]) == (1, [])


def test_a_schema_without_the_day_accepts_them_and_says_so(desk: Desk) -> None:
    schema = desk.proposes(BIRTHS)["schema"]
    del schema["ronghe:asOf"]
    (desk.folder / "schema.json").write_text(json.dumps(schema), "utf-8")
    table = desk.standardizes()
    assert table["rows_published"] == 2
    assert table["notes"] == [{"code": "data.no_as_of", "params": {"columns": "出生日期, 身份证号"}}]
    told = desk.types("data", "standardize", "table.csv", "--schema", "schema.json", "--out", "out", "--lang", "en")
    assert "ronghe:asOf" in told


def test_a_region_code_that_is_on_no_list_is_published_with_a_warning(desk: Desk) -> None:
    codes = "".join(f"{code}\n" for code in ["110101", "110102", "330106", "440305"] * 20 + ["450313"])
    desk.proposes("区划代码\n" + codes)
    table = desk.standardizes()
    assert (table["rows_published"], table["columns"][0]["warnings"]) == (81, {"region_unknown": 1})
    assert desk.published()[-1] == {"区划代码": "450313"}
    told = desk.types("data", "standardize", "table.csv", "--schema", "schema.json", "--out", "out", "--lang", "en")
    assert "region_unknown: The region code is not in the list" in told


DISTRICTS = "城市,区县\n北京市,朝阳区\n长春市,朝阳区\n南京市,鼓楼区\n福州市,鼓楼区\n杭州市,西湖区\n"


def test_a_district_that_several_cities_have_is_read_by_its_city(desk: Desk) -> None:
    proposal = desk.proposes(DISTRICTS)
    assert proposal["schema"]["fields"][1]["ronghe:within"] == "城市"
    desk.standardizes()
    assert [row["区县"] for row in desk.published()] == ["110105", "220104", "320106", "350102", "330106"]


def test_without_its_city_the_reason_says_what_it_may_be(desk: Desk) -> None:
    schema = desk.proposes(DISTRICTS)["schema"]
    del schema["fields"][1]["ronghe:within"]
    (desk.folder / "schema.json").write_text(json.dumps(schema), "utf-8")
    assert {reason["rule"] for reason in desk.standardizes()["reasons"]} == {"ambiguous"}
    assert desk.reasons()[0] == "区县: ambiguous: 朝阳区 (110105 北京市朝阳区, 220104 吉林省长春市朝阳区)"


@pytest.mark.parametrize("within", ["无此列", "备注", "区县"])
def test_a_column_that_cannot_help_is_refused(desk: Desk, within: str) -> None:
    schema = desk.proposes("城市,区县,备注\n北京市,朝阳区,甲 乙\n长春市,朝阳区,丙 丁\n")["schema"]
    schema["fields"][1]["ronghe:within"] = within
    (desk.folder / "schema.json").write_text(json.dumps(schema), "utf-8")
    assert main(["data", "standardize", "table.csv", "--schema", "schema.json", "--out", "out"]) == 3


REASONS = {
    ("date", "2024-02-30"): "no_such_day",
    ("money", "$1,200.50"): "currency",
    ("money", "12345678901234567890"): "too_large",
    ("money", "1.005"): "too_precise",
    ("sex", "甲"): "not_listed",
    ("date", "明天"): "form",
}


@pytest.mark.parametrize(("element", "value", "rule"), [(*key, rule) for key, rule in REASONS.items()])
def test_a_reason_says_what_is_wrong(desk: Desk, element: str, value: str, rule: str) -> None:
    (desk.folder / "table.csv").write_text(f'a,b\n"{value}",1\n', "utf-8")
    fields = [{"name": "a", "ronghe:element": element}, {"name": "b"}]
    (desk.folder / "schema.json").write_text(json.dumps({"fields": fields}), "utf-8")
    assert desk.standardizes()["rows_quarantined"] == 1
    assert desk.reasons() == [f"a: {rule}: {value}"]


def test_titles_and_a_declared_delimiter_are_told_and_no_rows(desk: Desk) -> None:
    desk.proposes("sep=;\n2024年人员表;;\n姓名;性别;年龄\n张三;男;41\n李四;女;52\n")
    table = desk.standardizes()
    assert (table["rows_in"], table["rows_published"]) == (2, 2)
    assert [note["code"] for note in table["notes"]] == ["tables.titles"]


@pytest.mark.parametrize(
    ("name", "values", "element", "doubt"),
    [
        ("出生日期", ["1990-01-02", "待补录", "甲", "乙", "丙"], "text", "data.doubt_declined"),
        ("issue date", ["03/04/2024", "05/06/2024"], "code", "data.doubt_order"),
        ("issue date", ["13/04/2024", "05/16/2024"], "code", "data.doubt_order_both"),
        ("完成率", ["50%", "60%", "0.5"], "percentage", "data.doubt_rates"),
        ("登记日期", ["2024-01-02", "2024-01-03", "2024-01-04 08:30:00", "2024/1/5 8:30"], "datetime", ""),
    ],
)
def test_a_proposal_says_what_it_leaves_open(
    desk: Desk, name: str, values: list[str], element: str, doubt: str
) -> None:
    column = desk.proposes("a," + name + "\n" + "".join(f"x {v},{v}\n" for v in values))["columns"][1]
    assert column["element"] == element
    assert [found["code"] for found in column["doubts"]] == ([doubt] if doubt else [])
    assert (desk.types("data", "propose", "table.csv", "-o", "schema.json", "--lang", "en").count("%") > 0) or not doubt
