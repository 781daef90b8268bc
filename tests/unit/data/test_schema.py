"""A schema is read strictly: what is wrong is told with its place, what is right comes back the same."""

import json
from typing import Any

import pytest

from ronghe.data.standardize.schema import LARGEST_SCHEMA, parse_schema, schema_json
from ronghe.messages import LANGUAGES, render_error
from ronghe.terms import InputError

ONE: dict[str, Any] = {"name": "a"}


def refused(document: object) -> InputError:
    with pytest.raises(InputError) as caught:
        parse_schema(document if isinstance(document, str) else json.dumps(document), where="s.json")
    for lang in LANGUAGES:
        assert render_error(caught.value, lang)
    return caught.value


def with_field(**more: Any) -> dict[str, Any]:
    return {"fields": [{**ONE, **more}]}


def test_a_number_of_more_digits_than_can_be_read_is_a_fault_of_the_schema() -> None:
    assert refused('{"fields": [' + "9" * 5000 + "]}").code == "data.schema_json"


@pytest.mark.parametrize(
    ("document", "code", "place"),
    [
        ("{", "data.schema_json", "s.json"),
        ("[" * 100_000, "data.schema_json", "s.json"),
        ("[]", "data.schema_value", "s.json"),
        ({}, "data.schema_value", "s.json/fields"),
        ({"fields": []}, "data.schema_value", "s.json/fields"),
        ({"fields": ["a"]}, "data.schema_value", "s.json/fields/0"),
        ({"fields": [{}]}, "data.schema_value", "s.json/fields/0/name"),
        ({"fields": [{"name": ""}]}, "data.schema_name", "s.json/fields/0"),
        ({"fields": [{"name": "_row"}]}, "data.schema_name", "s.json/fields/0"),
        ({"fields": [ONE, ONE]}, "data.schema_name", "s.json/fields/1"),
        (with_field(type="text"), "data.schema_value", "s.json/fields/0/type"),
        (with_field(type=["string"]), "data.schema_value", "s.json/fields/0/type"),
        (with_field(title=3), "data.schema_value", "s.json/fields/0/title"),
        (with_field(constraints=[]), "data.schema_value", "s.json/fields/0/constraints"),
        (with_field(constraints={"require": True}), "data.schema_key", "s.json/fields/0/constraints"),
        (with_field(constraints={"required": 1}), "data.schema_value", "s.json/fields/0/constraints/required"),
        (with_field(constraints={"unique": "yes"}), "data.schema_value", "s.json/fields/0/constraints/unique"),
        (with_field(constraints={"pattern": 1}), "data.schema_value", "s.json/fields/0/constraints/pattern"),
        (with_field(constraints={"enum": "ab"}), "data.schema_value", "s.json/fields/0/constraints/enum"),
        (with_field(constraints={"minimum": True}), "data.schema_value", "s.json/fields/0/constraints/minimum"),
        (with_field(constraints={"minLength": -1}), "data.schema_value", "s.json/fields/0/constraints/minLength"),
        (with_field(constraints={"maxLength": True}), "data.schema_value", "s.json/fields/0/constraints/maxLength"),
        (with_field(**{"ronghe:elment": "x"}), "data.schema_key", "s.json/fields/0"),
        (with_field(**{"ronghe:element": 1}), "data.schema_value", "s.json/fields/0/ronghe:element"),
        (with_field(**{"ronghe:onError": "skip"}), "data.schema_value", "s.json/fields/0/ronghe:onError"),
        (with_field(**{"ronghe:impute": "zero"}), "data.schema_value", "s.json/fields/0/ronghe:impute"),
        (with_field(**{"ronghe:options": {"unit": 1}}), "data.schema_value", "s.json/fields/0/ronghe:options/unit"),
        (with_field(**{"ronghe:imputeValue": 1}), "data.schema_value", "s.json/fields/0/ronghe:imputeValue"),
        (with_field(**{"ronghe:impute": "constant"}), "data.schema_value", "s.json/fields/0/ronghe:imputeValue"),
        ({"fields": [ONE], "primaryKey": 1}, "data.schema_value", "s.json/primaryKey"),
        ({"fields": [ONE], "primaryKey": ["b"]}, "data.schema_absent", "s.json"),
        ({"fields": [ONE], "missingValues": [1]}, "data.schema_value", "s.json/missingValues/0"),
        ({"fields": [ONE], "ronghe:rule": []}, "data.schema_key", "s.json"),
        ({"fields": [ONE], "ronghe:rules": [{"name": "r"}]}, "data.schema_value", "s.json/ronghe:rules/0/condition"),
    ],
)
def test_each_fault_is_told_with_its_place(document: object, code: str, place: str) -> None:
    fault = refused(document)
    assert (fault.code, fault.params["place"]) == (code, place)


def test_a_file_that_is_no_schema_is_not_read_to_its_end() -> None:
    assert refused(" " * (LARGEST_SCHEMA + 1)).code == "data.schema_large"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ({"fields": "nosuch", "reference": {"resource": "p", "fields": "x"}}, "data.schema_absent"),
        ({"fields": "a", "reference": {"resource": "", "fields": "nosuch"}}, "data.schema_absent"),
        ({"fields": "a", "reference": {"resource": "p", "fields": ["x", "y"]}}, "data.schema_value"),
        ({"fields": [], "reference": {"resource": "p", "fields": []}}, "data.schema_value"),
        ({"fields": "a", "reference": "p"}, "data.schema_value"),
    ],
)
def test_a_foreign_key_names_columns_that_are_there(key: dict[str, Any], code: str) -> None:
    assert refused({"fields": [ONE], "foreignKeys": [key]}).code == code


def test_the_columns_of_another_table_are_not_asked_for_here() -> None:
    key = {"fields": "a", "reference": {"resource": "p", "fields": "elsewhere"}}
    parsed = parse_schema(json.dumps({"fields": [ONE], "foreignKeys": [key]}), where="s.json")
    assert parsed.foreign_keys[0].reference_fields == ("elsewhere",)


def test_the_flag_of_a_filled_field_is_no_name_for_another() -> None:
    filled = {"name": "a", "ronghe:impute": "mode"}
    assert refused({"fields": [filled, {"name": "a_imputed"}]}).code == "data.schema_name"
    parsed = parse_schema(json.dumps({"fields": [ONE, {"name": "a_imputed"}]}), where="s.json")
    assert [field.name for field in parsed.fields] == ["a", "a_imputed"]


@pytest.mark.parametrize(
    ("kind", "element"),
    [("string", "text"), ("boolean", "yes_no"), ("datetime", "datetime"), ("yearmonth", "year_month"), ("any", "text")],
)
def test_the_plain_types_of_table_schema_have_an_element(kind: str, element: str) -> None:
    assert parse_schema(json.dumps(with_field(type=kind)), where="s").field("a").element == element


def test_what_a_schema_does_not_say_is_the_default() -> None:
    parsed = parse_schema(json.dumps({"fields": [ONE]}), where="s.json")
    field = parsed.field("a")
    assert (field.column, field.element, field.on_error, field.impute) == ("a", "text", "reject", "none")
    assert (field.required, field.unique, field.enum, field.minimum) == (False, False, (), None)
    assert (parsed.missing_values, parsed.primary_key, parsed.foreign_keys, parsed.rules) == (("",), (), (), ())


def test_a_field_is_found_by_its_name_only() -> None:
    with pytest.raises(KeyError):
        parse_schema(json.dumps({"fields": [ONE]}), where="s.json").field("b")


def test_written_out_a_schema_says_no_more_than_it_must() -> None:
    parsed = parse_schema(json.dumps({"fields": [ONE]}), where="s.json")
    assert schema_json(parsed, {"a": "string"}) == {
        "fields": [{"name": "a", "type": "string", "ronghe:element": "text", "ronghe:onError": "reject"}],
        "missingValues": [""],
    }
