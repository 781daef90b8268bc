"""Bad input through the public doors: one clear line and the right code, nothing half, the old publication whole."""

import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.stories.desk import Desk, without_settings

ANY_SCHEMA = {"fields": [{"name": "a"}, {"name": "b"}]}
OLD = "a,b\n1,2\n3,4\n"
READERS = {
    "profile": ("data", "profile", "{file}"),
    "propose": ("data", "propose", "{file}", "-o", "proposed.json"),
    "standardize": ("data", "standardize", "{file}", "--schema", "schema.json", "--out", "out"),
    "share": ("data", "share", "old.csv", "{file}", "--out", "out"),
    "convert": ("data", "convert", "{file}", "converted.csv"),
}
"""Every command that reads a table."""


def holds_the_old_publication(desk: Desk) -> None:
    """`out` is whole and as it was before, and nothing half lies beside it."""
    assert sorted(path.name for path in (desk / "out").rglob("*") if path.is_file()) == OLD_FILES
    assert pq.read_table(desk / "out" / "old.parquet").to_pylist() == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert desk.reads("verify", "out")["whole"] is True
    assert not (desk / "proposed.json").exists()
    assert not (desk / "converted.csv").exists()


OLD_FILES = ["datapackage.json", "old.parquet", "old.rejects.parquet"]


def rubbish(folder: Path) -> list[str]:
    """Work folders, locks and parts."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    """A desk with a publication in `out`, on a machine without settings."""
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "schema.json").write_text(json.dumps(ANY_SCHEMA), "utf-8")
    (tmp_path / "old.csv").write_text(OLD, "utf-8")
    made = Desk(tmp_path, capfd)
    made.reads("data", "standardize", "old.csv", "--schema", "schema.json", "--out", "out")
    return made


def _bytes(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def _zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(120):
                sheet.write(b" " * 1_000_000)


_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def _external_entity(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", _ENTITY + "<workbook>&e;</workbook>")
        book.writestr("xl/worksheets/sheet1.xml", _ENTITY + _SHEET)


def _parquet(path: Path, spoil: Callable[[bytes], bytes]) -> None:
    pq.write_table(pa.table({"a": ["x" * 9] * 500}), path)
    path.write_bytes(spoil(path.read_bytes()))


def _corrupt_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (a)")
    connection.commit()
    connection.close()
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096)


@dataclass(frozen=True)
class Unreadable:
    """A file that no command can take: how to make it, the exit code, and what the line must say."""

    file: str
    make: Callable[[Path], object]
    code: int = 3
    said: str = ""


UNREADABLE = {
    "empty file": Unreadable("x.csv", _bytes(b""), said="empty"),
    "only blank lines": Unreadable("x.csv", _bytes(b"\n\r\n  \n"), said="empty"),
    "only a byte order mark": Unreadable("x.csv", _bytes(b"\xff\xfe"), said="empty"),
    "a directory": Unreadable("x.d", Path.mkdir),
    "a missing file": Unreadable("x.csv", lambda _: None, said="x.csv"),
    "a pipe": Unreadable("x.csv", os.mkfifo, said="x.csv"),
    "a binary file": Unreadable("x.csv", _bytes(bytes(range(32)) * 100)),
    "a web page": Unreadable("x.xls", _bytes(b"<html><table></table></html>")),
    "an archive": Unreadable("x.csv", _bytes(b"\x1f\x8b\x08")),
    "a zip bomb": Unreadable("x.xlsx", _zip_bomb, code=5),
    "an external entity": Unreadable("x.xlsx", _external_entity),
    "a broken workbook": Unreadable("x.xlsx", _bytes(b"PK\x03\x04 and no more")),
    "a truncated Parquet file": Unreadable("x.parquet", lambda p: _parquet(p, lambda b: b[: len(b) // 2])),
    "a Parquet file with broken pages": Unreadable(
        "x.parquet", lambda p: _parquet(p, lambda b: b[:4] + b"\xff" * 60 + b[64:])
    ),
    "a corrupt database": Unreadable("x.db#t", _corrupt_sqlite),
    "100,000 columns": Unreadable("x.csv", _bytes(b"ab," * 100_000), code=5, said="columns"),
    "a header of 2 MB": Unreadable("x.csv", _bytes(b"x" * 2_000_000 + b",b\n1,2\n"), code=5, said="header"),
    "JSON nested 100,000 deep": Unreadable("x.json", _bytes(b"[" * 100_000 + b"]" * 100_000)),
    "a name that is not UTF-8": Unreadable("x\udcff.csv", _bytes(b"a,b\n1,2\n"), said="name"),
}


@pytest.mark.parametrize(
    "case",
    [
        # 18 s of CPU; the short run has the bomb of test_bad_input.py, which goes to the same doors.
        pytest.param(case, id=name, marks=pytest.mark.slow if name == "a zip bomb" else ())
        for name, case in UNREADABLE.items()
    ],
)
def test_what_cannot_be_read_is_one_line_and_the_old_publication_stays(desk: Desk, case: Unreadable) -> None:
    case.make(desk / case.file.partition("#")[0])
    for name, arguments in READERS.items():
        code = 2 if name == "share" and case.file == "x.d" else case.code  # a folder is its files, and holds none
        line = desk.fails(*(part.format(file=case.file) for part in arguments), code=code)
        assert case.said in line, line
    holds_the_old_publication(desk)


@dataclass(frozen=True)
class Messy:
    """A file that is read: what of it is published and what is quarantined, and where that lies."""

    content: bytes
    published: list[tuple[str | None, ...]]
    quarantined: tuple[tuple[int, str], ...] = ()


BIG = "x" * 1_000_000
MESSY = {
    "header only": Messy(b"a,b\n", []),
    "duplicate and blank column names": Messy(b"a,a,,A\n1,2,3,4\n", [("1", "2", "3", "4")]),
    "ragged rows": Messy(b"a,b\n1,2\n3\n4,5,6\n7,8\n", [("1", "2"), ("7", "8")], ((2, "columns"), (3, "columns"))),
    "NUL bytes": Messy(b"a,b\n1,2\n3\0,4\n5,6\n", [("1", "2"), ("5", "6")], ((2, "nul"),)),
    "quoted newlines": Messy(b'a,b\n"x\ny",2\n3,4\n', [("x\ny", "2"), ("3", "4")]),
    "mixed line ends": Messy(b"a,b\r\n1,2\n3,4\r5,6\r\n", [("1", "2"), ("3", "4"), ("5", "6")]),
    "a cell of 1 MB": Messy(f"a,b\n{BIG},2\n3,4\n".encode(), [(BIG, "2"), ("3", "4")]),
    "a cell of 1 MB beside NUL": Messy(f"a,b\n{BIG},2\n3\0,4\n".encode(), [(BIG, "2")], ((2, "nul"),)),
    "a line of 20 MB": Messy(
        b"a,b\n1,2\n" + b"x" * 20_000_000 + b"\n3,4\n", [("1", "2"), ("3", "4")], ((2, "too_long"),)
    ),
    "mixed encoding": Messy(
        "a,b\n张,2\n李,3\n".encode() + "王,4\n".encode("gbk"), [("张", "2"), ("李", "3")], ((3, "encoding"),)
    ),
    "GBK": Messy("a,b\n张三,2\n李四,3\n".encode("gbk"), [("张三", "2"), ("李四", "3")]),
    "half a UTF-16 character": Messy(
        "a,b\n1,2\n3,4\n".encode("utf-16") + b"\0", [("1", "2"), ("3", "4")], ((3, "nul"),)
    ),
    "a lost quote": Messy(b'a,b\n1,2\n"3,4\n5,6\n', [("1", "2"), ("5", "6")], ((2, "quotes"),)),
    "names that are SQL": Messy(
        '"a""b",😀,"x\ny",../z,"a;drop table x",c0,plan,source,`,\'\n1,2,3,4,5,6,7,8,9,0\n'.encode(),
        [("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")],
    ),
    "names of our own": Messy(b"_row,_reasons,_line,_raw,_\n1,2,3,4,5\n", [("1", "2", "3", "4", "5")]),
}


@pytest.mark.parametrize("case", MESSY.values(), ids=MESSY.keys())
def test_what_is_messy_is_published_and_quarantined_and_nothing_is_lost(desk: Desk, case: Messy) -> None:
    (desk / "x.csv").write_bytes(case.content)
    rows = len(case.published) + len(case.quarantined)
    assert desk.reads("data", "profile", "x.csv")["rows"] == len(case.published)
    desk.reads("data", "propose", "x.csv", "-o", "proposed.json")
    schema = json.loads((desk / "proposed.json").read_text("utf-8"))
    for field in schema["fields"]:
        field["ronghe:element"] = "text"
        field.pop("ronghe:options", None)
    (desk / "text.json").write_text(json.dumps(schema), "utf-8")
    table = desk.reads("data", "standardize", "x.csv", "--schema", "text.json", "--out", "out")["table"]
    assert (table["rows_in"], table["rows_quarantined"]) == (rows, len(case.quarantined))
    published = pq.read_table(desk / "out" / "x.parquet").to_pylist()
    assert [tuple(row.values()) for row in published] == case.published
    rejects = pq.read_table(desk / "out" / "private" / "x.rejects.parquet").to_pylist()
    found = [(row["_row"], reason.split(": ")[1]) for row in rejects for reason in row["_reasons"]]
    assert tuple(found) == case.quarantined
    assert desk.reads("verify", "out")["whole"] is True
    shared = desk.reads("data", "share", "x.csv", "--out", "shared")
    assert shared["rows_in"] == shared["rows_published"] + shared["rows_quarantined"] == rows
    assert desk.reads("verify", "shared")["rows_in"] == rows
    converted = desk.reads("data", "convert", "x.csv", "converted.parquet")
    assert (converted["rows"], converted["malformed"]) == (len(case.published), len(case.quarantined))
    assert rubbish(desk.folder) == []
