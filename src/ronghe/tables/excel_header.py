"""Find the header of a sheet: below its title, and perhaps over several merged rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ronghe.tables.excel_safety import Merged

__all__ = ["Header", "find_header"]

MOST_LEVELS = 5
ROWS_LOOKED_AT = 60
_LABEL = re.compile(r"[:：]\s*\S|[(（]?单位[:：]")

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Header:
    """`names` of the columns as read; its rows are `first` up to but without `after`; `titles` stood above it."""

    names: tuple[str, ...]
    first: int
    after: int
    titles: tuple[str, ...]


def _word(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())


def _covering(merges: Sequence[Merged], row: int) -> list[Merged]:
    return [merge for merge in merges if merge[0][0] <= row <= merge[1][0]]


def _filled(rows: Sequence[Row], row: int, merges: Sequence[Merged]) -> set[int]:
    """The columns that have a value there, of their own or through a merged range."""
    columns = {column for column, cell in enumerate(rows[row]) if cell != ""}
    for (top, left), (_, right) in _covering(merges, row):
        if top < len(rows) and left < len(rows[top]) and rows[top][left] != "":
            columns |= set(range(left, right + 1))
    return columns


def _is_title(rows: Sequence[Row], row: int, merges: Sequence[Merged], width: int) -> bool:
    """A line above the table: blank, one cell, labels such as `填报单位：X`, or far narrower than the table.

    A line as wide as the table is one only when all of it is labels: columns may have names such as `left: name`.
    """
    cells = [_word(cell) for cell in rows[row] if cell != ""]
    if len(cells) <= 1:
        return width > 1 or not cells
    labels = sum(1 for cell in cells if _LABEL.search(cell))
    filled = len(_filled(rows, row, merges))
    labeled = labels == len(cells) if filled >= width else 2 * labels >= len(cells)
    return labeled or 2 * filled < width


def _goes_below(rows: Sequence[Row], bottom: int, merges: Sequence[Merged]) -> bool:
    """True when a cell merged across columns at `bottom` has its parts named in the next row."""
    across = [merge for merge in merges if merge[1][0] == bottom and merge[1][1] > merge[0][1]]
    if not across or bottom + 1 >= len(rows):
        return False
    under = {column for (_, left), (_, right) in across for column in range(left, right + 1)}
    below = {column: cell for column, cell in enumerate(rows[bottom + 1]) if cell != ""}
    named = {column for column in below if column in under}
    return bool(named) and set(below) <= under and all(isinstance(cell, str | float) for cell in below.values())


def _last_row(rows: Sequence[Row], first: int, merges: Sequence[Merged]) -> int:
    bottom = first
    while bottom < first + MOST_LEVELS - 1:
        reach = max(
            (merge[1][0] for row in range(first, bottom + 1) for merge in _covering(merges, row)), default=bottom
        )
        if reach > bottom:
            bottom = min(reach, first + MOST_LEVELS - 1)
        elif _goes_below(rows, bottom, merges):
            bottom += 1
        else:
            break
    return min(bottom, len(rows) - 1)


def _name(rows: Sequence[Row], levels: range, column: int, merges: Sequence[Merged]) -> str:
    words: list[str] = []
    for row in levels:
        cell = rows[row][column] if column < len(rows[row]) else ""
        for (top, left), (_, right) in _covering(merges, row):
            if left <= column <= right and top in levels:
                cell = rows[top][left]
        word = _word(cell)
        if word and (not words or words[-1] != word):
            words.append(word)
    return "_".join(words)


def find_header(rows: Sequence[Row], merges: Sequence[Merged]) -> Header:
    """The header among the first rows of a sheet; blank cells are "".

    Titles and label lines above it are skipped. Where cells are merged over rows or columns the header takes several
    rows, whose words are joined by `_`: 收入 over 工资 and 奖金 gives 收入_工资 and 收入_奖金.
    """
    rows = rows[:ROWS_LOOKED_AT]
    near = [merge for merge in merges if merge[0][0] < len(rows)]
    width = max((sum(1 for cell in row if cell != "") for row in rows), default=0)
    first = next((row for row in range(len(rows)) if not _is_title(rows, row, near, width)), None)
    if first is None:
        first = next((row for row in range(len(rows)) if any(cell != "" for cell in rows[row])), 0)
    last = _last_row(rows, first, near)
    columns = max(map(len, rows), default=0)
    names = tuple(_name(rows, range(first, last + 1), column, near) for column in range(columns))
    titles = tuple(text for row in rows[:first] if (text := " ".join(_word(cell) for cell in row if cell != "")))
    return Header(names, first, last + 1, titles)
