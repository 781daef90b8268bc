"""Polars by hand: lazy, on the streaming engine, both files from one pass over the source."""

from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.standardize.peers.polars_people import COLUMNS, broken, people, published, reasons

PACKAGES = ("polars",)


def run(task: dict[str, Any]) -> None:
    out = Path(task["out"])
    rules = broken()
    names = [f"broken {number}" for number in range(len(rules))]
    flags = {key: pl.col(name) for key, name in zip(rules, names, strict=True)}
    judged = people(task).with_columns(**dict(zip(names, rules.values(), strict=True)))
    bad = pl.any_horizontal(names)
    good_rows = judged.filter(~bad).select(published())
    bad_rows = judged.filter(bad).select("_row", reasons(flags).alias("_reasons"), *COLUMNS)
    sinks = [
        rows.sink_parquet(out / name, compression="zstd", compression_level=1, lazy=True)
        for name, rows in (("people.parquet", good_rows), ("rejects.parquet", bad_rows))
    ]
    pl.collect_all(sinks, engine="streaming")
