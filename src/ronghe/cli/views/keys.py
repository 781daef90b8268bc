"""How keys look: everything but the keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, grid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.trust.keys import KeyFacts

__all__ = ["key_list", "key_made", "line"]

_COLUMNS = ("key_id", "key_use", "key_algorithm", "key_created", "key_current", "key_check")


def line(code: str, **params: object) -> View:
    """One line of text."""

    def view(console: Console, session: Session) -> None:
        console.print(one_line(session.text(code, **params)), soft_wrap=True)

    return view


def _row(session: Session, facts: KeyFacts) -> tuple[str, ...]:
    current = session.text("keys.yes" if facts.current else "keys.no")
    use = session.text(f"keys.purpose_{facts.purpose}")
    return facts.id, use, facts.algorithm, facts.created[:16].replace("T", " "), current, facts.check


def key_list(listed: Sequence[KeyFacts], store: Path) -> View:
    """All versions in a table, then the public keys."""

    def view(console: Console, session: Session) -> None:
        if not listed:
            console.print(one_line(session.text("keys.none", path=str(store))))
            return
        console.print(grid(session, _COLUMNS, (_row(session, facts) for facts in listed)))
        for facts in listed:
            if facts.public:
                told = session.text("keys.public", key=facts.id, public=facts.public)
                console.print(one_line(told), soft_wrap=True)

    return view


def key_made(facts: KeyFacts) -> View:
    """One version."""

    def view(console: Console, session: Session) -> None:
        console.print(grid(session, _COLUMNS, [_row(session, facts)]))

    return view
