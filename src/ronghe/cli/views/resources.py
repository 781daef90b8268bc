"""How allocations look: what each resource and department got, why a demand stopped, what would be otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, shell
from ronghe.report.numerals import percent as rate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.resources.allocating import Allocated, Varied, Verified
    from ronghe.journeys.resources.sharing import SharedResources
    from ronghe.resources.allocate.explain import Change, Explanation

__all__ = ["allocated", "amount", "explained_demand", "part", "shared_resources", "varied", "verified_allocation"]

SHOWN = 20


def amount(value: float | None) -> str:
    """Six digits of a number, or a dash for none."""
    return "–" if value is None else f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def part(value: float | None) -> str:
    """A part in percent, or a dash for none."""
    if value is None:
        return "–"
    # One can ask for more than there is.
    return rate(value) if value <= 1 else f"{value:,.1%}"


def _resources(session: Session, lines: Iterable[Mapping[str, Any]]) -> Any:
    columns = ("resource", "partition", "capacity#", "asked#", "granted#", "utilization#", "waste#")
    rows = [
        (
            line["resource"],
            line["partition"],
            amount(line["capacity"]),
            amount(line["asked"]),
            amount(line["granted"]),
            part(line["utilization"]),
            amount(line["waste"]),
        )
        for line in lines
    ]
    return grid(session, columns, rows)


def _departments(session: Session, lines: Iterable[Mapping[str, Any]]) -> Any:
    columns = ("department", "asked_share#", "granted_share#", "satisfied#")
    rows = [
        (line["department"], part(line["asked_share"]), part(line["granted_share"]), part(line["satisfied"]))
        for line in lines
    ]
    return grid(session, columns, rows)


def _evenness(console: Console, session: Session, summary: Mapping[str, Any]) -> None:
    if summary["jain"] is not None:
        console.print(one_line(session.text("resources.shown_jain", jain=f"{summary['jain']:.3f}")))
    if summary.get("degree") is not None:
        console.print(one_line(session.text("resources.shown_degree", degree=f"{summary['degree']:.4f}")))


def allocated(made: Allocated) -> View:
    """Each resource, each department, and what to do next."""

    def view(console: Console, session: Session) -> None:
        summary = made.summary
        console.print(
            session.text(
                "resources.shown_allocated", demands=count(summary["demands"]), whole=count(summary["granted_whole"])
            )
        )
        console.print()
        console.print(_resources(session, summary["resources"]))
        console.print()
        console.print(_departments(session, summary["departments"]))
        console.print()
        _evenness(console, session, summary)
        notes(console, session, made.notes)
        next_steps(
            console,
            session,
            ("cli.next_allocation", str(made.out / "allocation.csv")),
            ("cli.next_verify_allocation", f"ronghe resources verify {shell(made.out)}"),
        )

    return view


def verified_allocation(made: Verified) -> View:
    """Every fault on a line, or one line that the certificate holds."""

    def view(console: Console, session: Session) -> None:
        for fault in made.faults:
            console.print(one_line(session.text(fault.code, **fault.params)))
        if not made.faults:
            said = session.text("resources.shown_valid", path=str(made.folder), demands=count(made.demands))
            console.print(one_line(said))

    return view


def _change(session: Session, change: Change) -> str:
    where = {"department": change.department, "project": change.project}
    needed = {"now": amount(change.now), "needed": amount(change.needed), "resource": change.resource}
    return session.text(f"resources.change_{change.kind}", **where, **needed)


def explained_demand(made: Explanation) -> View:
    """What it got, what stopped it, who stands above it, and what would have sufficed."""

    def view(console: Console, session: Session) -> None:
        got = session.text("resources.shown_got", id=made.id, department=made.department, part=part(made.fraction))
        console.print(one_line(got))
        asked = [(name, wanted) for name, wanted in made.asked.items() if wanted]
        rows = [(name, amount(wanted), amount(made.granted[name])) for name, wanted in asked]
        console.print(grid(session, ("resource", "asked#", "granted#"), rows))
        console.print()
        reason = session.text(f"resources.reason_{made.kind or 'nothing'}", resource=made.resource)
        console.print(one_line(reason))
        if made.bound:
            used = session.text("resources.shown_used", used=amount(made.used), bound=amount(made.bound))
            console.print(one_line(used))
        level = session.text(
            "resources.shown_level", level=f"{made.level:.6g}", weight=f"{made.weight:g}", part=part(made.guaranteed)
        )
        console.print(one_line(level))
        for one in made.above:
            params = {"department": one.department, "demands": one.demands, "amount": amount(one.amount)}
            console.print(one_line(session.text(f"resources.above_{one.right}", resource=made.resource, **params)))
        if made.changes:
            # All of them are needed together: one alone leaves the next bound in the way.
            changes = session.text("resources.shown_and").join(_change(session, one) for one in made.changes)
            console.print(one_line(session.text("resources.shown_changes", changes=changes)))

    return view


def varied(made: Varied) -> View:
    """The demands whose part changes, the largest change first, and the resources after it."""

    def view(console: Console, session: Session) -> None:
        console.print(one_line(session.text("resources.shown_varied", count=count(made.count))))
        if made.rows:
            shown = made.rows[:SHOWN]
            rows = [(row["id"], row["department"], part(row["before"]), part(row["after"])) for row in shown]
            console.print(grid(session, ("id", "department", "before#", "after#"), rows))
        console.print()
        console.print(_resources(session, made.after["resources"]))

    return view


def shared_resources(made: SharedResources) -> View:
    """The ranking, what was left out, and the degree or the readiness."""

    def view(console: Console, session: Session) -> None:
        columns = ("rank#", "id", "priority#", "weight#", "demand#", "granted#", "fraction#")
        rows = [
            (
                str(row["rank"]),
                row["id"],
                f"{row['priority']:.15g}",
                f"{row['weight']:g}",
                amount(row["demand"]),
                amount(row["granted"]),
                part(row["fraction"]),
            )
            for row in made.ranking[:SHOWN]
        ]
        console.print(grid(session, columns, rows))
        console.print()
        columns = ("department", "rows#", "available#", "capacity#", "demand#", "granted#", "satisfied#")
        lines = [
            (
                line["department"],
                count(line["rows"]),
                count(line["available"]),
                amount(line["resource"]),
                amount(line["demand"]),
                amount(line["granted"]),
                part(line["satisfied"]),
            )
            for line in made.readiness
        ]
        console.print(grid(session, columns, lines))
        console.print()
        notes(console, session, made.allocated.notes)
        if made.degree is None:
            console.print(session.text("resources.shown_no_degree"))
        _evenness(console, session, made.allocated.summary)
        next_steps(
            console,
            session,
            ("cli.next_allocation", str(made.allocated.out / "allocation.csv")),
            ("cli.next_verify_allocation", f"ronghe resources verify {shell(made.allocated.out)}"),
        )

    return view
