"""The catalog finds elements by code and by the name of a column, and says what is wrong with a request."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import pytest

from ronghe.messages import render
from ronghe.standards.catalog import catalog, normalized
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

FIRST_CHOICE = {
    "身份证号": "citizen_id",
    "联系电话": "phone",
    "手机号": "mobile",
    "出生日期": "birth_date",
    "登记日期": "date",
    "更新时间": "datetime",
    "年度": "year",
    "所属期": "year_month",
    "注册资本(万元)": "money",
    "建筑面积（㎡）": "area",
    "家庭人口数": "count",
    "邮编": "postcode",
    "E-mail": "email",
    "官网": "url",
    "IP地址": "ip_address",
    "座机": "landline",
    "birth_date": "birth_date",
    "Mobile Phone": "mobile",
    "xm": "person_name",
    "dwmc": "organization_name",
    "持股比例": "percentage",
    "经度": "longitude",
}


@pytest.mark.parametrize(("column", "code"), FIRST_CHOICE.items())
def test_a_column_is_known_by_its_usual_names(column: str, code: str) -> None:
    assert catalog().by_name(column)[0][0].code == code


def test_no_name_is_claimed_by_two_elements() -> None:
    names = Counter(
        name
        for element in catalog()
        for name in {normalized(name) for name in (*element.synonyms, element.name.zh, element.name.en, element.code)}
    )
    assert [name for name, count in names.items() if count > 1] == []


def test_every_pattern_is_one_that_engines_read_alike() -> None:
    for element in catalog():
        parts = (element.clean, element.value, *(check.holds for check in element.checks))
        for node in (node for part in parts for node in ops.walk(part)):
            pattern = getattr(node, "pattern", "")
            assert "\\d" not in pattern
            assert "\\s" not in pattern
            assert "(?=" not in pattern
            assert "(?!" not in pattern


def test_an_unknown_element_is_answered_with_the_nearest_ones() -> None:
    with pytest.raises(InputError) as caught:
        catalog().get("mony")
    assert caught.value.code == "standards.unknown_element"
    assert "money" in str(caught.value.params["near"])


@pytest.mark.parametrize(
    ("code", "options", "fault", "known"),
    [
        ("money", {"unit": "美元"}, "standards.option_value", "万元"),
        ("money", {"units": "元"}, "standards.unknown_option", "unit, currency, min, max"),
        ("money", {"max": "很多"}, "standards.option_value", "12000.00"),
        ("area", {"target": "坪"}, "standards.option_value", "公顷"),
        ("percentage", {"bare": "x"}, "standards.option_value", "fraction"),
        ("decimal", {"precision": "40"}, "standards.option_value", "precision <= 38"),
        ("decimal", {"precision": "abc"}, "standards.option_value", "38"),
        ("date", {"order": "ydm"}, "standards.option_value", "ymd, dmy, mdy"),
        ("date", {"excel_serial": "1"}, "standards.option_value", "yes, no"),
        ("birth_date", {"min": "1990"}, "standards.option_value", "2024-03-05"),
        ("citizen_id", {"as_of": "soon"}, "standards.option_value", "2026-01-01"),
        ("postcode", {"country": "fr"}, "standards.option_value", "cn, us, any"),
        ("sex", {"min": "1"}, "standards.unknown_option", "-"),
        ("text", {"min": "1"}, "standards.unknown_option", "-"),
    ],
)
def test_a_wrong_option_is_answered_with_what_is_possible(
    code: str, options: Mapping[str, str], fault: str, known: str
) -> None:
    with pytest.raises(InputError) as caught:
        catalog().get(code, options)
    assert caught.value.code == fault
    assert known in str(caught.value.params["known"])
    for lang in ("zh", "en"):
        assert known in render(caught.value.code, lang, **caught.value.params)


def test_limits_that_exclude_each_other_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        catalog().get("count", {"min": "十", "max": "9"})
    assert caught.value.code == "standards.option_order"


@pytest.mark.parametrize(
    ("code", "options", "raw", "broken"),
    [
        ("money", {"min": "0", "max": "1万"}, "10000", ()),
        ("money", {"min": "0", "max": "1万"}, "10000.01", ("range",)),
        ("money", {"min": "0"}, "-1", ("range",)),
        ("count", {"max": "10"}, "-1", ("range",)),
        ("count", {"max": "10"}, "11", ("range",)),
        ("number", {"max": "0.5"}, "0.5", ()),
        ("date", {"min": "2024年1月1日"}, "2023-12-31", ("range",)),
        ("birth_date", {"max": "2020-01-01"}, "2020-01-02", ("range",)),
        ("datetime", {"min": "2024-01-01"}, "2023-12-31 23:59:59", ("range",)),
        ("time", {"max": "18:00"}, "18:01", ("range",)),
        ("year", {"min": "2000"}, "1999", ("range",)),
        ("year_month", {"max": "202403"}, "2024-04", ("range",)),
        ("latitude", {"min": "0"}, "-1", ("range",)),
    ],
)
def test_limits_are_the_rule_range(code: str, options: Mapping[str, str], raw: str, broken: tuple[str, ...]) -> None:
    element = catalog().get(code, options)
    assert element.read(raw).broken == broken
    assert set(options.items()) <= set(element.options)
    assert [check.rule for check in element.checks].count("range") == 1


def test_an_empty_option_is_none_at_all() -> None:
    assert catalog().get("money", {"unit": ""}) is catalog().get("money")


def test_options_are_independent_of_each_other() -> None:
    element = catalog().get("money", {"unit": "万元", "max": "2"})
    assert element.read("2").value == Decimal(20000)
    assert element.read("2.1").broken == ("range",)
