"""A drafted sheet as the bytes of a file: delimited text, JSON lines or Excel."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ronghe.journeys.demo_city.columns_of_text import joined, scattered
from ronghe.journeys.demo_city.sheet import CELL_KINDS, Column, Sheet

__all__ = ["Delimited", "as_delimited", "as_excel", "as_excel_with_title", "as_json_lines"]

_NEEDS_QUOTES = '[",;\t\n]'
_EXCEL_DAY_OF_1970 = 25_569
_MADE = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Written into every workbook instead of the clock, so that the same city has the same bytes."""


@dataclass(frozen=True, slots=True)
class Delimited:
    """A dialect of delimited text."""

    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"


def _quoted(values: pa.Array) -> pa.Array:
    filled = pc.fill_null(values, "")
    needs = pc.match_substring_regex(filled, _NEEDS_QUOTES)
    if not pc.any(needs).as_py():
        return filled
    return pc.if_else(needs, joined('"', pc.replace_substring(filled, '"', '""'), '"'), filled)


def _with_broken_quote(sheet: Sheet, row: int, delimiter: str) -> str:
    """One record in which text follows a closing quote, in its longest field behind the key."""
    fields = [column.written[row].as_py() or "" for column in sheet.columns]
    longest = max(range(1, len(fields)), key=lambda place: len(fields[place]))
    fields[longest] = f'"{fields[longest][:4]}"{fields[longest][4:]}'
    return delimiter.join(field.replace("\n", "") for field in fields)


def _records(sheet: Sheet, delimiter: str) -> pa.Array:
    cells = [_quoted(column.written) for column in sheet.columns]
    records = pc.binary_join_element_wise(*cells, delimiter)
    short = pc.binary_join_element_wise(*cells[:-1], delimiter)
    for row, kind in sorted(sheet.malformed.items()):
        place = np.array([row])
        match kind:
            case "ragged_short":
                text = short[row].as_py()
            case "ragged_long":
                text = records[row].as_py() + delimiter
            case _:
                text = _with_broken_quote(sheet, row, delimiter)
        records = scattered(records, place, pa.array([text], pa.string()))
    return records


def _lines(records: pa.Array, line_end: str) -> str:
    offsets = pa.array([0, len(records)], pa.int32())
    text: str = pc.binary_join(pa.ListArray.from_arrays(offsets, records), line_end)[0].as_py()
    return text + line_end


def as_delimited(dialect: Delimited) -> Callable[[Sheet], bytes]:
    """A writer of this dialect; quotes only where a value needs them."""

    def written(sheet: Sheet) -> bytes:
        header = dialect.delimiter.join(sheet.headers()) + dialect.line_end
        return (header + _lines(_records(sheet, dialect.delimiter), dialect.line_end)).encode(dialect.encoding)

    return written


def as_json_lines(sheet: Sheet) -> bytes:
    """One object for each row; empty cells are null, clean cells of number columns are numbers."""
    members = []
    for header, column in zip(sheet.headers(), sheet.columns, strict=True):
        escaped = column.written
        for sign, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
            escaped = pc.replace_substring(escaped, sign, escape)
        value = joined('"', escaped, '"')
        if column.cell == "number":
            value = pc.if_else(pa.array(column.kind < 0), escaped, value)
        members.append(joined(json.dumps(header, ensure_ascii=False) + ": ", pc.fill_null(value, "null")))
    return _lines(joined("{", pc.binary_join_element_wise(*members, ", "), "}"), "\n").encode("utf-8")


def _workbook(sheet: Sheet, title: str, groups: tuple[str, ...]) -> bytes:
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": _MADE})
    page = book.add_worksheet("数据")
    bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter"})
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    first = _write_headers(page, sheet.headers(), title, groups, bold)
    for place, column in enumerate(sheet.columns):
        _write_cells(page, column, first, place, as_day)
    book.close()
    return buffer.getvalue()


def _write_headers(page: Worksheet, headers: list[str], title: str, groups: tuple[str, ...], bold: Format) -> int:
    """The row at which the data begins: 1, or 3 below a merged title and a header of two rows."""
    if not title:
        page.write_row(0, 0, headers)
        return 1
    page.merge_range(0, 0, 0, len(headers) - 1, title, bold)
    for group, members in groupby(range(len(headers)), key=lambda place: groups[place]):
        places = list(members)
        for place in places:
            if not group:
                page.merge_range(1, place, 2, place, headers[place], bold)
        if group:
            page.merge_range(1, places[0], 1, places[-1], group, bold)
            page.write_row(2, places[0], [headers[place].removeprefix(f"{group}_") for place in places], bold)
    return 3


def _write_cells(page: Worksheet, column: Column, first: int, place: int, as_day: Format) -> None:
    """Excel takes one cell at a time; its files are the small ones of the city."""
    if column.cell != "date":
        for row, text in enumerate(column.written.to_pylist(), first):
            page.write_string(row, place, text or "")
        return
    days = column.meant.cast(pa.date32()).cast(pa.int32()).to_numpy() + _EXCEL_DAY_OF_1970
    cells = zip(column.written.to_pylist(), days.tolist(), column.kind.tolist(), strict=True)
    for row, (text, serial, kind) in enumerate(cells, first):
        if kind < 0:
            page.write_number(row, place, serial, as_day)
        elif CELL_KINDS[kind] == "excel_serial":
            page.write_number(row, place, serial)
        else:
            page.write_string(row, place, text)


def as_excel(sheet: Sheet) -> bytes:
    """One worksheet with its names in the first row."""
    return _workbook(sheet, "", ())


def as_excel_with_title(title: str, groups: tuple[str, ...]) -> Callable[[Sheet], bytes]:
    """A writer with a merged title, then two header rows in which neighbors of one group stand under its name."""

    def written(sheet: Sheet) -> bytes:
        return _workbook(sheet, title, groups)

    return written
