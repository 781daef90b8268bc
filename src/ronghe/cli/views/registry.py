"""How an import into the registry looks, and what it has for a planned project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps
from ronghe.report.numerals import percent as rate

if TYPE_CHECKING:
    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.technology_import import Imported, Reused

__all__ = ["imported_technologies", "reused"]

SHOWN = 20


def _findings(console: Console, session: Session, made: Imported) -> None:
    listed = [(verdict.source, one) for verdict in made.verdicts for one in verdict.findings]
    for source, one in listed[:SHOWN]:
        place = f"{source}:{one.line}" if one.line else source
        severity = session.text(f"technology.finding_{one.severity}")
        console.print(f"· {one_line(place)}: {severity}: {one_line(session.text(one.code, **one.params))}")
    if len(listed) > SHOWN:
        console.print(session.text("technology.more_findings", count=count(len(listed) - SHOWN)))


def imported_technologies(made: Imported) -> View:
    """A verdict for each file, the findings, candidates for reuse, and the state of the registry."""

    def view(console: Console, session: Session) -> None:
        rows = (
            (
                one.source,
                one.form or "–",
                session.text(f"technology.verdict_file_{one.verdict}"),
                count(len(one.technologies)),
                count(len(one.evaluations)),
                count(len(one.workloads)),
            )
            for one in made.verdicts[:SHOWN]
        )
        columns = ("source_file", "format", "verdict", "technologies_held#", "evaluations_held#", "workloads_held#")
        console.print(grid(session, columns, rows))
        if len(made.verdicts) > SHOWN:
            console.print(session.text("technology.more_files", count=count(len(made.verdicts) - SHOWN)))
        console.print()
        _findings(console, session, made)
        if made.candidates:
            console.print(session.text("technology.candidates", count=count(len(made.candidates))))
            pairs = (
                (
                    made.technologies[one.left].technology,
                    made.technologies[one.right].technology,
                    session.text(f"technology.alike_{one.why}"),
                    rate(one.score),
                )
                for one in made.candidates[:SHOWN]
            )
            console.print(grid(session, ("one_entry", "other_entry", "why", "likeness#"), pairs))
        states = [one.state for one in made.technologies]
        said = {state: count(states.count(state)) for state in ("present", "gone", "stale")}
        console.print(session.text("technology.registry", **said))
        next_steps(console, session, ("technology.next_files", str(made.registry)))

    return view


def reused(made: Reused) -> View:
    """The nearest entries with the terms that carry the likeness."""

    def view(console: Console, session: Session) -> None:
        if not made.found:
            console.print(session.text("technology.nothing_to_reuse", count=count(made.looked_at)))
            return
        console.print(session.text("technology.to_reuse", count=count(made.looked_at)))
        console.print()
        rows = (
            (one.technology, one.department or "–", rate(match.score), ", ".join(match.terms), one.description[:120])
            for one, match in made.found
        )
        console.print(grid(session, ("technology", "department", "likeness#", "by_terms", "description"), rows))

    return view
