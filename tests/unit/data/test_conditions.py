"""A condition between columns: read node by node, typed, and refused in words where it is anything else."""

import datetime as dt
from typing import Any

import pytest

from ronghe.data.standardize.conditions import DEEPEST_CONDITION, LONGEST_CONDITION, Operand, parse_condition
from ronghe.messages import LANGUAGES, render_error
from ronghe.standards.catalog import catalog
from ronghe.tables.expressions import Column
from ronghe.tables.in_memory import evaluate
from ronghe.terms import InputError

ELEMENTS = {
    "a": "integer",
    "b": "integer",
    "name": "text",
    "sex": "sex",
    "born": "date",
    "paid": "money",
    "ok": "yes_no",
}
OPERANDS = {
    name: Operand(Column(name, catalog().get(code).type), catalog().get(code)) for name, code in ELEMENTS.items()
}
OPERANDS["补助（元）"] = Operand(Column("grant", catalog().get("money").type), catalog().get("money"))


def holds(condition: str, **row: Any) -> Any:
    values = dict.fromkeys((*ELEMENTS, "grant")) | row
    return evaluate(parse_condition(condition, OPERANDS, place="s.json/rules/0"), values)


@pytest.mark.parametrize(
    ("condition", "row", "result"),
    [
        ("a = 1", {"a": 1}, True),
        ("a <> 1", {"a": 1}, False),
        ("a != 2", {"a": 1}, True),
        ("a < b", {"a": 1, "b": 2}, True),
        ("a >= b", {"a": 1, "b": 2}, False),
        ("a < b", {"a": 1}, None),
        ("a = -3", {"a": -3}, True),
        ("a + b * 2 = 7", {"a": 1, "b": 3}, True),
        ("(a + b) * 2 - 1 = 7", {"a": 1, "b": 3}, True),
        ("a > 0.5", {"a": 1}, True),
        ("a BETWEEN 1 AND 3", {"a": 3}, True),
        ("a BETWEEN 1 AND 3", {"a": 4}, False),
        ("a NOT BETWEEN 1 AND 3", {"a": 4}, True),
        ("a IN (1, 2)", {"a": 2}, True),
        ("a NOT IN (1, 2)", {"a": 2}, False),
        ("a IS NULL", {}, True),
        ("a IS NOT NULL", {}, False),
        ("a = 1 AND b = 2 OR NOT a = 1", {"a": 1, "b": 3}, False),
        ("a = 1 AND (b = 2 OR NOT a = 2)", {"a": 1, "b": 3}, True),
        ("LENGTH(name) = 2", {"name": "张三"}, True),
        ("LENGTH(born) = 10", {"born": dt.date(2000, 1, 1)}, True),
        ("born >= '2025年1月1日'", {"born": dt.date(2025, 1, 1)}, True),
        ("'2025/1/2' > born", {"born": dt.date(2025, 1, 1)}, True),
        ('"补助（元）" > 0', {"grant": 3}, True),
        ("ok = '是'", {"ok": True}, True),
    ],
)
def test_a_condition_means_what_it_says(condition: str, row: dict[str, Any], result: bool | None) -> None:
    assert holds(condition, **row) is result


def test_a_constant_is_read_by_the_element_beside_it() -> None:
    assert holds("paid < '5万元'", paid=49_999) is True
    assert holds("paid < '5万元'", paid=50_000) is False


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ("a = (SELECT 1)", "data.condition_form"),
        ("a IN (SELECT 1)", "data.condition_form"),
        ("UPPER(name) = 'A'", "data.condition_form"),
        ("CAST(a AS TEXT) = '1'", "data.condition_form"),
        ("a = 1; DROP TABLE x", "data.condition_form"),
        ("t.a = 1", "data.condition_form"),
        ("LENGTH(t.a) = 1", "data.condition_form"),
        ("LENGTH('abc') = a", "data.condition_form"),
        ("a / 2 = 1", "data.condition_form"),
        ("a", "data.condition_form"),
        ("a >", "data.condition_form"),
        ("", "data.condition_form"),
        ("1 = 1", "data.condition_form"),
        ("a IS b", "data.condition_form"),
        ("a = 1e40", "data.condition_form"),
        ("a > 0." + "0" * 40 + "1", "data.condition_form"),
        ("nosuch > 1", "data.schema_absent"),
        ("LENGTH(nosuch) > 1", "data.schema_absent"),
        ("born > 'soon'", "data.condition_constant"),
        ("a = 'many'", "data.condition_constant"),
        ("sex = 1", "data.condition_kinds"),
        ("name = a", "data.condition_kinds"),
        ("name IN (1, 2)", "data.condition_kinds"),
        ("born BETWEEN 1 AND 2", "data.condition_kinds"),
        ("ok = a", "data.condition_kinds"),
        ("born - born > 1", "data.condition_kinds"),
        ("name + 1 = 2", "data.condition_kinds"),
    ],
)
def test_anything_else_is_refused_with_its_part(condition: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        holds(condition)
    assert caught.value.code == code
    assert caught.value.params["place"] == "s.json/rules/0"
    for lang in LANGUAGES:
        assert render_error(caught.value, lang)


@pytest.mark.parametrize(
    "condition",
    [
        "a = 1 " + "OR a = 2 " * LONGEST_CONDITION,
        "(" * (DEEPEST_CONDITION + 2) + "a = 1" + ")" * (DEEPEST_CONDITION + 2),
        "a = " + "(" * (DEEPEST_CONDITION + 2) + "1" + ")" * (DEEPEST_CONDITION + 2),
        "NOT " * (DEEPEST_CONDITION + 2) + "a = 1",
    ],
)
def test_a_condition_without_end_is_refused(condition: str) -> None:
    with pytest.raises(InputError) as caught:
        holds(condition)
    assert caught.value.code == "data.condition_form"
    assert len(str(caught.value.params["part"])) <= 80
