"""Read CSV, TSV and their kin: any delimiter, quoting and encoding, header or none, whole or broken.

The usual file goes to the engine as it lies on the disk. One in another encoding is transcoded first, streaming; one
that the engine refuses is separated into good and broken records by `records`.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Protocol

import duckdb

from ronghe.tables.delimited_titles import declared_delimiter, find_titles
from ronghe.tables.dialect import MOST_COLUMNS, Dialect, column_names, sniff_dialect, text_lines
from ronghe.tables.encoding import canonical_encoding, detect_encoding, transcoded
from ronghe.tables.records import LONGEST_RECORD, Shape, separate_records
from ronghe.tables.staged import Note, Staged
from ronghe.terms import InputError, LimitReached

__all__ = ["CsvOptions", "Progress", "read_delimited", "separate", "silent", "stage_delimited", "to_utf8"]

SAMPLE_BYTES = 1 << 20
CHUNK_BYTES = 4 << 20
SCANNED_BYTES = 256 << 10
"""So few that they are still in the processor's cache when they are looked at again."""


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """What the user says about a delimited file; None is found out."""

    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: bool | None = None


class Progress(Protocol):
    """Told how far a step is: `done` of `total`, in the step's own unit."""

    def __call__(self, step: str, done: int, total: int) -> None:
        """Be told."""


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def to_utf8(source: Path, target: Path, encoding: str, progress: Progress) -> tuple[Note, ...]:
    """Write a text file in another encoding to `target`; gives a note where private-use characters are left in it."""
    private, size = 0, source.stat().st_size
    with source.open("rb") as incoming, target.open("wb") as outgoing:
        for chunk, left in transcoded(incoming, encoding):
            outgoing.write(chunk)
            private += left
            progress("decode", incoming.tell(), size)
    return (Note("tables.private_use", {"count": private, "path": source.name}),) if private else ()


def _header(sample: str, dialect: Dialect) -> tuple[list[str], int, int]:
    """The header's cells, and the characters and lines that it takes with the lines before it."""
    options = (
        {"doublequote": True}
        if dialect.escape == dialect.quote
        else {"doublequote": False, "escapechar": dialect.escape}
    )
    below = islice(text_lines(sample), dialect.above, None)
    reader = csv.reader(below, delimiter=dialect.delimiter, quotechar=dialect.quote, **options)
    cells = next((record for record in reader if record), []) if dialect.header else []
    lines = dialect.above + reader.line_num
    return cells, sum(map(len, islice(text_lines(sample), lines))), lines


def _sample_of(path: Path, source: Path) -> str:
    """Whole lines from the beginning of the decoded file; LimitReached when not even the first one fits."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES + 1)
    sample = head[:SAMPLE_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    if len(head) <= SAMPLE_BYTES:
        return sample
    ends = max(sample.rfind("\n"), sample.rfind("\r")) + 1
    if not ends:
        raise LimitReached("tables.header_long", path=str(source), most=f"{SAMPLE_BYTES >> 20} MB")
    return sample[:ends]


def _needs_separation(path: Path, dialect: Dialect) -> bool:
    """True when the engine cannot be trusted with the file: NUL characters, mixed or leading line ends, one column.

    Nor does it know what stands above the header.
    """
    if dialect.columns == 1 or dialect.above:
        return True
    returns = pairs = feeds = 0
    lone_feed = False
    with path.open("rb") as file:
        # The engine would take a blank first line for the header, and the header for a row.
        if file.read(4).removeprefix(codecs.BOM_UTF8)[:1] in (b"\r", b"\n"):
            return True
        file.seek(0)
        while chunk := file.read(SCANNED_BYTES):
            # A pair of return and feed that the chunk's end cuts in two would count as one of each.
            if chunk.endswith(b"\r"):
                chunk += file.read(1)
            if b"\0" in chunk:
                return True
            if b"\r" in chunk:
                returns, pairs = returns + chunk.count(b"\r"), pairs + chunk.count(b"\r\n")
                feeds += chunk.count(b"\n")
            else:
                lone_feed = lone_feed or b"\n" in chunk
    return returns > 0 and (lone_feed or not returns == pairs == feeds)


def _rest_of(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def read_delimited(connection: duckdb.DuckDBPyConnection, staged: Staged) -> duckdb.DuckDBPyRelation:
    """The staged file as a relation with the text columns c0, c1, ...; strict: any broken record is an error."""
    dialect = staged.dialect
    assert dialect is not None
    return connection.read_csv(
        str(staged.path),
        header=dialect.header,
        columns={f"c{place}": "VARCHAR" for place in range(dialect.columns)},
        auto_detect=False,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        escapechar=dialect.escape,
        strict_mode=True,
        null_padding=False,
        max_line_size=LONGEST_RECORD,
        # Else the engine takes sixteen times the longest record for a buffer, more than a small memory has.
        buffer_size=2 * LONGEST_RECORD,
    )


def _dialect(sample: str, options: CsvOptions) -> tuple[Dialect, tuple[str, ...]]:
    """The dialect, and what the titles above the header say; a header that is denied has no titles."""

    def sniffed(rest: str, header: bool | None) -> Dialect:
        return sniff_dialect(rest, delimiter=delimiter, quote=options.quote, escape=options.escape, header=header)

    declared = declared_delimiter(sample)
    delimiter, start = options.delimiter, 0
    if declared:
        delimiter, start = options.delimiter or declared[0], declared[1]
    rest = sample[start:]
    dialect = sniffed(rest, options.header)
    lines, texts = int(declared is not None), tuple[str, ...]()
    if options.header is not False:
        titles = find_titles(rest, dialect)
        below = "".join(islice(text_lines(rest), titles.lines, None)) if titles.texts else rest
        found = sniffed(below, options.header) if titles.texts else dialect
        # Without a header below them, what looks like titles is data.
        if titles.texts and found.header:
            dialect, lines, texts = found, lines + titles.lines, titles.texts
    return replace(dialect, above=lines), texts


def stage_delimited(
    source: Path, into: Path, *, options: CsvOptions | None = None, progress: Progress = silent
) -> Staged:
    """A delimited file made ready for an engine: decoded if needed, dialect and names found, records not looked at.

    `into` is a folder for temporary files. Raises InputError for empty files and unknown encodings.
    """
    options = options or CsvOptions()
    if not source.stat().st_size:
        raise InputError("tables.empty_file", path=str(source))
    encoding = canonical_encoding(options.encoding) if options.encoding else detect_encoding(source)
    notes: list[Note] = []
    path = source
    if encoding not in ("utf-8", "utf-8-sig"):
        path = into / "decoded.csv"
        notes += to_utf8(source, path, encoding, progress)
    elif set("*?[]{}") & set(str(source)):
        path = into / "linked.csv"  # the engine takes these characters for a pattern of file names
        path.unlink(missing_ok=True)
        path.symlink_to(source.resolve())
    sample = _sample_of(path, source)
    try:
        dialect, titles = _dialect(sample, options)
    except InputError as fault:
        if fault.code != "tables.no_records":
            raise
        raise InputError("tables.empty_file", path=str(source)) from fault
    if dialect.columns > MOST_COLUMNS:
        raise LimitReached("tables.table_wide", path=str(source), columns=dialect.columns, most=MOST_COLUMNS)
    cells, _, _ = _header(sample, dialect) if dialect.header else ([], 0, 0)
    if titles:
        notes.append(Note("tables.titles", {"count": len(titles), "titles": " / ".join(titles)}))
    columns, renamed = column_names(cells, dialect.columns)
    notes += [Note("tables.renamed_column", {"read": read, "name": name}) for read, name in renamed if dialect.header]
    staged = Staged(
        columns=columns,
        path=path,
        kind="csv",
        rows=None,
        malformed=(),
        notes=tuple(notes),
        encoding=encoding,
        dialect=dialect,
    )
    return separate(staged, into) if _needs_separation(path, dialect) else staged


def separate(staged: Staged, into: Path) -> Staged:
    """The file again with its broken records taken out: what to do when the engine refuses it."""
    dialect = staged.dialect
    assert dialect is not None
    clean = into / "clean.csv"
    start, lines = _data_start(staged.path, dialect)
    quote = dialect.quote
    if dialect.escape != quote:
        start, lines, staged = 0, 0, _with_doubled_quotes(staged, into, start)
    shape = Shape(dialect.delimiter, quote, dialect.columns)
    with clean.open("wb") as target:
        rows, malformed = separate_records(_rest_of(staged.path, start), target, shape, lines_before=lines)
    plain = Dialect(dialect.delimiter, quote, quote, False, dialect.columns)
    return replace(staged, path=clean, rows=rows - len(malformed), malformed=malformed, dialect=plain)


def _data_start(path: Path, dialect: Dialect) -> tuple[int, int]:
    """Bytes and lines before the first data record."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    mark = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    if not dialect.header and not dialect.above:
        return mark, 0
    text = head[mark:].decode("utf-8", "surrogateescape")
    _, characters, lines = _header(text, dialect)
    return mark + len(text[:characters].encode("utf-8", "surrogateescape")), lines


def _with_doubled_quotes(staged: Staged, into: Path, start: int) -> Staged:
    """Rewrite a file whose quotes are escaped by another character, record by record: rare, so slow is fine."""
    dialect = staged.dialect
    assert dialect is not None
    target = into / "requoted.csv"
    with (
        staged.path.open("rb") as raw,
        target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as outgoing,
    ):
        raw.seek(start)
        incoming = io.TextIOWrapper(raw, "utf-8", errors="surrogateescape", newline="")
        reader = csv.reader(
            incoming, delimiter=dialect.delimiter, quotechar=dialect.quote, escapechar=dialect.escape, doublequote=False
        )
        writer = csv.writer(outgoing, delimiter=dialect.delimiter, quotechar=dialect.quote, lineterminator="\n")
        writer.writerows(reader)
    return replace(staged, path=target)
