"""`ronghe standards` shows elements and judges single values, for people and for machines."""

import pytest

from ronghe.standards.catalog import catalog
from tests.unit.cli.conftest import Call

GOOD = "11010519491231002X"


def test_the_list_has_every_element_once(call: Call) -> None:
    listed = [element["code"] for element in call("standards", "list", "--json").json["elements"]]
    assert listed == sorted(element.code for element in catalog())


@pytest.mark.parametrize(("lang", "name"), [("zh", "敏感个人信息"), ("en", "sensitive")])
def test_the_list_speaks_the_readers_language(call: Call, lang: str, name: str) -> None:
    said = call("standards", "list", "--lang", lang)
    assert said.code == 0
    assert "citizen_id" in said.out
    assert name in said.out
    assert "ronghe standards show" in said.out


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_element_shows_its_names_rules_and_source(call: Call, lang: str) -> None:
    element = catalog().get("citizen_id")
    said = call("standards", "show", "citizen_id", "--lang", lang).out
    for fact in (element.code, element.name[lang], "check_digit", element.examples[0]):  # type: ignore[index]
        assert fact in said
    assert f"ronghe standards check citizen_id {element.examples[0]}" in said


def test_an_element_for_machines_has_both_languages(call: Call) -> None:
    said = call("standards", "show", "money", "--set", "unit=万元", "--json").json
    assert set(said["name"]) == {"zh", "en"}
    assert said["type"].startswith("decimal(")


@pytest.mark.parametrize(
    ("arguments", "code", "valid", "broken"),
    [
        (("citizen_id", GOOD), 0, True, []),
        (("citizen_id", "110105194912310021"), 3, False, ["check_digit"]),
        (("citizen_id", "x"), 3, False, ["form"]),
        (("date", "05/03/2024", "--set", "order=dmy"), 0, True, []),
        (("integer", "--", "-5"), 0, True, []),
    ],
)
def test_a_value_is_judged(call: Call, arguments: tuple[str, ...], code: int, valid: bool, broken: list[str]) -> None:
    said = call("standards", "check", "--json", *arguments)
    assert (said.code, said.json["valid"], said.json["broken"]) == (code, valid, broken)


@pytest.mark.parametrize(("value", "word"), [(GOOD, "有效"), ("x", "不是有效"), (" ", "没有值")])
def test_the_verdict_is_one_of_three(call: Call, value: str, word: str) -> None:
    assert word in call("standards", "check", "citizen_id", value, "--lang", "zh").out


def test_a_broken_rule_is_named_and_the_form_told(call: Call) -> None:
    said = call("standards", "check", "citizen_id", "110105194912310021", "--lang", "en")
    assert "breaks the rule: check_digit: Wrong check digit" in said.out
    assert "the form is:" in said.out
    assert "check_digit" in said.err


def test_an_unknown_element_is_told_with_its_neighbors(call: Call) -> None:
    said = call("standards", "show", "citizen", "--json")
    assert (said.code, said.error["code"]) == (3, "standards.unknown_element")
    assert "citizen_id" in said.error["message"]


@pytest.mark.parametrize("value", ["-5", "-0.5", "-.5", "-１２"])
def test_a_negative_number_is_a_value_and_no_option(call: Call, value: str) -> None:
    said = call("standards", "check", "number", value, "--json")
    assert (said.code, said.json["value"] is not None) == (0, True)
    assert call("standards", "check", "number", "--set", "min=-20", value).code == 0
    assert call("standards", "check", "number", "--json", "--", value).json == said.json


def test_a_negative_number_behind_an_option_is_its_value_and_other_options_stay_unknown(call: Call) -> None:
    assert "-5" in call("data", "profile", "x.csv", "--threads", "-5").err
    assert "no option -x" in call("standards", "check", "number", "-x5").err
