"""The one kind of table that results are shown in."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from ronghe.cli.printing import one_line
from ronghe.cli.session import Session
from ronghe.messages import known
from ronghe.report.numerals import percent as rate

__all__ = ["View", "count", "grid", "next_steps", "notes", "percent", "rule_label", "shell"]

View = Callable[[Console, Session], None]


def count(number: int) -> str:
    """12,345."""
    return f"{number:,}"


def percent(part: int, whole: int) -> str:
    """12.3% as reports write it, or a dash of nothing at all."""
    return rate(part / whole) if whole else "–"


def shell(path: Path | str) -> str:
    """A path as one types it."""
    return shlex.quote(str(path))


def grid(session: Session, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table whose columns are headed by texts `cli.heading_<name>`; a name that ends in # is a number."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        number = name.endswith("#")
        heading = session.text(f"cli.heading_{name.rstrip('#')}")
        table.add_column(heading, justify="right" if number else "left", no_wrap=number, overflow="fold")
    for row in rows:
        table.add_row(*map(one_line, row))
    return table


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
