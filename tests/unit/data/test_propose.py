"""What is proposed for a column, and under which name its values are published."""

import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ronghe.cli import main


def _proposed(folder: Path, text: str) -> list[dict[str, Any]]:
    (folder / "table.csv").write_text(text, "utf-8")
    arguments = ["data", "propose", str(folder / "table.csv"), "-o", str(folder / "schema.json")]
    assert main(arguments) == 0
    fields: list[dict[str, Any]] = json.loads((folder / "schema.json").read_text("utf-8"))["fields"]
    return fields


def test_converted_values_are_published_under_the_unit_they_have(tmp_path: Path) -> None:
    (field,) = _proposed(tmp_path, "金额（万元）\n1.5\n20\n")
    assert (field["name"], field["ronghe:column"]) == ("金额（元）", "金额（万元）")


def test_a_renamed_field_never_takes_the_name_of_another_column(tmp_path: Path) -> None:
    fields = _proposed(tmp_path, "金额（万元）,金额（元）\n1.5,15000\n20,200000\n")
    assert [field["name"] for field in fields] == ["金额（万元）", "金额（元）"]


def _evidence(folder: Path, text: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    (folder / "table.csv").write_text(text, "utf-8")
    assert main(["data", "propose", str(folder / "table.csv"), "--json", "-o", str(folder / "schema.json")]) == 0
    columns: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["columns"]
    return columns


def _elements(fields: list[dict[str, Any]]) -> dict[str, str]:
    return {field["name"]: field["ronghe:element"] for field in fields}


def test_the_evidence_counts_the_cells_of_the_whole_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cells = "".join(f"2024-01-{day:02},x{day}\n" for day in range(1, 10)) + "soon,x10\n无,x11\n"
    when, _ = _evidence(tmp_path, "日期,mark\n" + cells, capsys)
    assert (when["element"], when["by_name"], when["values"], when["fits"]) == ("date", 1.0, 10, 9)
    assert when["missing"] == {"无": 1}


def test_the_runner_up_is_another_element(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    when, number = _evidence(tmp_path, "日期,abc\n2024-01-02,5\n2024-01-03,6\n", capsys)
    assert (when["element"], number["element"], number["runner_up"]) == ("date", "integer", "number")
    assert when["runner_up"] not in ("", "date")


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("name,rooms\nHarbour Hotel,12\nHotel No 9,30\n", "text"),
        ("hotel_name,rooms\nHarbour Hotel,12\nLake Inn,30\n", "text"),
        ("name,rooms\n金牛区,12\n龙泉驿区,30\n武侯区,1\n锦江区,2\n", "text"),
        ("name,rooms\n张三,12\n李四,30\n", "person_name"),
        ("name,sex\nAnna Smith,F\nBob Stone,M\n", "person_name"),
        ("full_name,rooms\nAnna Smith,1\nBob Stone,2\n", "person_name"),
    ],
)
def test_the_word_name_alone_does_not_make_a_person(tmp_path: Path, text: str, element: str) -> None:
    assert _proposed(tmp_path, text)[0]["ronghe:element"] == element


@pytest.mark.parametrize(
    ("values", "order"), [("25/01/2024\n03/02/2024\n", "dmy"), ("01/25/2024\n02/03/2024\n", "mdy")]
)
def test_the_order_of_day_and_month_is_taken_from_the_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], values: str, order: str
) -> None:
    (column,) = _evidence(tmp_path, "inspection_date\n" + values, capsys)
    assert (column["element"], column["options"]) == ("date", {"order": order})


def test_ambiguous_divisions_are_read_within_the_city_of_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (column,) = _evidence(tmp_path, "行政区划\n海淀区\n丰台区\n石景山区\n门头沟区\n朝阳区\n", capsys)
    assert column["element"] == "region"
    assert column["options"] == {"within": "110100"}


def test_codes_keep_their_leading_zeros(tmp_path: Path) -> None:
    fields = _proposed(tmp_path, "stop,minutes\n0012,5\n0340,17\n")
    assert _elements(fields) == {"stop": "code", "minutes": "integer"}


def test_postcodes_of_another_country_are_not_read_as_chinese_ones(tmp_path: Path) -> None:
    fields = _proposed(tmp_path, "licence,postal_code\nA-1,94105\nA-2,94110\n")
    assert _elements(fields)["postal_code"] == "code"


def test_an_empty_column_is_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, empty = _evidence(tmp_path, "abc,former\n1,\n2,\n", capsys)
    assert (empty["element"], empty["values"], empty["fits"]) == ("text", 0, 0)


def test_a_column_without_a_name_gets_one(tmp_path: Path) -> None:
    fields = _proposed(tmp_path, ",abc\n7,x y\n8,y z\n")
    assert _elements(fields) == {"column_1": "integer", "abc": "text"}


def test_two_hundred_columns_are_each_proposed_by_their_own_values(tmp_path: Path) -> None:
    kinds = {"qty": ("1", "2"), "day": ("2024-01-02", "2024-02-03"), "words": ("one two", "three four")}
    named = [(f"{kind}{place}", kinds[kind]) for place in range(67) for kind in kinds][:200]
    rows = [",".join(name for name, _ in named), *(",".join(cells[n] for _, cells in named) for n in (0, 1))]
    fields = _proposed(tmp_path, "\n".join(rows) + "\n")
    wanted = {"qty": "integer", "day": "date", "words": "text"}
    assert len(fields) == 200
    assert _elements(fields) == {name: wanted[name.rstrip("0123456789")] for name, _ in named}


def test_a_hotel_licence_list(tmp_path: Path) -> None:
    text = (
        "Licence No,Hotel Name,Rooms,Issued,Email,Latitude\n"
        "H-001,Harbour Hotel,12,2021-05-04,a@harbour.example,31.2\n"
        "H-002,Hotel 99,80,2022-11-30,b@ninety.example,31.3\n"
    )
    assert _elements(_proposed(tmp_path, text)) == {
        "Licence No": "code",
        "Hotel Name": "text",
        "Rooms": "integer",
        "Issued": "date",
        "Email": "email",
        "Latitude": "latitude",
    }


def test_a_village_subsidy_list_with_merged_headers(tmp_path: Path) -> None:
    rows: tuple[tuple[str | float, ...], ...] = (
        ("姓名", "身份证号", "面积（亩）", "金额（元）"),
        ("张三", "11010519491231002X", 3.5, 420),
        ("李四", "440308199901101512", 2, 240),
    )
    with xlsxwriter.Workbook(tmp_path / "village.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:B1", "户主")
        sheet.merge_range("C1:D1", "补贴")
        for place, cells in enumerate(rows, 1):
            sheet.write_row(place, 0, cells)
    schema = tmp_path / "schema.json"
    assert main(["data", "propose", str(tmp_path / "village.xlsx"), "-o", str(schema)]) == 0
    fields = json.loads(schema.read_text("utf-8"))["fields"]
    assert [field["ronghe:element"] for field in fields] == ["person_name", "citizen_id", "area", "money"]


def test_a_bus_timetable(tmp_path: Path) -> None:
    fields = _proposed(tmp_path, "线路,站点名称,首班时间\n001,人民 广场,06:00\n027,火车 站,06:12\n")
    assert _elements(fields) == {"线路": "code", "站点名称": "text", "首班时间": "time"}
