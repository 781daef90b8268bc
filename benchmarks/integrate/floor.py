"""The physical floor: read the three tables and write them as Parquet again, with nothing done to them."""

from typing import Any

import duckdb

PACKAGES = ("duckdb",)


def run(task: dict[str, Any]) -> None:
    with duckdb.connect(config={"threads": task["threads"]}) as connection:
        for name, source in task["sources"].items():
            connection.execute(
                f"COPY (FROM read_parquet('{source}')) TO '{task['out']}/{name}.parquet' "
                "(FORMAT parquet, COMPRESSION zstd)"
            )
