"""The report's section about protection: grades with their reasons, and how each personal column left."""

from ronghe.data.scan.telling import grade_words, parts_words, reason_words
from ronghe.journeys.share_protection import Protection, TableProtection
from ronghe.messages import both
from ronghe.report import Column, Disclosure, Note, Number, Row, Section, Table, Tag, Tone

__all__ = ["protection_section"]

_TONES: dict[str, Tone] = {"kept": "warn", "masked": "good", "redacted": "good", "narrowed": "good"}


def _raised(one: TableProtection) -> bool:
    return one.regraded is not None and one.regraded.raised


def _why(one: TableProtection) -> tuple[Note, ...]:
    """The reasons of a grade above the lowest; of a table that was made of others also their grades."""
    lines = tuple(reason_words(reason) for reason in one.scanned.reasons)
    said = {"table": one.table, "grade": grade_words(one.scanned.grade)}
    if one.regraded is None:
        return (Note(both("scan.graded_by_columns", **said), "info", lines),) if lines else ()
    code = "scan.regraded_above" if one.regraded.raised else "scan.regraded"
    text = both(code, **said, parts=parts_words(one.regraded.parts))
    return (Note(text, "warn" if _raised(one) else "info", lines),)


def _columns(one: TableProtection) -> Disclosure:
    head = (
        Column(both("journeys.report_column")),
        Column(both("journeys.report_found_kind")),
        Column(both("journeys.report_grade")),
        Column(both("journeys.report_left")),
    )
    rows = tuple(
        Row(
            (
                found.column,
                both(f"scan.kind_{found.kind}"),
                grade_words(found.grade),
                Tag(both(f"journeys.left_{one.left[found.column]}"), _TONES[one.left[found.column]]),
            )
        )
        for found in one.scanned.found
    )
    summary = both("journeys.report_found_of", table=one.table)
    above = () if _raised(one) else _why(one)
    return Disclosure(summary, (*above, Table(summary, head, rows)))


def _row(one: TableProtection) -> Row:
    found = len(one.scanned.found)
    cells = (one.table, grade_words(one.scanned.grade), Number(found))
    return Row(cells, _columns(one) if found else None)


def protection_section(made: Protection) -> Section:
    """Every published table with its grade, the gravest first."""
    head = (
        Column(both("journeys.report_table")),
        Column(both("journeys.report_grade")),
        Column(both("journeys.report_personal"), "end"),
    )
    table = Table(both("journeys.report_protection"), head, tuple(_row(one) for one in made.tables))
    raised = [note for one in made.tables if _raised(one) for note in _why(one)]
    narrow = [Note(both(note.code, **note.params), "info") for one in made.tables if (note := one.note)]
    title = both("journeys.report_protection")
    return Section(title, (*raised, *narrow, table), "protection", both("journeys.report_protection_lead"))
