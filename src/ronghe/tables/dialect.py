"""How a delimited file is written: delimiter, quote, header or none. Judged from its first records."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ronghe.tables.limits import Limits
from ronghe.terms import InputError

__all__ = ["MOST_COLUMNS", "Dialect", "column_names", "sniff_dialect", "text_lines"]

DELIMITERS = ",\t;|\x01^~"
SAMPLE_RECORDS = 400
MOST_COLUMNS = Limits().columns
# Python's reader gives up at cells of 128 kB; a record may be as long as `records` allows.
csv.field_size_limit(max(csv.field_size_limit(), 16 << 20))

_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}.*")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`escape` equals `quote` when quotes are doubled; `columns` counts the cells of a record.

    `above` counts the lines above the header that are no records: titles, `sep=;`.
    """

    delimiter: str
    quote: str
    escape: str
    header: bool
    columns: int
    above: int = 0


def text_lines(sample: str) -> Iterator[str]:
    """The lines of a text with their ends, one after the other: a reader of records rarely wants them all.

    Only feeds and returns end a line, as they end a record; `splitlines` would cut cells at other signs.
    """
    return io.StringIO(sample, newline="")


def _parsed(sample: str, delimiter: str, quote: str, escape: str) -> list[list[str]]:
    options = {"doublequote": True} if escape == quote else {"doublequote": False, "escapechar": escape}
    reader = csv.reader(text_lines(sample), delimiter=delimiter, quotechar=quote, **options)
    records = []
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) >= SAMPLE_RECORDS:
                break
    except csv.Error:
        return records
    return records


def _quote(sample: str) -> tuple[str, str]:
    """Quote and escape character: `'` and `\\` only when the sample can hardly be read otherwise."""
    double, single = (
        len(re.findall(rf"(?:^|[,;\t|]){mark}(?:\\.|[^{mark}\\\n])*{mark}(?=[,;\t|\r\n])", sample, re.MULTILINE))
        if mark in sample
        else 0
        for mark in "\"'"
    )
    quote = "'" if single > 3 and double == 0 else '"'
    escaped = sample.count("\\" + quote) > sample.count(quote * 2)
    return quote, "\\" if escaped else quote


def _regularity(records: Sequence[Sequence[str]]) -> float:
    """How much a delimiter explains: the share of records of the most common width, times a little for the width."""
    if not records:
        return 0.0
    width, count = Counter(map(len, records)).most_common(1)[0]
    return 0.0 if width == 1 else count / len(records) + min(width, 50) / 1000


def _looks_like_header(records: Sequence[Sequence[str]]) -> bool:
    """No header only when the first record has a number or date where the records below have them too."""
    first, rest = records[0], records[1:50]
    for place, cell in enumerate(first):
        below = [record[place] for record in rest if place < len(record) and record[place]]
        numbers = sum(1 for other in below if _NUMBER.fullmatch(other.strip()))
        if _NUMBER.fullmatch(cell.strip()) and below and numbers > len(below) / 2:
            return False
    return True


def sniff_dialect(
    sample: str,
    *,
    delimiter: str | None = None,
    quote: str | None = None,
    escape: str | None = None,
    header: bool | None = None,
) -> Dialect:
    """The dialect of a sample of a file; what the caller gives is believed.

    Raises InputError when the sample holds no record.
    """
    found_quote, found_escape = _quote(sample)
    quote = found_quote if quote is None else quote
    escape = (found_escape if quote == found_quote else quote) if escape is None else escape
    if delimiter is None:
        # A sign that does not occur divides nothing.
        parsed = {mark: _parsed(sample, mark, quote, escape) for mark in DELIMITERS if mark in sample}
        delimiter = max(parsed, key=lambda mark: _regularity(parsed[mark]), default=",")
        if delimiter in parsed and not _regularity(parsed[delimiter]):
            delimiter = ","
        records = parsed[delimiter] if delimiter in parsed else _parsed(sample, delimiter, quote, escape)
    else:
        records = _parsed(sample, delimiter, quote, escape)
    if not records:
        raise InputError("tables.no_records")
    widths = Counter(map(len, records[1:] or records))
    width = len(records[0])
    if (
        widths
        and widths.most_common(1)[0][0] == width + 1
        and not any(r[-1] for r in records[1:] if len(r) == width + 1)
    ):
        width += 1  # a delimiter at the end of every record but the header
    has_header = _looks_like_header(records) if header is None else header
    if not has_header:
        width = widths.most_common(1)[0][0]
    return Dialect(delimiter, quote, escape, has_header, width)


def column_names(cells: Sequence[str], width: int) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Names for `width` columns from the header's cells, and the changes made as (as read, as named).

    Spaces at the ends and line ends within are dropped; blank names become `column_3`, repeated ones `name_2`.
    """
    names: list[str] = []
    changes = []
    for place in range(width):
        read = cells[place] if place < len(cells) else ""
        name = re.sub(r"\s+", " ", read.replace("\ufeff", "")).strip(" \u3000\u00a0") or f"column_{place + 1}"
        plain, number = name, 2
        while name in names:
            name, number = f"{plain}_{number}", number + 1
        if name != read.strip():
            changes.append((read, name))
        names.append(name)
    return tuple(names), tuple(changes)
