"""What holds of every fusion, whatever the rows."""

import tempfile
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


@settings(max_examples=15, deadline=None)
@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(one: list[Row], two: list[Row], random: Any) -> None:
    assert fused(one, two) == fused(random.sample(one, len(one)), random.sample(two, len(two)))


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_fusing_a_table_with_itself_changes_nothing(one: list[Row]) -> None:
    alone = PLAN.replace('["d1", "d2"]', '["d1"]')
    assert (
        fused(one, one)["golden.parquet"]
        == fused(one, plan=alone.replace("d2.parquet", "d1.parquet"))["golden.parquet"]
    )


@settings(max_examples=15, deadline=None)
@given(ROWS, ROWS)
def test_every_row_is_a_member_or_listed_and_every_golden_field_comes_from_one(one: list[Row], two: list[Row]) -> None:
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


def test_rows_that_share_a_key_are_one_entity_however_long_the_chain() -> None:
    chain: list[Row] = [(str(n), str(n + shift), None) for n in range(200) for shift in (0, 1)]
    assert len(fused(chain, [("0", None, "甲")])["golden.parquet"]) == 1
