"""How tables that were made look: the demo city, a standardized table, a shared folder, a converted file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ronghe.cli.printing import one_line
from ronghe.cli.views.grid import View, count, grid, next_steps, notes, percent, rule_label, shell
from ronghe.cli.views.scanning import graded_result

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from fractions import Fraction

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.data.standardize.result import ColumnResult, Reason, Standardized
    from ronghe.journeys.convert import Converted
    from ronghe.journeys.demo_city import CityFiles
    from ronghe.journeys.demo_city.score import Score
    from ronghe.journeys.integrate import Integrated
    from ronghe.journeys.shared import Shared
    from ronghe.journeys.standardize import Published
    from ronghe.sharing_index import Degree, Line

__all__ = ["city", "city_json", "converted", "integrated", "published", "scores", "shared"]

_MOST_REASONS = 10
_MOST_NOTES = 10


def city_json(made: CityFiles) -> dict[str, Any]:
    """The city as a JSON value."""
    keys = ("name", "department", "rows", "planted", "unmendable", "bad_rows", "bytes")
    return {
        "folder": str(made.folder),
        "departments": str(made.departments),
        "files": [{key: getattr(file, key) for key in keys} for file in made.files],
    }


def city(made: CityFiles) -> View:
    """The files of the city and how dirty they are."""

    def view(console: Console, session: Session) -> None:
        rows = [(f.name, f.department, count(f.rows), count(f.planted), count(f.bad_rows)) for f in made.files]
        columns = ("file", "department", "rows#", "planted#", "bad_rows#")
        console.print(grid(session, columns, rows))
        files, departments = shell(made.folder / "files"), shell(made.departments)
        plan = shell(made.plan)
        command = f"ronghe data share {files} --departments {departments} --plan {plan} --out shared"
        next_steps(console, session, ("cli.next_files", files), ("cli.next_share", command))

    return view


def _rate(column: ColumnResult, table: Standardized) -> str:
    return percent(column.filled, table.rows_published)


def _warned(column: ColumnResult) -> int:
    return sum(column.warnings.values())


def _columns(console: Console, session: Session, table: Standardized) -> None:
    # What was emptied or kept is shown where a schema asks for it: there a column that fails nothing may be full of it.
    of_published = {"nulled#": [c.nulled for c in table.columns], "kept#": [c.kept for c in table.columns]}
    shown = {heading: counts for heading, counts in of_published.items() if any(counts)}
    rows = [
        (
            *(c.name, c.element, c.type, count(c.filled), _rate(c, table), count(c.failures)),
            *(count(counts[place]) for counts in shown.values()),
            count(_warned(c)),
        )
        for place, c in enumerate(table.columns)
    ]
    columns = ("column", "element", "type?", "filled#", "filled_rate#", "failures#", *shown, "warnings#")
    console.print(grid(session, columns, rows))


def _reasons(console: Console, session: Session, reasons: Iterable[Reason]) -> None:
    most = sorted(reasons, key=lambda reason: (-reason.rows, reason.column, reason.rule))[:_MOST_REASONS]
    if most:
        console.print()
        console.print(session.text("cli.reasons"))
        rows = [(r.column, rule_label(session, r.rule), count(r.rows)) for r in most]
        console.print(grid(session, ("column", "rule", "rows#"), rows))


def _warnings(console: Console, session: Session, table: Standardized) -> None:
    rows = [
        (column.name, rule_label(session, rule), count(times))
        for column in table.columns
        for rule, times in column.warnings.items()
    ]
    if rows:
        console.print()
        console.print(session.text("cli.warned"))
        console.print(grid(session, ("column", "rule", "rows#"), rows))


def published(made: Published) -> View:
    """A standardized table: columns, reasons, counts, and where it lies."""

    def view(console: Console, session: Session) -> None:
        table = made.table
        _columns(console, session, table)
        _reasons(console, session, table.reasons)
        _warnings(console, session, table)
        notes(console, session, table.notes)
        console.print()
        counts = (table.rows_in, table.rows_published, table.rows_quarantined)
        console.print(_counts(session, *counts))
        rejects = made.out / "private" / f"{table.name}.rejects.parquet"
        steps = [("cli.next_published", shell(made.out / f"{table.name}.parquet"))]
        steps += [("cli.next_rejects", shell(rejects))] if table.rows_quarantined else []
        next_steps(console, session, *steps, ("cli.next_verify", f"ronghe verify {shell(made.out)}"))

    return view


def _counts(session: Session, rows_in: int, published: int, quarantined: int) -> str:
    share = percent(published, rows_in)
    return session.text(
        "cli.counts", rows_in=count(rows_in), published=count(published), quarantined=count(quarantined), share=share
    )


def _moved(moved: Fraction | None) -> str:
    return "–" if moved is None else f"{float(moved):+.4f}"


def _exact_rate(rate: Fraction) -> str:
    return percent(rate.numerator, rate.denominator)


def _degree(console: Console, session: Session, degree: Degree) -> None:
    console.print(session.text("cli.degree", value=f"{degree.value:.4f}"))
    rows = [
        (c.department, f"{float(c.amount):,g}", _exact_rate(c.share), _moved(c.moved)) for c in degree.contributions
    ]
    console.print(grid(session, ("department", "amount#", "share#", "moved#"), rows))


def _readiness(console: Console, session: Session, made: Shared) -> None:
    names = [factor.name for factor in made.readiness.city.factors]
    lines: list[tuple[str, Line]] = [(line.department, line) for line in made.readiness.departments]
    lines.append((session.text("cli.whole_city"), made.readiness.city))
    rows = [
        (label, count(line.items), *("–" if f.value is None else _exact_rate(f.value) for f in line.factors))
        for label, line in lines
    ]
    console.print(session.text("cli.readiness"))
    console.print(grid(session, ("department", "items#", *(f"{name}#" for name in names)), rows))


def _integrated_tables(console: Console, session: Session, made: Shared) -> None:
    rows = [
        (
            table.name,
            count(len(table.of)),
            count(table.counts["rows"]),
            count(sum(rows for tables, rows in table.together.items() if tables > 1)) if table.together else "–",
            count(sum(table.conflicts.values())),
            count(table.counts.get("without_entity", 0)),
        )
        for table in made.integrated.tables
        if "rows" in table.counts
    ]
    if rows:
        console.print(session.text("cli.integrated_tables"))
        columns = ("table", "tables#", "golden#", "shared_by#", "conflicts#", "without_key#")
        console.print(grid(session, columns, rows))
        console.print()
    if made.integrated.notes:
        console.print(session.text("cli.left_out"))
        notes(console, session, made.integrated.notes)
        console.print()


def _masked(console: Console, session: Session, made: Shared) -> None:
    for one in made.protection.tables:
        if note := one.note:
            console.print(f"! {one_line(session.text(note.code, **note.params))}")
    columns = sum(how != "kept" for one in made.protection.tables for how in one.left.values())
    if columns:
        console.print(session.text("cli.masked", columns=count(columns), folder=shell(made.out / "private" / "clear")))


def _read_notes(console: Console, session: Session, made: Shared) -> None:
    """What was done while reading, the table first; a wide table without names has thousands."""
    for name, note in made.notes[:_MOST_NOTES]:
        said = session.text(note.code, **note.params)
        console.print(f"· {one_line(session.text('journeys.note_of_table', table=name, note=said))}")
    if len(made.notes) > _MOST_NOTES:
        console.print(session.text("cli.more_notes", count=count(len(made.notes) - _MOST_NOTES)))


def shared(made: Shared) -> View:
    """A shared folder: tables, readiness or degree, counts, and where the report lies."""

    def view(console: Console, session: Session) -> None:
        results = [(table.department.name, table.result) for table in made.tables]
        rows = [
            (r.name, name, count(r.rows_in), count(r.rows_published), count(r.rows_quarantined)) for name, r in results
        ]
        console.print(grid(session, ("table", "department", "rows_in#", "published#", "quarantined#"), rows))
        console.print()
        _integrated_tables(console, session, made)
        if made.degree is not None:
            _degree(console, session, made.degree)
        else:
            _readiness(console, session, made)
        console.print()
        _masked(console, session, made)
        console.print(_counts(session, *made.rows))
        notes(console, session, made.warnings)
        _read_notes(console, session, made)
        report = ("cli.next_report", shell(made.report))
        next_steps(console, session, report, ("cli.next_verify", f"ronghe verify {shell(made.out)}"))

    return view


def _counted(session: Session, name: str) -> str:
    """What a step counted, in words; `left_out_police` is of the table police."""
    kind, _, table = name.partition("left_out_")
    return session.text("cli.made_left_out", table=table) if not kind else session.text(f"cli.made_{name}")


def integrated(made: Integrated) -> View:
    """What each step of a plan made, and where it lies."""

    def view(console: Console, session: Session) -> None:
        rows = [
            ("" if place else step, _counted(session, name), count(number))
            for step, done in made.steps.items()
            for place, (name, number) in enumerate(done.counts.items())
        ]
        console.print(grid(session, ("step", "counted", "rows#"), rows))
        notes(console, session, (note for done in made.steps.values() for note in done.notes))
        console.print()
        for one in made.grades.values():
            graded_result(console, session, one)
        console.print(session.text("scan.regraded_by", profile=made.profile.title[session.lang]))
        next_steps(console, session, ("cli.next_published", shell(made.out)))

    return view


def scores(made: Sequence[Score]) -> View:
    """How well the demo city was integrated: pairs of rows, then fields of golden rows."""

    def view(console: Console, session: Session) -> None:
        rows = [
            (
                one.kind,
                count(one.rows),
                count(one.golden),
                *(f"{value:.4f}" for value in (one.precision, one.recall, one.f1)),
                count(one.mixed),
            )
            for one in made
        ]
        console.print(session.text("cli.scores"))
        columns = ("kind", "rows#", "golden#", "precision#", "recall#", "f1#", "mixed#")
        console.print(grid(session, columns, rows))
        console.print()
        console.print(session.text("cli.score_fields"))
        fields = [
            (one.kind, name, count(filled), percent(true, filled) if filled else "–")
            for one in made
            for name, (filled, true) in one.fields.items()
        ]
        console.print(grid(session, ("kind", "field", "filled#", "true#"), fields))

    return view


def converted(made: Converted) -> View:
    """A converted file: its rows, what could not be read, and where it lies."""

    def view(console: Console, session: Session) -> None:
        notes(console, session, made.notes)
        console.print(session.text("cli.converted", rows=count(made.rows), columns=count(len(made.columns))))
        if made.malformed:
            console.print(session.text("cli.converted_malformed", malformed=count(made.malformed)))
        next_steps(console, session, ("cli.next_published", shell(made.target)))

    return view
