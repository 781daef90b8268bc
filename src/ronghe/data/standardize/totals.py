"""A row of totals at the end of a table: it is about the other rows, and counted with them it doubles every sum."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.standards.catalog import Catalog
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.plan import ROW, Layer, Plan
from ronghe.tables.sql import name
from ronghe.tables.staged import Staged

__all__ = ["RULE", "WORDS", "TotalRow", "find_total_row"]

RULE = "total_row"
WORDS = frozenset({"合计", "总计", "共计", "总和", "合计数", "total", "totals", "grandtotal"})
"""What stands in a row of totals, without spaces and colons; 小计 ends a part of a table, not the table."""

_TAIL_BYTES = 64 << 10
_LARGEST_GROUP = 2_000_000
"""Cells of a Parquet row group that are read to look at its last row."""


@dataclass(frozen=True, slots=True)
class TotalRow:
    """The last row says it is one of totals: its number from 1, the place of the column that says so, and whether each
    number in it is the sum of those above."""

    row: int
    place: int
    word: str
    proven: bool


def _says_total(cell: object) -> bool:
    return isinstance(cell, str) and "".join(cell.split()).strip(":：").lower() in WORDS


def _suspected(staged: Staged) -> bool:
    """True when the last record may hold such a word: asked of the file's end, for a pass over all of it costs time."""
    if staged.kind == "csv":
        with staged.path.open("rb") as file:
            file.seek(max(staged.path.stat().st_size - _TAIL_BYTES, 0))
            lines = file.read().decode("utf-8", "ignore").rstrip().splitlines()
        squeezed = "".join(lines[-1].split()).lower() if lines else ""
        return any(word in squeezed for word in WORDS)
    with pq.ParquetFile(staged.path) as file:
        groups = file.metadata.num_row_groups
        if not groups or file.metadata.row_group(groups - 1).num_rows * file.metadata.num_columns > _LARGEST_GROUP:
            return False
        table = file.read_row_group(groups - 1)
    cells = table.slice(max(table.num_rows - 1, 0)).to_pylist()
    return any(_says_total(cell) for row in cells for cell in row.values())


def _numbers(columns: int, catalog: Catalog) -> Plan:
    """The cells as they were read and, beside them, as exact numbers where they are some."""
    element = catalog.get("decimal", {"precision": "24", "scale": "6"})
    raw = tuple(f"c{place}" for place in range(columns))
    cleaned, valued = [], []
    for place in range(columns):
        cell, text = ops.Column(f"c{place}"), ops.Column(f"k{place}")
        cleaned.append((text.name, ops.substitute(element.clean, {"raw": cell})))
        valued.append((f"v{place}", ops.substitute(element.value, {"raw": cell, "text": text})))
    texts = tuple(alias for alias, _ in cleaned)
    return Plan((Layer(tuple(cleaned), (*raw, ROW)), Layer(tuple(valued), (*raw, *texts, ROW))), numbered=True)


def _where(condition: exp.Expr, value: exp.Expr) -> exp.Expr:
    return exp.Case(ifs=[exp.If(this=condition, true=value)])


def _facts(engine: Engine, source: str, columns: int, last: int, catalog: Catalog) -> dict[str, Any]:
    """Of each column the last cell and its number, and the sum and count of the numbers above."""
    end = exp.Literal.number(last)
    above, there = exp.LT(this=name(ROW), expression=end), exp.EQ(this=name(ROW), expression=end.copy())
    wanted: list[exp.Expr] = []
    for place in range(columns):
        value = name(f"v{place}")
        wanted += [
            exp.alias_(exp.Max(this=_where(there.copy(), name(f"c{place}"))), f"cell{place}"),
            exp.alias_(exp.Max(this=_where(there.copy(), value)), f"number{place}"),
            exp.alias_(exp.Sum(this=_where(above.copy(), value.copy())), f"sum{place}"),
            exp.alias_(exp.Count(this=_where(above.copy(), value.copy())), f"count{place}"),
        ]
    select = exp.Select(expressions=wanted).from_("plan", copy=False)
    return dict(engine.query(select, (_numbers(columns, catalog), source)).to_pylist()[0])


def find_total_row(engine: Engine, source: str, staged: Staged, catalog: Catalog) -> TotalRow | None:
    """The row of totals that ends a table, None where the last row does not say that it is one.

    It is proven when every number in it is the exact sum of at least two numbers above it in its column, and one of
    them is not zero. Raises MalformedRecords as the engine does.
    """
    if not _suspected(staged):
        return None
    rows = exp.Select(expressions=[exp.alias_(exp.Count(this=exp.Star()), "rows")]).from_("plan", copy=False)
    last = int(engine.query(rows, (Plan(()), source)).to_pylist()[0]["rows"])
    facts = _facts(engine, source, len(staged.columns), last, catalog)
    said = next((place for place in range(len(staged.columns)) if _says_total(facts[f"cell{place}"])), None)
    if said is None:
        return None
    numbers = [place for place in range(len(staged.columns)) if facts[f"number{place}"] is not None]
    sums = all(facts[f"count{n}"] >= 2 and facts[f"sum{n}"] == facts[f"number{n}"] for n in numbers)
    proven = sums and any(facts[f"number{n}"] != Decimal(0) for n in numbers)
    return TotalRow(last, said, str(facts[f"cell{said}"]).strip(), proven)
