"""How watched technologies look: what is up, what fires and why, and each change as a line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, grid, notes
from ronghe.report.numerals import percent as rate
from ronghe.terms.time import iso_utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.technology_monitor import Change, Monitored
    from ronghe.journeys.technology_probing import Outcome
    from ronghe.technology.monitor.probes import Fault
    from ronghe.technology.monitor.standing import Alarm, Standing

__all__ = ["change", "faults", "watched"]

SHOWN = 40


def _instant(seconds: int | None) -> str:
    return "–" if seconds is None else iso_utc(seconds)


def _status(session: Session, one: Standing) -> str:
    return session.text(f"technology.status_{one.status}")


def _why(session: Session, outcome: Outcome) -> str:
    return session.text(f"technology.probe_{outcome.reason}", detail=outcome.detail)


def _name(one: Standing) -> str:
    probe = one.probe
    return probe.name if probe.name == probe.technology else f"{probe.name} ({probe.technology})"


def _row(session: Session, one: Standing) -> tuple[str, ...]:
    known, left = one.budget.available, one.budget.left
    return (
        _name(one),
        _status(session, one),
        _instant(one.since),
        "–" if not one.count else f"{one.took:,.0f} ms",
        "–" if known is None else rate(known),
        "–" if left is None else f"{left:,.0%}",
    )


def _alarm(session: Session, one: Alarm) -> tuple[str, ...]:
    rule, cause = session.text(f"technology.rule_{one.rule}"), session.text(f"technology.cause_{one.cause}")
    return str(one.event.light), rule, one.probe, cause, _instant(one.event.since)


def faults(session: Session, listed: Iterable[Fault]) -> Iterator[str]:
    """A line for each probe that cannot be used."""
    for one in listed:
        why = session.text(one.code, **one.params)
        yield session.text("technology.unusable_probe", place=one.place, why=why)


def _troubles_first(standings: Sequence[Standing]) -> list[Standing]:
    order = {"down": 0, "flapping": 1, "unknown": 2, "up": 3}
    return sorted(standings, key=lambda one: order[one.status])


def watched(made: Monitored) -> View:
    """The standing of each, troubles first; what fires; what this round could not do."""

    def view(console: Console, session: Session) -> None:
        by_status = Counter(str(one.status) for one in made.standings)
        counts = {name: by_status[name] for name in ("up", "down", "flapping", "unknown")}
        said = {"count": len(made.standings), "firing": len(made.firing), **counts}
        console.print(session.text("technology.monitor_summary", **said))
        columns = ("probe", "status", "since", "took#", "available_month#", "budget_left#")
        console.print(grid(session, columns, (_row(session, o) for o in _troubles_first(made.standings)[:SHOWN])))
        if made.firing:
            console.print()
            rows = (_alarm(session, one) for one in made.firing[:SHOWN])
            console.print(grid(session, ("severity", "alarm", "probe", "cause", "since"), rows))
        bad = [one for one in made.outcomes.values() if not one.passed]
        if bad:
            console.print()
        for outcome in bad[:SHOWN]:
            console.print(one_line(f"✗ {outcome.probe}: {_why(session, outcome)}"))
        for line in faults(session, made.faults):
            console.print(one_line(f"✗ {line}"))
        notes(console, session, made.notes)

    return view


def change(session: Session, one: Change) -> str:
    """A change as a line of a log."""
    at, probe = iso_utc(one.outcome.at), one.outcome.probe
    if one.alarm is None:
        before = session.text(f"technology.status_{one.before}")
        status, why = _status(session, one.standing), _why(session, one.outcome)
        said = {"at": at, "probe": probe, "before": before, "status": status, "why": why}
        return session.text("technology.monitor_status", **said)
    light, rule, _, cause, _ = _alarm(session, one.alarm)
    if one.alarm.event.state == "resolved":
        return session.text("technology.monitor_resolved", at=at, rule=rule, probe=probe)
    return session.text("technology.monitor_firing", at=at, rule=rule, severity=light, probe=probe, cause=cause)
