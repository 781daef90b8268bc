"""How a table's profile and a proposed schema look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.views.grid import View, count, grid, next_steps, percent, shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.data.profile import ColumnProfile, Profile
    from ronghe.data.propose import Proposal, ProposedColumn

__all__ = ["profile", "proposal"]

_UNPARTICULAR = ("text", "code")


def _frequent(column: ColumnProfile) -> str:
    return ", ".join(f"{value} ×{count(times)}" for value, times in column.frequent)


def profile(made: Profile, source: str) -> View:
    """Every column: how full, how various, how long, and its most frequent values."""

    def view(console: Console, session: Session) -> None:
        rows = [
            (c.name, percent(c.filled, made.rows), count(c.distinct), f"{c.shortest}–{c.longest}", _frequent(c))
            for c in made.columns
        ]
        console.print(grid(session, ("column", "filled_rate#", "distinct#", "lengths#", "frequent"), rows))
        console.print()
        console.print(
            session.text(
                "cli.profile_counts",
                rows=count(made.rows),
                columns=count(len(made.columns)),
                malformed=count(made.malformed),
                encoding=made.encoding or "–",
            )
        )
        next_steps(console, session, ("cli.next_propose", f"ronghe data propose {shell(source)} -o schema.json"))

    return view


def _evidence(session: Session, column: ProposedColumn) -> Iterator[str]:
    if column.by_name:
        yield session.text("cli.evidence_name")
    elif column.element in _UNPARTICULAR:
        yield session.text("cli.evidence_none")
    else:
        yield session.text("cli.evidence_values")
    if column.within:
        yield session.text("cli.evidence_within", column=column.within)
    for doubt in column.doubts:
        yield session.text(doubt.code, **doubt.params)
    if column.missing:
        words = ", ".join(f"{word} ×{count(times)}" for word, times in column.missing.items())
        yield session.text("cli.evidence_missing", words=words)
    if column.runner_up not in ("", column.element, *_UNPARTICULAR):
        yield session.text("cli.evidence_runner_up", element=column.runner_up)


def _element(column: ProposedColumn) -> str:
    options = ", ".join(f"{name}={value}" for name, value in column.options.items())
    return f"{column.element} ({options})" if options else column.element


def proposal(made: Proposal, source: str, output: Path) -> View:
    """The element of each column with the evidence, and what to do with the schema."""

    def view(console: Console, session: Session) -> None:
        rows = [
            (c.name, _element(c), percent(c.fits, c.values), count(c.distinct), "; ".join(_evidence(session, c)))
            for c in made.columns
        ]
        console.print(grid(session, ("column", "element", "fits#", "distinct#", "evidence"), rows))
        command = f"ronghe data standardize {shell(source)} --schema {shell(output)} --out published"
        next_steps(console, session, ("cli.next_schema", shell(output)), ("cli.next_standardize", command))

    return view
