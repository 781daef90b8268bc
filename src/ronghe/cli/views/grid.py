"""The one kind of table that results are shown in."""

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table

from ronghe.cli.printing import one_line
from ronghe.cli.session import Session
from ronghe.messages import known
from ronghe.report.numerals import percent as rate

__all__ = ["View", "count", "grid", "next_steps", "notes", "percent", "rule_label", "shell"]

View = Callable[[Console, Session], None]
_GAP, _NARROW_GAP = 3, 2
_LONGEST_NAME = 24
"""What is wider is a sentence, for Chinese has no spaces, and may be broken."""


def count(number: int) -> str:
    """12,345."""
    return f"{number:,}"


def percent(part: int, whole: int) -> str:
    """12.3% as reports write it, or a dash of nothing at all."""
    return rate(part / whole) if whole else "–"


def shell(path: Path | str) -> str:
    """A path as one types it."""
    return shlex.quote(str(path))


def _fitted(least: Mapping[int, int], widest: Mapping[int, int], room: int) -> dict[int, int]:
    """The width of each column: as wide as it is, else as its names are, the widest giving way first."""
    bound = dict(least)
    most = max(bound.values(), default=0)
    while most > 1 and sum(bound.values()) > room:
        most -= 1
        bound = {place: min(wide, most) for place, wide in least.items()}
    widths = dict(widest)
    cap = max(widths.values(), default=0)
    while cap > 1 and sum(widths.values()) > room:
        cap -= 1
        widths = {place: max(bound[place], min(wide, cap)) for place, wide in widest.items()}
    for place, wide in widest.items():  # what the last step left over
        widths[place] += min(max(room - sum(widths.values()), 0), wide - widths[place])
    return widths


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table that fits its columns into the width at hand when it is printed: names are not broken in the middle."""

    names: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = options.max_width
        least = {place: self._least(place) for place in range(len(self.names))}
        gap = _GAP
        if sum(least.values()) + gap * len(least) - 1 > width:  # rich reckons with padding at the edges too
            gap = _NARROW_GAP
            least = {place: wide for place, wide in least.items() if not self.names[place].endswith("?")}
        room = width - gap * len(least) + 1
        yield self._table(_fitted(least, {place: self._widest(place) for place in least}, room), gap)

    def _widest(self, place: int) -> int:
        return max(map(cell_len, (self.headings[place], *(row[place] for row in self.rows))))

    def _least(self, place: int) -> int:
        """The widest word of a column, for a line may break between two; a number is one whatever stands in it."""
        cells = [self.headings[place], *(row[place] for row in self.rows)]
        words = cells if self.names[place].endswith("#") else [word for cell in cells for word in cell.split(" ")]
        widest = max(map(cell_len, words))
        return widest if words is cells else min(widest, _LONGEST_NAME)

    def _table(self, widths: Mapping[int, int], gap: int) -> Table:
        padding = (0, 1) if gap == _GAP else (0, 1, 0, 0)
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=padding)
        for place, wide in widths.items():
            number = self.names[place].endswith("#")
            justify: Literal["left", "right"] = "right" if number else "left"
            table.add_column(self.headings[place], justify=justify, no_wrap=number, overflow="fold", width=wide)
        for row in self.rows:
            table.add_row(*(row[place] for place in widths))
        return table


def grid(session: Session, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> _Grid:
    """A table whose columns are headed by texts `cli.heading_<name>`.

    A name that ends in # is a number; one that ends in ? is left out where the table would not fit.
    """
    return _Grid(
        tuple(columns),
        tuple(session.text(f"cli.heading_{name.rstrip('#?')}") for name in columns),
        tuple(tuple(map(one_line, row)) for row in rows),
    )


def rule_label(session: Session, rule: str) -> str:
    """A rule by its name and, where it is one of ours, in words."""
    code = f"journeys.rule_{rule}"
    return f"{rule}: {session.text(code)}" if known(code) else rule


def notes(console: Console, session: Session, listed: Iterable[object]) -> None:
    """What was done to a table while reading it, one line each."""
    for note in listed:
        code, params = getattr(note, "code", ""), getattr(note, "params", {})
        if known(code):
            console.print(f"· {one_line(session.text(code, **params))}")


def next_steps(console: Console, session: Session, *steps: tuple[str, str]) -> None:
    """Where things lie and what to type next: code of a text, and the path or command on its own line, never broken."""
    console.print()
    for code, line in steps:
        console.print(session.text(code))
        console.print(f"  {one_line(line)}", soft_wrap=True)
