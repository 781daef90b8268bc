"""Which cells of a sheet are shown as percentages: they hold 0.5 and say 50%, and only their format tells.

The parser of spreadsheets hands over the number alone, so the formats are read here, after `excel_safety` has looked
through the file. Sources: ECMA-376 part 1, 18.3.1.4 (c) and 18.8 (styles); [MS-XLS] 2.4 (records) and [MS-CFB] (the
container that .xls lies in).
"""

import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from ronghe.tables.excel_safety import Percents, column_number, local_name, sheet_parts, windows

__all__ = ["is_percent_format", "percents_of_xls", "percents_of_xlsx"]

_BUILT_IN = (9, 10)
"""The formats 0% and 0.00% that every workbook has without saying so. Source: ECMA-376 part 1, 18.8.30 (numFmt)."""
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_TAG = re.compile(rb"<(?:\w+:)?(row|c)\b([^>]*)>")
_ROW = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)([0-9]+)")
_STYLE = re.compile(rb"\ss\s*=\s*[\"']([0-9]+)")


def is_percent_format(code: str) -> bool:
    """Whether a number format multiplies by 100: a percent sign that is no literal text."""
    return "%" in _LITERAL.sub("", code)


def _percent_styles(styles: bytes) -> set[bytes]:
    """The numbers of the cell formats that show percentages."""
    root = ET.fromstring(styles)  # noqa: S314 - free of a DOCTYPE: `survey` has seen to that
    shown = set(map(str, _BUILT_IN))
    found: set[bytes] = set()
    for part in root:
        if local_name(part.tag) == "numFmts":
            codes = {one.attrib.get("numFmtId", ""): one.attrib.get("formatCode", "") for one in part}
            shown = shown - codes.keys() | {number for number, code in codes.items() if is_percent_format(code)}
        elif local_name(part.tag) == "cellXfs":
            found = {str(place).encode() for place, one in enumerate(part) if one.attrib.get("numFmtId") in shown}
    return found


def _named(parts: Iterable[bytes], styles: set[bytes]) -> Percents:
    """Percentages among the cells of a worksheet; a row or cell without a reference counts on from the last."""
    found, row, column = Percents(), -1, -1
    for window in parts:
        for kind, attributes in _TAG.findall(window):
            place = _ROW.search(attributes)
            if kind == b"row":
                row, column = int(place[2]) - 1 if place else row + 1, -1
                continue
            row, column = (int(place[2]) - 1, column_number(place[1]) - 1) if place else (row, column + 1)
            style = _STYLE.search(attributes)
            if style and style[1] in styles:
                found.add(column, row, row)
    return found


def percents_of_xlsx(path: Path, sheet: str) -> Percents:
    """The percentages of a sheet of a workbook that `excel_safety.survey` has let pass."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if not {"xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return Percents()
        styles = _percent_styles(archive.read("xl/styles.xml"))
        parts = sheet_parts(archive.read("xl/workbook.xml"), archive.read("xl/_rels/workbook.xml.rels"))
        part = parts.get(sheet)
        if not styles or part not in names or part is None:
            return Percents()
        with archive.open(part) as file:
            return _named(windows(file), styles)


# The container: a file system of sectors, chained by a table (FAT); streams below `cutoff` lie in small sectors.
_FREE = 0xFFFFFFFA
"""Sector numbers from here on are marks: free, end of chain, table."""


def _chain(table: tuple[int, ...], first: int) -> Iterator[int]:
    for _ in table:
        if first >= _FREE:
            return
        yield first
        first = table[first]


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _workbook_stream(data: bytes) -> bytes:
    """The stream `Workbook` (`Book` before Excel 97) of the container."""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    directory, cutoff, small_first, _, more, _ = struct.unpack_from("<I4xIIIII", data, 48)
    size, small = 1 << shift, 1 << small_shift

    def sector(number: int) -> bytes:
        return data[(number + 1) * size : (number + 2) * size]

    tables = [number for number in struct.unpack_from("<109I", data, 76) if number < _FREE]
    for _ in range(len(data) // size):
        if more >= _FREE:
            break
        *listed, more = _numbers(sector(more))
        tables += [number for number in listed if number < _FREE]
    fat = tuple(number for table in tables for number in _numbers(sector(table)))

    def stream(first: int) -> bytes:
        return b"".join(map(sector, _chain(fat, first)))

    entries = stream(directory)
    root, found = b"", b""
    for start in range(0, len(entries), 128):
        entry = entries[start : start + 128]
        name = entry[: max(int.from_bytes(entry[64:66], "little") - 2, 0)].decode("utf-16-le", "replace")
        first, length = struct.unpack_from("<II", entry, 116)
        if start == 0:
            root = stream(first)
        elif name in ("Workbook", "Book") and not found:
            if length >= cutoff:
                found = stream(first)[:length]
            else:
                places = _chain(_numbers(stream(small_first)), first)
                found = b"".join(root[place * small : (place + 1) * small] for place in places)[:length]
    return found


_FORMAT, _XF, _BOUNDSHEET, _BOF, _EOF = 0x41E, 0xE0, 0x85, 0x809, 0x0A
_ONE_CELL = (0x203, 0x27E, 0x06, 0x201)
"""NUMBER, RK, FORMULA, BLANK: row, column, format."""
_MANY_CELLS = {0xBD: 6, 0xBE: 2}
"""MULRK and MULBLANK: row, first column, a format and what else belongs to each cell, last column."""


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of a substream, from its BOF to its EOF, those of embedded charts left out."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        body = stream[start + 4 : start + 4 + length]
        start += 4 + length
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1:
            yield kind, body
        elif depth <= 0:
            return


def _format_code(body: bytes, wide: bool) -> str:
    if not wide:
        return body[3 : 3 + body[2]].decode("latin-1")
    return body[5:].decode("utf-16-le" if body[4] & 1 else "latin-1", "replace")


def _globals(stream: bytes) -> tuple[list[int], set[int]]:
    """Where each sheet begins, and the cell formats that show percentages."""
    wide = struct.unpack_from("<H", stream, 4)[0] >= 0x600
    starts: list[int] = []
    formats: list[int] = []
    shown = set(_BUILT_IN)
    for kind, body in _records(stream, 0):
        if kind == _BOUNDSHEET:
            starts.append(int.from_bytes(body[:4], "little"))
        elif kind == _XF:
            formats.append(int.from_bytes(body[2:4], "little"))
        elif kind == _FORMAT:
            number = int.from_bytes(body[:2], "little")
            shown = shown | {number} if is_percent_format(_format_code(body, wide)) else shown - {number}
    return starts, {place for place, number in enumerate(formats) if number in shown}


def percents_of_xls(path: Path, place: int) -> Percents:
    """The percentages of the sheet at `place`, from 0, of the old binary form; struct.error, IndexError when broken."""
    stream = _workbook_stream(path.read_bytes())
    starts, styles = _globals(stream)
    found = Percents()
    if not styles:
        return found
    for kind, body in _records(stream, starts[place]):
        if kind in _ONE_CELL:
            row, column, style = struct.unpack_from("<HHH", body)
            if style in styles:
                found.add(column, row, row)
        elif kind in _MANY_CELLS:
            row, first = struct.unpack_from("<HH", body)
            for count, start in enumerate(range(4, len(body) - 2, _MANY_CELLS[kind])):
                if int.from_bytes(body[start : start + 2], "little") in styles:
                    found.add(first + count, row, row)
    return found
