"""Which value of many wins, and that everybody who said something else is told."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ronghe.data.integrate.fuse.plan import FuseStep
from ronghe.terms import InputError
from tests.unit.data.integrate.fuse.given import Columns, done, rows

Told = dict[str, Any]


def fused(
    folder: Path,
    tables: dict[str, Columns],
    *,
    rule: str = "majority",
    rules: Told | None = None,
    declared: Told | None = None,
) -> tuple[list[Told], dict[tuple[str, str], Told]]:
    """The golden rows, and the conflicts by key and field."""
    step = FuseStep("g", tuple(tables), ("id",), rules=rules or {}, rule=rule)
    done(step, tables, folder, **(declared or {}))
    golden = rows(folder / "g.parquet")
    ids = {row["_entity"]: row["id"] for row in golden}
    conflicts = {(ids[row["entity"]], row["field"]): row for row in rows(folder / "g.conflicts.parquet")}
    return golden, conflicts


def test_a_department_has_one_voice_however_often_it_speaks(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "loud": {"id": ["1"] * 5, "name": ["错"] * 5},
        "one": {"id": ["1"], "name": ["对"]},
        "two": {"id": ["1"], "name": ["对"]},
    }
    golden, conflicts = fused(tmp_path, tables)
    assert golden[0]["name"] == "对"
    told = conflicts["1", "name"]
    said = [(value["department"], value["value"], value["rows"]) for value in told["values"]]
    assert said == [("loud", "错", 5), ("one", "对", 1), ("two", "对", 1)]
    assert (told["won"], told["won_department"], told["why"]) == ("对", "one", "majority")


def test_two_tables_of_one_department_are_one_voice(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "first": {"id": ["1"], "name": ["对"]},
        "old": {"id": ["1"], "name": ["错"]},
        "new": {"id": ["1"], "name": ["错"]},
        "other": {"id": ["1"], "name": ["对"]},
    }
    same = {"department": "户籍"}
    golden, _ = fused(tmp_path, tables, declared={"old": same, "new": same})
    assert golden[0]["name"] == "对"


def test_the_newest_value_wins_and_a_row_without_a_day_is_the_oldest(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "a": {"id": ["1", "2"], "name": ["旧", "无"], "day": [date(2020, 1, 1), None]},
        "b": {"id": ["1", "2"], "name": ["新", "有"], "day": [date(2024, 1, 1), date(2019, 1, 1)]},
        "c": {"id": ["1", "3"], "name": ["无", "独"]},
    }
    changed = {"changed": "day"}
    golden, conflicts = fused(tmp_path, tables, rule="newest", declared={"a": changed, "b": changed})
    assert {row["id"]: row["name"] for row in golden} == {"1": "新", "2": "有", "3": "独"}
    assert conflicts["1", "name"]["why"] == "newest"


def test_where_nobody_says_when_the_order_of_the_sources_decides(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {"b": {"id": ["1"], "name": ["乙"]}, "a": {"id": ["1"], "name": ["甲"]}}
    golden, conflicts = fused(tmp_path, tables, rule="newest")
    assert golden[0]["name"] == "乙"
    assert conflicts["1", "name"]["why"] == "order"


@pytest.mark.parametrize(("third", "won", "why"), [("丙", "甲", "order"), ("乙", "乙", "majority")])
def test_a_tie_that_the_order_of_the_sources_ended_is_told_as_such(
    tmp_path: Path, third: str, won: str, why: str
) -> None:
    names = {"one": "甲", "two": "乙", "three": third}
    golden, conflicts = fused(tmp_path, {source: {"id": ["1"], "name": [name]} for source, name in names.items()})
    assert (golden[0]["name"], conflicts["1", "name"]["why"]) == (won, why)


def test_the_most_complete_row_wins(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "thin": {"id": ["1"], "name": ["薄"], "city": [None], "job": [None]},
        "full": {"id": ["1"], "name": ["厚"], "city": ["杭州"], "job": ["医生"]},
    }
    golden, conflicts = fused(tmp_path, tables, rule="most-complete")
    assert golden[0]["name"] == "厚"
    assert conflicts["1", "name"]["why"] == "most-complete"


def test_a_field_may_have_a_rule_of_its_own_and_the_lead_department_goes_before_it(tmp_path: Path) -> None:
    day = [date(2024, 1, 1)]
    tables: dict[str, Columns] = {
        "police": {"id": ["1"], "name": ["警"], "city": ["旧城"], "phone": ["1"]},
        "post": {"id": ["1"], "name": ["邮"], "city": ["新城"], "phone": ["2"], "day": day},
        "bank": {"id": ["1"], "name": ["邮"], "city": ["旧城"], "phone": ["1"]},
    }
    declared = {"police": {"lead": ("name",)}, "post": {"changed": "day"}}
    golden, conflicts = fused(tmp_path, tables, rules={"city": "newest"}, declared=declared)
    assert [golden[0][name] for name in ("name", "city", "phone")] == ["警", "新城", "1"]
    assert {field: told["why"] for (_, field), told in conflicts.items()} == {
        "name": "lead",
        "city": "newest",
        "phone": "majority",
    }


def test_what_tells_of_a_row_and_not_of_the_entity_contradicts_nobody(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "a": {"id": ["1"], "no": ["a7"], "day": [date(2020, 1, 1)], "day_of_birth": ["x"]},
        "b": {"id": ["1"], "no": ["b9"], "day": [date(2024, 1, 1)], "day_of_birth": ["y"]},
    }
    own = {"changed": "day", "id": "no"}
    golden, conflicts = fused(tmp_path, tables, declared={"a": own, "b": own})
    assert [field for _, field in conflicts] == ["day_of_birth"]
    assert (golden[0]["no"], golden[0]["day"]) == ("a7", date(2024, 1, 1))
    _, conflicts = fused(tmp_path, tables, declared={"a": own, "b": {"changed": "day"}})
    assert [field for _, field in conflicts] == ["day_of_birth", "no"]


def test_a_missing_value_neither_wins_nor_contradicts(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "lead": {"id": ["1"], "name": [None], "city": [None]},
        "other": {"id": ["1"], "name": ["甲"], "city": [None]},
    }
    golden, conflicts = fused(tmp_path, tables, declared={"lead": {"lead": ("name",)}})
    assert (golden[0]["name"], golden[0]["city"], conflicts) == ("甲", None, {})


def test_a_department_that_contradicts_itself_is_told_with_both_values(tmp_path: Path) -> None:
    golden, conflicts = fused(tmp_path, {"one": {"id": ["1", "1", "1"], "name": ["甲", "乙", "乙"]}})
    assert len(golden) == 1
    assert [(said["value"], said["rows"]) for said in conflicts["1", "name"]["values"]] == [("乙", 2), ("甲", 1)]


@pytest.mark.parametrize(
    ("tables", "declared", "code"),
    [
        ({"a": {"id": ["1"], "x": [1]}, "b": {"id": ["1"], "x": ["1"]}}, {}, "data.integrate_types"),
        ({"a": {"id": ["1"]}, "b": {"id": [2]}}, {}, "data.integrate_types"),
        ({"a": {"id": ["1"]}, "b": {"id": [None, None]}}, {}, "data.integrate_no_keys"),
        ({"a": {"id": ["1"]}, "b": {"name": ["1"]}}, {}, "data.integrate_column"),
        ({"a": {"id": ["1"], "_row": ["1"]}}, {}, "data.integrate_column_twice"),
        ({"a": {"id": ["1"], "day": ["gestern"]}}, {"a": {"changed": "day"}}, "data.integrate_changed"),
        ({"a": {"id": ["1"]}}, {"a": {"lead": ("absent",)}}, "data.integrate_column"),
    ],
)
def test_tables_that_do_not_fit_are_one_clear_error(
    tmp_path: Path, tables: dict[str, Columns], declared: dict[str, Told], code: str
) -> None:
    with pytest.raises(InputError) as raised:
        fused(tmp_path, tables, declared=declared)
    assert raised.value.code == code
    assert not list(tmp_path.iterdir())


def test_the_clusters_of_a_link_and_its_deliveries_are_taken_as_they_are(tmp_path: Path) -> None:
    tables: dict[str, Columns] = {
        "old": {"no": ["1", "2"], "name": ["甲", "乙"]},
        "first": {"no": ["1"], "name": ["丙"]},
        "second": {"no": ["1"], "name": ["乙"]},
        "linked": {"side": [0, 0, 1, 2], "id": ["1", "2", "1", "1"], "cluster": ["E1", "E2", "E3", "E2"]},
    }
    step = FuseStep("g", ("old", "first", "second"), clusters="linked")
    done(step, tables, tmp_path, **{name: {"id": "no"} for name in step.tables})
    assert [(row["_entity"], row["name"]) for row in rows(tmp_path / "g.parquet")] == [
        ("E1", "甲"),
        ("E2", "乙"),
        ("E3", "丙"),
    ]
    assert [row["source"] for row in rows(tmp_path / "g.members.parquet")] == ["old", "old", "second", "first"]


def test_clusters_that_name_a_row_twice_are_refused(tmp_path: Path) -> None:
    clusters = {"entity": ["E1", "E2"], "source": ["a", "a"], "id": ["1", "1"]}
    step = FuseStep("g", ("a",), clusters="c")
    with pytest.raises(InputError, match="duplicate_keys"):
        done(step, {"a": {"id": ["1"]}, "c": clusters}, tmp_path, a={"id": "id"})
    with pytest.raises(InputError, match="integrate_no_id"):
        done(step, {"a": {"id": ["1"]}, "c": {"entity": ["E"], "source": ["a"], "id": ["1"]}}, tmp_path)
