"""Keys over values: texts are told apart, parents are found by their own columns, and filled gaps stay filled."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.data.standardize.rules import joined_key
from ronghe.tables.expressions import Column
from ronghe.tables.in_memory import evaluate
from tests.unit.data.test_standardize import field, reasons, schema, standardized

CELL = st.text(st.characters(exclude_characters="\x1f", codec="utf-8"), max_size=4)


@given(st.tuples(CELL, CELL, CELL), st.tuples(CELL, CELL, CELL))
def test_two_keys_have_one_text_only_when_they_are_equal(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    key = joined_key([Column(name) for name in "abc"])
    texts = [evaluate(key, dict(zip("abc", cells, strict=True))) for cells in (one, other)]
    assert (texts[0] == texts[1]) == (one == other)


def test_a_key_with_a_gap_has_no_text() -> None:
    assert evaluate(joined_key([Column("a"), Column("b")]), {"a": "x", "b": None}) is None


def reference(fields: Any, resource: str, there: Any) -> dict[str, Any]:
    return {"fields": fields, "reference": {"resource": resource, "fields": there}}


def test_two_keys_into_one_table_ask_different_columns(tmp_path: Path) -> None:
    keys = [reference("r", "p.csv", "code"), reference("n", "p.csv", "name")]
    wanted = schema(field("r"), field("n"), foreignKeys=keys)
    data = "r,n\n1,甲\n1,1\n甲,甲\n"
    _, published, rejects = standardized(tmp_path, data, wanted, {"p.csv": "code,name\n1,甲\n2,乙\n"})
    assert published == [{"r": "1", "n": "甲"}]
    assert reasons(rejects) == [(2, ["n: foreign_key: 1"]), (3, ["r: foreign_key: 甲"])]


def test_the_columns_of_a_parent_are_taken_in_the_order_of_the_key(tmp_path: Path) -> None:
    wanted = schema(field("a"), field("b"), foreignKeys=[reference(["a", "b"], "p.csv", ["y", "x"])])
    _, published, _ = standardized(tmp_path, "a,b\n1,2\n2,1\n", wanted, {"p.csv": "x,z,y\n2,0,1\n"})
    assert published == [{"a": "1", "b": "2"}]


def test_a_broken_record_of_the_parent_is_no_parent_and_no_fault(tmp_path: Path) -> None:
    wanted = schema(field("r"), field("v"), foreignKeys=[reference("r", "p.csv", "code")])
    parent = {"p.csv": "code,x\n1,2\n3\n2,3\n"}
    _, published, _ = standardized(tmp_path, "r,v\n1,a\n2,b\n3,c\n", wanted, parent)
    assert [row["r"] for row in published] == ["1", "2"]


def test_both_tables_may_have_broken_records(tmp_path: Path) -> None:
    wanted = schema(field("r"), field("v"), foreignKeys=[reference("r", "p.csv", "code")])
    result, published, _ = standardized(tmp_path, "r,v\n1,a\n9\n3,c\n", wanted, {"p.csv": 'code,x\n1,2\n3\n2,"3\n'})
    assert [row["r"] for row in published] == ["1"]
    assert {(reason.column, reason.rule) for reason in result.reasons} == {("record", "columns"), ("r", "foreign_key")}


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"ronghe:impute": "median"}, {}),
        ({"ronghe:impute": "median", "ronghe:onError": "null"}, {"required": True}),
        ({"ronghe:impute": "constant", "ronghe:imputeValue": "7"}, {"required": True}),
    ],
)
def test_a_published_table_obeys_its_own_schema(tmp_path: Path, more: dict[str, Any], asked: dict[str, Any]) -> None:
    wanted = schema(field("v", "integer", **asked, **more), field("w"))
    once, published, _ = standardized(tmp_path / "1", "v,w\n1,a\n,b\n3,c\n", wanted)
    cells = "".join(f"{row['v']},{str(row['v_imputed']).lower()},{row['w']}\n" for row in published)
    _, again, rejects = standardized(tmp_path / "2", f"v,v_imputed,w\n{cells}", json.loads(json.dumps(once.schema)))
    assert (again, rejects) == (published, [])


def test_where_nothing_could_be_filled_in_nothing_is_required_later(tmp_path: Path) -> None:
    wanted = schema(field("v", "integer", required=True, **{"ronghe:impute": "mean"}), field("w"))
    once, published, _ = standardized(tmp_path / "1", "v,w\n,a\n", wanted)
    assert published == [{"v": None, "v_imputed": False, "w": "a"}]
    _, again, _ = standardized(tmp_path / "2", "v,v_imputed,w\n,false,a\n", dict(once.schema))
    assert again == published
