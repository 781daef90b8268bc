"""Large mappings as hash tables in DuckDB: constant lists that plain functions of SQL look into.

Bucket number `hash(key) & (buckets - 1)` holds the text `|key=value|key=value|`, with control characters for | and =.
"""

import duckdb
import pyarrow as pa
from sqlglot import exp

__all__ = ["ENTRY", "IS", "buckets", "hold", "holdable"]

ENTRY, IS = "\x1f", "\x1e"
Mapping = tuple[tuple[str, str], ...]


def buckets(mapping: Mapping) -> int:
    """How many buckets: a power of two, so that few hold more than two keys."""
    return 1 << max(1, len(mapping) - 1).bit_length()


def holdable(pair: tuple[str, str]) -> bool:
    """False where a key or a value holds one of the control characters that part the entries of a bucket."""
    return not any(mark in part for part in pair for mark in (ENTRY, IS))


def _texts(connection: duckdb.DuckDBPyConnection, mapping: Mapping) -> list[str]:
    keys = pa.table({"key": [key for key, _ in mapping]})
    select = exp.select(exp.Anonymous(this="HASH", expressions=[exp.column("key")])).from_("keys")
    hashes = connection.from_arrow(keys).query("keys", select.sql(dialect="duckdb")).fetchnumpy()
    (numbers,) = hashes.values()
    found = [""] * buckets(mapping)
    for number, (key, value) in zip((numbers & (len(found) - 1)).tolist(), mapping, strict=True):
        found[number] = f"{found[number] or ENTRY}{key}{IS}{value}{ENTRY}"
    return found


def hold(connection: duckdb.DuckDBPyConnection, table: str, mapping: Mapping) -> None:
    """Keep a mapping of holdable pairs as the variable `table` of a connection."""
    assignment = exp.EQ(this=exp.column(table), expression=exp.Placeholder())
    statement = exp.Set(expressions=[exp.SetItem(this=assignment, kind="VARIABLE")])
    connection.execute(statement.sql(dialect="duckdb"), [_texts(connection, mapping)])
