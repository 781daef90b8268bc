"""Read spreadsheets: .xlsx, .xls and .ods, one sheet as one table."""

import re
import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
    load_workbook,
)

from ronghe.tables.cells import SIGNIFICANT_DIGITS, texts_of
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.dialect import column_names
from ronghe.tables.excel_header import ROWS_LOOKED_AT, Header, find_header
from ronghe.tables.excel_safety import Merged, Percents, SheetFacts, survey
from ronghe.tables.limits import Limits
from ronghe.tables.opendocument import with_plain_breaks
from ronghe.tables.percent_cells import percents_of_xls, percents_of_xlsx
from ronghe.tables.sniff import sniff
from ronghe.tables.staged import Note, Staged
from ronghe.terms import InputError, LimitReached

__all__ = ["sheet_names", "stage_excel"]

ROWS_AT_ONCE = 20_000
_INEXACT_FROM = 10.0**SIGNIFICANT_DIGITS

# How OpenDocument writes a duration; what the parser takes for no time of the day comes through as this text.
_DURATION = re.compile(r"(-?)PT(\d+)H(?:(\d+)M)?(?:(\d+)(\.\d+)?S)?")

PERCENT_DECIMALS = 4
"""Decimals kept of a cell shown as a percentage, as many as the data element `percentage` has."""

Row = list[Any]
Flags = dict[int, NDArray[np.bool_]]
"""Of each column with percentages, whether the cell of each row is one."""


@contextmanager
def _opened(path: Path) -> Iterator[CalamineWorkbook]:
    try:
        with load_workbook(path) as book:
            yield book
    except PasswordError as fault:
        raise InputError("tables.workbook_encrypted", path=str(path)) from fault
    except (CalamineError, OSError) as fault:
        detail = str(fault).splitlines()[0] if str(fault) else type(fault).__name__
        raise InputError("tables.workbook_corrupt", path=str(path), detail=detail) from fault


def _names(book: CalamineWorkbook) -> list[str]:
    """The sheets that hold cells, the hidden ones last."""
    grids = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    return [sheet.name for sheet in sorted(grids, key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)]


def _check_workbook(path: Path) -> str:
    found = sniff(path)
    if found.kind != "excel":
        raise InputError("tables.not_a_workbook", path=str(path), found=found.kind)
    return found.detail


def sheet_names(path: Path, *, limits: Limits | None = None) -> tuple[str, ...]:
    """The names of the sheets of a workbook, visible ones first. Raises as `stage_excel` does."""
    survey(path, _check_workbook(path), limits or Limits())
    with _opened(path) as book:
        return tuple(_names(book))


def _sheet(book: CalamineWorkbook, path: Path, name: str) -> CalamineSheet:
    if _names(book).count(name) > 1:  # the parser gives the rows of one of them, and which is not told
        raise InputError("tables.sheet_twice", path=str(path), sheet=name)
    try:
        return book.get_sheet_by_name(name)
    except WorksheetNotFound as fault:
        raise InputError("tables.no_such_sheet", path=str(path), sheet=name, known=", ".join(_names(book))) from fault


def _chosen(book: CalamineWorkbook, path: Path, wanted: str | None) -> tuple[CalamineSheet, list[Note]]:
    """The sheet asked for, else the first with cells, with a note that names the others."""
    if wanted is not None:
        return _sheet(book, path, wanted), []
    names = _names(book)
    for name in names:
        sheet = _sheet(book, path, name)
        if sheet.height:
            others = [other for other in names if other != name]
            note = Note("tables.other_sheets", {"path": path.name, "sheet": name, "others": ", ".join(others)})
            return sheet, [note] if others else []
    raise InputError("tables.empty_file", path=str(path))


def _moved(merges: Sequence[Merged], top: int, left: int) -> list[Merged]:
    """The merged ranges counted from the first cell in use."""
    return [((a - top, b - left), (c - top, d - left)) for (a, b), (c, d) in merges if a >= top and b >= left]


def _spread(rows: Iterator[Row], merges: Sequence[Merged], first: int) -> Iterator[Row]:
    """Rows, numbered from `first`, with the value of a cell merged over several rows in each of them.

    A row without a cell of its own stays blank: the merge around it only says where its group ends.
    """
    starting: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for (top, column), (bottom, _) in merges:
        starting[top].append((column, bottom))
    open_ranges: dict[int, tuple[int, Any]] = {}
    for number, row in enumerate(rows, first):
        blank = not any(cell != "" for cell in row)
        for column, (bottom, value) in list(open_ranges.items()):
            if number > bottom:
                del open_ranges[column]
            elif not blank:
                row[column] = value
        for column, bottom in starting.get(number, ()):
            open_ranges[column] = (bottom, row[column])
        yield row


def _clock(duration: str) -> str:
    found = _DURATION.fullmatch(duration)
    if found is None:
        return duration
    sign, hours, minutes, seconds, fraction = found.groups("")
    return f"{sign}{int(hours):02d}:{int(minutes or 0):02d}:{int(seconds or 0):02d}{fraction}"


def _with_clocks(texts: pa.Array) -> pa.Array:
    """Durations such as PT36H15M00S in the canonical form, 36:15:00."""
    found = pc.fill_null(pc.match_substring_regex(texts, r"^-?PT\d+H"), False)
    durations = texts.filter(found).to_pylist()
    return pc.replace_with_mask(texts, found, pa.array(map(_clock, durations), pa.string())) if durations else texts


def _flags(percents: Percents, top: int, left: int, sheet: CalamineSheet, down: Sequence[Merged]) -> Flags:
    """The percentages below `top`, by the columns of the sheet; a cell merged over rows is one in each of them."""
    found: Flags = {}
    for column, runs in percents.runs.items():
        if left <= column < left + sheet.width:
            flags = found[column - left] = np.zeros(sheet.height, np.bool_)
            for first, last in runs:
                flags[max(first - top, 0) : max(last - top + 1, 0)] = True
    for (first, column), (last, _) in down:
        if column in found and found[column][first]:
            found[column][first : last + 1] = True
    return found


def _as_percents(texts: pa.Array, cells: tuple[Any, ...], flags: NDArray[np.bool_]) -> tuple[pa.Array, int]:
    """The texts with `50%` in place of 0.5 where a cell is a number with its flag; how many lost decimals."""
    mask = flags & np.array([type(cell) in (float, int) for cell in cells], np.bool_)
    if not mask.any():
        return texts, 0
    exact = 100 * np.array([cells[place] for place in np.flatnonzero(mask)], np.float64)
    rounded = np.round(exact, PERCENT_DECIMALS)
    said = pc.binary_join_element_wise(texts_of(rounded.tolist(), digits=SIGNIFICANT_DIGITS), "%", "")
    return pc.replace_with_mask(texts, pa.array(mask), said), int((~np.isclose(exact, rounded, 1e-13, 0)).sum())


@dataclass
class _Grid:
    """The rows read so far, as columns of text."""

    width: int
    times: bool = False
    percents: Flags = field(default_factory=dict)
    seen: int = 0
    percents_rounded: int = 0
    chunks: list[list[pa.Array]] = field(default_factory=list)
    blank_rows: int = 0
    blank_at_end: int = 0
    inexact: int = 0

    def add(self, rows: list[Row]) -> None:
        columns = list(zip(*rows, strict=True))
        texts = [texts_of(column, digits=SIGNIFICANT_DIGITS) for column in columns]
        if self.times:
            texts = list(map(_with_clocks, texts))
        for place, flags in self.percents.items():
            here = flags[self.seen : self.seen + len(rows)]
            texts[place], rounded = _as_percents(texts[place], columns[place], here)
            self.percents_rounded += rounded
        self.seen += len(rows)
        for column in columns:
            self.inexact += sum(1 for cell in column if type(cell) is float and abs(cell) >= _INEXACT_FROM)
        filled = pc.is_valid(texts[0])
        for text in texts[1:]:
            filled = pc.or_(filled, pc.is_valid(text))
        kept = pc.indices_nonzero(filled)
        if len(kept):
            last = kept[-1].as_py() + 1
            self.blank_rows += self.blank_at_end + last - len(kept)
            self.blank_at_end = len(rows) - last
            self.chunks.append([text.filter(filled) for text in texts] if len(kept) < len(rows) else texts)
        else:
            self.blank_at_end += len(rows)

    def column(self, place: int) -> pa.ChunkedArray:
        return pa.chunked_array([chunk[place] for chunk in self.chunks], pa.string())


def _read(rows: Iterator[Row], grid: _Grid, total: int, progress: Progress) -> None:
    done = 0
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        grid.add(batch)
        done += len(batch)
        progress("read", done, total)


def _write(grid: _Grid, header: Sequence[str], path: Path) -> tuple[tuple[str, ...], list[Note], int]:
    """Write the columns that have a name or a value; gives their names, what was renamed, and the number of rows."""
    columns = [grid.column(place) for place in range(grid.width)]
    kept = [place for place in range(grid.width) if header[place] or columns[place].null_count < len(columns[place])]
    names, renamed = column_names([header[place] for place in kept], len(kept))
    table = pa.table([columns[place] for place in kept], names=list(names))
    pq.write_table(table, path, compression="zstd", row_group_size=120_000)
    notes = [Note("tables.renamed_column", {"read": read, "name": name}) for read, name in renamed]
    return names, notes, table.num_rows


def _notes(grid: _Grid, found: Header, filled: int, facts: SheetFacts, name: str) -> list[Note]:
    notes = []
    if found.titles:
        notes.append(Note("tables.sheet_titles", {"sheet": name, "titles": " / ".join(found.titles)}))
    if found.after - found.first > 1:
        notes.append(Note("tables.sheet_header_rows", {"sheet": name, "count": found.after - found.first}))
    if filled:
        notes.append(Note("tables.sheet_merged", {"sheet": name, "count": filled}))
    if grid.blank_rows:
        notes.append(Note("tables.sheet_blank_rows", {"sheet": name, "count": grid.blank_rows}))
    if facts.errors:
        notes.append(Note("tables.sheet_errors", {"sheet": name, "count": facts.errors}))
    if grid.inexact:
        params = {"sheet": name, "count": grid.inexact, "digits": SIGNIFICANT_DIGITS}
        notes.append(Note("tables.sheet_long_numbers", params))
    if grid.percents_rounded:
        params = {"sheet": name, "count": grid.percents_rounded, "decimals": PERCENT_DECIMALS}
        notes.append(Note("tables.sheet_percents_rounded", params))
    return notes


def _check_size(sheet: CalamineSheet, path: Path, limits: Limits) -> None:
    last_row, last_column = sheet.end or (-1, -1)
    rows, columns = last_row + 1, last_column + 1
    if rows * columns > limits.sheet_cells or columns > limits.columns:
        most = limits.sheet_cells if columns <= limits.columns else limits.columns
        code = "tables.sheet_large" if columns <= limits.columns else "tables.sheet_wide"
        raise LimitReached(code, path=str(path), sheet=sheet.name, rows=rows, columns=columns, most=most)
    if not sheet.height:
        raise InputError("tables.empty_sheet", path=str(path), sheet=sheet.name)


def _percents(source: Path, kind: str, book: CalamineWorkbook, sheet: CalamineSheet, facts: SheetFacts) -> Percents:
    """The cells of a sheet that are shown as percentages."""
    if kind == "ods":
        return facts.percents
    try:
        if kind == "xlsx":
            return percents_of_xlsx(source, sheet.name)
        return percents_of_xls(source, book.sheet_names.index(sheet.name))
    except (struct.error, IndexError, ParseError, BadZipFile) as fault:
        raise InputError("tables.workbook_corrupt", path=str(source), detail=f"number formats: {fault}") from fault


def _staged(
    sheet: CalamineSheet, facts: SheetFacts, percents: Percents, header: bool | None, into: Path, progress: Progress
) -> Staged:
    top, left = sheet.start or (0, 0)
    merges = _moved(sheet.merged_cell_ranges or facts.merged, top, left)
    rows = islice(sheet.iter_rows(), top, None)  # blank rows above the table come along, blank columns do not
    head = list(islice(rows, ROWS_LOOKED_AT))
    found = Header(("",) * sheet.width, 0, 0, ()) if header is False else find_header(head, merges)
    down = [merge for merge in merges if merge[0][0] >= found.after and merge[0][1] == merge[1][1]]
    body = chain(head[found.after :], rows)
    flags = _flags(percents, top, left, sheet, down)
    shown = {column: flag[found.after :] for column, flag in flags.items() if flag[found.after :].any()}
    grid = _Grid(sheet.width, times=facts.times, percents=shown)
    _read(_spread(body, down, found.after) if down else body, grid, sheet.height, progress)
    path = into / "staged.parquet"
    names, renamed, count = _write(grid, found.names, path)
    notes = [*_notes(grid, found, len(down), facts, sheet.name), *(renamed if header is not False else ())]
    return Staged(columns=names, path=path, kind="parquet", rows=count, notes=tuple(notes))


def stage_excel(
    source: Path,
    into: Path,
    *,
    sheet: str | None = None,
    header: bool | None = None,
    limits: Limits | None = None,
    progress: Progress = silent,
) -> Staged:
    """A sheet as a Parquet file of text columns in the folder `into`.

    `sheet` names one; without it the first sheet with cells is taken, visible ones before hidden. `header=False` says
    that there is none. Titles above the header are left out, merged header rows joined by `_`, a value merged over
    several rows is given to each of them, blank rows and blank nameless columns are dropped, numbers are rounded to
    the 15 digits that spreadsheets keep, a cell shown as a percentage is the text `50%`, not 0.5, with up to four
    decimals, and errors such as #N/A are NULL; notes tell what was done. Raises
    InputError for files that are no, encrypted or broken workbooks, LimitReached for what is too large.
    """
    limits = limits or Limits()
    kind = _check_workbook(source)
    surveyed = survey(source, kind, limits)
    breaks = any(facts.breaks for facts in surveyed.values())
    readable = with_plain_breaks(source, into / "breaks.ods") if breaks else source
    with _opened(readable) as book:
        chosen, notes = _chosen(book, source, sheet)
        _check_size(chosen, source, limits)
        facts = surveyed.get(chosen.name) or SheetFacts()
        percents = _percents(source, kind, book, chosen, facts)
        staged = _staged(chosen, facts, percents, header, into, progress)
    return Staged(
        columns=staged.columns, path=staged.path, kind="parquet", rows=staged.rows, notes=(*notes, *staged.notes)
    )
