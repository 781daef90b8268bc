"""Broken records are found and named; all others survive."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.tables import records
from ronghe.tables.records import Shape, separate_records
from ronghe.terms import InputError

COMMA = Shape(",", '"', 3)


def separated(data: bytes, shape: Shape = COMMA) -> tuple[int, list[tuple[int, int, str, str]], list[list[str]]]:
    clean = io.BytesIO()
    count, malformed = separate_records(iter([data]), clean, shape, lines_before=1)
    rows = [row for row in csv.reader(io.StringIO(clean.getvalue().decode(), newline="")) if row]
    return count, [(m.row, m.line, m.why, m.raw) for m in malformed], rows


CASES = {
    "whole": (b"1,a,b\n2,c,d\n", [], 2),
    "no line end at the end": (b"1,a,b\n2,c,d", [], 2),
    "blank lines are no records": (b"\n1,a,b\n\n2,c,d\n\n", [], 2),
    "line ends within quotes": (b'1,"a\nb",c\n2,d,e\n', [], 2),
    "doubled quotes": (b'1,"say ""hi""",c\n', [], 1),
    "a quote in the middle is a character": (b'1,5" pipe,c\n2,d,e\n', [], 2),
    "too few cells": (b"1,a\n2,c,d\n", [(1, 2, "columns", "1,a")], 1),
    "too many cells": (b"1,a,b\n2,c,d,e\n", [(2, 3, "columns", "2,c,d,e")], 1),
    "an unclosed quote loses one line": (b'1,"a,b\n2,c,d\n3,e,f\n', [(1, 2, "quotes", '1,"a,b')], 2),
    "an unclosed quote that a later one closes": (
        b'1,"a,b\n2,c,d\n3,"e",f\n',
        [(1, 2, "quotes", '1,"a,b')],
        2,
    ),
    "text after a closing quote": (b'1,"a"b,c\n2,c,d\n', [(1, 2, "quotes", '1,"a"b,c')], 1),
    "bytes of another encoding": (b"1,\xd5\xc5,b\n2,c,d\n", [(1, 2, "encoding", "1,\\xd5\\xc5,b")], 1),
    "NUL characters": (b"1,\0,b\n2,c,d\n", [(1, 2, "nul", "1,\0,b")], 1),
    "mixed line ends": (b"1,a,b\r\n2,c,d\r3,e,f\n", [], 3),
    "a break inside a ragged record": (b'1,"a\nb"\n2,c,d\n', [(1, 2, "quotes", '1,"a'), (2, 3, "columns", 'b"')], 1),
}


@pytest.mark.parametrize("window", [records.WINDOW, 8])
@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_record(name: str, window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "WINDOW", window)
    monkeypatch.setattr(records, "SMALL_WINDOW", min(window, records.SMALL_WINDOW))
    data, malformed, good = CASES[name]
    count, found, rows = separated(data)
    assert [(row, line, why) for row, line, why, _ in found] == [(row, line, why) for row, line, why, _ in malformed]
    assert len(rows) == good
    assert count == good + len(found)


@pytest.mark.parametrize("window", [records.WINDOW, 8])
def test_blank_lines_of_a_table_of_one_column_are_no_rows(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "WINDOW", window)
    monkeypatch.setattr(records, "SMALL_WINDOW", window)
    clean = io.BytesIO()
    data = b'\na\n\n\r\n""\n b\n\xff\n\nc\n\n'
    count, malformed = separate_records(iter([data]), clean, Shape(",", '"', 1), lines_before=1)
    assert clean.getvalue() == b'a\n""\n b\nc\n'
    assert (count, [(m.row, m.line, m.why) for m in malformed]) == (5, [(4, 8, "encoding")])


def test_a_lost_quote_does_not_swallow_the_rest_of_a_large_file() -> None:
    lines = [b"%d,x,y\n" % number for number in range(200_000)]
    lines[100] = b'100,"x,y\n'
    count, malformed, rows = separated(b"".join(lines))
    assert count == 200_000
    assert [(m[0], m[2]) for m in malformed] == [(101, "quotes")]
    assert len(rows) == 199_999


@pytest.mark.slow
def test_every_second_record_broken_is_still_read() -> None:
    data = b"".join(b'%d,"x,y\n' % n if n % 2 else b"%d,x,y\n" % n for n in range(20_000))
    count, malformed, rows = separated(data)
    assert (count, len(malformed), len(rows)) == (20_000, 10_000, 10_000)


def test_a_file_of_nothing_but_broken_records_says_that_the_delimiter_may_be_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "MOST_MALFORMED", 10)
    with pytest.raises(InputError) as caught:
        separated(b"a;b;c\n" * 20)
    assert caught.value.code == "tables.mostly_malformed"


def test_a_record_beyond_the_limit_is_quarantined_and_reading_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "WINDOW", 64)
    monkeypatch.setattr(records, "LONGEST_RECORD", 128)
    count, malformed, rows = separated(b'1,"' + b"x" * 500 + b'",b\n2,c,d\n')
    assert (count, [m[2] for m in malformed], rows) == (2, ["too_long"], [["2", "c", "d"]])


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"]), max_size=6),
            min_size=3,
            max_size=3,
        )
    )
)
def test_whatever_a_csv_writer_writes_is_whole(rows: list[list[str]]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    count, malformed, read = separated(text.getvalue().encode())
    assert not malformed
    assert read == rows
    assert count == len(rows)


@given(st.binary(max_size=200))
def test_any_bytes_give_counts_that_add_up(data: bytes) -> None:
    count, malformed, rows = separated(data)
    assert count == len(malformed) + len(rows)
    assert all(len(row) == 3 for row in rows)
    assert [m[0] for m in malformed] == sorted(m[0] for m in malformed)
