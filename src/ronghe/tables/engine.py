"""An embedded DuckDB with limits: where a plan runs when one machine is enough."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from ronghe.tables import duckdb_sql
from ronghe.tables.plan import ROW, Plan, render
from ronghe.terms import InputError, LimitReached, UsageError

__all__ = ["BATCH_ROWS", "Resources", "batches", "connect", "parse_memory", "register_mapping", "scalar_row"]

BATCH_ROWS = 100_000
"""Rows in a batch: measured best between 20,000 and 500,000."""

RESERVED = 200_000_000
"""Bytes of the memory budget left to Python, Arrow and the Parquet writer; DuckDB gets the rest."""
SMALLEST_MEMORY = 300_000_000

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


@dataclass(frozen=True, slots=True)
class Resources:
    """What a run may use: `memory` in bytes for the whole process (None: four fifths of the machine), `threads`."""

    memory: int | None = None
    threads: int = 2


def parse_memory(text: str) -> int:
    """`500MB`, `1.5GiB` or `800000000` in bytes; UsageError for another form or less than 300 MB."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([KMG]I?)?B?", text.strip().upper())
    if not found:
        raise UsageError("tables.memory_form", value=text)
    size = int(float(found[1]) * _UNITS[found[2] or ""])
    if size < SMALLEST_MEMORY:
        raise UsageError("tables.memory_small", value=text, smallest=f"{SMALLEST_MEMORY // 10**6}MB")
    return size


@contextmanager
def connect(scratch: Path, resources: Resources) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB connection that spills into `scratch`, keeps to `resources`, and reaches neither network nor extensions."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "threads": resources.threads,
        "temp_directory": str(scratch),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "enable_progress_bar": False,
    }
    if resources.memory is not None:
        settings["memory_limit"] = f"{(resources.memory - RESERVED) // 10**6}MB"
    connection = duckdb.connect(":memory:", config=settings)
    try:
        yield connection
    except duckdb.OutOfMemoryException as fault:
        raise LimitReached("tables.memory_exhausted", detail=_first_line(fault)) from fault
    except duckdb.IOException as fault:
        raise io_fault(fault) from fault
    finally:
        connection.close()


def _first_line(fault: BaseException) -> str:
    return (str(fault).splitlines() or [type(fault).__name__])[0]


def io_fault(fault: BaseException) -> InputError | LimitReached:
    """The error that a failed read or write of the engine means to a user: a full disk is a limit."""
    text = str(fault)
    if "No space left" in text or "ENOSPC" in text or os.strerror(28) in text:
        return LimitReached("tables.disk_full", detail=_first_line(fault))
    return InputError("tables.unreadable", detail=_first_line(fault))


def register_mapping(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """Make a table `key`, `value` that a `Lookup` joins; keys must be distinct, or rows would multiply."""
    connection.register("incoming_mapping", rows)
    target = exp.to_identifier(table, quoted=True).sql(dialect="duckdb")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {target} AS SELECT * FROM incoming_mapping")  # noqa: S608 - quoted by the builder
    connection.unregister("incoming_mapping")


def _numbered(source: str) -> exp.Select:
    rows = exp.alias_(exp.Window(this=exp.RowNumber()), ROW)
    return exp.select("*", rows).from_(exp.to_identifier(source))


def _prepared(connection: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> exp.Select:
    below = f"{source}_numbered" if plan.numbered else source
    rendered = render(plan, below, duckdb_sql.duckdb())
    for table, lookup in rendered.mappings:
        keys, values = zip(*lookup.mapping, strict=True)
        register_mapping(connection, table, pa.table({"key": pa.array(keys), "value": pa.array(values)}))
    if not plan.numbered:
        return rendered.select
    steps = rendered.select.args["with_"]
    steps.set("expressions", [exp.CTE(this=_numbered(source), alias=exp.TableAlias(this=exp.to_identifier(below))), *steps.expressions])
    return rendered.select


def statement(connection: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> str:
    """The SQL of a plan over the view `source`, with the look-up tables that it joins already made."""
    return _prepared(connection, plan, source).sql(dialect="duckdb")


def batches(connection: duckdb.DuckDBPyConnection, plan: Plan, source: str) -> pa.RecordBatchReader:
    """Run a plan over the view `source`; batches come in the order of the source's rows."""
    return connection.sql(statement(connection, plan, source)).to_arrow_reader(BATCH_ROWS)


def scalar_row(connection: duckdb.DuckDBPyConnection, select: exp.Select) -> tuple[object, ...]:
    """The only row of a SELECT."""
    row = connection.execute(select.sql(dialect="duckdb")).fetchone()
    return tuple(row or ())
