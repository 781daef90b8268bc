"""Look through a spreadsheet before a parser sees it: sizes, entities, and how large each sheet would become.

Sizes are counted while decompressing, since the sizes that a zip file states of itself may lie. A sheet is held in
memory as a rectangle, so two filled cells in opposite corners are 17 billion cells: the rectangle is measured first.
"""

import mmap
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO
from xml.etree import ElementTree as ET
from xml.parsers import expat

from ronghe.tables.limits import Limits
from ronghe.terms import InputError, LimitReached

__all__ = ["Merged", "Percents", "SheetFacts", "column_number", "local_name", "sheet_parts", "survey", "windows"]

Merged = tuple[tuple[int, int], tuple[int, int]]
"""Upper left and lower right cell of a merged range, as (row, column) from 0."""

CHUNK_BYTES = 4 << 20
_OVERLAP = 64
_LOCAL_HEADER = 30
_XML = (".xml", ".rels", ".vml")
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,9})")
_CELL_TAGS = (b"<c ", b"<c>", b"<c/", b":c ", b":c>", b":c/")
_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    expat.ExpatError,
    ET.ParseError,
    LookupError,
    ValueError,
    RuntimeError,
)


@dataclass
class Percents:
    """Cells shown as percentages by column, as runs of rows (first, last), counted from A1 as 0, 0."""

    runs: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, column: int, first: int, last: int) -> None:
        """Rows of a column; those that follow the ones before make one run."""
        runs = self.runs.setdefault(column, [])
        if runs and runs[-1][1] + 1 == first:
            runs[-1] = (runs[-1][0], last)
        else:
            runs.append((first, last))


@dataclass
class SheetFacts:
    """How large a sheet is, as rows and columns counted from A1; how many cells hold an error such as #N/A.

    Of an OpenDocument sheet also: whether cells hold times, which may be durations, whether a text holds a tab or a
    line break within a paragraph, and which cells are percentages.
    """

    rows: int = 0
    columns: int = 0
    errors: int = 0
    times: bool = False
    breaks: bool = False
    merged: list[Merged] = field(default_factory=list)
    percents: Percents = field(default_factory=Percents)


@dataclass
class _Budget:
    """Bytes decompressed so far, against what a workbook may hold."""

    path: Path
    limits: Limits
    packed: int
    unpacked: int = 0

    def spend(self, size: int) -> None:
        self.unpacked += size
        limits = self.limits
        suspicious = self.unpacked > limits.ratio_matters_from and self.unpacked > limits.workbook_ratio * self.packed
        if self.unpacked > limits.workbook_unpacked or suspicious:
            raise LimitReached("tables.workbook_bomb", path=str(self.path), most=limits.workbook_unpacked // 10**6)


def _corrupt(path: Path, detail: object) -> InputError:
    line = (str(detail).splitlines() or ["zip"])[0]
    return InputError("tables.workbook_corrupt", path=str(path), detail=line)


def _raw_parts(file: BinaryIO, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The packed bytes of a part, as they lie in the file."""
    file.seek(info.header_offset)
    local = file.read(_LOCAL_HEADER)
    if local[:4] != b"PK\x03\x04":
        raise zipfile.BadZipFile(info.filename)
    file.seek(int.from_bytes(local[26:28], "little") + int.from_bytes(local[28:30], "little"), 1)
    left = info.compress_size
    while left and (chunk := file.read(min(left, 256 << 10))):
        left -= len(chunk)
        yield chunk


def _unpacked(file: BinaryIO, info: zipfile.ZipInfo, budget: _Budget) -> Iterator[bytes]:
    """The bytes of a part, counted; more than the part states is a lie, and refused."""
    if info.flag_bits & 1:
        raise InputError("tables.workbook_encrypted", path=str(budget.path))
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(info.filename)
    inflater = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    total = 0
    for raw in _raw_parts(file, info):
        while True:
            data = inflater.decompress(raw, CHUNK_BYTES) if inflater else raw
            budget.spend(len(data))
            total += len(data)
            yield data
            raw = inflater.unconsumed_tail if inflater else b""  # noqa: PLW2901 - what the inflater has not taken yet
            if not raw:
                break
    if total != info.file_size:
        raise zipfile.BadZipFile(f"{info.filename}: {total} != {info.file_size}")


def _without_entities(chunks: Iterator[bytes], path: Path, name: str) -> Iterator[bytes]:
    tail = b""
    for chunk in chunks:
        if _ENTITIES.search(tail + chunk):
            raise InputError("tables.workbook_entities", path=str(path), part=name)
        if b"\0" in chunk:
            raise zipfile.BadZipFile(f"{name}: NUL")
        tail = chunk[-_OVERLAP:]
        yield chunk


def windows(file: IO[bytes], before: bytes = b"<") -> Iterator[bytes]:
    """The bytes of a part of a workbook, cut before tags that begin so."""
    tail = b""
    while chunk := file.read(CHUNK_BYTES):
        window = tail + chunk
        cut = max(window.rfind(before), len(window) - CHUNK_BYTES, 0)
        yield window[:cut]
        tail = window[cut:]
    yield tail


def column_number(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _measure_xlsx(chunks: Iterator[bytes]) -> SheetFacts:
    """The rectangle of a worksheet from its cell references; cells without one count on from the last."""
    columns: set[bytes] = set()
    rows = cells = named = errors = 0
    tail = b""
    for chunk in chunks:
        window = tail + chunk
        cut = max(window.rfind(b"<"), len(window) - CHUNK_BYTES) if window else 0
        window, tail = window[:cut], window[cut:]
        found = _REFERENCE.findall(window)
        letters = [letter for letter, _ in found]
        columns.update(letters)
        rows = max(rows, max(map(int, {number for _, number in found}), default=0))
        cells += sum(map(window.count, _CELL_TAGS))
        named += len(letters) - letters.count(b"")
        errors += window.count(b' t="e"')
    nameless = max(0, cells - named)
    return SheetFacts(rows + nameless, max(map(column_number, columns), default=0) + nameless, errors)


_LONGEST_TAG = 256
_LOOSE = re.compile(rb"<text:p(?:\s[^>]{0,200})?>[ \t\r\n]|[ \t\r\n]</text:p|[^>\s][ \t]*[\t\r\n]|[^>\s]  ")
"""Spaces in a text that stand for one or none."""


class _OdsReader:
    """Follows the tables of an OpenDocument part; repeated rows and cells count as often as they are repeated."""

    def __init__(self) -> None:
        self.sheets: dict[str, SheetFacts] = {}
        self._sheet = SheetFacts()
        self._row = self._next_row = self._column = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.StartCdataSectionHandler = self._odd

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("table:table-cell", "table:covered-table-cell"):
            self._cell(attributes)
        elif name == "table:table-row":
            self._row, self._column = self._next_row, 0
            self._next_row += int(attributes.get("table:number-rows-repeated", 1))
        elif name in ("text:tab", "text:line-break"):
            self._odd()
        elif name == "table:table":
            # Of two sheets of one name both must be small enough: the parser reads either.
            self._sheet = self.sheets.setdefault(attributes.get("table:name", ""), SheetFacts())
            self._row = self._next_row = self._column = 0

    def _odd(self) -> None:
        self._sheet.breaks = True

    def _cell(self, attributes: dict[str, str]) -> None:
        place, sheet = self._column, self._sheet
        self._column += int(attributes.get("table:number-columns-repeated", 1))
        if "office:value-type" not in attributes:
            return
        sheet.rows, sheet.columns = max(sheet.rows, self._next_row), max(sheet.columns, self._column)
        sheet.errors += attributes.get("calcext:value-type") == "error"
        sheet.times |= attributes["office:value-type"] == "time"
        across = int(attributes.get("table:number-columns-spanned", 1))
        down = int(attributes.get("table:number-rows-spanned", 1))
        if across > 1 or down > 1:
            sheet.merged.append(((self._row, place), (self._row + down - 1, place + across - 1)))
        if attributes["office:value-type"] == "percentage":
            for column in range(place, self._column):
                sheet.percents.add(column, self._row, self._next_row - 1)


def _measure_ods(chunks: Iterator[bytes]) -> dict[str, SheetFacts]:
    reader = _OdsReader()
    tail, loose = b"", False
    for chunk in chunks:
        reader.parser.Parse(chunk)
        loose = loose or _LOOSE.search(tail + chunk) is not None
        tail = chunk[-_LONGEST_TAG:]
    reader.parser.Parse(b"", True)
    for facts in reader.sheets.values():
        facts.breaks |= loose
    return reader.sheets


def local_name(tag: str) -> str:
    """A name in XML without its namespace."""
    return tag.rsplit("}", 1)[-1]


def sheet_parts(workbook: bytes, relations: bytes) -> dict[str, str]:
    """The part that holds each sheet, by the sheet's name."""
    root = ET.fromstring(relations)  # noqa: S314 - free of a DOCTYPE
    targets = {item.attrib.get("Id"): item.attrib.get("Target", "") for item in root}
    parts = {}
    for sheet in ET.fromstring(workbook).iter():  # noqa: S314 - as above
        if local_name(sheet.tag) == "sheet":
            identity = next((value for key, value in sheet.attrib.items() if local_name(key) == "id"), "")
            target = targets.get(identity, "")
            parts[sheet.attrib.get("name", "")] = str(PurePosixPath("/xl", target)).lstrip("/")
    return parts


def _survey_zip(path: Path, kind: str, budget: _Budget) -> dict[str, SheetFacts]:
    kept: dict[str, bytes] = {"xl/workbook.xml": b"", "xl/_rels/workbook.xml.rels": b"<x/>"}
    measured: dict[str, SheetFacts] = {}
    sheets: dict[str, SheetFacts] = {}
    with path.open("rb") as file, zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            chunks = _unpacked(file, info, budget)
            if info.filename.lower().endswith(_XML):
                chunks = _without_entities(chunks, path, info.filename)
            if info.filename in kept:
                kept[info.filename] = b"".join(chunks)
            elif kind == "ods" and info.filename == "content.xml":
                sheets = _measure_ods(chunks)
            elif info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
                measured[info.filename] = _measure_xlsx(chunks)
            else:
                for _ in chunks:  # counted, and looked through for entities
                    pass
    if kind == "ods":
        return sheets
    parts = sheet_parts(kept["xl/workbook.xml"], kept["xl/_rels/workbook.xml.rels"])
    return {name: measured.get(part, SheetFacts()) for name, part in parts.items()}


def _check_ole(path: Path) -> None:
    """A workbook with a password is an OLE file too, with the real one encrypted inside."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_ENCRYPTED) >= 0:
            raise InputError("tables.workbook_encrypted", path=str(path))


def survey(path: Path, kind: str, limits: Limits) -> Mapping[str, SheetFacts]:
    """The facts of each sheet of an xlsx or ods file by the sheet's name; nothing for xls, which is small by its form.

    Raises LimitReached for files and sheets that are too large, InputError for encrypted and corrupt ones and for XML
    that declares entities.
    """
    size = path.stat().st_size
    if size > limits.workbook:
        raise LimitReached("tables.workbook_large", path=str(path), size=size // 10**6, most=limits.workbook // 10**6)
    if kind == "xls":
        _check_ole(path)
        return {}
    try:
        sheets = _survey_zip(path, kind, _Budget(path, limits, size))
    except _FAULTS as fault:
        raise _corrupt(path, fault) from fault
    for name, facts in sheets.items():
        if facts.rows * facts.columns > limits.sheet_cells:
            raise LimitReached(
                "tables.sheet_large",
                path=str(path),
                sheet=name,
                rows=facts.rows,
                columns=facts.columns,
                most=limits.sheet_cells,
            )
    return sheets
