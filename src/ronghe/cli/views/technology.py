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
    from ronghe.journeys.technology_share import SharedTechnologies
    from ronghe.technology.optimize.recommend import Recommendation

__all__ = ["explained_need", "recommended", "shared_technologies"]

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
        code = "technology.told" if summary.get("alone") else "technology.gained"
        said.append(session.text(code, gain=gain, error=error, technology=summary["single_best"]))
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


def _ranked(session: Session, row: Mapping[str, Any]) -> tuple[str, ...]:
    interval = f"{_part(row['low'])}–{_part(row['high'])}" if row["low"] is not None else "–"
    mark = session.text(f"technology.mark_{row['mark']}") if row["mark"] else ""
    name = row["technology"] or row["id"]
    rank = "–" if row["rank"] is None else count(row["rank"])
    return rank, name, row["department"], _part(row["accuracy"]), _part(row["expected"]), interval, mark


def shared_technologies(made: SharedTechnologies) -> View:
    """The ranking, how honestly accuracy can be predicted, each department's readiness, and the degree."""

    def view(console: Console, session: Session) -> None:
        columns = ("place#", "technology", "department", "accuracy#", "expected_value#", "interval#", "mark")
        console.print(grid(session, columns, (_ranked(session, row) for row in made.ranking[:SHOWN])))
        if len(made.ranking) > SHOWN:
            console.print(session.text("technology.more_ranked", count=count(len(made.ranking) - SHOWN)))
        console.print()
        predicted = made.predicted
        if predicted.error is not None and predicted.baseline is not None:
            said = {"error": f"{predicted.error:.4f}", "baseline": f"{predicted.baseline:.4f}", "rows": predicted.rows}
            console.print(session.text("technology.cross_validated", **said))
        notes(console, session, made.notes)
        console.print()
        parts = (
            (
                one["department"],
                *(count(one[name]) for name in ("technologies", "normal", "measured")),
                _part(one["described"]),
            )
            for one in made.readiness
        )
        names = ("department", "technologies_held#", "running#", "measured#", "described#")
        console.print(grid(session, names, parts))
        if made.degree is None:
            console.print(session.text("technology.no_degree"))
        else:
            console.print(session.text("technology.degree", degree=f"{made.degree:.4f}"))
        next_steps(console, session, ("technology.next_files", str(made.out)))

    return view
