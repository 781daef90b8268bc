"""Standardize one table: stage, compile, aggregate if needed, one pass, two files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ronghe.data.standardize.aggregates import Rows, broken_keys, constants_of, impute_constants
from ronghe.data.standardize.compile import Compiled, Key, Output, compile_schema
from ronghe.data.standardize.result import ColumnResult, Reason, Standardized
from ronghe.data.standardize.schema import Field, TableSchema, schema_json
from ronghe.data.standardize.sink import OF_PUBLISHED, BrokenKey, Sink
from ronghe.data.standardize.totals import RULE as TOTAL_ROW
from ronghe.data.standardize.totals import TotalRow, find_total_row
from ronghe.standards.births import asks_for_future_births, born_by
from ronghe.standards.catalog import Catalog
from ronghe.standards.element import Element
from ronghe.tables import expressions as ops
from ronghe.tables.delimited import separate
from ronghe.tables.engine import Engine, MalformedRecords
from ronghe.tables.staged import Note, Staged
from ronghe.terms import InputError, InternalFault

__all__ = ["KINDS", "Job", "Target", "standardize_table"]

SOURCE = "source"

KINDS = {
    ops.Name.TEXT: "string",
    ops.Name.INTEGER: "integer",
    ops.Name.DECIMAL: "number",
    ops.Name.NUMBER: "number",
    ops.Name.DATE: "date",
    ops.Name.TIMESTAMP: "datetime",
    ops.Name.BOOLEAN: "boolean",
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a table's two files go."""

    published: Path
    rejects: Path


def _element(catalog: Catalog, field: Field, place: str) -> Element:
    """The element of a field; what is wrong with it is told with its place in the schema."""
    try:
        return catalog.get(field.element, dict(field.options))
    except InputError as fault:
        if fault.code == "standards.unknown_element":
            raise InputError("data.schema_element", place=f"{place}/ronghe:element", **fault.params) from fault
        if "element" in fault.params:
            of = f"{place}/ronghe:options: {fault.params['element']}"
            raise InputError(fault.code, **{**fault.params, "element": of}) from fault
        raise


def _compiled(
    schema: TableSchema, staged: Staged, catalog: Catalog, engine: Engine, where: str, fallen: Sequence[BrokenKey]
) -> Compiled:
    elements = {
        field.name: born_by(_element(catalog, field, f"{where}/fields/{number}"), schema.as_of)
        for number, field in enumerate(schema.fields)
    }
    rules = [(key.subject, key.rule) for key in fallen]
    compiled = compile_schema(schema, staged.columns, elements, where=where, fallen=rules)
    constants = impute_constants(engine, compiled, SOURCE)
    if constants:
        compiled = compile_schema(schema, staged.columns, elements, imputed=constants, where=where, fallen=rules)
    return compiled


def _undated(compiled: Compiled) -> tuple[Note, ...]:
    """A note of the columns whose births nobody compares with a day."""
    held = (
        name for name, element in compiled.elements.items() if element.birth and not asks_for_future_births(element)
    )
    columns = ", ".join(held)
    return (Note("data.no_as_of", {"columns": columns}),) if columns else ()


def _rows_of(compiled: Compiled, engine: Engine, key: Key, job: "Job") -> Rows:
    if not key.resource:
        return broken_keys(engine, compiled, SOURCE, key, None)
    parent = job.parents[key.resource].only(key.reference_fields)
    try:
        return broken_keys(engine, compiled, SOURCE, key, parent)
    except MalformedRecords:
        # Either of the two tables may be the broken one: where it is not the parent, this is refused once more, and
        # the caller takes the table itself apart.
        if parent.kind != "csv" or parent.malformed:
            raise
        folder = job.scratch / "parent"
        folder.mkdir(parents=True, exist_ok=True)
        return broken_keys(engine, compiled, SOURCE, key, separate(parent, folder))


def _broken_keys(compiled: Compiled, engine: Engine, job: "Job") -> list[BrokenKey]:
    found = []
    for key in compiled.keys:
        rows = _rows_of(compiled, engine, key, job)
        places = [compiled.columns.index(compiled.schema.field(name).column) for name in key.fields]
        found.append(BrokenKey("+".join(key.fields), key.rule, tuple(places), rows))
    return found


def _present(sink: Sink, output: Output, counted: Callable[[str, str], int]) -> int:
    """The rows, published or not, in which the source had something."""
    published = sink.filled.get(output.name, 0) - counted(output.field, "imputed") + counted(output.field, "nulled")
    return published + sink.present.get(sink.compiled.schema.field(output.field).column, 0)


def _columns(compiled: Compiled, sink: Sink) -> tuple[ColumnResult, ...]:
    def counted(field: str, what: str) -> int:
        return sum(sink.counted.get(c.column, 0) for c in compiled.counts if (c.field, c.what) == (field, what))

    found = []
    for output in compiled.outputs:
        field = compiled.schema.field(output.field)
        flag = output.name != output.field
        own = [c.what for c in compiled.counts if c.field == output.field and c.what not in OF_PUBLISHED]
        found.append(
            ColumnResult(
                name=output.name,
                title=field.title,
                element="" if flag else field.element,
                type=KINDS[output.type.name],
                filled=sink.filled.get(output.name, 0),
                present=0 if flag else _present(sink, output, counted),
                failures=0 if flag else sum(n for (column, _), n in sink.reasons.items() if column == output.field),
                imputed=0 if flag else counted(output.field, "imputed"),
                nulled=0 if flag else counted(output.field, "nulled"),
                kept=0 if flag else counted(output.field, "kept"),
                warnings={}
                if flag
                else {what: counted(output.field, what) for what in own if counted(output.field, what)},
            )
        )
    return tuple(found)


def _reasons(sink: Sink) -> tuple[Reason, ...]:
    found = [Reason(c, rule, rows, tuple(sink.examples[c, rule])) for (c, rule), rows in sink.reasons.items()]
    return tuple(sorted(found, key=lambda reason: (-reason.rows, reason.column, reason.rule)))


def _published_field(field: Field, compiled: Compiled, catalog: Catalog) -> Field:
    """What a field asks of the published file, so that standardizing that file again changes nothing."""
    # Published values are canonical: whoever reads them again must not convert 万元 or 05/03/2024 a second time.
    usual = dict(catalog.get(field.element).options)
    needed = compiled.elements[field.name].published
    options = tuple(option for option in needed if usual.get(option[0]) != option[1])
    published = replace(field, column=field.name, options=options)
    if field.impute == "none":
        return published
    # The gaps are filled and the flag column is a field of its own now; without any value there was nothing to fill in.
    on_error = "reject" if field.on_error == "null" else field.on_error
    required = field.required and field.name in compiled.constants
    return replace(published, impute="none", impute_value=None, on_error=on_error, required=required)


def _published_schema(compiled: Compiled, catalog: Catalog) -> dict[str, object]:
    """The Table Schema of the published file: our fields with their types, and a boolean for each flag column."""
    kinds = {output.name: KINDS[output.type.name] for output in compiled.outputs}
    fields = tuple(_published_field(field, compiled, catalog) for field in compiled.schema.fields)
    document = schema_json(replace(compiled.schema, fields=fields), kinds)
    named = {field["name"]: field for field in document["fields"]}
    document["fields"] = [
        named.get(output.name, {"name": output.name, "type": "boolean"}) for output in compiled.outputs
    ]
    return document


def _proven_total(schema: TableSchema, staged: Staged, total: TotalRow | None) -> list[BrokenKey]:
    """A row of totals as a row that falls; the reason names the column that says what it is."""
    if total is None or not total.proven:
        return []
    column = staged.columns[total.place]
    subject = next((field.name for field in schema.fields if field.column == column), column)
    return [BrokenKey(subject, TOTAL_ROW, (total.place,), np.array([total.row], np.int64))]


def _doubtful_total(job: "Job", total: TotalRow | None) -> list[Note]:
    if total is None or total.proven:
        return []
    return [Note("data.total_row_doubtful", {"table": job.name, "row": total.row, "word": total.word})]


def _no_rows(job: "Job", rows_in: int) -> list[Note]:
    """A table of a header alone is published, yet it is a broken transfer more often than an empty table."""
    return [] if rows_in else [Note("data.no_rows", {"table": job.name})]


def _attempt(job: "Job", engine: Engine, staged: Staged, progress: Callable[[int], None]) -> Standardized:
    engine.attach(SOURCE, staged)
    total = find_total_row(engine, SOURCE, staged, job.catalog)
    totals = _proven_total(job.schema, staged, total)
    compiled = _compiled(job.schema, staged, job.catalog, engine, job.where, totals)
    keys = [*_broken_keys(compiled, engine, job), *totals]
    with Sink(compiled, job.target.published, job.target.rejects, staged.malformed, keys) as sink:
        sink.write_all(engine.batches(compiled.plan, SOURCE), progress)
    rows_in = sink.rows + len(staged.malformed)
    if staged.rows is not None and staged.rows != sink.rows:
        raise InternalFault("data.rows_lost", name=job.name, wanted=staged.rows, got=sink.rows)
    return Standardized(
        name=job.name,
        source=job.source,
        encoding=staged.encoding,
        rows_in=rows_in,
        rows_published=sink.published,
        rows_quarantined=rows_in - sink.published,
        columns=_columns(compiled, sink),
        reasons=_reasons(sink),
        constants=constants_of(compiled.constants),
        notes=(*staged.notes, *_undated(compiled), *_doubtful_total(job, total), *_no_rows(job, rows_in)),
        schema=_published_schema(compiled, job.catalog),
    )


@dataclass(frozen=True, slots=True)
class Job:
    """One table to standardize.

    `source` names it for people (the file's name), `where` names the schema in errors; `parents` gives the staged table
    of each resource that a foreign key references.
    """

    name: str
    source: str
    schema: TableSchema
    catalog: Catalog
    target: Target
    scratch: Path
    where: str = "schema"
    parents: Mapping[str, Staged] = field(default_factory=dict)


def standardize_table(
    job: Job, engine: Engine, staged: Staged, progress: Callable[[int], None] = lambda _: None
) -> Standardized:
    """Standardize a staged table into the two files of `job.target`; nothing is lost, whatever the input.

    `progress` is told the rows so far. Raises InputError when schema and table do not fit, LimitReached when memory or
    disk ends, InternalFault when a row got lost; the files are then rubbish, which atomic publication drops.
    """
    try:
        return _attempt(job, engine, staged, progress)
    except MalformedRecords:
        return _attempt(job, engine, separate(staged, job.scratch), progress)
