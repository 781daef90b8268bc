"""Laws of schemas: written out and read again, nothing is lost."""

import json
from typing import Any, get_args

from hypothesis import given
from hypothesis import strategies as st

from ronghe.data.standardize.schema import (
    CrossRule,
    Field,
    ForeignKey,
    Impute,
    OnError,
    TableSchema,
    parse_schema,
    schema_json,
)
from ronghe.terms import InputError

TEXT = st.text(max_size=6)
NAMES = st.lists(st.text(min_size=1, max_size=5).filter(lambda name: name[0] != "_"), min_size=1, unique=True)
MAYBE = st.none() | TEXT
COUNT = st.none() | st.integers(0, 10**6)


@st.composite
def fields(draw: st.DrawFn, name: str) -> Field:
    impute = draw(st.sampled_from(get_args(Impute)))
    on_error = draw(st.sampled_from(get_args(OnError)))
    return Field(
        name=name,
        column=draw(st.just(name) | TEXT),
        element=draw(st.sampled_from(["text", "date", "money"])),
        options=tuple(sorted(draw(st.dictionaries(TEXT, TEXT, max_size=3)).items())),
        title=draw(TEXT),
        on_error=on_error,
        impute=impute,
        impute_value=draw(TEXT) if impute == "constant" else None,
        required=draw(st.booleans()) and not (on_error == "null" and impute == "none"),
        unique=draw(st.booleans()),
        pattern=draw(MAYBE),
        enum=tuple(draw(st.lists(TEXT, max_size=3))),
        minimum=draw(MAYBE),
        maximum=draw(MAYBE),
        exclusive_minimum=draw(MAYBE),
        exclusive_maximum=draw(MAYBE),
        min_length=draw(COUNT),
        max_length=draw(COUNT),
    )


@st.composite
def schemas(draw: st.DrawFn) -> TableSchema:
    names = draw(NAMES.filter(lambda names: not any(name.endswith("_imputed") for name in names)))
    chosen = st.lists(st.sampled_from(names), min_size=1, max_size=3).map(tuple)
    keys = [ForeignKey(key, draw(TEXT.filter(bool)), key) for key in draw(st.lists(chosen, max_size=2))]
    rules = draw(st.lists(st.builds(CrossRule, TEXT, TEXT, st.sampled_from(["pass", "reject"])), max_size=2))
    return TableSchema(
        fields=tuple(draw(fields(name)) for name in names),
        missing_values=tuple(draw(st.lists(TEXT, min_size=1, max_size=3))),
        primary_key=draw(st.just(()) | chosen),
        foreign_keys=tuple(keys),
        rules=tuple(rules),
    )


@given(schemas())
def test_a_schema_comes_back_from_its_own_text(schema: TableSchema) -> None:
    written = schema_json(schema, {field.name: "string" for field in schema.fields})
    assert parse_schema(json.dumps(written, ensure_ascii=False), where="s") == schema


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["name", "type", "title", "constraints", "fields", "reference", "ronghe:element", "ronghe:options", "condition"]
)
TOP = st.sampled_from(["fields", "primaryKey", "foreignKeys", "missingValues", "ronghe:rules"])


def place_of_fault(document: dict[str, Any]) -> str | None:
    """Where a schema is wrong, None where it is right; any other error than ours is the test's failure."""
    try:
        parse_schema(json.dumps(document), where="s.json")
    except InputError as fault:
        return str(fault.params["place"])
    return None


@given(st.dictionaries(TOP, st.lists(st.dictionaries(KEYS, JSON, max_size=5), max_size=3) | JSON, max_size=5))
def test_any_json_is_a_schema_or_an_input_error(document: dict[str, Any]) -> None:
    place = place_of_fault(document)
    assert place is None or place.startswith("s.json")
