"""How people and their roles look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.views.grid import View, grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ronghe.cli.session import Session

__all__ = ["people_view"]


def people_view(people: Sequence[dict[str, Any]]) -> View:
    """A line for each person: user name, name, roles with their departments, last sign-in."""

    def view(console: Console, session: Session) -> None:
        if not people:
            console.print(session.text("cli.serving_nobody"))
            return
        console.print(
            grid(session, ("username", "name", "roles", "last_sign_in"), [_row(session, one) for one in people])
        )

    return view


def _row(session: Session, person: dict[str, Any]) -> tuple[str, str, str, str]:
    roles = [f"{session.text('platform.role_' + one['role'])} ({one['department']})" for one in person["roles"]]
    state = [] if person["active"] else [session.text("cli.switched_off")]
    return person["username"], person["name"], "; ".join([*state, *roles]) or "–", person["last_sign_in"] or "–"
