"""How an audit looks: what was found, gravest first, what could not be checked, and what the gate says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, notes
from ronghe.report.numerals import percent as rate
from ronghe.technology.audit.severity import SEVERITIES

if TYPE_CHECKING:
    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.technology_audit import Audited
    from ronghe.technology.audit.advisories import Hit

__all__ = ["audited"]

SHOWN = 20


def _gravest(hit: Hit) -> tuple[int, str, str]:
    known = hit.affected.severity
    return (-(SEVERITIES.index(known) if known else len(SEVERITIES)), hit.component.name, hit.affected.advisory)


def _hits(console: Console, session: Session, made: Audited) -> None:
    hits = sorted(made.audit.hits, key=_gravest)
    if not hits:
        console.print(session.text("technology.no_hits"))
        return
    rows = (
        (
            hit.component.name,
            hit.component.version,
            hit.affected.advisory,
            session.text(f"technology.severity_{hit.affected.severity or 'unknown'}"),
            hit.fixed or "–",
            "" if hit.sure else session.text("technology.not_sure"),
        )
        for hit in hits[:SHOWN]
    )
    console.print(grid(session, ("component", "version", "advisory", "how_grave", "fixed_in", "remark"), rows))
    if len(hits) > SHOWN:
        console.print(session.text("technology.more_hits", count=count(len(hits) - SHOWN)))


def _unchecked(console: Console, session: Session, made: Audited) -> None:
    for why, listed in made.audit.unchecked.items():
        shown = ", ".join(f"{one.name} {one.version}".strip() for one in listed[:5])
        reason = session.text(f"technology.unchecked_{why}")
        line = session.text("technology.unchecked", count=count(len(listed)), reason=reason, shown=shown)
        console.print(f"· {one_line(line)}")


def _licenses(console: Console, session: Session, made: Audited) -> None:
    counts = {name: count(number) for name, number in made.audit.by_verdict.items()}
    use = session.text(f"technology.use_{made.audit.use}")
    console.print(session.text("technology.licenses", use=use, **counts))
    asking = [one for one in made.audit.licenses if one.verdict != "allow"]
    asking.sort(key=lambda one: (one.verdict != "deny", one.component.name))
    rows = (
        (
            one.component.name,
            one.license.written or "–",
            one.license.spdx or "–",
            session.text(f"technology.verdict_{one.verdict}"),
            session.text(f"technology.clause_{one.license.kind}"),
        )
        for one in asking[:SHOWN]
    )
    if asking:
        console.print(grid(session, ("component", "written", "spdx", "verdict", "clause"), rows))
    if len(asking) > SHOWN:
        console.print(session.text("technology.more_licenses", count=count(len(asking) - SHOWN)))


def _lifetimes(console: Console, session: Session, made: Audited) -> None:
    ending = [one for one in made.audit.lifetimes if one.state != "supported"]
    if not made.audit.lifetimes:
        return
    rows = (
        (
            one.component.name,
            one.component.version,
            one.product,
            "–" if one.ends is None else str(one.ends),
            session.text(f"technology.life_{one.state}"),
        )
        for one in ending[:SHOWN]
    )
    supported = len(made.audit.lifetimes) - len(ending)
    console.print(session.text("technology.lifetimes", supported=count(supported), ending=count(len(ending))))
    if ending:
        console.print(grid(session, ("component", "version", "product", "end_of_life", "state"), rows))


def _hygiene(console: Console, session: Session, made: Audited) -> None:
    found = made.audit.hygiene
    score = "–" if found.score is None else rate(found.score)
    console.print(session.text("technology.hygiene", score=score, applied=found.applied, checks=len(found.checks)))
    for one in found.checks:
        if one.state == "fail":
            title = session.text(f"technology.check_{one.name}")
            console.print(f"· {title}: {count(one.good)} / {count(one.looked_at)}")


def audited(made: Audited) -> View:
    """Vulnerabilities, what could not be checked, licenses, lifetimes, hygiene, the gate."""

    def view(console: Console, session: Session) -> None:
        said = {
            "components": count(len(made.audit.sbom.components)),
            "checked": count(made.audit.checked),
            "records": count(made.records),
            "newest": str(made.newest),
        }
        console.print(one_line(session.text("technology.audited", form=made.audit.sbom.form, **said)))
        _unchecked(console, session, made)
        console.print()
        for part in (_hits, _licenses, _lifetimes, _hygiene):
            part(console, session, made)
            console.print()
        notes(console, session, made.notes)
        if not made.gated:
            console.print(session.text("technology.no_gate"))
        elif not made.reasons:
            console.print(session.text("technology.gate_open"))
        for reason in made.reasons[:SHOWN]:
            console.print(f"✗ {one_line(session.text(reason.code, **reason.params))}")
        if len(made.reasons) > SHOWN:
            console.print(session.text("technology.more_reasons", count=count(len(made.reasons) - SHOWN)))

    return view
