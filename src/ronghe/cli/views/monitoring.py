"""How alarms, forecasts, waste and the degree of resource sharing look."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes
from ronghe.cli.views.resources import amount, part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.resources.monitoring import Forecasts, Monitored, Reclaimed, SharedHours
    from ronghe.resources.monitor.rules import Rule

__all__ = ["forecasts", "hours_shared", "monitored", "reclaimed", "rules", "rules_json"]

SHOWN = 20


def monitored(made: Monitored) -> View:
    """What fires now, then how much happened."""

    def view(console: Console, session: Session) -> None:
        console.print(session.text("resources.shown_alarms", events=count(len(made.alarms)), firing=len(made.firing)))
        rows = [
            (one["severity"], one["rule"], one["department"], one["resource"], amount(one["value"]), one["since"])
            for one in made.to_json()["alarms"]
            if one["state"] == "firing"
        ][-SHOWN:]
        if rows:
            console.print(grid(session, ("severity", "rule", "department", "resource", "value#", "since"), rows))
        notes(console, session, made.notes)
        next_steps(console, session, ("cli.next_alarms", str(made.out)))

    return view


def forecasts(made: Forecasts) -> View:
    """The first rows of the forecast."""

    def view(console: Console, session: Session) -> None:
        rows = [
            (
                row["at"],
                row["department"],
                row["resource"],
                amount(row["forecast"]),
                amount(row["low"]),
                amount(row["high"]),
            )
            for row in made.rows[:SHOWN]
        ]
        console.print(grid(session, ("at", "department", "resource", "forecast#", "low#", "high#"), rows))
        notes(console, session, made.notes)
        next_steps(console, session, ("cli.next_forecast", str(made.out)))

    return view


def rules_json(listed: Sequence[Rule]) -> dict[str, Any]:
    """The rules as a JSON value."""
    return {"rules": [asdict(rule) for rule in listed]}


def rules(listed: Sequence[Rule]) -> View:
    """Each rule with its thresholds."""

    def view(console: Console, session: Session) -> None:
        def limit(value: float | None) -> str:
            return "–" if value is None else f"{value:g}"

        rows = [
            (
                rule.name,
                f"{rule.value} / {rule.of}" if rule.of else rule.value,
                limit(rule.yellow),
                limit(rule.red),
                f"{rule.hold} s",
            )
            for rule in listed
        ]
        console.print(grid(session, ("rule", "value", "yellow#", "red#", "hold#"), rows))

    return view


def reclaimed(made: Reclaimed) -> View:
    """Who could lend what to whom."""

    def view(console: Console, session: Session) -> None:
        rows = [
            (
                one.department,
                one.resource,
                amount(one.quota),
                amount(one.peak),
                amount(one.lends),
                ", ".join(f"{who} {amount(lacks)}" for who, lacks in one.borrowers[:3]),
            )
            for one in made.rows
        ]
        columns = ("department", "resource", "quota#", "peak#", "lends#", "borrowers")
        console.print(grid(session, columns, rows))
        notes(console, session, made.notes)

    return view


def hours_shared(made: SharedHours) -> View:
    """W_i by department with its factors, and R_s."""

    def view(console: Console, session: Session) -> None:
        rows = [
            (one.department, *(part(None if value is None else float(value)) for value in _factors(one)))
            for one in made.lines
        ]
        console.print(grid(session, ("department", "used_part#", "granting#", "honoring#", "share#"), rows))
        if made.degree is not None:
            console.print()
            console.print(one_line(session.text("resources.shown_degree", degree=f"{made.degree.value:.4f}")))

    return view


def _factors(line: Any) -> tuple[Any, ...]:
    return line.used_part, line.granting, line.honoring, line.share
