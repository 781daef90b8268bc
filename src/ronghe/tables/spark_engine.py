"""Plans on Spark, for tables that one machine no longer holds: the same doors as the embedded engine, the same rows."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds
from sqlglot import exp

from ronghe.tables.engine import BATCH_ROWS, Over, Resources, copy_to_parquet
from ronghe.tables.plan import ROW, Plan, carrying_row, render
from ronghe.tables.spark_session import spark_session
from ronghe.tables.spark_sql import spark
from ronghe.tables.staged import Staged

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["Spark", "spark_engine"]


class Spark:
    """The engine for many machines; `spark_engine` makes and closes it.

    Every source carries the number of its rows, since Spark promises no order: results are put back in it.
    """

    def __init__(self, session: "SparkSession", scratch: Path, resources: Resources) -> None:
        self._session = session
        self._scratch = scratch
        self._resources = resources
        self._numbers = itertools.count(1)

    def _folder(self) -> Path:
        return self._scratch / f"spark_{next(self._numbers)}"

    def attach(self, source: str, staged: Staged) -> None:
        """See Engine."""
        path = self._folder().with_suffix(".parquet")
        copy_to_parquet(staged, path, self._scratch / "spill", self._resources)
        self._session.read.parquet(str(path)).createOrReplaceTempView(source)

    def batches(self, plan: Plan, source: str) -> Iterator[pa.RecordBatch]:
        """See Engine."""
        folder = self._folder()
        self._run(exp.select("*").from_("plan"), (plan, source)).orderBy(ROW).write.parquet(str(folder))
        files = sorted(str(path) for path in folder.glob("*.parquet"))
        rows = ds.dataset(files)
        names = [name for name in rows.schema.names if name != ROW]
        yield pa.RecordBatch.from_pylist([], schema=pa.schema([rows.schema.field(name) for name in names]))
        for file in files:
            # One file after the other, one batch after the other: this is the order.
            yield from ds.dataset(file).to_batches(columns=names, batch_size=BATCH_ROWS, use_threads=False)

    def query(self, select: exp.Select, over: Over | None = None) -> pa.Table:
        """See Engine."""
        return self._run(select, over).toArrow()

    def keep(self, table: str, select: exp.Select, over: Over | None = None) -> None:
        """See Engine."""
        folder = self._folder()
        self._run(select, over).write.parquet(str(folder))
        self._session.read.parquet(str(folder)).createOrReplaceTempView(table)

    def _run(self, select: exp.Select, over: Over | None) -> "DataFrame":
        if over is None:
            return self._session.sql(select.sql(dialect="spark"))
        plan, source = over
        rendered = render(carrying_row(plan), source, spark())
        for table, lookup in rendered.joins:
            rows = pa.Table.from_pylist([{"key": key, "value": value} for key, value in lookup.mapping])
            self._session.createDataFrame(rows).createOrReplaceTempView(table)
        return self._session.sql(select.copy().with_("plan", as_=rendered.select, copy=False).sql(dialect="spark"))


@contextmanager
def spark_engine(scratch: Path, resources: Resources) -> Iterator[Spark]:
    """A local Spark that keeps its files in `scratch`; UsageError where Java or pyspark is missing."""
    with spark_session(scratch, resources) as session:
        yield Spark(session, scratch, resources)
