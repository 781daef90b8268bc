"""A row of totals is quarantined where the sums prove it, told where they do not, and data where nobody says so."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ronghe import data
from ronghe.data.standardize.result import Standardized


def made(folder: Path, text: str) -> Standardized:
    """The text as a table of plain fields."""
    (folder / "a.csv").write_text(text, "utf-8")
    schema = {"fields": [{"name": name} for name in text.partition("\n")[0].split(",")]}
    (folder / "schema.json").write_text(json.dumps(schema), "utf-8")
    return data.standardize(folder / "a.csv", schema=folder / "schema.json", out=folder / "out").table


def reasons(result: Standardized) -> list[tuple[str, str, int]]:
    return [(reason.column, reason.rule, reason.rows) for reason in result.reasons if reason.rule == "total_row"]


@pytest.mark.parametrize("word", ["合计", "总 计", "合计：", "Total", "GRAND TOTAL"])
def test_a_proven_row_of_totals_is_quarantined(tmp_path: Path, word: str) -> None:
    result = made(tmp_path, f'街道,户数,金额（元）\n东街,1,"1,000.10"\n西街,2,200.20\n{word},3,1200.30\n')
    assert (result.rows_in, result.rows_published, result.rows_quarantined) == (3, 2, 1)
    assert reasons(result) == [("街道", "total_row", 1)]
    assert pq.read_table(tmp_path / "out" / "a.parquet").column("街道").to_pylist() == ["东街", "西街"]
    assert not [note for note in result.notes if note.code == "data.total_row_doubtful"]


@pytest.mark.parametrize(
    "last",
    [
        "合计,4,300",  # one sum is wrong
        "合计,,",  # nothing to prove it by
        "合计,0,0",
    ],
)
def test_a_doubtful_row_of_totals_is_data_and_told(tmp_path: Path, last: str) -> None:
    result = made(tmp_path, f"街道,户数,金额\n东街,1,100\n西街,2,200\n{last}\n")
    assert reasons(result) == []
    note = next(note for note in result.notes if note.code == "data.total_row_doubtful")
    assert note.params == {"table": "a", "row": 3, "word": "合计"}


def test_a_doubtful_row_of_totals_stands_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("街道,户数\n东街,1\n西街,2\n合计,4\n", "utf-8")
    shared = data.share([tmp_path / "a.csv"], out=tmp_path / "out")
    assert [note.code for note in shared.warnings] == ["data.total_row_doubtful"]
    assert "（第 3 行）写着“合计”" in (tmp_path / "out" / "report.html").read_text("utf-8")


@pytest.mark.parametrize("rows", ["东街,1\n西街,2\n合计街,3\n", "合计,3\n东街,1\n西街,2\n", "total,1\n"])
def test_other_rows_are_no_totals(tmp_path: Path, rows: str) -> None:
    assert reasons(made(tmp_path, "街道,户数\n" + rows)) == []


def test_the_last_row_of_a_parquet_file_is_seen_too(tmp_path: Path) -> None:
    pq.write_table(pa.table({"name": ["a", "b", "合计"], "n": [1, 2, 3]}), tmp_path / "a.parquet")
    (tmp_path / "s.json").write_text('{"fields": [{"name": "name"}, {"name": "n"}]}', "utf-8")
    result = data.standardize(tmp_path / "a.parquet", schema=tmp_path / "s.json", out=tmp_path / "out").table
    assert reasons(result) == [("name", "total_row", 1)]
