"""How a scan looks: for each table the columns that hold personal or sensitive data, then its grade and the reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ronghe.cli.views.grid import View, count, grid, percent
from ronghe.data.scan.telling import grade_words, listed, parts_words, reason_words
from ronghe.messages import render_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from ronghe.cli.session import Session
    from ronghe.data.files import ScannedFiles
    from ronghe.data.scan.carried import Regraded
    from ronghe.data.scan.result import FoundColumn, ScannedTable
    from ronghe.standards.grading import GradeProfile
    from ronghe.tables.staged import Note

__all__ = ["graded_result", "scanned"]

_COLUMNS = ("column", "found_kind", "confidence#", "share_of_cells#", "sample", "grade", "evidence")


def _kind(session: Session, code: str) -> str:
    return session.text(f"scan.kind_{code}")


def _grade(session: Session, code: str) -> str:
    return grade_words(code)[session.lang]


def _holds(session: Session, column: FoundColumn) -> str:
    """The kind; of texts and mixed columns also what else is inside."""
    inside = {**column.inside, **column.also}
    if not inside:
        return _kind(session, column.kind)
    listed = ", ".join(f"{_kind(session, code)} ×{count(cells)}" for code, cells in inside.items())
    return f"{_kind(session, column.kind)} ({listed})"


def _row(session: Session, column: FoundColumn) -> tuple[str, ...]:
    return (
        column.column,
        _holds(session, column),
        f"{column.confidence:.2f}",
        percent(column.matching, column.filled),
        column.samples[0] if column.samples else "–",
        _grade(session, column.grade),
        ", ".join(session.text(f"scan.evidence_{code}") for code in column.evidence),
    )


def _reasons(console: Console, session: Session, reasons: Iterable[Note]) -> None:
    for note in reasons:
        console.print(f"· {reason_words(note)[session.lang]}", markup=False)


def _table(console: Console, session: Session, table: ScannedTable) -> None:
    said = {"rows": count(table.rows), "columns": count(table.columns), "found": count(len(table.found))}
    console.print(session.text("scan.table", source=table.source, **said), markup=False)
    if table.found:
        console.print()
        console.print(grid(session, _COLUMNS, (_row(session, column) for column in table.found)))
        console.print()
    console.print(session.text("scan.graded", grade=_grade(session, table.grade), persons=count(table.persons)))
    if table.children:
        console.print(session.text("scan.children", children=count(table.children)))
    _reasons(console, session, table.reasons)
    if table.malformed:
        console.print(session.text("scan.malformed", rows=count(table.malformed)))
    console.print()


def graded_result(console: Console, session: Session, one: Regraded) -> None:
    """The grade of a table that was made of others, beside the grades of these, with the columns that make it so."""
    code = "scan.regraded_above" if one.raised else "scan.regraded"
    said = {"table": one.scanned.source, "grade": _grade(session, one.scanned.grade), "parts": parts_words(one.parts)}
    console.print(session.text(code, **said), markup=False)
    _reasons(console, session, one.scanned.reasons)


def scanned(made: ScannedFiles, profile: GradeProfile) -> View:
    """Every table, what all would be when joined, which profile graded them, and the files that could not be read."""

    def view(console: Console, session: Session) -> None:
        for table in made.tables:
            _table(console, session, table)
        for aggregate in made.aggregates:
            said = {"source": aggregate.source, "by": listed(aggregate.by), "groups": count(aggregate.groups)}
            few = {"smallest": count(aggregate.smallest), "small": count(aggregate.small)}
            grade = _grade(session, aggregate.graded.grade)
            console.print(session.text("scan.aggregate", grade=grade, **said, **few), markup=False)
            _reasons(console, session, aggregate.graded.reasons)
            console.print()
        if made.joined is not None:
            console.print(session.text("scan.joined", grade=_grade(session, made.joined.grade)))
            _reasons(console, session, made.joined.reasons)
            console.print()
        for source, fault in made.failed:
            text = session.text("scan.unread", source=source, detail=render_error(fault, session.lang))
            console.print(text, markup=False)
        title = profile.title[session.lang]
        facts = {"checked": profile.checked.isoformat(), "verified": len(profile.verified), "of": len(profile.entries)}
        console.print(session.text("scan.profile", title=title, **facts), markup=False)

    return view
