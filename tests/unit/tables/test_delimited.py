"""What stands before the header of a delimited file is neither header nor row."""

from pathlib import Path

import pytest
from sqlglot import exp

from ronghe.tables.delimited import silent
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage


@pytest.mark.parametrize("before", ["\n", "\n\n", "\r\n", "\ufeff\n"])
def test_blank_lines_before_the_header_are_no_record(tmp_path: Path, before: str) -> None:
    source = tmp_path / "people.csv"
    end = "\r\n" if "\r" in before else "\n"
    source.write_bytes(f"{before}name,age{end}张三,1{end}李四,2{end}".encode())
    staged = stage(str(source), tmp_path, options=ReadOptions(), progress=silent)
    with duckdb_engine(tmp_path, Resources(None, 1)) as engine:
        engine.attach("source", staged)
        rows = engine.query(exp.select("*").from_("source")).to_pylist()
    assert staged.columns == ("name", "age")
    assert [row["c0"] for row in rows] == ["张三", "李四"]


def test_a_table_larger_than_a_buffer_fits_into_little_memory(tmp_path: Path) -> None:
    """The engine's buffers must not grow with the longest record that is allowed."""
    source = tmp_path / "large.csv"
    line = "x" * 200 + ",1\n"
    source.write_text("name,age\n" + line * 1_600_000, "utf-8")
    staged = stage(str(source), tmp_path, options=ReadOptions(), progress=silent)
    with duckdb_engine(tmp_path, Resources(500_000_000, 2)) as engine:
        engine.attach("source", staged)
        counted = engine.query(exp.select(exp.alias_(exp.Count(this=exp.Star()), "rows")).from_("source"))
    assert counted["rows"].to_pylist() == [1_600_000]


@pytest.mark.parametrize("last", ["\n", "\r\n", "\r"])
def test_line_ends_that_differ_far_apart_are_one_kind_afterwards(tmp_path: Path, last: str) -> None:
    """The engine takes one kind of line end for the whole file."""
    source = tmp_path / "people.csv"
    source.write_bytes(b"name,age\n" + b"a,1\n" * 100_000 + f"b,2{last}".encode())
    staged = stage(str(source), tmp_path, options=ReadOptions(), progress=silent)
    assert (staged.rows is None) == (last == "\n")
    with duckdb_engine(tmp_path, Resources(None, 1)) as engine:
        engine.attach("source", staged)
        found = engine.query(exp.select("c0", "c1").from_("source")).to_pylist()
    assert len(found) == 100_001
    assert found[-1] == {"c0": "b", "c1": "2"}
