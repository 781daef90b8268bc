"""How schedules look: what each tier got, why the others did not, and where to look next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, shell

if TYPE_CHECKING:
    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.schedule import Scheduled

__all__ = ["scheduled"]


def _amount(value: float) -> str:
    return f"{value:,.3f}".rstrip("0").rstrip(".")


def _gap(value: float) -> str:
    return f"{value * 100:.4f}%"


def scheduled(made: Scheduled) -> View:
    """The totals, each tier, each reason, and what to do next."""

    def view(console: Console, session: Session) -> None:
        summary = made.summary
        figures = {name: _amount(summary[name]) for name in ("value", "bound")}
        served, requests = count(summary["served"]), count(summary["requests"])
        line = session.text("schedule.shown", served=served, requests=requests, gap=_gap(summary["gap"]), **figures)
        console.print(one_line(line))
        if not summary["complete"]:
            console.print(session.text("schedule.shown_partial"))
        elif summary["exact"]:
            console.print(session.text("schedule.shown_exact"))
        notes(console, session, made.notes)
        console.print()
        rows = [
            (t["tier"], count(t["asked"]), count(t["served"]), _amount(t["value"]), _amount(t["bound"]), _gap(t["gap"]))
            for t in summary["tiers"]
        ]
        console.print(grid(session, ("tier", "requested#", "served#", "value#", "bound#", "gap#"), rows))
        if summary["reasons"]:
            console.print()
            reasons = [(session.text(f"schedule.kind_{name}"), count(n)) for name, n in summary["reasons"].items()]
            console.print(grid(session, ("refusal", "count_of#"), reasons))
        next_steps(
            console,
            session,
            ("cli.next_timeline", str(made.out / "timeline.html")),
            ("cli.next_verify", f"ronghe verify {shell(made.out)}"),
        )

    return view
