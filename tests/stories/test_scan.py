"""Scanning through the public doors: every personal column of the demo city, and what bad input is told."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.scan.score import of_columns
from benchmarks.scan.sets import columns_truth, privacy_folder
from ronghe import data
from ronghe.cli import main

SECRET = "11010519491231002X"
CITY = {
    "01_population_residents.csv": (
        "公民身份号码 姓名 性别 民族 出生日期 婚姻状况 户号 与户主关系 户籍地区划 住址 联系电话"
    ),
    "02_civil_affairs_marriages.csv": "登记证字号 男方姓名 男方证件号码 女方姓名 女方证件号码",
    "02_civil_affairs_low_income.csv": "低保证号 申请人 身份证号 家庭人口数 家庭月收入 月补助金额 家庭住址",
    "03_enterprises_legal_persons.csv": "统一社会信用代码 法定代表人 住所",
    "04_tax_returns.csv": "纳税人识别号",
    "05_property_titles.csv": "不动产权证号 权利人 权利人证件号 坐落 月租金",
    "06_social_security_insured.csv": "个人编号 证件号码 姓名 性别 单位统一社会信用代码 月缴费基数 手机号",
    "07_disability_cards.xlsx": "残疾人证编号 姓名 身份证号 性别 残疾_类别 残疾_等级 监护人_姓名 监护人_电话",
    "08_schools_pupils.xlsx": "学籍辅号 学生姓名 性别 出生年月日 就读学校 年级 家长姓名 家长电话",
    "09_health_visits.tsv": "就诊流水号 患者姓名 性别代码 出生日期 手机号码 诊断编码 总费用 家庭住址",
    "09_health_vaccinations.jsonl": "接种编号 受种者 证件号 出生日期 联系电话 疫苗",
    "10_transport_vehicles.csv": "hphm syr sfzh lxdh zsxxdz",
    "10_transport_licences.csv": "jszh xm xb",
    "11_permits_granted.csv": "信用代码 联系电话 经营场所",
    "12_inspections_findings.csv": "检查地址",
}
"""The columns about people or by which an organization is known, of each file: all of them, and no others."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scan") / "city"
    assert main(["data", "demo", "--out", str(folder), "--rows", "3000", "--quiet"]) == 0
    return folder


@pytest.fixture(scope="module")
def scanned(city: Path) -> dict[str, Any]:
    with pytest.MonkeyPatch.context():
        made: dict[str, Any] = data.scan(sorted((city / "files").iterdir())).to_json()
    return made


@pytest.mark.parametrize("name", CITY)
def test_every_personal_column_of_the_city_is_found_and_no_other(scanned: dict[str, Any], name: str) -> None:
    table = next(one for one in scanned["tables"] if one["source"].endswith(name))
    assert {column["column"] for column in table["found"]} == set(CITY[name].split())


def test_the_city_is_graded_and_higher_when_joined(scanned: dict[str, Any]) -> None:
    grades = {Path(one["source"]).name: one["grade"] for one in scanned["tables"]}
    assert grades["02_civil_affairs_low_income.csv"] == "general_4"
    assert grades["12_inspections_findings.csv"] == "general_2"
    assert scanned["joined"]["grade"] == "general_4"
    assert scanned["failed"] == []


def test_nothing_that_the_command_prints_is_clear(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = city / "files" / "01_population_residents.csv"
    numbers = set(re.findall(r"\b[0-9]{17}[0-9X]\b|\b1[3-9][0-9]{9}\b", people.read_text("utf-8")))
    assert len(numbers) > 1000
    for more in ([], ["--json"], ["--lang", "zh"]):
        assert main(["data", "scan", str(people), *more]) == 0
        told = capsys.readouterr()
        assert "＊" in told.out
        assert [number for number in numbers if number in told.out + told.err] == []


def test_both_languages_say_kind_grade_and_reason(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = str(city / "files" / "02_civil_affairs_low_income.csv")
    for lang, words in (
        ("zh", ("公民身份号码", "一般 4 级", "校验位")),
        ("en", ("citizen", "general 4", "check digits")),
    ):
        assert main(["data", "scan", source, "--lang", lang]) == 0
        shown = " ".join(capsys.readouterr().out.split())
        assert [word for word in words if word not in shown] == []


def written(folder: Path, name: str, content: bytes) -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_one_bad_file_does_not_lose_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = written(tmp_path, "good.csv", f"身份证号\n{SECRET}\n".encode())
    bad = written(tmp_path, "empty.csv", b"")
    assert main(["data", "scan", good, bad, "--json"]) == 3
    told = capsys.readouterr()
    made = json.loads(told.out)
    assert [column["kind"] for column in made["tables"][0]["found"]] == ["citizen_id"]
    assert made["failed"] == [{"source": bad, "error": {"code": "tables.empty_file"}}]
    assert json.loads(told.err)["error"]["code"] == "scan.some_unread"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("noise.bin", bytes(range(256)) * 40),
        ("zeros.csv", b"\x00" * 5000),
        ("broken.xlsx", b"PK\x03\x04" + b"x" * 500),
    ],
)
def test_what_cannot_be_read_is_told_without_a_traceback(
    tmp_path: Path, name: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["data", "scan", written(tmp_path, name, content)])
    told = capsys.readouterr()
    assert code in (0, 3)
    assert "Traceback" not in told.err
    assert bool(told.err) == (code == 3)


def test_cells_of_a_megabyte_are_read_through(tmp_path: Path) -> None:
    far = "好" * 330_000 + f"身份证{SECRET}"
    source = written(tmp_path, "long.csv", f"id,备注\n1,{far}\n2,{'a' * 1_000_000}\n".encode())
    (column,) = data.scan(source).tables[0].found
    assert (column.column, column.kind, dict(column.inside)) == ("备注", "free_text", {"citizen_id": 1})


def test_headers_alone_and_one_column_without_a_name(tmp_path: Path) -> None:
    assert data.scan(written(tmp_path, "head.csv", "身份证号,姓名\n".encode())).tables[0].found == ()
    odd = data.scan(written(tmp_path, "odd.csv", f",a\n{SECRET},1\n{SECRET},2\n".encode())).tables[0]
    assert odd.rows == 2


def test_a_profile_of_ones_own_grades(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = written(tmp_path, "good.csv", f"身份证号\n{SECRET}\n".encode())
    assert main(["data", "scan", source, "--grades", "neutral", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tables"][0]["grade"] == "ungraded"
    assert main(["data", "scan", source, "--grades", "nobody", "--json"]) == 3
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "standards.grades_absent"


def test_the_public_columns_are_found() -> None:
    folder = privacy_folder()
    if folder is None:
        pytest.skip("the public data sets are not beside the repository")
    found = {column.column: column.kind for column in data.scan(folder / "pii_zh" / "cols.csv").tables[0].found}
    score = of_columns(columns_truth(folder), found)
    assert score["recall"].rate >= 0.98
    assert score["precision"].rate >= 0.97
    assert score["kind"].rate >= 0.98
