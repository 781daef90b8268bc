"""What is proposed for a column, with which evidence, and under which name its values are published."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ronghe.cli import main
from ronghe.data import propose
from ronghe.data.propose import Proposal, ProposedColumn


def _proposed(folder: Path, text: str) -> list[dict[str, Any]]:
    (folder / "table.csv").write_text(text, "utf-8")
    arguments = ["data", "propose", str(folder / "table.csv"), "-o", str(folder / "schema.json")]
    assert main(arguments) == 0
    fields: list[dict[str, Any]] = json.loads((folder / "schema.json").read_text("utf-8"))["fields"]
    return fields


def _proposal(folder: Path, columns: dict[str, list[str]]) -> Proposal:
    """The proposal for a table of these columns."""
    written = io.StringIO()
    csv.writer(written).writerows([list(columns), *zip(*columns.values(), strict=True)])
    (folder / "table.csv").write_text(written.getvalue(), "utf-8")
    return propose(folder / "table.csv")


def _column(folder: Path, name: str, *values: str) -> ProposedColumn:
    """The proposal for one column beside a serial number."""
    serial = [f"n{place}" for place, _ in enumerate(values)]
    return _proposal(folder, {"serial": serial, name: list(values)}).columns[1]


def test_converted_values_are_published_under_the_unit_they_have(tmp_path: Path) -> None:
    (field,) = _proposed(tmp_path, "金额（万元）\n1.5\n20\n")
    assert (field["name"], field["ronghe:column"]) == ("金额（元）", "金额（万元）")


def test_a_renamed_field_never_takes_the_name_of_another_column(tmp_path: Path) -> None:
    fields = _proposed(tmp_path, "金额（万元）,金额（元）\n1.5,15000\n20,200000\n")
    assert [field["name"] for field in fields] == ["金额（万元）", "金额（元）"]


@pytest.mark.parametrize(
    ("name", "element", "options", "published"),
    [
        ("营业额（亿元）", "money", {"unit": "亿元"}, "营业额（元）"),
        ("补贴金额", "money", {}, "补贴金额"),
        ("耕地面积（亩）", "area", {"unit": "亩"}, "耕地面积（平方米）"),
    ],
)
def test_the_unit_in_a_header_is_an_option(
    tmp_path: Path, name: str, element: str, options: dict[str, str], published: str
) -> None:
    proposal = _proposal(tmp_path, {name: ["1.5", "20", "3"]})
    assert (proposal.columns[0].element, proposal.columns[0].options) == (element, options)
    assert proposal.schema.fields[0].name == published


def test_evidence_counts_the_whole_column_and_the_words_for_no_value(tmp_path: Path) -> None:
    column = _column(tmp_path, "手机号", "13800000000", "13900000001", "13700000002", "N/A", "", "12")
    assert (column.element, column.by_name) == ("mobile", 1)
    assert (column.values, column.fits) == (4, 3)
    assert column.missing == {"N/A": 1}


def test_values_alone_speak_where_the_name_says_nothing(tmp_path: Path) -> None:
    column = _column(tmp_path, "字段三", "11010519491231002X", "440308199901101512", "110105194912310028")
    assert (column.element, column.by_name) == ("citizen_id", 0)


def test_the_runner_up_is_another_element(tmp_path: Path) -> None:
    column = _column(tmp_path, "受理日期", "2024-01-05", "2024-02-06", "2024-03-07")
    assert column.element == "date"
    assert column.runner_up not in ("", "date")


def test_the_element_that_lost_is_named(tmp_path: Path) -> None:
    """Seven places of eight are on the list: enough to think of it, too few to quarantine the others."""
    places = ["北京市", "上海市", "天津市", "重庆市", "浙江省", "河北省", "山西省", "境外输入"]
    column = _column(tmp_path, "地区", *places)
    assert (column.element, column.runner_up) == ("text", "region")


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (("25/12/2023", "03/04/2024"), {"order": "dmy"}),
        (("12/25/2023", "03/04/2024"), {"order": "mdy"}),
    ],
)
def test_one_day_beyond_twelve_tells_the_order(
    tmp_path: Path, values: tuple[str, str], options: dict[str, str]
) -> None:
    column = _column(tmp_path, "issue date", *values)
    assert (column.element, column.options, column.fits) == ("date", options, 2)


def test_days_and_months_that_may_be_turned_are_not_guessed(tmp_path: Path) -> None:
    column = _column(tmp_path, "issue date", "03/04/2024", "05/06/2024")
    assert column.element not in ("date", "datetime")


def test_names_of_one_city_are_read_within_it(tmp_path: Path) -> None:
    column = _column(tmp_path, "区县", "海淀区", "东城区", "西城区", "丰台区", "石景山区", "朝阳区", "通州区")
    assert column.element == "region"
    assert column.options["within"] in ("110000", "110100")
    assert column.fits == 7


@pytest.mark.parametrize("name", ["code", "字段三", "Code", "id"])
def test_divisions_are_known_by_their_six_digits(tmp_path: Path, name: str) -> None:
    column = _column(tmp_path, name, "110101", "110102", "330106", "440305", "510107")
    assert (column.element, column.by_name) == ("region", 0)


@pytest.mark.parametrize(
    ("values", "element"),
    [
        (("1101", "1201", "1301", "1302", "1303"), "code"),
        (("200712", "200712", "200712", "200712"), "code"),
        (("100080", "100081", "200030", "510000", "330000"), "code"),
    ],
)
def test_other_digits_are_not_taken_for_divisions(tmp_path: Path, values: tuple[str, ...], element: str) -> None:
    assert _column(tmp_path, "code", *values).element == element


@pytest.mark.parametrize(
    ("values", "element"),
    [
        (("张三", "李四", "王小明", "阿布都·热合曼", "欧阳娜"), "person_name"),
        (("云州市启明有限公司", "云州恒泰商贸有限公司", "城关镇卫生院"), "organization_name"),
        (("JOE'S CAFE", "Golden Gate Grill", "7 STARS MARKET", "TARTINE"), "organization_name"),
        (("北京市", "东城区", "西城区", "朝阳区"), "text"),
        (("谷物种植", "稻谷种植", "小麦种植"), "text"),
    ],
)
def test_a_column_called_name_is_judged_by_its_values(tmp_path: Path, values: tuple[str, ...], element: str) -> None:
    assert _column(tmp_path, "name", *values).element == element


def test_words_of_letters_are_people_in_a_table_about_people(tmp_path: Path) -> None:
    names = ["Anna Smith", "John Doe", "Mary-Ann O'Neil"]
    alone = _proposal(tmp_path, {"name": names, "value": ["1", "2", "3"]})
    beside = _proposal(tmp_path, {"name": names, "birth_date": ["1990-01-02", "1980-03-04", "1970-05-06"]})
    assert (alone.columns[0].element, beside.columns[0].element) == ("text", "person_name")


@pytest.mark.parametrize(
    ("values", "options"),
    [
        (("100080", "200030", "510000"), {}),
        (("94103", "94103-1234", "941031234"), {"country": "us"}),
        (("SW1A 1AA", "EC1A 1BB", "M1 1AE"), {"country": "any"}),
    ],
)
def test_postcodes_tell_whose_they_are(tmp_path: Path, values: tuple[str, ...], options: dict[str, str]) -> None:
    column = _column(tmp_path, "postal_code", *values)
    assert (column.element, column.options, column.fits) == ("postcode", options, 3)


@pytest.mark.parametrize("name", ["is_closed", "isClosed", "has_license", "revoked", "是否在册"])
def test_names_that_ask_are_questions(tmp_path: Path, name: str) -> None:
    assert _column(tmp_path, name, "0", "1", "0", "0").element == "yes_no"


@pytest.mark.parametrize("name", ["revoked", "island", "history"])
def test_numbers_beyond_one_are_no_answers(tmp_path: Path, name: str) -> None:
    assert _column(tmp_path, name, "0", "1", "0", "1", "7", "0", "1", "0", "1", "1").element == "integer"


@pytest.mark.parametrize(
    ("values", "element"),
    [
        (("男", "女", "男"), "sex"),
        (("汉族", "回族", "藏族"), "ethnic_group"),
        (("已婚", "未婚", "离异"), "marital_status"),
        (("CA", "IL", "MA", "IN"), "code"),
    ],
)
def test_words_of_a_list_speak_for_themselves(tmp_path: Path, values: tuple[str, ...], element: str) -> None:
    assert _column(tmp_path, "字段三", *values).element == element


@pytest.mark.parametrize("name", ["编号", "序列", "routes"])
def test_leading_zeros_are_never_numbers(tmp_path: Path, name: str) -> None:
    assert _column(tmp_path, name, "007", "012", "103").element == "code"


def test_an_empty_column_is_text_without_evidence(tmp_path: Path) -> None:
    column = _column(tmp_path, "手机号", "", "", "")
    assert (column.element, column.values, column.fits, column.runner_up) == ("text", 0, 0, "")


def test_columns_without_a_name_are_proposed_under_one(tmp_path: Path) -> None:
    proposal = _proposal(tmp_path, {"": ["1", "2"], "姓名": ["张三", "李四"]})
    assert [column.element for column in proposal.columns] == ["integer", "person_name"]
    assert all(field.name for field in proposal.schema.fields)


def test_a_table_wider_than_one_query_is_proposed_column_by_column(tmp_path: Path) -> None:
    kinds = {"日期": "2024-01-05", "手机号": "13800000000", "金额（万元）": "1.5", "备注": "某事"}
    names = [(f"{place}{name}", value) for place in range(18) for name, value in kinds.items()]
    proposal = _proposal(tmp_path, {name: [value, value] for name, value in names})
    assert [column.element for column in proposal.columns] == ["date", "mobile", "money", "text"] * 18
    assert all((column.values, column.fits) == (2, 2) for column in proposal.columns)


def test_a_list_of_hotels_in_english(tmp_path: Path) -> None:
    proposal = _proposal(
        tmp_path,
        {
            "License No": ["H-0001", "H-0002", "H-0003"],
            "Hotel Name": ["Grand Hotel 1881", "Sea View Inn", "Harbour Hostel"],
            "Street Address": ["12 Nathan Road", "3 Pier Street", "9 Hill Road"],
            "ZIP": ["94103", "94110", "94117"],
            "Rooms": ["120", "40", "8"],
            "Issue Date": ["25/12/2023", "01/02/2024", "13/03/2024"],
            "Is Active": ["Y", "N", "Y"],
            "Website": ["www.grand.example.com", "https://sea.example.com", ""],
        },
    )
    elements = [column.element for column in proposal.columns]
    assert elements == ["code", "organization_name", "address", "postcode", "integer", "date", "yes_no", "url"]


def test_a_bus_timetable(tmp_path: Path) -> None:
    proposal = _proposal(
        tmp_path,
        {
            "线路": ["1路", "快2", "夜3"],
            "首班时间": ["5:30", "06:00", "23:00"],
            "起点站": ["火车站", "市民中心", "大学城"],
            "票价（元）": ["1", "2", "2.5"],
            "里程": ["12.5", "20", "8.1"],
        },
    )
    elements = [column.element for column in proposal.columns]
    assert elements == ["text", "time", "text", "money", "number"]


def _village_list(path: Path) -> None:
    """A list as villages keep it: a title over everything, headers of two lines, a surname with a space."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.merge_range("A1:F1", "某村2024年耕地地力补贴花名册")
        for letter, header in zip("ABEF", ("户主姓名", "身份证号", "补贴金额（元）", "联系电话"), strict=True):
            sheet.merge_range(f"{letter}2:{letter}3", header)
        sheet.merge_range("C2:D2", "种植面积")
        sheet.write_row("C3", ["水田（亩）", "旱地（亩）"])
        sheet.write_row("A4", ["赵 六", "11010519491231002X", 2.5, 1.2, 350.5, "13800000000"])
        sheet.write_row("A5", ["张三", "440308199901101512", 3, 0.4, 410, "0531-88886666"])


def test_a_list_of_subsidies_with_merged_headers(tmp_path: Path) -> None:
    _village_list(tmp_path / "list.xlsx")
    proposal = propose(tmp_path / "list.xlsx")
    elements = [column.element for column in proposal.columns]
    assert elements == ["person_name", "citizen_id", "area", "area", "money", "phone"]
    assert [column.options for column in proposal.columns[2:4]] == [{"unit": "亩"}, {"unit": "亩"}]
    assert [field.name for field in proposal.schema.fields[2:4]] == [
        "种植面积_水田（平方米）",
        "种植面积_旱地（平方米）",
    ]


@pytest.mark.parametrize(
    ("name", "values", "options"),
    [
        ("Total", ("$1,200.50", "$3", "-$4.25"), {"currency": "USD"}),
        ("x", ("3元5角", "5元", "1.2万元"), {}),
        ("x", ("€3", "€5.50", "€7"), {"currency": "EUR"}),
        ("price_hkd", ("3", "5", "7.5"), {"currency": "HKD"}),
        ("合同金额（美元）", ("3", "5", "7.5"), {"currency": "USD"}),
    ],
)
def test_amounts_tell_their_currency_by_name_or_by_mark(
    tmp_path: Path, name: str, values: tuple[str, ...], options: dict[str, str]
) -> None:
    found = _column(tmp_path, name, *values)
    assert (found.element, found.options) == ("money", options)


def test_tens_of_thousands_of_dollars_are_published_under_dollars(tmp_path: Path) -> None:
    proposal = _proposal(tmp_path, {"运费（万美元）": ["1.5", "2", "3"]})
    (asked,) = proposal.schema.fields
    assert (asked.name, dict(asked.options)) == ("运费（美元）", {"unit": "万元", "currency": "USD"})


def test_numbers_without_a_mark_are_no_amounts(tmp_path: Path) -> None:
    assert _column(tmp_path, "x", "1.5", "2", "3").element == "number"


def test_rates_with_their_sign_speak_for_themselves_and_others_do_not(tmp_path: Path) -> None:
    column = _column(tmp_path, "列三", "50%", "12.5％", "千分之三")
    assert (column.element, column.options, column.fits) == ("percentage", {"bare": "none"}, 3)
    assert _column(tmp_path, "列三", "0.5", "0.125").element == "number"
    assert _column(tmp_path, "列三", "50%", "0.5", "0.25").element != "percentage"
    assert _column(tmp_path, "完成率", "50%", "12.5%").options == {}
