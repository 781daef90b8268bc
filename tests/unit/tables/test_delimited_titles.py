"""What stands above the header of a delimited file is told and is no data."""

from pathlib import Path

import pytest
from sqlglot import exp

from ronghe.tables.delimited import CsvOptions, stage_delimited
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.tables.plan import Plan
from ronghe.tables.staged import Staged

TABLE = "姓名,年龄,手机\n张三,41,138\n李四,52,139\n"


def _staged(folder: Path, text: str, options: CsvOptions | None = None) -> Staged:
    (folder / "t.csv").write_text(text, "utf-8")
    return stage_delimited(folder / "t.csv", folder, options=options)


def _rows(folder: Path, staged: Staged) -> list[tuple[str, ...]]:
    with duckdb_engine(folder / "spill", Resources()) as engine:
        engine.attach("t", staged)
        return [tuple(row.values()) for row in engine.query(exp.select("*").from_("plan"), (Plan(()), "t")).to_pylist()]


@pytest.mark.parametrize(
    ("above", "titles"),
    [
        ("2024年度人员表\n", ("2024年度人员表",)),
        ("2024年度人员表,,\n填报单位：某局,,单位：人\n", ("2024年度人员表", "填报单位：某局 单位：人")),
        ("\n人员表\n\n", ("人员表",)),
        ('"人员表\n(第二稿)"\n', ("人员表 (第二稿)",)),
    ],
)
def test_titles_are_left_out_and_told(tmp_path: Path, above: str, titles: tuple[str, ...]) -> None:
    staged = _staged(tmp_path, above + TABLE)
    assert staged.columns == ("姓名", "年龄", "手机")
    assert _rows(tmp_path, staged) == [("张三", "41", "138"), ("李四", "52", "139")]
    note = next(note for note in staged.notes if note.code == "tables.titles")
    assert note.params == {"count": len(titles), "titles": " / ".join(titles)}


def test_a_broken_record_below_titles_keeps_its_line(tmp_path: Path) -> None:
    staged = _staged(tmp_path, "人员表\n" + TABLE + "王五\n")
    assert [(record.row, record.line) for record in staged.malformed] == [(3, 5)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_declared_delimiter_is_believed_and_is_no_record(tmp_path: Path, end: str) -> None:
    staged = _staged(tmp_path, f"sep=;{end}a;b{end}1,5;2,5{end}3,5;4,5{end}")
    assert staged.columns == ("a", "b")
    assert _rows(tmp_path, staged) == [("1,5", "2,5"), ("3,5", "4,5")]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("name\nfoo\nbar, baz\nqux\n", ("name",)),
        ("a\n1,2\n", ("a",)),
        ("a,b\n1,2\n3\n4,5,6\n7,8\n", ("a", "b")),
        ("a,,\n1,2,3\n4,5,6\n", ("a", "column_2", "column_3")),
        ("id,name\n1,x\n2,y\n", ("id", "name")),
    ],
)
def test_a_header_is_no_title(tmp_path: Path, text: str, columns: tuple[str, ...]) -> None:
    staged = _staged(tmp_path, text)
    assert staged.columns == columns
    assert [note.code for note in staged.notes if note.code == "tables.titles"] == []


def test_a_header_that_is_denied_has_no_title(tmp_path: Path) -> None:
    staged = _staged(tmp_path, "人员表,,\n张三,41,138\n李四,52,139\n", CsvOptions(header=False))
    assert len(_rows(tmp_path, staged)) == 3
