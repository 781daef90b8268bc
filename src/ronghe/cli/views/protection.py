"""How protected rows and their risk look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, percent, shell

if TYPE_CHECKING:
    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.data.protect.risk import Risk
    from ronghe.journeys.protect import Protected

__all__ = ["protected", "risk"]

_SHOWN_LEVELS = (3, 5, 10)


def _rows(columns: tuple[str, ...], rows: tuple[tuple[object, ...], ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(one_line(name), overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else one_line(str(value)) for value in row))
    return table


def _risk(console: Console, session: Session, made: Risk) -> None:
    quasi = ", ".join(made.quasi)
    console.print(
        session.text("cli.risk_by", columns=one_line(quasi), groups=count(made.groups), rows=count(made.rows))
    )
    sizes = [(label, count(rows), percent(rows, made.rows)) for label, rows in made.sizes.items()]
    console.print(grid(session, ("group_size", "records#", "share#"), sizes))
    console.print()
    console.print(session.text("cli.risk_smallest", smallest=made.smallest, unique=count(made.unique)))
    if made.estimated:
        expected, whole = count(made.unique_in_population), count(made.population)
        console.print(session.text("cli.risk_population", expected=expected, population=whole))
    for level in _SHOWN_LEVELS:
        below = made.below[level]
        console.print(session.text("cli.risk_below", level=level, rows=count(below), share=percent(below, made.rows)))
    if made.diversity is not None:
        told = made.diversity
        known = count(told.records_of_one_value)
        console.print(session.text("cli.risk_diversity", column=one_line(told.column), least=told.least, rows=known))
    if made.unique:
        console.print()
        saved = sorted(made.saved.items(), key=lambda pair: (-pair[1], pair[0]))
        rows = [(name, count(fewer), percent(fewer, made.unique)) for name, fewer in saved]
        console.print(session.text("cli.risk_columns"))
        console.print(grid(session, ("column", "no_longer_unique#", "share#"), rows))


def risk(made: Risk) -> View:
    """Group sizes, what is unique, and which column makes it so."""
    return lambda console, session: _risk(console, session, made)


def protected(made: Protected) -> View:
    """The first rows as the recipient gets them, beside their risk; then where they lie."""

    def view(console: Console, session: Session) -> None:
        if made.preview:
            console.print(session.text("cli.protect_preview", rows=count(len(made.preview))))
            console.print(_rows(made.columns, made.preview))
            console.print()
        left = session.text(
            "cli.protected", rows=count(made.rows), rows_in=count(made.rows_in), columns=len(made.columns)
        )
        console.print(left)
        if made.malformed:
            console.print(session.text("cli.protect_malformed", malformed=count(made.malformed)))
        grants = one_line(", ".join(made.grants))
        console.print(session.text("cli.protect_grants", grants=grants, plan=made.plan.hash))
        if made.receipt is not None:
            index, size = made.receipt.index, made.receipt.head.size
            console.print(session.text("cli.protect_recorded", index=index, size=count(size)))
        console.print()
        _risk(console, session, made.risk)
        if made.out is not None:
            next_steps(
                console,
                session,
                ("cli.next_delivery", shell(made.out / made.file)),
                ("cli.next_verify", f"ronghe verify {shell(made.out)}"),
            )

    return view
