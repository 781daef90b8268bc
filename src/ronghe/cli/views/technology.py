"""How recommendations look: the answers, what they rest on, and what a reader must know before trusting them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, shell
from ronghe.report.numerals import percent as rate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.journeys.technology_files import ExplainedNeed
    from ronghe.journeys.technology_recommended import Recommended
    from ronghe.technology.optimize.recommend import Recommendation

__all__ = ["explained_need", "recommended"]

SHOWN = 20


def _value(value: float | str | None) -> str:
    return "–" if value in (None, "") else f"{float(value):,.4g}" if abs(float(value)) < 1e4 else f"{float(value):,.0f}"


def _part(value: float | str | None) -> str:
    return "–" if value in (None, "") else rate(float(value))


def _reason(session: Session, one: Recommendation) -> str:
    params = {name: rate(value) if isinstance(value, float) else value for name, value in one.params.items()}
    return session.text(one.reason, **params)


def _row(session: Session, made: Recommended, one: Recommendation) -> tuple[str, ...]:
    chosen, metric = one.chosen, made.gathered.metric
    if chosen is None:
        together = " + ".join(member.technology for member in one.portfolio)
        p_target = one.portfolio[-1].p_target if one.portfolio else None
        return one.need, together or "–", "–", "–", _part(p_target), "–", _reason(session, one)
    ends = sorted((metric.value(chosen.low), metric.value(chosen.high)))
    low = max(ends[0], 0.0) if made.gathered.positive else ends[0]
    high = ends[1] if metric.minimize else min(ends[1], metric.top)
    return (
        one.need,
        chosen.technology,
        _value(metric.value(chosen.expected)),
        f"{_value(low)}–{_value(high)}",
        _part(chosen.p_target),
        _value(chosen.cost),
        _reason(session, one),
    )


def _trust(session: Session, summary: Mapping[str, Any]) -> list[str]:
    """What was measured out of bag, each a line."""
    said = [
        session.text(
            "technology.learned_from",
            technologies=count(summary["technologies"]),
            workloads=count(summary["workloads"]),
            evaluations=count(summary["evaluations"]),
        )
    ]
    if summary["informed"]:
        gain, error = f"{summary['gain']:.4g}", f"{summary['gain_error']:.2g}"
        said.append(session.text("technology.gained", gain=gain, error=error, technology=summary["single_best"]))
    if summary["interval_coverage"] is not None:
        said.append(session.text("technology.covered", coverage=rate(summary["interval_coverage"])))
    if summary["calibration_error"] is not None:
        said.append(session.text("technology.calibrated", error=f"{summary['calibration_error']:.3f}"))
    return said


def recommended(made: Recommended) -> View:
    """The answers, how far they can be trusted, notes, and where the files lie."""

    def view(console: Console, session: Session) -> None:
        columns = ("need", "technology", "expected_value#", "interval#", "p_target#", "yearly_cost#", "why")
        rows = (_row(session, made, one) for one in made.recommendations[:SHOWN])
        console.print(grid(session, columns, rows))
        rest = len(made.recommendations) - SHOWN
        if rest > 0:
            console.print(session.text("technology.more_needs", count=count(rest)))
        console.print()
        for line in _trust(session, made.summary):
            console.print(one_line(line))
        if made.gathered.rejected:
            console.print(session.text("technology.rejected_rows", count=count(len(made.gathered.rejected))))
        notes(console, session, made.notes)
        first = made.recommendations[0].need
        command = f"ronghe technology explain {shell(made.out)} {shell(first)}"
        next_steps(console, session, ("technology.next_files", str(made.out)), ("technology.next_explain", command))

    return view


def _candidate(row: Mapping[str, str]) -> tuple[str, ...]:
    interval = f"{_value(row['low'])}–{_value(row['high'])}" if row["low"] else "–"
    return row["technology"], _value(row["expected"]), interval, _part(row["p_target"]), _value(row["cost"])


def explained_need(made: ExplainedNeed) -> View:
    """The answer, its precedents, the runners-up, and the measured trust."""

    def view(console: Console, session: Session) -> None:
        chosen = made.answer["technology"] or " + ".join(row["technology"] for row in made.portfolio) or "–"
        console.print(one_line(f"{made.need}: {chosen}"))
        console.print(one_line(made.answer["reason"]))
        columns = ("technology", "expected_value#", "interval#", "p_target#", "yearly_cost#")
        listed = [made.answer] if made.answer["technology"] else []
        console.print()
        console.print(grid(session, columns, map(_candidate, [*listed, *made.runners_up])))
        if made.precedents:
            console.print()
            console.print(session.text("technology.precedents"))
            rows = ((row["workload"], _part(row["weight"]), _value(row["value"])) for row in made.precedents)
            console.print(grid(session, ("workload", "weight#", "past_value#"), rows))
        if made.portfolio:
            console.print()
            console.print(session.text("technology.portfolio"))
            parts = ((row["technology"], _part(row["p_target"])) for row in made.portfolio)
            console.print(grid(session, ("technology", "p_together#"), parts))
        console.print()
        for line in _trust(session, made.summary):
            console.print(one_line(line))

    return view
