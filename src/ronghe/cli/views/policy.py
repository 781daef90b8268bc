"""How policies look: counts of each rule, why a subject is where it is, who gains and loses, and the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, shell
from ronghe.messages import render_error

if TYPE_CHECKING:
    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.policy_matching import Compared, Matched
    from ronghe.journeys.policy_rules import Tried
    from ronghe.rules import Decision

__all__ = ["compared", "matched", "tried"]

_TRUTHS = {True: "policy.truth_true", False: "policy.truth_false", None: "policy.truth_unknown"}
RESULTS = ("eligible", "ineligible", "unknown")
SHOWN = 5


def _amount(value: float | None) -> str:
    return "–" if value is None else f"{value:,.2f}"


def matched(made: Matched) -> View:
    """Each rule's counts, what is missing, the subject that was asked about, and where the decisions lie."""

    def view(console: Console, session: Session) -> None:
        params = {"subjects": count(made.subjects), "rules": len(made.rules), "day": made.as_of}
        console.print(one_line(session.text("policy.shown_matched", **params)))
        console.print()
        columns = ("rule", "policy_title", "policy_eligible#", "policy_ineligible#", "policy_unknown#", "policy_sum#")
        rows = [
            (one.rule, one.title, *(count(one.results[name]) for name in RESULTS), _amount(one.amount))
            for one in made.rules
        ]
        console.print(grid(session, columns, rows))
        for one in made.rules:
            if one.missing:
                console.print()
                console.print(one_line(session.text("policy.shown_missing", rule=one.rule)))
                most = sorted(one.missing.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
                console.print(grid(session, ("missing", "policy_subjects#"), [(k, count(n)) for k, n in most]))
        for decision in (made.explained or {}).values():
            _explained(console, session, decision)
        if made.notes:
            console.print()
            notes(console, session, made.notes)
        next_steps(console, session, ("cli.next_policy_decisions", str(made.out / "decisions.parquet")))

    return view


def _explained(console: Console, session: Session, decision: Decision) -> None:
    console.print()
    result = session.text(f"policy.result_{decision.result}")
    said = session.text("policy.shown_explained", id="", rule=decision.rule, result=result, clause=decision.clause)
    console.print(one_line(said).removeprefix("· "))
    rows = [(label, session.text(_TRUTHS[truth])) for label, truth in decision.clauses]
    console.print(grid(session, ("policy_clause", "policy_holds"), rows))
    if decision.amount is not None:
        console.print(session.text("policy.shown_amount", amount=_amount(decision.amount)))
    if decision.missing:
        code = "policy.shown_amount_lacks" if decision.result == "eligible" else "policy.shown_would"
        console.print(one_line(session.text(code, missing=", ".join(decision.missing))))


def compared(made: Compared) -> View:
    """Who gains and who loses, rule by rule."""

    def view(console: Console, session: Session) -> None:
        said = session.text("policy.shown_diff", subjects=count(made.subjects), day=made.as_of)
        console.print(one_line(said))
        console.print()
        names = ("gains", "loses", "more", "less", "other")
        columns = ("rule", *(f"policy_{name}#" for name in names), "policy_difference#")
        rows = [
            (one.rule, *(count(getattr(one, name)) for name in names), f"{one.amount:+,.2f}") for one in made.changes
        ]
        console.print(grid(session, columns, rows))
        if made.notes:
            console.print()
            notes(console, session, made.notes)
        if made.out is not None:
            next_steps(
                console,
                session,
                ("cli.next_policy_changes", str(made.out / "changes.parquet")),
                ("cli.next_verify", f"ronghe verify {shell(made.out)}"),
            )

    return view


def tried(made: Tried) -> View:
    """The expectations that do not hold, and how many do."""

    def view(console: Console, session: Session) -> None:
        for one in made.failed:
            if one.error is not None:
                detail = render_error(one.error, session.lang)
                said = session.text("policy.shown_case_error", case=one.case, detail=detail)
            else:
                fields = {name: getattr(one, name) for name in ("case", "rule", "what", "expected", "found")}
                said = session.text("policy.shown_case", **fields)
            console.print(one_line(said))
        for rule in made.untried:
            console.print(one_line(session.text("policy.shown_untried", rule=rule)))
        held, failed = len(made.results) - len(made.failed), len(made.failed)
        console.print(one_line(session.text("policy.shown_cases", held=held, failed=failed)))

    return view
