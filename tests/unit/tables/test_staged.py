"""A part of a staged table is the columns that were named, in that order, however often it is parted."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlglot import exp

from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.plan import Plan
from ronghe.tables.staged import Staged


def read(staged: Staged, scratch: Path) -> list[dict[str, str]]:
    with duckdb_engine(scratch, Resources()) as engine:
        engine.attach("part", staged)
        found: list[dict[str, str]] = engine.query(exp.select("*").from_("plan"), (Plan(()), "part")).to_pylist()
        return found


@pytest.fixture
def whole(tmp_path: Path) -> Staged:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": ["1"], "y": ["2"], "z": ["3"]}), path)
    return Staged(("a", "b", "c"), path, "parquet", 1)


@pytest.mark.parametrize(
    ("steps", "cells"),
    [([("c", "a")], ["3", "1"]), ([("c", "b"), ("b",)], ["2"]), ([("b", "c", "a"), ("a", "c")], ["1", "3"])],
)
def test_the_columns_are_those_named_in_that_order(
    whole: Staged, tmp_path: Path, steps: list[tuple[str, ...]], cells: list[str]
) -> None:
    part = whole
    for names in steps:
        part = part.only(names)
    assert part.columns == steps[-1]
    assert read(part, tmp_path) == [{f"c{place}": cell for place, cell in enumerate(cells)}]


def test_a_column_that_is_not_there_cannot_be_chosen(whole: Staged) -> None:
    with pytest.raises(ValueError, match="not in tuple"):
        whole.only(["a", "nosuch"])
