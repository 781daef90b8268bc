"""Many expressions over one table, run by each engine through its public doors in one pass."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.in_memory import evaluate
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.staged import Staged

__all__ = ["columns_by", "columns_in_memory"]

Columns = Mapping[str, Sequence[object]]

_ARROW = {
    ops.Name.TEXT: pa.string(),
    ops.Name.INTEGER: pa.int64(),
    ops.Name.NUMBER: pa.float64(),
    ops.Name.DATE: pa.date32(),
    ops.Name.TIMESTAMP: pa.timestamp("us"),
    ops.Name.BOOLEAN: pa.bool_(),
}


def _arrow(kind: ops.Type) -> pa.DataType:
    return pa.decimal128(kind.precision, kind.scale) if kind.name is ops.Name.DECIMAL else _ARROW[kind.name]


def staged(folder: Path, columns: Columns, types: Sequence[ops.Type]) -> Staged:
    """The columns as an engine attaches them: a Parquet file; `types` in the same order."""
    path = folder / "cells.parquet"
    arrays = [pa.array(cells, _arrow(kind)) for cells, kind in zip(columns.values(), types, strict=True)]
    pq.write_table(pa.table(dict(zip(columns, arrays, strict=True))), path, row_group_size=1000)
    return Staged(tuple(columns), path, "parquet", None)


def columns_by(
    engine: Engine, table: Staged, layers: Sequence[Mapping[str, ops.Expression]]
) -> dict[str, list[object]]:
    """What an engine makes of a table: each layer reads the columns below it, called c0, c1, ... at the bottom."""
    engine.attach("cells", table)
    seen = [f"c{place}" for place in range(len(table.columns))]
    made = []
    for layer in layers:
        made.append(Layer(tuple(layer.items()), tuple(seen)))
        seen += layer
    rows = pa.Table.from_batches(engine.batches(Plan(tuple(made)), "cells"))
    return {name: rows.column(name).to_pylist() for layer in layers for name in layer}


def columns_in_memory(columns: Columns, layers: Sequence[Mapping[str, ops.Expression]]) -> dict[str, list[object]]:
    """The same by the reference."""
    found: dict[str, list[object]] = {name: [] for layer in layers for name in layer}
    names = [f"c{place}" for place in range(len(columns))]
    for cells in zip(*columns.values(), strict=True):
        row = dict(zip(names, cells, strict=True))
        for layer in layers:
            row |= {name: evaluate(expression, row) for name, expression in layer.items()}
        for name, values in found.items():
            values.append(row[name])
    return found
