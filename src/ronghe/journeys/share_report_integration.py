"""The report's section about integration: golden rows, who knows them, certainty, contradictions, lineage."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from ronghe.journeys.shared import Integrated, IntegratedTable
from ronghe.messages import both
from ronghe.report import BarChart, Column, Disclosure, Note, Number, Row, Section, Series, Table, Tone

__all__ = ["integrated_section"]

_TONES: tuple[Tone, ...] = ("info", "good", "warn")
_COUNTS = ("rows", "members", "without_entity")


def _origin(found: Sequence[Sequence[str]]) -> str:
    return " · ".join(f"{table}.{name}" for table, name in found)


def _fields(table: IntegratedTable) -> Disclosure:
    columns = (
        Column(both("journeys.report_field")),
        Column(both("journeys.report_conflicts"), "end"),
        Column(both("journeys.report_sources")),
    )
    rows = tuple(
        Row((name, Number(table.conflicts.get(name, 0)), _origin(found))) for name, found in table.origins.items()
    )
    summary = both("journeys.report_fields_of", table=table.name)
    return Disclosure(summary, (Table(summary, columns, rows),))


def _row(table: IntegratedTable) -> Row:
    golden, members, without = (Number(table.counts.get(name, 0)) for name in _COUNTS)
    several = sum(rows for tables, rows in table.together.items() if tables > 1)
    cells = (table.name, golden, members, Number(several), Number(sum(table.conflicts.values())), without)
    return Row(cells, _fields(table))


def _steps(tables: Sequence[IntegratedTable]) -> Table:
    columns = (
        Column(both("journeys.report_table")),
        Column(both("journeys.report_golden"), "end"),
        Column(both("journeys.report_members"), "end"),
        Column(both("journeys.report_several"), "end"),
        Column(both("journeys.report_conflicts"), "end"),
        Column(both("journeys.report_without_entity"), "end"),
    )
    return Table(both("journeys.report_integrated"), columns, tuple(_row(table) for table in tables))


def _together(tables: Sequence[IntegratedTable]) -> list[BarChart]:
    fused = [table for table in tables if table.together]
    numbers = sorted({number for table in fused for number in table.together})
    if not fused:
        return []
    series = tuple(
        Series(table.name, tuple(table.together.get(number, 0) for number in numbers), tone)
        for table, tone in zip(fused, cycle(_TONES), strict=False)
    )
    labels = tuple(str(number) for number in numbers)
    return [BarChart(both("journeys.report_together"), both("journeys.report_known_by"), labels, series)]


def _tenths(certain: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(certain.get(tenth, 0) for tenth in range(10))


def _certainty(tables: Sequence[IntegratedTable]) -> list[BarChart]:
    linked = [table for table in tables if table.certain]
    if not linked:
        return []
    labels = tuple(f"{tenth / 10:.1f}–{(tenth + 1) / 10:.1f}" for tenth in range(10))
    series = tuple(Series(table.name, _tenths(table.certain)) for table in linked)
    return [BarChart(both("journeys.report_certainty"), both("journeys.report_probability"), labels, series)]


def integrated_section(made: Integrated) -> Section:
    """What was integrated, how certain it is, what contradicts itself, where each field comes from, what stayed out."""
    shown = [table for table in made.tables if "rows" in table.counts]
    blocks: list[Table | BarChart | Note] = []
    if shown:
        blocks = [_steps(shown), *_together(shown), *_certainty(made.tables)]
    if made.notes:
        lines = tuple(both(note.code, **note.params) for note in made.notes)
        blocks.append(Note(both("journeys.report_left_out"), "info", lines))
    return Section(
        both("journeys.report_integrated"), tuple(blocks), "integrated", both("journeys.report_integrated_lead")
    )
