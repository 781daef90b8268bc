"""Plain Splink links a public set: the same columns, read by the same reader, in lower case."""

import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.linking.score import Pair
from benchmarks.linking.sets import SETS, DataSet
from benchmarks.peers.splink_defaults import link_by_defaults
from ronghe.data.integrate.statements import drawn, make
from ronghe.tables.delimited import separate
from ronghe.tables.engine import MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage

__all__ = ["PACKAGES", "link_plainly", "run"]

PACKAGES = ("splink", "duckdb")


def _table(source: Path, options: ReadOptions, id_column: str) -> pa.Table:
    """A source as Splink takes it: text, lower case, the id as `id`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb_engine(Path(folder) / "spill", Resources(), reorder_joins=True) as engine,
    ):
        staged = stage(str(source), Path(folder), options=options)
        try:
            engine.attach("given", staged)
            make(engine, "read", drawn("SELECT * FROM given"))
        except MalformedRecords:
            engine.attach("given", separate(staged, Path(folder)))
            make(engine, "read", drawn("SELECT * FROM given"))
        names = ["id" if name == id_column else name for name in staged.columns]
        table = engine.connection.sql("SELECT * FROM read").to_arrow_table().rename_columns(names)
    lowered = {
        name: table.column(name) if name == "id" else pc.utf8_lower(pc.utf8_trim_whitespace(table.column(name)))
        for name in names
    }
    return pa.table(lowered)


def link_plainly(task: DataSet) -> set[Pair]:
    """The pairs that plain Splink calls matches."""
    sources = [task.left] if task.right is None else [task.left, task.right]
    tables = [_table(source, task.options, task.id_column) for source in sources]
    shared = [name for name in tables[0].column_names if name in tables[-1].column_names and name != "id"]
    return link_by_defaults(tables, task.columns or shared)


def run(task: dict[str, Any]) -> str:
    """Write `pairs.parquet` (left_id, right_id)."""
    found = sorted(link_plainly(SETS[task["set"]](Path(task["tables"]))))
    pairs = pa.table({"left_id": [left for left, _ in found], "right_id": [right for _, right in found]})
    pq.write_table(pairs, Path(task["out"]) / "pairs.parquet")
    return str(len(found))
