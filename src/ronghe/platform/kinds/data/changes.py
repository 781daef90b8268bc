"""How a snapshot differs from the one before: rows that came and went, as values that were released, nothing else."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.sql import name
from ronghe.tables.write import write_csv, write_parquet

__all__ = ["CHANGE", "Changes", "write_changes"]

CHANGE = "_change_type"
"""The column that says what happened to a row, with the words of Delta's change feed."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Rows that came, went, and had another value under the same key; `full` when there is nothing to compare with."""

    inserted: int = 0
    deleted: int = 0
    updated: int = 0
    full: bool = True

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        return asdict(self)


def _only_in(columns: list[str], there: str, elsewhere: str) -> exp.Query:
    """Rows of one table that the other has not, as often as they are more (EXCEPT ALL)."""
    chosen = [name(column) for column in columns]
    return exp.except_(exp.select(*chosen).from_(there), exp.select(*chosen).from_(elsewhere), distinct=False)


def _labelled(columns: list[str], source: str, other: str, key: str, plain: str, changed: str) -> exp.Select:
    """The rows with their word: one whose key stands on the other side too was updated."""
    label: exp.Expr = exp.Literal.string(plain)
    if key:
        keys = exp.select(name(key)).from_(other)
        both = exp.In(this=name(key), query=keys.subquery())
        label = exp.Case(ifs=[exp.If(this=both, true=exp.Literal.string(changed))], default=label)
    return exp.select(*[name(column) for column in columns], exp.alias_(label, CHANGE, quoted=True)).from_(source)


def _counts(engine: DuckDB) -> dict[str, int]:
    counted = exp.select(name(CHANGE), exp.alias_(exp.Count(this=exp.Star()), "n")).from_("changed")
    return {row[CHANGE]: row["n"] for row in engine.query(counted.group_by(name(CHANGE))).to_pylist()}


def write_changes(before: Path, after: Path, into: Path, scratch: Path, key: str) -> Changes:
    """Write `changes.parquet` and `changes.csv` into a folder and give the counts; nothing is written where the two
    snapshots have other columns, for then the whole is what changed."""
    old, new = pq.read_schema(before), pq.read_schema(after)
    if old != new or CHANGE in new.names:
        return Changes()
    columns, key = new.names, key if key in new.names else ""
    with duckdb_engine(scratch / "spill", Resources()) as engine:
        engine.connection.read_parquet(str(before)).create_view("before")
        engine.connection.read_parquet(str(after)).create_view("after")
        engine.keep("gone", exp.select("*").from_(_only_in(columns, "before", "after").subquery("g")))
        engine.keep("come", exp.select("*").from_(_only_in(columns, "after", "before").subquery("c")))
        gone = _labelled(columns, "gone", "come", key, "delete", "update_preimage")
        come = _labelled(columns, "come", "gone", key, "insert", "update_postimage")
        engine.keep("changed", exp.select("*").from_(exp.union(gone, come, distinct=False).subquery("u")))
        write_parquet(engine.connection.table("changed"), into / "changes.parquet")
        write_csv(engine.connection.table("changed"), into / "changes.csv", bom=True, neutral=True)
        counts = _counts(engine)
    return Changes(counts.get("insert", 0), counts.get("delete", 0), counts.get("update_postimage", 0), full=False)
