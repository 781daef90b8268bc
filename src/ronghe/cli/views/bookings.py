"""How schedules look: what each tier got, why the others did not, and where to look next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, shell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.schedule import Scheduled
    from ronghe.journeys.schedule_cancel import Cancelled
    from ronghe.journeys.schedule_preempt import Preempted
    from ronghe.journeys.schedule_projects import Planned
    from ronghe.journeys.schedule_slots import Slots
    from ronghe.journeys.schedule_whatif import VariedSchedule

__all__ = ["cancelled", "planned", "preempted", "scheduled", "slots", "varied_schedule"]


SHOWN = 30
"""Rows of jobs that a terminal shows."""


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


def slots(made: Slots) -> View:
    """The slots, the earliest first."""

    def view(console: Console, session: Session) -> None:
        notes(console, session, made.notes)
        if not made.slots:
            console.print(session.text("schedule.shown_no_slot"))
            return
        rows = [(one["start"], one["end"], one["resource"]) for one in made.slots]
        console.print(grid(session, ("starts", "ends", "booked_resource"), rows))

    return view


def preempted(made: Preempted) -> View:
    """Who is served, who gives way, and where those could go."""

    def view(console: Console, session: Session) -> None:
        figures = {name: count(made.summary[name]) for name in ("requests", "served", "displaced")}
        console.print(one_line(session.text("schedule.shown_preempted", **figures)))
        if made.victims and made.summary["minimal"]:
            console.print(session.text("schedule.shown_minimal"))
        notes(console, session, made.notes)
        if made.assignments:
            console.print()
            rows = [(one["id"], one["resource"], one["start"], one["end"]) for one in made.assignments]
            console.print(grid(session, ("booking", "booked_resource", "starts", "ends"), rows))
        if made.victims:
            console.print()
            moved = [
                (one["booking"], one["resource"], one["start"], one["other_resource"] or "–", one["other_start"] or "–")
                for one in made.victims
            ]
            columns = ("displaced", "booked_resource", "starts", "other_resource", "other_start")
            console.print(grid(session, columns, moved))
        for one in made.rejected:
            console.print(one_line(f"· {one['id']}: {one['why']} {one['smallest_change']}"))
        next_steps(console, session, ("cli.next_files", str(made.out)))

    return view


def cancelled(made: Cancelled) -> View:
    """Every booking whose state changed."""

    def view(console: Console, session: Session) -> None:
        if not made.changes:
            console.print(session.text("schedule.shown_unchanged"))
        else:
            rows = [
                (one["id"], one["resource"], one["before"], one["after"], session.text(f"schedule.why_{one['why']}"))
                for one in made.changes
            ]
            columns = ("booking", "booked_resource", "state_before", "state_after", "change_why")
            console.print(grid(session, columns, rows))
        next_steps(console, session, ("cli.next_files", str(made.out)))

    return view


def planned(made: Planned) -> View:
    """The jobs by start, and whether an earlier end is possible."""

    def view(console: Console, session: Session) -> None:
        figures = {name: count(made.summary[name]) for name in ("jobs", "makespan", "bound")}
        console.print(one_line(session.text("schedule.shown_planned", **figures)))
        if made.summary["optimal"]:
            console.print(session.text("schedule.shown_exact"))
        elif not made.summary["complete"]:
            console.print(session.text("schedule.shown_partial"))
        notes(console, session, made.notes)
        console.print()
        rows = [(one["id"], one["start"], one["end"]) for one in made.rows[:SHOWN]]
        console.print(grid(session, ("booking", "starts#", "ends#"), rows))
        next_steps(console, session, ("cli.next_files", str(made.out)))

    return view


def varied_schedule(made: VariedSchedule) -> View:
    """The requests with another outcome, and what both plans are worth."""

    def view(console: Console, session: Session) -> None:
        figures = {
            f"{name}_{when}": _amount(summary[name])
            for when, summary in (("before", made.before), ("after", made.after))
            for name in ("served", "value")
        }
        console.print(one_line(session.text("schedule.shown_varied", count=count(made.count), **figures)))
        if made.rows:
            console.print()
            rows = [
                (one["id"], _outcome(session, one, "before"), _outcome(session, one, "after"))
                for one in made.rows[:SHOWN]
            ]
            console.print(grid(session, ("booking", "state_before", "state_after"), rows))

    return view


def _outcome(session: Session, row: Mapping[str, str], when: str) -> str:
    if row[f"{when}_reason"]:
        return session.text(f"schedule.kind_{row[f'{when}_reason']}")
    if not row[f"{when}_start"]:
        return "–"
    return f"{row[f'{when}_start']} {row[f'{when}_resource']}"
