"""The engines that every drawn table runs on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from ronghe.tables.engine import Engine, Resources, duckdb_engine
from ronghe.tables.spark_engine import spark_engine

ENGINES: dict[str, Callable[[Path, Resources], AbstractContextManager[Engine]]] = {
    "duckdb": duckdb_engine,
    "spark": spark_engine,
}


@pytest.fixture(scope="module", params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine, opened once for a file of tests: Spark takes a quarter of a minute to start."""
    scratch: Path = tmp_path_factory.mktemp(request.param)
    with ENGINES[request.param](scratch, Resources(memory=2_000_000_000)) as engine:
        yield engine
