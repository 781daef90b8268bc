"""Find the records of a delimited file that other readers would reject whole, and keep the rest.

Vectorized over bytes; only records with broken quotes are looked at one by one. The rules, in order:
- blank lines are no records;
- inside quotes, line ends belong to the cell; a quote is doubled to mean itself;
- a quote within an unquoted cell is an ordinary character;
- a line that opens a quote which is never rightly closed is one broken record, and reading goes on with the next line:
  one lost quote must not swallow the rest of the file;
- a record with another number of cells, with a NUL character or with bytes of another encoding is broken.
Source of the format: RFC 4180.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ronghe.tables.encoding import as_read
from ronghe.tables.set_aside import Malformed, SetAside
from ronghe.terms import InputError

__all__ = ["Shape", "separate_records"]

WINDOW = 8 << 20
SMALL_WINDOW = 128 << 10
LONGEST_RECORD = 16 << 20
LINES_AT_ONCE = 2_000
SHOWN_BYTES = 1_000
"""What is kept of a record that is too long."""
MOST_MALFORMED = 1_000_000

Positions = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Shape:
    """How the file separates cells, and how many a record has."""

    delimiter: str
    quote: str
    columns: int


@dataclass
class _Scan:
    """Counters that go along the file: `records` and `lines` read so far."""

    shape: Shape
    clean: BinaryIO
    records: int = 0
    lines: int = 0
    malformed: SetAside = field(default_factory=SetAside)

    def reject(self, raw: bytes, why: str, lines: int) -> None:
        self.records += 1
        shown = as_read(raw).rstrip("\n")
        self.malformed.append(Malformed(self.records, self.lines + 1, shown, why))
        self.lines += lines
        if len(self.malformed) > MOST_MALFORMED:
            raise InputError("tables.mostly_malformed", most=MOST_MALFORMED, columns=self.shape.columns)

    def accept(self, raw: bytes, lines: int = 1) -> None:
        self.records += 1
        self.lines += lines
        self.clean.write(raw)


@dataclass(frozen=True, slots=True)
class _Found:
    """The whole records of a window: where each ends (after its line end), and whether the next one is broken."""

    ends: Positions
    broken_next: bool


def _quotes_out_of_place(block: NDArray[np.uint8], quotes: Positions, delimiter: int, quote: int) -> int:
    """The position of the first quote that neither opens, closes nor doubles, or the size of the block."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = np.where(opening > 0, block[opening - 1], 10)
    inner = closing[closing < len(block) - 1]
    after = block[inner + 1]
    wrong_open = opening[~((before == delimiter) | (before == 10) | (before == quote))]
    wrong_close = inner[~((after == delimiter) | (after == 10) | (after == quote))]
    first = [positions[0] for positions in (wrong_open, wrong_close) if len(positions)]
    return int(min(first)) if first else len(block)


def _whole_records(block: NDArray[np.uint8], shape: Shape, *, final: bool) -> _Found:
    delimiter, quote = ord(shape.delimiter), ord(shape.quote) if shape.quote else -1
    line_ends = np.flatnonzero(block == 10)
    quotes = np.flatnonzero(block == quote) if quote >= 0 else line_ends[:0]
    if not len(quotes):
        return _Found(line_ends + 1, broken_next=False)
    limit = _quotes_out_of_place(block, quotes, delimiter, quote)
    outside = line_ends[(np.searchsorted(quotes, line_ends) & 1) == 0]
    ends = outside[outside < limit] + 1
    unclosed = final and (len(ends) == 0 or ends[-1] < len(block))
    return _Found(ends, broken_next=limit < len(block) or unclosed)


def _cells(block: NDArray[np.uint8], ends: Positions, shape: Shape) -> Positions:
    delimiters = np.flatnonzero(block == ord(shape.delimiter))
    if shape.quote:
        quotes = np.flatnonzero(block == ord(shape.quote))
        if len(quotes):
            delimiters = delimiters[(np.searchsorted(quotes, delimiters) & 1) == 0]
    counts: Positions = np.diff(np.searchsorted(delimiters, ends), prepend=0) + 1
    return counts


def _undecodable(data: bytes, ends: Positions) -> list[int]:
    """The numbers of the records that are not UTF-8."""
    found, start = [], 0
    while True:
        try:
            data[start:].decode()
        except UnicodeDecodeError as fault:
            number = int(np.searchsorted(ends, start + fault.start, side="right"))
            found.append(number)
            start = int(ends[number])
        else:
            return found


def _take(scan: _Scan, data: bytes, ends: Positions) -> int:
    """Write the good records among the whole ones in `data`, reject the others; gives the bytes taken.

    Stops before a record of several lines with a wrong number of cells: there a lost quote swallowed its neighbors.
    """
    block = np.frombuffer(data, np.uint8)
    starts = np.concatenate(([0], ends[:-1]))
    lines = np.diff(np.searchsorted(np.flatnonzero(block == 10), ends), prepend=0)
    blank = (ends - starts) == 1
    wrong = (_cells(block, ends, scan.shape) != scan.shape.columns) & ~blank
    swallowing = np.flatnonzero(wrong & (lines > 1))
    count = int(swallowing[0]) if len(swallowing) else len(ends)
    if not count:
        return 0
    end = int(ends[count - 1])
    why = dict.fromkeys(np.flatnonzero(wrong[:count]).tolist(), "columns")
    taken = data[:end]
    if not taken.isascii():
        why |= dict.fromkeys(_undecodable(taken, ends[:count]), "encoding")
    if b"\0" in taken:
        nuls = np.flatnonzero(block[:end] == 0)
        why |= dict.fromkeys(np.searchsorted(ends, nuls, side="right").tolist(), "nul")
    _write_runs(scan, data, starts, ends[:count], lines, blank, why)
    return end


def _without_blank_lines(run: bytes, sizes: Positions, blank: NDArray[np.bool_]) -> bytes:
    """Records that follow one another; in a table of one column the engine would take blank lines for rows."""
    return np.frombuffer(run, np.uint8)[np.repeat(~blank, sizes)].tobytes()


def _write_runs(
    scan: _Scan,
    data: bytes,
    starts: Positions,
    ends: Positions,
    lines: Positions,
    blank: NDArray[np.bool_],
    why: dict[int, str],
) -> None:
    # Asked once: between a million broken records lie a million runs.
    position, some_blank = 0, bool(blank.any())
    for number in [*sorted(why), len(ends)]:
        if number > position:
            run = slice(position, number)
            good = data[int(starts[position]) : int(ends[number - 1])]
            if some_blank:
                good = _without_blank_lines(good, ends[run] - starts[run], blank[run])
            scan.clean.write(good)
            scan.records += int(np.count_nonzero(~blank[run]))
            scan.lines += int(lines[run].sum())
        if number < len(ends):
            scan.reject(data[int(starts[number]) : int(ends[number])], why[number], int(lines[number]))
        position = number + 1


def _one_line(scan: _Scan, line: bytes) -> bool:
    """Take one physical line; False when it opens a quote that it does not close."""
    shape = scan.shape
    try:
        cells = next(
            csv.reader([line.decode()], delimiter=shape.delimiter, quotechar=shape.quote or None, strict=True), []
        )
    except UnicodeDecodeError:
        scan.reject(line, "encoding", 1)
        return True
    except csv.Error:
        return False
    if not cells:
        scan.lines += 1
    elif len(cells) != shape.columns or b"\0" in line:
        scan.reject(line, "nul" if b"\0" in line else "columns", 1)
    else:
        text = io.StringIO()
        csv.writer(text, delimiter=shape.delimiter, quotechar=shape.quote or None, lineterminator="\n").writerow(cells)
        scan.accept(text.getvalue().encode())
    return True


def _line_by_line(scan: _Scan, data: bytes) -> int:
    """Take lines one by one from a broken record on; gives the bytes taken, at least one line."""
    taken = 0
    for number in range(LINES_AT_ONCE):
        end = data.find(b"\n", taken) + 1
        if not end:
            break
        line = data[taken:end]
        if not _one_line(scan, line.rstrip(b"\n")):
            if number:
                break
            scan.reject(line, "quotes", 1)
            return end
        taken = end
    return taken


def _unified(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks with every line end as a line feed, and one at the end of the file."""
    held, last = b"", b"\n"
    for chunk in chunks:
        data = held + chunk
        held = b"\r" if data.endswith(b"\r") else b""
        data = data[: len(data) - len(held)]
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        last = data[-1:] or last
        yield data
    if held or last != b"\n":
        yield b"\n"


def _after_line(data: bytes, stream: Iterator[bytes]) -> tuple[bytes, bool]:
    """What follows the first line, however long it is, and whether the file ended."""
    while b"\n" not in data:
        chunk = next(stream, None)
        if chunk is None:
            return b"", True
        data = chunk
    return data.partition(b"\n")[2], False


def separate_records(
    chunks: Iterator[bytes], clean: BinaryIO, shape: Shape, *, lines_before: int
) -> tuple[int, SetAside]:
    """Write the good records of a UTF-8 file to `clean`; gives how many records there are in all, and the broken ones.

    `chunks` start after the header, which took `lines_before` lines.
    """
    scan = _Scan(shape, clean, lines=lines_before)
    data, window, stream, final = b"", WINDOW, _unified(chunks), False
    while data or not final:
        while len(data) < window and not final:
            chunk = next(stream, None)
            final = chunk is None
            data += chunk or b""
        view = data[:window]
        last = final and len(view) == len(data)
        found = _whole_records(np.frombuffer(view, np.uint8), shape, final=last)
        taken = _take(scan, view, found.ends) if len(found.ends) else 0
        swallowed = len(found.ends) > 0 and taken < int(found.ends[-1])
        broken = swallowed or found.broken_next
        if broken:
            taken += _line_by_line(scan, view[taken:])
        if taken:
            # Broken records come in swarms: small windows keep the work that each of them repeats small.
            data, window = data[taken:], SMALL_WINDOW if broken else min(2 * window, WINDOW)
        elif window < LONGEST_RECORD and not last:
            window *= 2
        elif data:
            scan.reject(data[:SHOWN_BYTES].partition(b"\n")[0], "too_long", 1)
            data, final = _after_line(data, stream)
    return scan.records, scan.malformed
