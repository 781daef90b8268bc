"""What stands above the header of a delimited file: `sep=;` for spreadsheets, titles and labels as in a sheet."""

import csv
import re
from collections import Counter
from dataclasses import dataclass

from ronghe.tables.dialect import Dialect, text_lines
from ronghe.tables.excel_header import ROWS_LOOKED_AT, find_header

__all__ = ["declared_delimiter", "find_titles"]

_DECLARED = re.compile(r"[\"']?sep=(.)[\"']?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
MOSTLY = 0.5
"""The part of the first records that must have the width of the table for a narrower one above to be a title."""


@dataclass(frozen=True, slots=True)
class Titles:
    """Lines above the header, blank ones included, and what they say."""

    lines: int
    texts: tuple[str, ...]


def declared_delimiter(sample: str) -> tuple[str, int] | None:
    """The delimiter that a first line `sep=;` declares, and the characters of that line."""
    found = _DECLARED.match(sample)
    return (found[1], found.end()) if found else None


def _records(sample: str, dialect: Dialect) -> tuple[list[list[str]], list[int]]:
    """The first records, and the number of lines before each."""
    escaped = dialect.escape != dialect.quote
    reader = csv.reader(
        text_lines(sample),
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        doublequote=not escaped,
        escapechar=dialect.escape if escaped else None,
    )
    records, before, line = [], [], 0
    try:
        for record in reader:
            records.append([cell.strip() for cell in record])
            before.append(line)
            line = reader.line_num
            if len(records) == ROWS_LOOKED_AT:
                break
    except csv.Error:
        pass
    return records, before


def find_titles(sample: str, dialect: Dialect) -> Titles:
    """The lines above the header, by the rule for sheets; none unless most records have the width of the table."""
    records, before = _records(sample, dialect)
    filled = [record for record in records if any(record)]
    if not filled:
        return Titles(0, ())
    width, times = Counter(map(len, filled)).most_common(1)[0]
    if width == 1 or times < 2 or times < MOSTLY * len(filled):
        return Titles(0, ())
    # A record wider than the table is broken, and no measure of how wide the table is.
    found = find_header([record[:width] for record in records], ())
    if not found.titles or len(records[found.first]) != width:
        return Titles(0, ())
    return Titles(before[found.first], found.titles)
