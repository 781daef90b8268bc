"""The report's section about protection: grades with their reasons, and how each personal column left."""

from ronghe.journeys.share_protection import Protection, TableProtection
from ronghe.messages import both
from ronghe.report import Column, Disclosure, Number, Row, Section, Table, Tag, Tone

__all__ = ["protection_section"]

_TONES: dict[str, Tone] = {"kept": "warn", "masked": "good", "redacted": "good"}


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
                both(f"scan.grade_{found.grade}"),
                Tag(both(f"journeys.left_{one.left[found.column]}"), _TONES[one.left[found.column]]),
            )
        )
        for found in one.scanned.found
    )
    summary = both("journeys.report_found_of", table=one.table)
    return Disclosure(summary, (Table(summary, head, rows),))


def _row(one: TableProtection) -> Row:
    found = len(one.scanned.found)
    cells = (one.table, both(f"scan.grade_{one.scanned.grade}"), Number(found))
    return Row(cells, _columns(one) if found else None)


def protection_section(made: Protection) -> Section:
    """Every published table with its grade, the gravest first."""
    head = (
        Column(both("journeys.report_table")),
        Column(both("journeys.report_grade")),
        Column(both("journeys.report_personal"), "end"),
    )
    table = Table(both("journeys.report_protection"), head, tuple(_row(one) for one in made.tables))
    return Section(both("journeys.report_protection"), (table,), "protection", both("journeys.report_protection_lead"))
