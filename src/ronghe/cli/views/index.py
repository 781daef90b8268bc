"""How degrees look in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.views.grid import View, grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from ronghe.cli.session import Session

__all__ = ["checked_view", "computed_view", "shown_view"]


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _between(one: dict[str, Any]) -> str:
    return "–" if one["low"] is None else f"{_percent(one['low'])} – {_percent(one['high'])}"


def computed_view(degrees: Sequence[dict[str, Any]]) -> View:
    """A line for each kind."""

    def view(console: Console, session: Session) -> None:
        for one in degrees:
            console.print(
                session.text(
                    "cli.index_computed", kind=one["kind"], value=_percent(one["value"]), interval=_between(one)
                )
            )

    return view


_WIDE = 120
"""Columns of a terminal in which the factors have room beside the departments; `--json` always tells them."""


def _row(number: str, one: dict[str, Any], factors: Iterable[str]) -> tuple[str, ...]:
    rates = [_percent(one["factors"].get(name)) for name in factors]
    return (number, one["department"], _percent(one["share"]), _between(one), *rates, str(one["requests"]))


def shown_view(degrees: Sequence[dict[str, Any]]) -> View:
    """The city, then its departments in groups that cannot be told apart."""

    def view(console: Console, session: Session) -> None:
        for told in degrees:
            computed_view([told])(console, session)
            wide = console.width >= _WIDE
            factors = tuple(told["factors"]) if wide else ()
            rows = [_row(str(n), one, factors) for n, group in enumerate(told["groups"], 1) for one in group]
            rows += [_row("–", one, factors) for one in told["left_out"]]
            heads = ("group", "department", "share", "interval", *factors, "requests")
            console.print(grid(session, tuple(f"index_{head}" for head in heads), rows))
        console.print(session.text("cli.index_groups_told"))

    return view


def checked_view(checked: Sequence[dict[str, Any]]) -> View:
    """A line for each degree: the same, or what differs."""

    def view(console: Console, session: Session) -> None:
        for one in checked:
            faults = [session.text(f"cli.index_fault_{fault}") for fault in one["faults"]]
            text = "; ".join(faults) or session.text("cli.index_same")
            console.print(f"{one['at'][:10]}  {_percent(one['degree'])}  {text}")

    return view
