"""How a library of policies looks: what was imported, found, is in force, and resembles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, shell
from ronghe.messages import render_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.policy_library import Imported, Resembling, Searched, Shown
    from ronghe.policy.library import Policy, Relation

__all__ = ["imported", "resembling", "searched", "shown_policy"]

SHOWN = 30


def _day(value: Any) -> str:
    return str(value) if value else "–"


def _row(policy: Policy) -> tuple[str, ...]:
    return policy.id, policy.number or "–", policy.title, "、".join(policy.issuers) or "–", _day(policy.effective)


def _found(record: Mapping[str, Any]) -> tuple[str, ...]:
    return record["id"], record["number"] or "–", record["title"], _day(record["effective"])


def imported(made: Imported) -> View:
    """The first policies, each file that was refused, and what to look at."""

    def view(console: Console, session: Session) -> None:
        columns = ("policy_id", "policy_number", "policy_title", "policy_issuer", "policy_effective")
        if made.added:
            console.print(grid(session, columns, [_row(policy) for policy in made.added[:SHOWN]]))
            console.print()
        for _, fault in made.refused:
            detail = render_error(fault, session.lang)
            console.print(one_line(session.text("policy.shown_refused", detail=detail)))
        notes(console, session, made.troubles)
        figures = {"added": len(made.added), "known": len(made.known), "refused": len(made.refused)}
        said = session.text("policy.shown_imported", **figures, total=count(made.total))
        console.print(one_line(said))
        if not made.total:
            return
        next_steps(
            console, session, ("cli.next_policy_search", f"ronghe policy search 低保 --library {shell(made.library)}")
        )

    return view


def searched(made: Searched) -> View:
    """Each hit with the clause that holds what was asked for."""

    def view(console: Console, session: Session) -> None:
        code = "policy.shown_found_on" if made.day else "policy.shown_found"
        said = session.text(code, query=made.query, total=count(made.total), day=made.day)
        console.print(one_line(said))
        if not made.hits:
            return
        console.print()
        rows = [(*_found(hit.record), f"{hit.address} {hit.excerpt}".strip()) for hit in made.hits]
        columns = ("policy_id", "policy_number", "policy_title", "policy_effective", "policy_excerpt")
        console.print(grid(session, columns, rows))

    return view


def _act(session: Session, kind: str, other: str, clause: str) -> str:
    return one_line(session.text(f"policy.shown_{kind}", other=other, clause=clause))


def _named(relation: Relation) -> str:
    return f"《{relation.title}》{relation.number}" if relation.title else relation.number


def shown_policy(made: Shown) -> View:
    """Fields, state, what it does to others and others did to it, and the clauses."""

    def view(console: Console, session: Session) -> None:
        policy = made.policy
        console.print(one_line(policy.title))
        parts = (policy.number, "、".join(policy.issuers), policy.id)
        console.print(one_line(" · ".join(filter(None, parts))))
        days = {name: _day(getattr(policy, name)) for name in ("issued", "effective", "until")}
        console.print(one_line(session.text("policy.shown_dates", **days)))
        if made.force is not None:
            state = session.text(f"policy.force_{made.force.state}")
            console.print(one_line(session.text("policy.shown_state", day=made.day, state=state)))
        for relation in policy.relations:
            console.print(_act(session, relation.kind, _named(relation), relation.clause))
        for other, relation in made.done_to_it:
            kind = "repealed_by" if relation.kind == "repeals" else "amended_by"
            console.print(_act(session, kind, other.number or other.title, relation.clause))
        console.print()
        rows = [(one.address, one_line(one.text)) for one in made.passages]
        console.print(grid(session, ("policy_clause", "policy_excerpt"), rows))

    return view


def resembling(made: Resembling) -> View:
    """Both texts of each candidate beside each other."""

    def view(console: Console, session: Session) -> None:
        for one in made.candidates[:SHOWN]:
            console.print(one_line(session.text(f"policy.shown_{one.kind}", share=one.share)))
            sides = [
                f"{made.policies[policy].title} {address}: {text}"
                for policy, address, text in (
                    (one.one, one.address_one, one.text_one),
                    (one.other, one.address_other, one.text_other),
                )
            ]
            console.print(grid(session, ("policy_one", "policy_other_side"), [tuple(sides)]))
            console.print()
        notes(console, session, made.troubles)
        console.print(session.text("policy.shown_candidates", count=count(len(made.candidates))))

    return view
