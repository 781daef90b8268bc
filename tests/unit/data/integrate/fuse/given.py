"""Tables for the tests of union, join and fusion, and the rows of the files that a step wrote."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from ronghe.data.integrate.fuse.fuse import fuse
from ronghe.data.integrate.fuse.join import join
from ronghe.data.integrate.fuse.plan import FuseStep, JoinStep, Source, Step, UnionStep
from ronghe.data.integrate.fuse.table import Made, Table
from ronghe.data.integrate.fuse.union import union
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine

Columns = Mapping[str, Sequence[Any]]


@contextmanager
def engine_of(
    tables: Mapping[str, Columns], **declared: Mapping[str, Any]
) -> Iterator[tuple[DuckDB, dict[str, Table]]]:
    """An engine with these tables as views; `declared` says more of a source."""
    with TemporaryDirectory() as folder, duckdb_engine(Path(folder), Resources()) as engine:
        made = {}
        for name, columns in tables.items():
            engine.connection.register(f"given_{name}", pa.table({n: pa.array(c) for n, c in columns.items()}))
            engine.connection.sql(f"FROM given_{name}").create_view(name)
            source = Source(name, name, **({"department": name} | dict(declared.get(name, {}))))
            made[name] = Table(name, engine.types(name), source)
        yield engine, made


def done(step: Step, tables: Mapping[str, Columns], folder: Path, **declared: Mapping[str, Any]) -> Made:
    """What the step makes of the tables, into the folder."""
    path = folder / f"{step.name}.parquet"
    with engine_of(tables, **declared) as (engine, made):
        if isinstance(step, UnionStep):
            return union(engine, step, [made[name] for name in step.of], path)
        if isinstance(step, JoinStep):
            return join(engine, step, [made[name] for name in step.of], path)
        assert isinstance(step, FuseStep)
        clusters = made[step.clusters] if step.clusters else None
        return fuse(engine, step, [made[name] for name in step.tables], clusters, path)


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a Parquet file, in its order."""
    found: list[dict[str, Any]] = duckdb.read_parquet(str(path)).to_arrow_table().to_pylist()
    return found
