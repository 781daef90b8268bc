import gzip
import sqlite3
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import xlwt  # type: ignore[import-untyped]
from pyarrow import feather

from ronghe.messages import LANGUAGES, render_error
from ronghe.tables.sniff import Format, locate, sniff
from ronghe.terms import InputError


def _fails(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        sniff(path)
    for language in LANGUAGES:
        assert path.name in render_error(caught.value, language)
    return caught.value.code


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("a,b\n1,2\n", "delimited"),
        ("MZ,BZh\n1,2\n", "delimited"),
        ("{x},y\n1,2\n", "delimited"),
        ('{"a": 1}\n{"a": 2}\n', "json_lines"),
        ('{"a": 1\n', "json_lines"),
        ('[{"a": 1}]', "json"),
        ('\ufeff {"a": 1}\n', "json_lines"),
        ('{\n "a": 1\n}\n', "json"),
        ("姓名\t年龄\n甲\t1\n", "delimited"),
    ],
)
def test_text_is_told_by_its_content(tmp_path: Path, content: str, kind: str) -> None:
    path = tmp_path / "table.dat"
    path.write_text(content, "utf-8")
    assert sniff(path).kind == kind


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5"])
def test_text_in_other_encodings_is_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes("姓名,city,amount\n王五,Beijing,12\n".encode(encoding))
    assert sniff(path).kind == "delimited"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_json_in_other_encodings_is_json(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "table.dat"
    path.write_bytes('{"姓名": "王五"}\n{"姓名": "上"}\n'.encode(encoding))
    assert sniff(path).kind == "json_lines"


def test_binary_tables_are_told_by_their_first_bytes_whatever_their_name(tmp_path: Path) -> None:
    table = pa.table({"a": ["1"]})
    pq.write_table(table, tmp_path / "one.csv")
    feather.write_feather(table, tmp_path / "two.csv")
    with xlsxwriter.Workbook(tmp_path / "three.csv") as book:
        book.add_worksheet().write(0, 0, "a")
    found = [sniff(tmp_path / f"{name}.csv") for name in ("one", "two", "three")]
    assert [(item.kind, item.detail) for item in found] == [
        ("parquet", "Parquet"),
        ("arrow", "Arrow IPC file"),
        ("excel", "xlsx"),
    ]


def test_a_database_file_and_an_old_workbook_are_told_apart(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.csv") as connection:
        connection.execute("create table t (a)")
    connection.close()
    book = xlwt.Workbook()
    book.add_sheet("s").write(0, 0, "a")
    book.save(str(tmp_path / "b.csv"))
    assert sniff(tmp_path / "a.csv").kind == "sqlite"
    assert sniff(tmp_path / "b.csv").detail == "xls"


def test_an_arrow_stream_is_told_by_its_extension(tmp_path: Path) -> None:
    path = tmp_path / "a.arrows"
    with pa.ipc.new_stream(path, pa.schema([("a", pa.string())])):
        pass
    assert sniff(path).detail == "Arrow IPC stream"


def test_folders_and_missing_and_empty_files_are_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()
    blank = tmp_path / "blank.csv"
    blank.write_text(" \n\n")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert _fails(folder) == "tables.is_folder"
    assert _fails(tmp_path / "absent.csv") == "tables.missing_file"
    assert _fails(empty) == _fails(blank) == "tables.empty_file"


def test_a_file_behind_a_file_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert _fails(tmp_path / "a" / "b.csv") == "tables.unreadable_file"


def test_archives_are_to_be_unpacked_first(tmp_path: Path) -> None:
    zipped, packed = tmp_path / "a.csv.gz", tmp_path / "a.zip"
    zipped.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", "a,b\n1,2\n")
    assert _fails(zipped) == _fails(packed) == "tables.compressed"


def test_what_holds_no_table_is_refused_with_what_it_is(tmp_path: Path) -> None:
    pdf, page, word, noise = (tmp_path / name for name in ("a.csv", "report.xls", "b.csv", "c.csv"))
    pdf.write_bytes(b"%PDF-1.7\n...")
    page.write_text("<html><body><table><tr><td>1</td></tr></table></body></html>")
    with zipfile.ZipFile(word, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    noise.write_bytes(bytes(range(32)) * 100)
    assert _fails(pdf) == _fails(word) == _fails(noise) == "tables.no_table"
    assert _fails(page) == "tables.markup"


def test_a_few_control_characters_do_not_make_a_small_text_binary(tmp_path: Path) -> None:
    text, noise = tmp_path / "a.csv", tmp_path / "b.csv"
    text.write_bytes(b'"name","note"\r\n"","\x1f\x1f\x07"\r\n')
    noise.write_bytes(text.read_bytes() + b"\xff\xfe\xfd")
    assert sniff(text) == Format("delimited", "text")
    assert _fails(noise) == "tables.no_table"


def test_a_broken_zip_is_a_corrupt_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")
    assert _fails(path) == "tables.workbook_corrupt"


def test_the_binary_workbook_is_to_be_saved_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.bin", b"")
    assert _fails(path) == "tables.workbook_binary"


def test_a_part_is_named_after_the_number_sign_unless_the_file_has_one_itself(tmp_path: Path) -> None:
    odd = tmp_path / "a#b.csv"
    odd.write_text("a\n1\n")
    assert locate(str(odd)) == (odd, None)
    assert locate("book.xlsx#人口") == (Path("book.xlsx"), "人口")
    assert locate("book.xlsx") == (Path("book.xlsx"), None)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_text_under_the_name_of_another_format_is_no_table(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"people{suffix}"
    path.write_text("not a workbook\n", "utf-8")
    with pytest.raises(InputError, match="not_a_workbook"):
        sniff(path)
