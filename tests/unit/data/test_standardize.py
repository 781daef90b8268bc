"""One pass over a table: typed values out, reasons for the rest, nothing lost."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronghe.data.standardize import sink
from ronghe.data.standardize.result import Standardized, from_json, shown_json, to_json
from ronghe.data.standardize.run import Job, Target, standardize_table
from ronghe.data.standardize.schema import parse_schema
from ronghe.standards.catalog import Catalog, catalog
from ronghe.tables.delimited import stage_delimited
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.terms import InputError

CATALOG = catalog()


def standardized(
    folder: Path, data: str | bytes, schema: Mapping[str, Any], parents: Mapping[str, str] | None = None
) -> tuple[Standardized, list[dict[str, Any]], list[dict[str, Any]]]:
    folder.mkdir(exist_ok=True)
    source = folder / "in.csv"
    source.write_bytes(data.encode() if isinstance(data, str) else data)
    staged = stage_delimited(source, folder)
    held = {}
    for name, text in (parents or {}).items():
        (folder / name).write_text(text, "utf-8")
        held[name] = stage_delimited(folder / name, folder)
    target = Target(folder / "out.parquet", folder / "rejects.parquet")
    job = Job("t", "in.csv", parse_schema(json.dumps(schema), where="s.json"), CATALOG, target, folder, "s.json", held)
    with duckdb_engine(folder / "spill", Resources()) as engine:
        result = standardize_table(job, engine, staged)
    published, rejects = pq.read_table(target.published).to_pylist(), pq.read_table(target.rejects).to_pylist()
    assert result.rows_in == len(published) + len(rejects)
    assert (result.rows_published, result.rows_quarantined) == (len(published), len(rejects))
    return result, published, rejects


def schema(*fields: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"fields": list(fields), **more}


def field(name: str, element: str = "text", **more: Any) -> dict[str, Any]:
    constraints = {key: more.pop(key) for key in list(more) if not key.startswith("ronghe")}
    return {"name": name, "ronghe:element": element, "constraints": constraints, **more}


def reasons(rejects: list[dict[str, Any]]) -> list[tuple[int, list[str]]]:
    return [(row["_row"], row["_reasons"]) for row in rejects]


def test_a_required_value_is_asked_for_even_where_broken_ones_are_kept(tmp_path: Path) -> None:
    kept = field("n", "mobile", required=True, **{"ronghe:onError": "keep"})
    _, published, rejects = standardized(tmp_path, "n,m\n13800000000,1\nabc,2\n,3\n", schema(kept, field("m")))
    assert [row["n"] for row in published] == ["13800000000", "abc"]
    assert reasons(rejects) == [(3, ["n: required: "])]


def test_a_required_value_cannot_become_null() -> None:
    asked = schema(field("n", required=True, **{"ronghe:onError": "null"}))
    with pytest.raises(InputError, match="required_null"):
        parse_schema(json.dumps(asked), where="s.json")


def test_limits_may_leave_out_the_limit_itself(tmp_path: Path) -> None:
    limited = field("n", "integer", exclusiveMinimum=1, exclusiveMaximum="4")
    _, published, rejects = standardized(tmp_path, "n\n1\n2\n3\n4\n", schema(limited))
    assert [row["n"] for row in published] == [2, 3]
    assert reasons(rejects) == [(1, ["n: exclusiveMinimum: 1"]), (4, ["n: exclusiveMaximum: 4"])]


def test_a_constraint_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(InputError, match="schema_key"):
        parse_schema(json.dumps(schema(field("n", jsonSchema={}))), where="s.json")


def test_published_values_are_not_converted_again(tmp_path: Path) -> None:
    units = field("金额", "money", **{"ronghe:column": "金额（万元）", "ronghe:options": {"unit": "万元"}})
    once, published, _ = standardized(tmp_path / "once", "金额（万元）\n1.2\n", schema(units))
    text = "金额\n" + "".join(f"{row['金额']}\n" for row in published)
    _, again, _ = standardized(tmp_path / "twice", text, dict(once.schema))
    assert again == published


OWN = """
[element.wan]
extends = "money"
options = { unit = "万元" }
[element.share]
extends = "percentage"
options = { bare = "fraction" }
[element.field]
extends = "area"
options = { unit = "亩", target = "公顷" }
[element.turned]
extends = "date"
options = { order = "dmy", excel_serial = "yes" }
"""


@pytest.mark.parametrize(
    ("element", "options", "cell"),
    [
        ("money", {"unit": "万元", "currency": "USD"}, "1.5"),
        ("money", {"currency": "USD"}, '"$1,200.50"'),
        ("postcode", {"country": "us"}, "60614"),
        ("decimal", {"precision": "30", "scale": "12"}, "1.123456789012"),
        ("percentage", {"bare": "fraction"}, "0.5"),
        ("area", {"unit": "亩", "target": "公顷"}, "15"),
        ("region", {"as_of": "1990-01-01"}, "110000"),
        ("wan", {}, "1.5"),
        ("share", {}, "0.5"),
        ("field", {}, "15"),
        ("turned", {}, "05/03/2024"),
    ],
)
def test_published_values_read_as_what_they_are_whatever_the_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, element: str, options: dict[str, str], cell: str
) -> None:
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    monkeypatch.setattr(sys.modules[__name__], "CATALOG", Catalog([tmp_path / "own.toml"]))
    asked = schema(field("v", element, **{"ronghe:options": options}))
    once, published, rejects = standardized(tmp_path / "once", f"v\n{cell}\n", asked)
    assert (len(published), rejects) == (1, [])
    again = standardized(tmp_path / "twice", f"v\n{published[0]['v']}\n", dict(once.schema))
    assert again[1] == published
    assert dict(again[0].schema) == dict(once.schema)


def test_a_limit_that_is_no_number_is_no_json() -> None:
    with pytest.raises(InputError, match="schema_json"):
        parse_schema('{"fields": [{"name": "n", "constraints": {"minimum": NaN}}]}', where="s.json")


@pytest.mark.parametrize("data", ["n\na\n\nb\n", "n\r\n\r\na\r\nb\r\n\r\n"])
def test_blank_lines_of_a_table_of_one_column_are_no_rows(tmp_path: Path, data: str) -> None:
    result, published, _ = standardized(tmp_path, data, schema(field("n")))
    assert [row["n"] for row in published] == ["a", "b"]
    assert result.rows_in == 2


def test_present_counts_what_the_source_had(tmp_path: Path) -> None:
    data = "n,m\n1,a\nx,b\n,c\n无,d\n"
    result, _, _ = standardized(tmp_path, data, schema(field("n", "integer"), field("m"), missingValues=["", "无"]))
    assert [(column.name, column.filled, column.present) for column in result.columns] == [("n", 1, 2), ("m", 3, 4)]


def test_examples_are_masked_for_people_and_whole_for_the_next_run(tmp_path: Path) -> None:
    result, _, _ = standardized(tmp_path, "n\n138000000000\n", schema(field("n", "mobile")))
    assert result.reasons[0].examples == ("138000000000",)
    assert shown_json(result)["reasons"][0]["examples"] == ("138＊＊＊＊＊＊000",)
    assert from_json(to_json(result)) == result


def test_good_rows_are_typed_and_bad_rows_say_why(tmp_path: Path) -> None:
    _, published, rejects = standardized(
        tmp_path, "n,name\n1,张三\nx,李四\n３ , 王五　\n", schema(field("n", "integer"), field("name"))
    )
    assert published == [{"n": 1, "name": "张三"}, {"n": 3, "name": "王五"}]
    assert rejects == [{"_row": 2, "_reasons": ["n: form: x"], "n": "x", "name": "李四", "_line": None, "_raw": None}]


def test_a_row_lists_all_its_reasons(tmp_path: Path) -> None:
    wanted = schema(field("a", "integer", required=True), field("b", "integer", maximum=5))
    assert reasons(standardized(tmp_path, "a,b\n,9\n", wanted)[2]) == [(1, ["a: required: ", "b: maximum: 9"])]


@pytest.mark.parametrize(
    ("limits", "good", "bad"),
    [
        ({"minimum": 3}, "3", "2"),
        ({"maximum": 3}, "3", "4"),
        ({"enum": [1, 2]}, "2", "3"),
        ({"pattern": "[0-9]{2}"}, "12", "123"),
        ({"minLength": 2}, "12", "1"),
        ({"maxLength": 2}, "12", "123"),
        ({"required": True}, "1", ""),
    ],
)
def test_each_constraint_lets_good_values_through_only(
    tmp_path: Path, limits: dict[str, Any], good: str, bad: str
) -> None:
    data = f"v,w\n{good},x\n{bad},y\n"
    _, published, rejects = standardized(tmp_path, data, schema(field("v", "integer", **limits), field("w")))
    assert [row["w"] for row in published] == ["x"]
    assert reasons(rejects) == [(2, [f"v: {next(iter(limits))}: {bad}"])]


def test_missing_words_are_missing_and_pass_every_rule_but_required(tmp_path: Path) -> None:
    data = "v,w\n无,x\n - ,y\n,z\n"
    wanted = schema(field("v", "integer", minimum=3), field("w"), missingValues=["", "无", "-"])
    assert [row["v"] for row in standardized(tmp_path, data, wanted)[1]] == [None, None, None]


def test_on_error_null_and_keep(tmp_path: Path) -> None:
    wanted = schema(
        field("v", "integer", **{"ronghe:onError": "null"}), field("m", "mobile", **{"ronghe:onError": "keep"})
    )
    result, published, _ = standardized(tmp_path, "v,m\nx,12\n1,13800000000\n", wanted)
    assert published == [{"v": None, "m": "12"}, {"v": 1, "m": "13800000000"}]
    assert [(c.nulled, c.kept) for c in result.columns] == [(1, 0), (0, 1)]


def test_emptied_and_kept_values_are_counted_in_published_rows_alone(tmp_path: Path) -> None:
    wanted = schema(
        field("v", "integer", **{"ronghe:onError": "null"}),
        field("m", "mobile", **{"ronghe:onError": "keep"}),
        field("w", "integer"),
    )
    result, _, _ = standardized(tmp_path, "v,m,w\nx,12,1\nx,12,bad\n1,12,2\n", wanted)
    assert [(c.failures, c.nulled, c.kept) for c in result.columns] == [(0, 1, 0), (0, 0, 2), (1, 0, 0)]
    assert [c.present for c in result.columns] == [3, 3, 3]


def test_keep_is_for_text_only(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        standardized(tmp_path, "v\n1\n", schema(field("v", "integer", **{"ronghe:onError": "keep"})))
    assert caught.value.code == "data.keep_text_only"


@pytest.mark.parametrize(("how", "value"), [("mean", 3), ("median", 2), ("mode", 2), ("constant", 7)])
def test_each_way_of_imputing_flags_what_it_filled(tmp_path: Path, how: str, value: int) -> None:
    more = {"ronghe:impute": how} | ({"ronghe:imputeValue": "7"} if how == "constant" else {})
    _, published, _ = standardized(
        tmp_path, "v,w\n2,a\n2,b\n6,c\n,d\n", schema(field("v", "integer", **more), field("w"))
    )
    assert published[3] == {"v": value, "v_imputed": True, "w": "d"}
    assert [row["v_imputed"] for row in published] == [False, False, False, True]


def test_the_mean_of_money_is_exact(tmp_path: Path) -> None:
    wanted = schema(field("v", "money", **{"ronghe:impute": "mean"}), field("w"))
    _, published, _ = standardized(tmp_path, "v,w\n0.01,a\n0.02,b\n0.02,c\n,d\n", wanted)
    assert str(published[3]["v"]) == "0.02"


def test_a_text_cannot_have_a_mean(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        standardized(tmp_path, "v,w\na,b\n", schema(field("v", **{"ronghe:impute": "mean"}), field("w")))
    assert caught.value.code == "data.impute_type"


def test_the_first_of_equal_keys_stays(tmp_path: Path) -> None:
    data = "k,v\n1,a\n2,b\n1,c\n01,d\nx,e\nx,f\n"
    _, published, rejects = standardized(tmp_path, data, schema(field("k", "integer", unique=True), field("v")))
    assert [row["v"] for row in published] == ["a", "b"]
    assert reasons(rejects)[:2] == [(3, ["k: unique: 1"]), (4, ["k: unique: 01"])]


def test_a_rejected_row_does_not_claim_a_key(tmp_path: Path) -> None:
    data = "k,v\n1,x\n1,2\n"
    _, published, rejects = standardized(
        tmp_path, data, schema(field("k", "integer", unique=True), field("v", "integer"))
    )
    assert published == [{"k": 1, "v": 2}]
    assert reasons(rejects) == [(1, ["v: form: x"])]


def test_a_primary_key_of_two_columns(tmp_path: Path) -> None:
    wanted = schema(field("a"), field("b"), primaryKey=["a", "b"])
    _, published, rejects = standardized(tmp_path, "a,b\n1,2\n12,\n1,2\n", wanted)
    assert len(published) == 2
    assert reasons(rejects) == [(3, ["a+b: unique: 1 | 2"])]


def test_a_foreign_key_wants_its_parent(tmp_path: Path) -> None:
    key = {"fields": "r", "reference": {"resource": "parents.csv", "fields": "code"}}
    wanted = schema(field("r", "integer"), field("v"), foreignKeys=[key])
    data = "r,v\n1,a\n3,b\n,c\n"
    _, published, rejects = standardized(tmp_path, data, wanted, {"parents.csv": "code\n01\n2\n"})
    assert [row["v"] for row in published] == ["a", "c"]
    assert reasons(rejects) == [(2, ["r: foreign_key: 3"])]


def test_orphans_of_orphans_fall_in_a_table_that_references_itself(tmp_path: Path) -> None:
    key = {"fields": "p", "reference": {"resource": "", "fields": "id"}}
    wanted = schema(field("id", "integer"), field("p", "integer"), foreignKeys=[key])
    _, published, rejects = standardized(tmp_path, "id,p\n1,\n2,1\n3,9\n4,3\n5,4\n", wanted)
    assert [row["id"] for row in published] == [1, 2]
    assert [row["_row"] for row in rejects] == [3, 4, 5]


def test_a_rule_between_columns(tmp_path: Path) -> None:
    rule = {"name": "order", "condition": "born <= married"}
    wanted = schema(field("born", "date"), field("married", "date"), **{"ronghe:rules": [rule]})
    data = "born,married\n2000-01-01,2020-01-01\n2020-01-01,2000年1月1日\n2000-01-01,\n"
    _, published, rejects = standardized(tmp_path, data, wanted)
    assert len(published) == 2
    assert reasons(rejects) == [(2, ["born+married: order: 2020-01-01 | 2000年1月1日"])]


@pytest.mark.parametrize("when_null", ["pass", "reject"])
def test_a_rule_says_what_a_missing_operand_means(tmp_path: Path, when_null: str) -> None:
    rule = {"name": "r", "condition": "a < b", "whenNull": when_null}
    wanted = schema(field("a", "integer"), field("b", "integer"), **{"ronghe:rules": [rule]})
    assert len(standardized(tmp_path, "a,b\n1,\n", wanted)[1]) == (when_null == "pass")


@pytest.mark.parametrize(
    "condition",
    [
        "a = (SELECT 1)",
        "nosuch > 1",
        "a >",
        "read_csv('/etc/passwd') = 1",
        "a = 1; DROP TABLE x",
        "CAST(a AS TEXT) = '1'",
        "1",
    ],
)
def test_a_rule_outside_the_language_is_refused(tmp_path: Path, condition: str) -> None:
    with pytest.raises(InputError):
        standardized(
            tmp_path,
            "a\n1\n",
            schema(field("a", "integer"), **{"ronghe:rules": [{"name": "r", "condition": condition}]}),
        )


def test_broken_records_are_quarantined_with_line_and_text(tmp_path: Path) -> None:
    data = 'a,b\n1,x\n2\n3,"y\n4,z\n'
    result, published, rejects = standardized(tmp_path, data, schema(field("a", "integer"), field("b")))
    assert [row["a"] for row in published] == [1, 4]
    assert [(r["_row"], r["_line"], r["_raw"]) for r in rejects] == [(2, 3, "2"), (3, 4, '3,"y')]
    assert [(r.column, r.rule, r.rows) for r in result.reasons] == [("record", "columns", 1), ("record", "quotes", 1)]


def test_row_numbers_count_broken_records(tmp_path: Path) -> None:
    _, _, rejects = standardized(tmp_path, "a,b\nx,1\n2\ny,3\n4\nz,5\n", schema(field("a", "integer"), field("b")))
    assert sorted(row["_row"] for row in rejects) == [1, 2, 3, 4, 5]
    assert {row["_row"]: row["a"] for row in rejects} == {1: "x", 2: None, 3: "y", 4: None, 5: "z"}


@pytest.mark.parametrize(
    ("data", "wanted", "code"),
    [
        ("a\n1\n", schema(field("b")), "data.column_absent"),
        ("a,b\n1,2\n", schema(field("a")), "data.column_unknown"),
        ("a\n1\n", schema(field("a"), field("a")), "data.schema_name"),
        ("a\n1\n", schema(field("a", "nosuch")), "data.schema_element"),
        ("a\n1\n", schema(field("a", "integer", minimum="x")), "data.constant"),
        ("a\n1\n", {"fields": []}, "data.schema_value"),
        ("a\n1\n", schema({"name": "a", "ronghe:elment": "x"}), "data.schema_key"),
        ("a\n1\n", schema(field("a", "number", unique=True)), "data.key_number"),
    ],
)
def test_a_schema_that_does_not_fit_says_so(tmp_path: Path, data: str, wanted: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        standardized(tmp_path, data, wanted)
    assert caught.value.code == code


CELL = st.sampled_from(
    ["1", "2", "３", "x", "", "无", "-5", "1.5万", "二〇二四年三月五日", "2024-02-30", '"', "a,b", "\n"]
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=12))
def test_standardizing_twice_fills_and_empties_nothing_more(tmp_path: Path, rows: list[tuple[str, str, str]]) -> None:
    wanted = schema(
        field("a", "integer", unique=True, **{"ronghe:onError": "null"}),
        field("b", "money", **{"ronghe:impute": "median"}),
        field("c", "date", **{"ronghe:onError": "null"}),
        missingValues=["", "无"],
    )
    cells = ("".join(f'"{cell.replace(chr(34), chr(34) * 2)}",' for cell in row)[:-1] for row in rows)
    _, once, _ = standardized(tmp_path / "1", "a,b,c\n" + "\n".join(cells) + "\n", wanted)
    names = list(once[0]) if once else ["a", "b", "b_imputed", "c"]
    again = [
        ",".join("" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in row.values())
        for row in once
    ]
    _, twice, rejects = standardized(tmp_path / "2", "\n".join([",".join(names), *again]) + "\n", wanted)
    assert not rejects
    assert twice == once


def test_many_broken_records_are_written_by_parts_and_counted_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sink, "MALFORMED_AT_ONCE", 2)
    data = "n,m\n1,a\n" + "".join(f"{number},x,y\n" for number in range(5)) + "2,b\n"
    result, published, rejects = standardized(tmp_path, data, schema(field("n"), field("m")))
    assert [row["n"] for row in published] == ["1", "2"]
    assert [(row["_row"], row["_line"], row["_raw"]) for row in rejects] == [
        (number + 2, number + 3, f"{number},x,y") for number in range(5)
    ]
    assert [(reason.column, reason.rule, reason.rows) for reason in result.reasons] == [("record", "columns", 5)]
