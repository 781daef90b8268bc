"""What holds of every fusion, whatever the rows."""

import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from ronghe import data

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEAD = ("id", "ssn", "name")
WORD = st.sampled_from([None, "a", "b", "c", "甲"])
ROWS = st.lists(st.tuples(WORD, WORD, WORD), min_size=1, max_size=8).map(lambda rows: [("z", None, "乙"), *rows])
PLAN = (
    '[[source]]\nname = "d1"\npath = "d1.parquet"\nlead = ["name"]\n[[source]]\nname = "d2"\npath = "d2.parquet"\n'
    '[[step]]\nname = "golden"\nkind = "fuse"\nof = ["d1", "d2"]\nkeys = ["id", "ssn"]\n'
)
Row = tuple[str | None, ...]


def fused(*tables: list[Row], plan: str = PLAN) -> dict[str, list[dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, rows in enumerate(tables, 1):
            columns = [pa.array([row[n] for row in rows], pa.string()) for n in range(len(HEAD))]
            pq.write_table(pa.table(columns, names=list(HEAD)), folder / f"d{number}.parquet")
        (folder / "plan.toml").write_text(plan, "utf-8")
        data.integrate(folder / "plan.toml", out=folder / "out", now=NOW)
        files = sorted((folder / "out").glob("*.parquet"))
        return {path.name: duckdb.read_parquet(str(path)).to_arrow_table().to_pylist() for path in files}


@settings(max_examples=8, deadline=None)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(one: list[Row], two: list[Row], random: Any) -> None:
    assert fused(one, two) == fused(random.sample(one, len(one)), random.sample(two, len(two)))


@settings(max_examples=8, deadline=None)
@given(ROWS)
def test_fusing_a_table_with_itself_changes_nothing(one: list[Row]) -> None:
    alone = PLAN.replace('["d1", "d2"]', '["d1"]')
    assert (
        fused(one, one)["golden.parquet"]
        == fused(one, plan=alone.replace("d2.parquet", "d1.parquet"))["golden.parquet"]
    )


Said = set[tuple[str, str, str, str]]


def said_by(made: dict[str, list[dict[str, Any]]], tables: dict[str, list[Row]]) -> Said:
    """Entity, field, department and value of everything that the rows of an entity say."""
    left = {name: Counter(rows) for name, rows in tables.items()}
    known: Said = set()
    golden = {row["_entity"]: row for row in made["golden.parquet"]}
    keys: dict[str, str] = {}
    for told in made["golden.provenance.parquet"]:
        if told["field"] in HEAD[:2]:
            keys.setdefault(told["field"] + golden[told["entity"]][told["field"]], told["entity"])
    for said in made["golden.conflicts.parquet"]:
        for value in said["values"]:
            if said["field"] in HEAD[:2]:
                keys.setdefault(said["field"] + value["value"], said["entity"])
    for name, counted in left.items():
        for row in counted:
            own = {keys[HEAD[place] + value] for place, value in enumerate(row[:2]) if value is not None}
            assert len(own) <= 1, "a row of two entities"
            known |= {(entity, HEAD[n], name, v) for entity in own for n, v in enumerate(row) if v is not None}
    return known


@settings(max_examples=10, deadline=None)
@given(ROWS, ROWS)
def test_nothing_is_lost_invented_or_left_untold(one: list[Row], two: list[Row]) -> None:
    made = fused(one, two)
    members = made["golden.members.parquet"]
    assert len(members) + len(made["golden.without_entity.parquet"]) == len(one) + len(two)
    known = {(row["entity"], row["source"], row["row"]) for row in members}
    said = {"d1": set(one), "d2": set(two)}
    golden = {row["_entity"]: row for row in made["golden.parquet"]}
    for field in made["golden.provenance.parquet"]:
        assert (field["entity"], field["source"], field["row"]) in known
        value = golden[field["entity"]][field["field"]]
        assert value in {row[HEAD.index(field["field"])] for row in said[field["source"]]}
    told = [
        (told["entity"], told["field"], value["department"], value["value"])
        for told in made["golden.conflicts.parquet"]
        for value in told["values"]
    ]
    everything = said_by(made, {"d1": one, "d2": two})
    values: dict[tuple[str, str], set[str]] = {}
    for entity, field_name, _, text in everything:
        values.setdefault((entity, field_name), set()).add(text)
    assert sorted(told) == sorted(one for one in everything if len(values[one[:2]]) > 1)
    for conflict in made["golden.conflicts.parquet"]:
        assert conflict["won"] == golden[conflict["entity"]][conflict["field"]]


@settings(max_examples=8, deadline=None)
@given(ROWS, ROWS, st.sampled_from(["inner", "left", "full"]), st.randoms(use_true_random=False))
def test_a_join_loses_no_row_and_no_order_of_rows_matters(
    one: list[Row], two: list[Row], how: str, random: Any
) -> None:
    plan = PLAN.partition("[[step]]")[0] + (
        '[[step]]\nname = "j"\nkind = "join"\nof = ["d1", "d2"]\non = ["id"]\ncardinality = "many-to-one"\n'
        f'how = "{how}"\n'
    )
    second = list({row[0]: row for row in two}.values())  # one row for each key, and one without
    made = fused(one, second, plan=plan)
    again = fused(random.sample(one, len(one)), random.sample(second, len(second)), plan=plan)

    def sets(files: dict[str, list[dict[str, Any]]]) -> dict[str, Counter[str]]:
        return {name: Counter(repr(sorted(row.items(), key=str)) for row in found) for name, found in files.items()}

    assert sets(made) == sets(again)
    partners = {row[0] for row in second if row[0] is not None}
    wanted = Counter(row[2] for row in one if how != "inner" or row[0] in partners)
    joined = Counter(row["name"] for row in made["j.parquet"] if "d1" in (row["_sources"] or ""))
    assert joined == wanted
    left_out = made.get("j.left_out.d1.parquet", [])
    assert joined + Counter(row["name"] for row in left_out) == Counter(row[2] for row in one)
    known = {row["d2_name"] for row in made["j.parquet"]} | {
        row["name"] for row in made.get("j.left_out.d2.parquet", [])
    }
    assert {row[2] for row in second} <= known | {None}


def test_rows_that_share_a_key_are_one_entity_however_long_the_chain() -> None:
    chain: list[Row] = [(str(n), str(n + shift), None) for n in range(200) for shift in (0, 1)]
    assert len(fused(chain, [("0", None, "甲")])["golden.parquet"]) == 1
