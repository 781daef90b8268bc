"""The report of a publication: what came in, what was published, what was quarantined and why, how ready each is."""

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from ronghe import __version__
from ronghe.data.standardize.result import ColumnResult, Reason, mask
from ronghe.journeys.share_report_integration import integrated_section
from ronghe.journeys.share_report_protection import protection_section
from ronghe.journeys.shared import Shared, SharedTable
from ronghe.messages import Bilingual, both, known
from ronghe.report import (
    BarChart,
    Column,
    Disclosure,
    Fact,
    Figure,
    Figures,
    Heatmap,
    Note,
    Number,
    Page,
    Rate,
    Row,
    Section,
    Series,
    Table,
    Text,
)
from ronghe.report.numerals import percent
from ronghe.sharing_index import FACTORS, Degree, Line, Readiness
from ronghe.standards.catalog import catalog
from ronghe.tables.staged import Note as ReadingNote

__all__ = ["report_page", "rule_name"]

MOST_REASONS = 20
MOST_NOTES = 20


def rule_name(rule: str) -> Text:
    """A rule in the reader's language; a rule that a department named itself stays as it is."""
    code = f"journeys.rule_{rule}"
    return both(code) if known(code) else rule


def _rate(part: int, whole: int) -> Rate | None:
    """None of nothing: no rows are neither all published nor all filled."""
    return Rate(part / whole) if whole else None


def _summary(shared: Shared) -> Section:
    rows_in, published, quarantined = shared.rows
    departments = {table.department.code for table in shared.tables}
    figures = [
        Figure(both("journeys.report_departments"), Number(len(departments))),
        Figure(both("journeys.report_tables"), Number(len(shared.tables)), link="#tables"),
        Figure(both("journeys.report_rows_in"), Number(rows_in)),
        Figure(both("journeys.report_published"), Number(published), note=_percent(published, rows_in), tone="good"),
        Figure(
            both("journeys.report_quarantined"),
            Number(quarantined),
            note=_percent(quarantined, rows_in),
            link="#reasons",
            tone="warn" if quarantined else "plain",
        ),
    ]
    if shared.degree is not None:
        figures.append(Figure(both("journeys.report_degree"), Number(shared.degree.value, 3), link="#degree"))
    kept = Note(
        both(
            "journeys.report_nothing_lost",
            rows=f"{rows_in:,}",
            published=f"{published:,}",
            quarantined=f"{quarantined:,}",
        ),
        "good",
    )
    lines = tuple(both(note.code, **note.params) for note in shared.warnings)
    look = (Note(both("journeys.report_look"), "warn", lines),) if lines else ()
    blocks = (Figures(tuple(figures)), kept, *look, _rows_chart(shared.tables))
    return Section(both("journeys.report_summary"), blocks, "summary")


def _percent(part: int, whole: int) -> str | None:
    """The rate in words; None of nothing, since no rows are neither all published nor all quarantined."""
    return percent(part / whole) if whole else None


def _rows_chart(tables: Sequence[SharedTable]) -> BarChart:
    return BarChart(
        both("journeys.report_rows_by_table"),
        both("journeys.report_table"),
        tuple(table.result.name for table in tables),
        (
            Series(both("journeys.report_published"), tuple(t.result.rows_published for t in tables), "good"),
            Series(both("journeys.report_quarantined"), tuple(t.result.rows_quarantined for t in tables), "warn"),
        ),
        stacked=True,
    )


def _tables(shared: Shared) -> Section:
    columns = (
        Column(both("journeys.report_table")),
        Column(both("journeys.report_department")),
        Column(both("journeys.report_file")),
        Column(both("journeys.report_rows_in"), "end"),
        Column(both("journeys.report_published"), "end"),
        Column(both("journeys.report_quarantined"), "end"),
        Column(both("journeys.report_rate"), "end"),
    )
    table = Table(both("journeys.report_tables"), columns, tuple(_table_row(table) for table in shared.tables))
    return Section(
        both("journeys.report_tables"), (table, *_read(shared)), "tables", both("journeys.report_tables_lead")
    )


def _read(shared: Shared) -> tuple[Note | Disclosure, ...]:
    """What was done while reading, so that nobody learns only from the rows that lines or sheets were left out."""
    lines = tuple(_noted(name, note) for name, note in shared.notes)
    if not lines:
        return ()
    title = both("journeys.report_read")
    first, rest = lines[:MOST_NOTES], lines[MOST_NOTES:]
    more = both("journeys.report_read_more", count=len(rest))
    return (Note(title, "info", first), *((Disclosure(more, (Note(title, "plain", rest),)),) if rest else ()))


def _noted(name: str, note: ReadingNote) -> Bilingual:
    """A note in words. Lines above a header may name people, and the report leaves: they are masked."""
    params = dict(note.params)
    if "titles" in params:
        params["titles"] = " / ".join(mask(title) for title in str(params["titles"]).split(" / "))
    return both("journeys.note_of_table", table=name, note=both(note.code, **params))


def _table_row(table: SharedTable) -> Row:
    result = table.result
    quality = Disclosure(
        both("journeys.report_columns_of", table=result.name), (_columns(result.columns, result.rows_published),)
    )
    return Row(
        (
            result.name,
            table.department.name,
            f"{result.source} ({result.encoding})" if result.encoding else result.source,
            Number(result.rows_in),
            Number(result.rows_published),
            Number(result.rows_quarantined),
            _rate(result.rows_published, result.rows_in),
        ),
        quality,
    )


@cache
def _element_names() -> Mapping[str, Bilingual]:
    return MappingProxyType({element.name.zh: element.name for element in catalog()})


def _element_name(column: ColumnResult) -> Text | None:
    """The title in the reader's language where it is an element's name, as proposals give it."""
    return _element_names().get(column.title) or column.title or column.element or None


def _columns(columns: Sequence[ColumnResult], published: int) -> Table:
    head = (
        Column(both("journeys.report_column")),
        Column(both("journeys.report_element")),
        Column(both("journeys.report_filled"), "end"),
        Column(both("journeys.report_failures"), "end"),
        Column(both("journeys.report_warnings"), "end"),
        Column(both("journeys.report_nulled"), "end"),
        Column(both("journeys.report_kept"), "end"),
        Column(both("journeys.report_imputed"), "end"),
    )
    rows = tuple(
        Row(
            (
                column.name,
                _element_name(column),
                _rate(column.filled, published),
                Number(column.failures),
                Number(sum(column.warnings.values())),
                Number(column.nulled),
                Number(column.kept),
                Number(column.imputed),
            )
        )
        for column in columns
    )
    return Table(both("journeys.report_quality"), head, rows)


def _reasons(shared: Shared) -> Section:
    listed = [(table, reason) for table in shared.tables for reason in table.result.reasons]
    listed.sort(key=lambda pair: (-pair[1].rows, pair[0].result.name, pair[1].column, pair[1].rule))
    largest = max((reason.rows for _, reason in listed), default=1)
    columns = (
        Column(both("journeys.report_table")),
        Column(both("journeys.report_column")),
        Column(both("journeys.report_rule")),
        Column(both("journeys.report_rows"), "end"),
        Column(both("journeys.report_examples")),
    )
    rows = tuple(_reason_row(table, reason, largest) for table, reason in listed)
    caption = both("journeys.report_top_reasons")
    empty = both("journeys.report_no_reasons")
    blocks: list[Table | Disclosure] = [Table(caption, columns, rows[:MOST_REASONS], empty)]
    if len(rows) > MOST_REASONS:
        rest = Table(both("journeys.report_more_reasons", count=len(rows) - MOST_REASONS), columns, rows[MOST_REASONS:])
        blocks.append(Disclosure(both("journeys.report_more_reasons", count=len(rows) - MOST_REASONS), (rest,)))
    return Section(both("journeys.report_reasons"), tuple(blocks), "reasons", both("journeys.report_reasons_lead"))


def _reason_row(table: SharedTable, reason: Reason, largest: int) -> Row:
    shown = [mask(example) for example in reason.examples if example]
    examples = Bilingual("，".join(shown), ", ".join(shown)) if shown else None
    column: Text = both("journeys.report_record") if reason.column == "record" else reason.column
    return Row((table.result.name, column, rule_name(reason.rule), Number(reason.rows, of=largest), examples))


def _ready(found: Readiness) -> Section:
    names = tuple(both(f"sharing_index.factor_{factor}") for factor in FACTORS)
    lines = found.departments
    heat = Heatmap(
        both("journeys.report_readiness_map"),
        both("journeys.report_department"),
        names,
        tuple(line.department for line in lines),
        tuple(tuple(_value(line, place) for place in range(len(FACTORS))) for line in lines),
        rates=True,
    )
    head = (Column(both("journeys.report_department")), Column(both("journeys.report_items"), "end"))
    columns = (*head, *(Column(name, "end") for name in names))
    city = Row((both("journeys.report_city"), Number(found.city.items), *_rates(found.city)))
    rows = tuple(Row((line.department, Number(line.items), *_rates(line)), _parts(line, columns)) for line in lines)
    unmeasured = Note(
        both("journeys.report_unmeasured"), "info", tuple(both(missing.reason) for missing in found.unmeasured)
    )
    means = Note(
        both("journeys.report_factors"),
        "plain",
        tuple(
            _joined(both(f"sharing_index.factor_{name}"), both(f"sharing_index.factor_{name}_means"))
            for name in FACTORS
        ),
    )
    table = Table(both("journeys.report_readiness"), columns, (*rows, city))
    return Section(both("journeys.report_readiness"), (heat, table, means, unmeasured), "readiness")


def _joined(first: Bilingual, second: Bilingual) -> Bilingual:
    return Bilingual(f"{first.zh}：{second.zh}", f"{first.en}: {second.en}")


def _value(line: Line, place: int) -> float | None:
    value = line.factors[place].value
    return None if value is None else float(value)


def _rates(line: Line) -> tuple[Rate | None, ...]:
    values = [_value(line, place) for place in range(len(FACTORS))]
    return tuple(None if value is None else Rate(value) for value in values)


def _parts(line: Line, columns: tuple[Column, ...]) -> Disclosure:
    rows = tuple(Row((part.table, Number(part.items), *_rates(part))) for part in line.parts)
    summary = both("journeys.report_tables_of", department=line.department)
    return Disclosure(summary, (Table(summary, (Column(both("journeys.report_table")), *columns[1:]), rows),))


def _degree(found: Degree) -> Section:
    columns = (
        Column(both("journeys.report_department")),
        Column(both("journeys.report_amount"), "end"),
        Column(both("journeys.report_share"), "end"),
        Column(both("journeys.report_weight"), "end"),
        Column(both("journeys.report_moved"), "end"),
    )
    rows = tuple(
        Row(
            (
                part.department,
                Number(float(part.amount)),
                Rate(float(part.share)),
                Rate(float(part.weight), bar=False),
                None if part.moved is None else f"{float(part.moved):+.4f}",
            )
        )
        for part in found.contributions
    )
    table = Table(both("journeys.report_contributions"), columns, rows)
    return Section(both("journeys.report_degree"), (table,), "degree", both("journeys.report_degree_lead"))


def report_page(shared: Shared) -> Page:
    """The page of a publication; the same publication gives the same page."""
    sections = [_summary(shared)]
    if shared.degree is not None:
        sections.append(_degree(shared.degree))
    if shared.integrated.tables or shared.integrated.notes:
        sections.append(integrated_section(shared.integrated))
    if shared.protection.tables:
        sections.append(protection_section(shared.protection))
    sections += [_ready(shared.readiness), _tables(shared), _reasons(shared)]
    return Page(
        title=both("journeys.report_title"),
        subtitle=both("journeys.report_subtitle"),
        sections=tuple(sections),
        facts=(Fact(both("journeys.report_version"), f"Ronghe {__version__}"),),
        footer=both("journeys.report_footer"),
    )
