"""Scan a bounded sample of several tables at once, where reading all of their values would cost more than it tells.

The rule is fixed, so that the same table gives the same sample: of a Parquet file up to three row groups, the first,
the last and the middle one; of any other table all rows. Of these rows about a thousand, spread by a multiplicative
hash of the row's number. What none of a thousand random cells is, is with 99% certainty less than 0.46% of all, and a
whole scan reports nothing below 0.5% but numbers of citizens and mail addresses, of which one cell is enough: so this
certainty stands in for the reading. A column that is filled in few of the rows is sampled among its filled cells. Every
share is taken at the upper end of its interval: what the whole column may be, it is held to be.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.scan.result import FoundColumn, ScannedTable
from ronghe.data.scan.scan import decided, persons_in
from ronghe.data.scan.values import VALUES, forms_of_values
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import Engine
from ronghe.tables.plain_arrays import as_arrow, as_numpy
from ronghe.tables.sql import name

__all__ = ["ROW", "Sample", "row_groups_read", "scan_samples", "take_sample"]

SAMPLE_ROWS, SAMPLE_GROUPS, LEAST_FILLED = 1_000, 3, 300
ROW = "sample_row"
"""The number of a row, in the view that a sample is taken of."""
VALUES_SCHEMA = pa.schema([("place", pa.int32()), ("value", pa.string()), ("times", pa.int64())])
_TURN, _ROUND = 2_654_435_761, 2**32
"""Knuth's multiplicative hash: the golden part of 2^32 spreads numbers that follow one another evenly."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Distinct values of a table's columns: `values` has place, value and times; `whole` where all rows were read."""

    table: str
    columns: tuple[str, ...]
    rows: int
    whole: bool
    values: pa.Table


def row_groups_read(groups: int) -> tuple[int, ...]:
    """The numbers of the row groups that a sample reads."""
    if groups <= SAMPLE_GROUPS:
        return tuple(range(groups))
    return tuple(place * (groups - 1) // (SAMPLE_GROUPS - 1) for place in range(SAMPLE_GROUPS))


def _turned() -> exp.Expr:
    turned = exp.Mul(this=exp.cast(name(ROW), "BIGINT"), expression=exp.Literal.number(_TURN))
    return exp.Mod(this=exp.Paren(this=turned), expression=exp.Literal.number(_ROUND))


def _texts(columns: int) -> list[exp.Expr]:
    """The columns as texts; an empty one is no value."""
    texts = (exp.cast(name(f"c{place}"), "TEXT") for place in range(columns))
    return [
        exp.alias_(exp.Nullif(this=text, expression=exp.Literal.string("")), f"c{place}")
        for place, text in enumerate(texts)
    ]


def _picked(view: str, columns: int, ranges: Sequence[tuple[int, int]]) -> exp.Query:
    """Some of the rows in these ranges (first, one past the last), each range read for itself."""
    among = sum(last - first for first, last in ranges)
    limit = exp.Literal.number(_ROUND * SAMPLE_ROWS // max(among, 1))
    parts: list[exp.Query] = []
    for first, last in ranges:
        row = name(ROW)
        within = exp.and_(row >= exp.Literal.number(first), row < exp.Literal.number(last))
        picked = exp.select(*_texts(columns)).from_(view).where(within)
        parts.append(picked.where(exp.LT(this=_turned(), expression=limit.copy())) if among > SAMPLE_ROWS else picked)
    return parts[0] if len(parts) == 1 else exp.union(*parts, distinct=False)


def _counted(picked: pa.Table, place: int) -> pa.Table:
    """The distinct values of one column of the picked rows."""
    counted = picked.column(place).drop_null().combine_chunks().value_counts()
    places = as_arrow(np.full(len(counted), place, np.int32))
    return pa.Table.from_arrays([places, *counted.flatten()], schema=VALUES_SCHEMA)


def _sparse(view: str, place: int) -> exp.Select:
    """A sample of the filled cells of one column."""
    text = exp.cast(name(f"c{place}"), "TEXT")
    filled = exp.NEQ(this=text, expression=exp.Literal.string(""))
    cells = exp.select(exp.alias_(text, "value")).from_(view).where(filled)
    cells = cells.order_by(_turned()).limit(SAMPLE_ROWS)
    times = exp.alias_(exp.Count(this=exp.Star()), "times")
    wanted = (exp.alias_(exp.Literal.number(place), "place"), name("value"), times)
    return exp.select(*wanted).from_(cells.subquery("cells")).group_by(name("value"))


def take_sample(
    engine: Engine, view: str, table: str, columns: Sequence[str], rows: int, ranges: Sequence[tuple[int, int]] | None
) -> Sample:
    """A sample of the view, whose columns are c0, c1, ... and ROW, the number of each of its `rows` from 0.

    `ranges` are the rows of which some are read (first, one past the last); None for all of them.
    """
    whole = rows <= SAMPLE_ROWS
    read = [(0, rows)] if ranges is None or whole else list(ranges)
    if not rows or not columns:
        return Sample(table, tuple(columns), rows, True, VALUES_SCHEMA.empty_table())
    picked = engine.query(exp.select("*").from_(_picked(view, len(columns), read).subquery("picked")))
    filled = [len(column) - column.null_count for column in picked.columns]
    sparse = set() if whole else {place for place, cells in enumerate(filled) if cells < LEAST_FILLED}
    parts = [_counted(picked, place) for place in range(len(columns)) if place not in sparse]
    parts += [engine.query(_sparse(view, place)).cast(VALUES_SCHEMA) for place in sorted(sparse)]
    return Sample(table, tuple(columns), rows, whole, pa.concat_tables(parts))


def _read_together(
    engine: Engine, samples: Sequence[Sample], catalog: Catalog, scratch: Path, as_of: date
) -> dict[int, FoundColumn]:
    """What the columns hold, by the place of each among the columns of all samples."""
    columns = [column for sample in samples for column in sample.columns]
    values, start = [], 0
    for sample in samples:
        shifted = as_arrow(as_numpy(sample.values.column("place")) + np.int32(start))
        values.append(sample.values.set_column(0, "place", shifted))
        start += len(sample.columns)
    path = scratch / "samples.parquet"
    pq.write_table(pa.concat_tables(values), path)
    lying = exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(str(path))])
    engine.keep(VALUES, exp.select("*").from_(lying))
    forms = forms_of_values(engine, range(len(columns)), catalog)
    whole = [sample.whole for sample in samples for _ in sample.columns]
    for place, counted in forms.items():
        counted.whole = whole[place]
    return decided(engine, columns, forms, catalog, as_of)


def scan_samples(
    engine: Engine, samples: Sequence[Sample], catalog: Catalog, scratch: Path, *, as_of: date
) -> Mapping[str, ScannedTable]:
    """What each of the tables holds, by its name; not graded. All are read in one statement, for planning costs more
    than a thousand rows.

    `persons` is what a table cannot exceed: of a sample the number of rows, where a column names people.
    """
    found = (
        _read_together(engine, samples, catalog, scratch, as_of) if any(sample.columns for sample in samples) else {}
    )
    scanned, start = {}, 0
    for sample in samples:
        own = tuple(found[place] for place in range(start, start + len(sample.columns)) if place in found)
        start += len(sample.columns)
        persons = persons_in(own) if sample.whole else sample.rows if persons_in(own) else 0
        scanned[sample.table] = ScannedTable(sample.table, sample.rows, len(sample.columns), 0, persons, own)
    return scanned
