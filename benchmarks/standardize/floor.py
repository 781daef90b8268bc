"""The physical floor: read the CSV as text and write it as Parquet, with nothing done to it."""

from typing import Any

import duckdb

PACKAGES = ("duckdb",)


def run(task: dict[str, Any]) -> None:
    with duckdb.connect(config={"threads": task["threads"]}) as connection:
        connection.execute(
            f"COPY (FROM read_csv('{task['source']}', all_varchar = true, header = true)) "
            f"TO '{task['out']}/people.parquet' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
        )
