import csv
from pathlib import Path

import pytest

from ronghe.standards import code_lists
from ronghe.standards.element import Element

BY_CODE: dict[str, Element] = {element.code: element for element in code_lists.ELEMENTS}


@pytest.mark.parametrize(
    ("element", "raw", "code"),
    [
        ("sex", "1", "1"),
        ("sex", "１", "1"),
        ("sex", "01", "1"),
        ("sex", "男", "1"),
        ("sex", " 女性 ", "2"),
        ("sex", "f", "2"),
        ("sex", "Male", "1"),
        ("sex", "2-女", "2"),
        ("sex", "1 男性", "1"),
        ("sex", "未知", "0"),
        ("sex", "未说明的性别", "9"),
        ("marital_status", "已婚", "20"),
        ("marital_status", "离异", "40"),
        ("marital_status", "丧偶", "30"),
        ("marital_status", "23", "23"),
        ("ethnic_group", "汉", "01"),
        ("ethnic_group", "1", "01"),
        ("ethnic_group", "01", "01"),
        ("ethnic_group", "01 汉族", "01"),
        ("ethnic_group", "01汉", "01"),
        ("ethnic_group", "ug", "05"),
        ("ethnic_group", "维族", "05"),
        ("ethnic_group", "柯尔克孜族", "29"),
        ("ethnic_group", "傈僳族", "20"),
        ("ethnic_group", "傈傈族", "20"),
        ("ethnic_group", "毛南", "36"),
        ("ethnic_group", "毛难族", "36"),
        ("ethnic_group", "崩龙族", "46"),
        ("ethnic_group", "其他", "97"),
        ("ethnic_group", "外国血统", "98"),
        ("education", "大学本科", "20"),
        ("education", "大专", "30"),
        ("education", "博士研究生毕业", "11"),
        ("id_document_type", "身份证", "111"),
        ("id_document_type", "护照", "414"),
        ("country", "中国", "CHN"),
        ("country", "cn", "CHN"),
        ("country", "156", "CHN"),
        ("country", "United States", "USA"),
        ("country", "刚果（金）", "COD"),
        ("country", "刚果(布)", "COG"),
        ("country", "香港", "HKG"),
        ("industry", "A", "A"),
        ("industry", "a0111", "0111"),
        ("industry", "0111", "0111"),
        ("industry", "C-13", "13"),
        ("industry", "农林牧渔业", "A"),
        ("industry", "13 农副食品加工业", "13"),
        ("industry", "教育", "P"),
        ("industry", "餐饮业", "62"),
        ("disability_category", "肢体", "4"),
        ("disability_category", "多重残疾", "7"),
        ("disability_grade", "一级", "1"),
        ("disability_grade", "2级", "2"),
        ("disability_grade", "叁级", "3"),
        ("disability_grade", "Ⅳ级", "4"),
    ],
)
def test_a_code_is_read_from_every_usual_spelling(element: str, raw: str, code: str) -> None:
    reading = BY_CODE[element].read(raw)
    assert (reading.value, reading.valid) == (code, True)


@pytest.mark.parametrize(
    ("element", "raw"),
    [
        ("sex", "3"),
        ("sex", "10"),
        ("sex", "1.0"),
        ("sex", "①"),
        ("sex", "男女"),
        ("sex", "1女"),
        ("marital_status", "1.0"),
        ("marital_status", "50"),
        ("ethnic_group", "1.0"),
        ("ethnic_group", "57"),
        ("ethnic_group", "00"),
        ("ethnic_group", "02汉族"),
        ("country", "ZZZ"),
        ("industry", "U"),
        ("industry", "98"),
        ("industry", "B0111"),
        ("industry", "111111"),
        ("disability_grade", "5"),
        ("disability_grade", "五级"),
        ("disability_category", "0"),
        ("yes_no", "2"),
        ("yes_no", "也许"),
    ],
)
def test_what_the_list_does_not_have_is_said_so(element: str, raw: str) -> None:
    assert BY_CODE[element].read(raw).broken == ("form" if element == "yes_no" else "not_listed",)


@pytest.mark.parametrize("raw", ["是", "有", "Y", "yes", "1", "True", "√", "Ｙ", " 是 "])
def test_yes(raw: str) -> None:
    assert BY_CODE["yes_no"].read(raw).value is True


@pytest.mark.parametrize("raw", ["否", "无", "n", "No", "0", "FALSE", "×", "０", "不是"])
def test_no(raw: str) -> None:
    assert BY_CODE["yes_no"].read(raw).value is False


def test_blank_cells_are_missing_not_wrong() -> None:
    assert all(element.read(blank).missing for element in code_lists.ELEMENTS for blank in ("", " ", "\u3000"))


@pytest.mark.parametrize("code_list", code_lists.LISTS)
def test_every_entry_is_read_from_its_code_and_its_code_stays(code_list: str) -> None:
    codes = [entry.code for entry in code_lists.entries(code_list)]
    assert len(codes) == len(set(codes)) >= 4
    assert [BY_CODE[code_list].read(code).value for code in codes[::7]] == codes[::7]


@pytest.mark.parametrize("code_list", [name for name in code_lists.LISTS if name != "industry"])
def test_every_name_and_alias_means_its_entry(code_list: str) -> None:
    wrong = [
        (name, entry.code)
        for entry in code_lists.entries(code_list)
        for name in (entry.name.zh, entry.name.en, *entry.aliases)
        if BY_CODE[code_list].read(name).value != entry.code
    ]
    assert wrong == []


def test_a_name_shared_down_the_tree_of_industries_means_the_widest() -> None:
    first: dict[str, str] = {}
    for entry in code_lists.entries("industry"):
        first.setdefault(entry.name.zh, entry.code)
    sample = list(first.items())[::23]
    assert [BY_CODE["industry"].read(name).value for name, _ in sample] == [code for _, code in sample]


def test_the_sizes_of_the_lists() -> None:
    sizes = {name: len(code_lists.entries(name)) for name in ("sex", "marital_status", "ethnic_group", "country")}
    assert sizes == {"sex": 4, "marital_status": 8, "ethnic_group": 58, "country": 249}
    lengths = [len(entry.code) for entry in code_lists.entries("industry")]
    assert [lengths.count(length) for length in (1, 2, 3, 4)] == [20, 97, 473, 1380]


def test_the_shared_list_of_peoples_is_read_name_by_name(shared_tables: Path) -> None:
    with (shared_tables / "cn_codes" / "gb3304_ethnic.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    peoples = BY_CODE["ethnic_group"]
    assert len(rows) == 56
    for column in ("name", "code_number", "code_letter"):
        assert [peoples.read(row[column]).value for row in rows] == [row["code_number"] for row in rows]
