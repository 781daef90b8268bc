"""Plans on Spark, for tables that one machine no longer holds: the same doors as the embedded engine, the same rows."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.tables import expressions as ops
from ronghe.tables.engine import BATCH_ROWS, Over, Resources, copy_to_parquet, io_fault
from ronghe.tables.plan import ROW, Plan, carrying_row, render
from ronghe.tables.spark_session import spark_session
from ronghe.tables.spark_sql import exact_median, spark, statement
from ronghe.tables.staged import Staged
from ronghe.terms import InternalFault, LimitReached, RongheError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Spark", "spark_engine"]

_NO_MEMORY = ("OutOfMemoryError", "SparkOutOfMemoryError", "Cannot allocate")
_NO_FILE = ("No space left", "FileNotFoundException", "AccessControlException", "IOException")


def _fault(fault: Exception) -> RongheError:
    """The error of ours that a failure of Spark means to a user."""
    said = str(fault)
    if isinstance(fault, ConnectionError) or "Answer from Java side is empty" in said or "StackOverflowError" in said:
        return LimitReached("tables.spark_ended")
    detail = (said.splitlines() or [type(fault).__name__])[0]
    if any(mark in said for mark in _NO_MEMORY):
        return LimitReached("tables.memory_exhausted", detail=detail)
    if any(mark in said for mark in _NO_FILE):
        # The first line often names the failed task only; the mark is what tells a full disk from a bad file.
        return io_fault(OSError(next((line.strip() for line in said.splitlines() if _is_cause(line)), detail)))
    return InternalFault("tables.spark_failed", detail=detail)


def _is_cause(line: str) -> bool:
    return any(mark in line for mark in _NO_FILE)


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of Spark as ours."""
    # pyspark is optional, and only its users pay the second that importing it takes; here it is loaded already.
    from py4j.protocol import Py4JError  # type: ignore[import-untyped, unused-ignore]
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError, ConnectionError) as fault:
        raise _fault(fault) from fault
    except OSError as fault:
        raise io_fault(fault) from fault


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type as the embedded engine gives it: the name of a list's items is no part of it."""
    return pa.list_(kind.value_type) if pa.types.is_list(kind) else kind


def _schema(schema: pa.Schema) -> pa.Schema:
    return pa.schema([(column.name, _plain(column.type)) for column in schema if column.name != ROW])


class Spark:
    """The engine for many machines; `spark_engine` makes and closes it.

    Every source carries the number of its rows, since Spark promises no order: results are put back in it. Whatever
    is kept or streamed lies in `scratch` as Parquet, so that no table passes through the driver's memory.
    """

    def __init__(self, session: "SparkSession", scratch: Path, resources: Resources) -> None:
        self._session = session
        self._scratch = scratch
        self._resources = resources
        self._numbers = itertools.count(1)
        self._lookups: dict[int, tuple[ops.Lookup, Path]] = {}

    def attach(self, source: str, staged: Staged) -> None:
        """See Engine."""
        path = self._path("source")
        # Spark reads a broken record as NULLs or splits it; the embedded engine refuses it, as Engine promises.
        copy_to_parquet(staged, path, self._scratch / "copying", self._resources)
        with _translated():
            self._view(source, path)

    def batches(self, plan: Plan, source: str) -> Iterator[pa.RecordBatch]:
        """See Engine."""
        folder = self._path("rows")
        with _translated():
            # Two steps: ordering samples what it orders, so the plan would run twice.
            self._run(exp.select("*").from_("plan"), (plan, source)).write.parquet(_uri(folder))
            ordered = self._path("ordered")
            self._read(folder).orderBy(ROW).write.parquet(_uri(ordered))
            shutil.rmtree(folder, ignore_errors=True)
            yield from _in_order(_files(ordered))
            shutil.rmtree(ordered, ignore_errors=True)

    def query(self, select: exp.Select, over: Over | None = None) -> pa.Table:
        """See Engine."""
        with _translated():
            table = self._run(select, over).toArrow()
        return table.cast(pa.schema([(column.name, _plain(column.type)) for column in table.schema]))

    def keep(self, table: str, select: exp.Select, over: Over | None = None) -> None:
        """See Engine."""
        folder = self._path("kept")
        with _translated():
            self._run(select, over).write.parquet(_uri(folder))
            self._view(table, folder)

    def _path(self, kind: str) -> Path:
        return self._scratch / f"{kind}_{next(self._numbers)}"

    def _read(self, path: Path) -> "DataFrame":
        # A folder's name is a name, whatever brackets or stars are in it.
        return self._session.read.option("__globPaths__", "false").parquet(_uri(path))

    def _view(self, name: str, path: Path) -> None:
        self._read(path).createOrReplaceTempView(name)

    def _run(self, select: exp.Select, over: Over | None) -> "DataFrame":
        exact = exact_median(select)
        if over is not None:
            plan, source = over
            rendered = render(carrying_row(plan), source, spark())
            for table, lookup in rendered.joins:
                self._view(table, self._lookup(lookup))
            exact = exact.with_("plan", as_=rendered.select)
        return _typed(self._session.sql(statement(exact)))

    def _lookup(self, lookup: ops.Lookup) -> Path:
        """The file of a mapping, written once; known by identity, since hashing thousands of texts takes its time."""
        known = self._lookups.get(id(lookup.mapping))
        if known is None:
            keys, values = zip(*lookup.mapping, strict=True)
            path = self._path("lookup")
            pq.write_table(pa.table({"key": pa.array(keys, pa.string()), "value": pa.array(values, pa.string())}), path)
            known = self._lookups[id(lookup.mapping)] = (lookup, path)
        return known[1]


def _uri(path: Path) -> str:
    """The path as Spark takes it: on this machine or a file system that all share, whatever its default is."""
    return f"file://{path.resolve()}"


def _typed(frame: "DataFrame") -> "DataFrame":
    """The frame without columns of the type of a bare NULL, which no file can hold: they are text."""
    void = {field.name for field in frame.schema if field.dataType.typeName() == "void"}
    if not void:
        return frame
    return frame.withColumns({name: frame[f"`{name}`"].cast("string") for name in void})


def _files(folder: Path) -> list[Path]:
    """The files of a table that was written in order, in that order."""
    return sorted(folder.glob("part-*.parquet"))


def _in_order(files: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """The rows without their numbers, one file after the other; first an empty batch that tells the types."""
    schema = _schema(pq.read_schema(files[0]))
    yield pa.RecordBatch.from_pylist([], schema=schema)
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=schema.names):
                yield pa.RecordBatch.from_arrays(
                    [batch.column(field.name).cast(field.type) for field in schema], schema=schema
                )


@contextmanager
def spark_engine(scratch: Path, resources: Resources) -> Iterator[Spark]:
    """A Spark that keeps its files in `scratch`; UsageError where Java, pyspark or enough memory is missing."""
    with spark_session(scratch, resources) as session:
        yield Spark(session, scratch, resources)
