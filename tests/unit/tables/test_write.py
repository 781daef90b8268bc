import csv
import datetime as dt
import errno
import io
import math
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import feather
from python_calamine import load_workbook

from ronghe.messages import LANGUAGES, render_error
from ronghe.tables import write
from ronghe.tables.atomic import write_atomic
from ronghe.tables.write import FORMATS, append_parquet, write_arrow, write_csv, write_excel, write_parquet, write_table
from ronghe.terms import InputError, LimitReached, RongheError, UsageError

TABLE = pa.table(
    {
        "整数": [1, None],
        "小数": [1.5, math.nan],
        "文字": ["=1+1", 'a"b\r\n,c'],
        "日期": [dt.date(2020, 2, 29), None],
        "是否": [True, None],
        "列表": [["x"], None],
        "金额": pa.array([Decimal("1.50"), None]),
    }
)


def _sheet(path: Path) -> list[list[object]]:
    return [list(row) for row in load_workbook(path).get_sheet_by_index(0).to_python()]


def _fails(kind: type[RongheError], work: Callable[[], object]) -> str:
    with pytest.raises(kind) as caught:
        work()
    for language in LANGUAGES:
        assert render_error(caught.value, language)
    return caught.value.code


def test_csv_follows_the_standard(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    assert write_csv(TABLE, path) == 2
    assert path.read_bytes().decode() == (
        '整数,小数,文字,日期,是否,列表,金额\r\n1,1.5,=1+1,2020-02-29,true,"[""x""]",1.50\r\n,,"a""b\r\n,c",,,,\r\n'
    )


def test_csv_for_excel_carries_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(TABLE, path, bom=True)
    assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
    assert path.read_text("utf-8-sig").startswith("整数")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8")), min_size=1, max_size=1)
        | st.just(["x"])
    )
)
def test_any_text_comes_back_from_csv(tmp_path: Path, rows: list[list[str]]) -> None:
    path = tmp_path / "a.csv"
    write_csv(pa.table({"a": pa.array([row[0] for row in rows], pa.string())}), path)
    read = list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))
    assert read == [["a"], *rows]


def test_a_null_alone_on_its_line_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_csv(pa.table({"a": ["1", None, "2"]}), path)
    assert path.read_bytes() == b'a\r\n1\r\n""\r\n2\r\n'


def test_excel_keeps_types_and_never_makes_formulas(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write_excel(TABLE, path) == 2
    header, first, second = _sheet(path)
    assert header == TABLE.column_names
    assert first == [1.0, 1.5, "=1+1", dt.date(2020, 2, 29), True, '["x"]', 1.5]
    assert second == ["", "", 'a"b\r\n,c', "", "", "", ""]


def test_numbers_that_excel_would_round_are_written_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_excel(pa.table({"a": [110101199001011234], "b": ["0012"], "c": [Decimal("12345678901234567.89")]}), path)
    assert _sheet(path)[1] == ["110101199001011234", "0012", "12345678901234567.89"]


def test_days_that_excel_cannot_hold_are_written_as_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    days = [dt.date(1899, 12, 31), dt.date(1900, 2, 28), dt.date(1949, 10, 1)]
    write_excel(pa.table({"a": days}), path)
    assert [row[0] for row in _sheet(path)[1:]] == ["1899-12-31", "1900-02-28", dt.date(1949, 10, 1)]


def test_what_excel_cannot_hold_is_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("the old one")
    monkeypatch.setattr(write, "EXCEL_ROWS", 3)
    rows = pa.table({"a": ["1", "2", "3"]})
    assert _fails(LimitReached, lambda: write_excel(rows, path)) == "tables.excel_rows"
    assert _fails(LimitReached, lambda: write_excel(rows.to_reader(1), path)) == "tables.excel_rows"
    long = pa.table({"a": ["x" * 32_768]})
    assert _fails(LimitReached, lambda: write_excel(long, path)) == "tables.excel_cell_long"
    wide = pa.table({f"c{place}": ["1"] for place in range(16_385)})
    assert _fails(LimitReached, lambda: write_excel(wide, path)) == "tables.excel_columns"
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]
    assert path.read_text() == "the old one"


def test_exactly_the_rows_of_excel_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "EXCEL_ROWS", 4)
    assert write_excel(pa.table({"a": ["1", "2", "3"]}).to_reader(2), tmp_path / "a.xlsx") == 3


def test_parquet_and_arrow_keep_the_columns_as_they_are(tmp_path: Path) -> None:
    write_parquet(TABLE, tmp_path / "a.parquet")
    write_arrow(TABLE, tmp_path / "a.arrow")
    assert str(pq.read_table(tmp_path / "a.parquet").to_pylist()) == str(TABLE.to_pylist())
    assert str(feather.read_table(tmp_path / "a.arrow").to_pylist()) == str(TABLE.to_pylist())
    assert pq.read_metadata(tmp_path / "a.parquet").row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    one, two = tmp_path / f"1{suffix}", tmp_path / f"2{suffix}"
    write_table(TABLE, one)
    write_table(TABLE, two)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_batches_and_queries_are_written_like_tables(tmp_path: Path, suffix: str) -> None:
    rows = pa.table({"a": [1, 2, 3], "b": ["x", None, "z"]})
    one, two, three = (tmp_path / f"{number}{suffix}" for number in range(3))
    with duckdb.connect() as connection:
        assert write_table(rows, one) == write_table(rows.to_reader(2), two) == 3
        assert write_table(connection.from_arrow(rows), three) == 3
    if suffix in (".csv", ".xlsx"):
        assert one.read_bytes() == two.read_bytes() == three.read_bytes()


@pytest.mark.parametrize("suffix", FORMATS)
def test_no_rows_make_a_header_alone(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    assert write_table(TABLE.slice(0, 0), path) == 0
    assert path.stat().st_size


def test_an_extension_without_a_format_is_told(tmp_path: Path) -> None:
    assert _fails(UsageError, lambda: write_table(TABLE, tmp_path / "a.doc")) == "tables.format_unknown"


def test_a_written_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with write_atomic(path) as part:
        part.write_text("new")
        assert path.read_text() == "old"
        assert part.parent == path.parent
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, fault: type[BaseException]) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def stopped() -> None:
        with write_atomic(path) as part:
            part.write_text("half")
            raise fault

    with pytest.raises(fault):
        stopped()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def _full(tmp_path: Path) -> None:
    with write_atomic(tmp_path / "a") as part:
        part.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_a_limit(tmp_path: Path) -> None:
    assert _fails(LimitReached, lambda: _full(tmp_path)) == "tables.disk_full"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_missing_folder_and_a_folder_in_place_of_a_file_are_told(tmp_path: Path, suffix: str) -> None:
    absent, folder = tmp_path / "no" / f"a{suffix}", tmp_path / f"b{suffix}"
    folder.mkdir()
    assert _fails(InputError, lambda: write_table(TABLE, absent)) == "tables.target_folder_missing"
    assert _fails(InputError, lambda: write_table(TABLE, folder)) == "tables.target_is_folder"


def test_rows_are_appended_to_the_bytes_of_a_parquet_file_again_and_again(tmp_path: Path) -> None:
    first, more = pa.table({"n": range(5_000), "s": ["一"] * 5_000}), pa.table({"n": [-1, -2], "s": ["二", None]})
    old, new, third = (tmp_path / f"{place}.parquet" for place in range(3))
    write_parquet(first, old)
    before = old.read_bytes()
    assert append_parquet(old, more, new) == 5_002
    assert append_parquet(new, more, third) == 5_004
    assert old.read_bytes() == before
    assert pq.read_table(third).equals(pa.concat_tables([first, more, more]))
    with duckdb.connect() as connection:
        counted = connection.execute("SELECT count(*), sum(n) FROM read_parquet(?)", [str(third)]).fetchall()
    assert counted == [(5_004, sum(range(5_000)) - 6)]
    assert new.read_bytes().startswith(before[:-1_000])


def test_rows_of_another_schema_are_not_appended_and_nothing_is_left(tmp_path: Path) -> None:
    write_parquet(pa.table({"n": [1]}), tmp_path / "old.parquet")
    with pytest.raises(ValueError, match="schema"):
        append_parquet(tmp_path / "old.parquet", pa.table({"n": ["1"]}), tmp_path / "new.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["old.parquet"]
