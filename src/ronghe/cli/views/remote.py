"""How the answers of a platform elsewhere look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from ronghe.cli.session import Session

__all__ = ["both", "listed", "shown"]


def _plain(value: Any) -> str:
    """A value in a cell: a department by its name, nothing as a dash."""
    if isinstance(value, dict) and set(value) == {"code", "name"}:
        return str(value["name"])
    if value is None or value in ("", [], {}):
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def listed(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> View:
    """A line for each row."""

    def view(console: Console, session: Session) -> None:
        if not rows:
            console.print(session.text("client.nothing"))
            return
        named = [f"remote_{name}" for name in columns]
        console.print(grid(session, named, [[_plain(row.get(name)) for name in columns] for row in rows]))

    return view


def both(first: View, second: View) -> View:
    """One view below the other."""

    def view(console: Console, session: Session) -> None:
        first(console, session)
        second(console, session)

    return view


def shown(thing: Mapping[str, Any]) -> View:
    """A line for each field, as the API names them; lists below their field."""

    def view(console: Console, _session: Session) -> None:
        for name, value in thing.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                console.print(f"{name}:")
                for one in value:
                    console.print("  " + one_line(", ".join(_plain(part) for part in one.values())))
            else:
                console.print(f"{name}: {one_line(_plain(value))}")

    return view
