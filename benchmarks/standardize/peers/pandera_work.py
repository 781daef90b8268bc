"""pandera on Polars: the cells read by the Polars expressions, judged lazily by a schema whose checks are the same.

Its failure cases name the check and the row's index, from which the reasons of the quarantined rows are gathered.
"""

from pathlib import Path
from typing import Any

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from benchmarks.standardize.peers.polars_people import COLUMNS, broken, people, published

PACKAGES = ("pandera", "polars")

RULES = broken()
ORDER = {f"{name}: {rule}": number for number, (name, rule) in enumerate(RULES)}


def _check(condition: pl.Expr, title: str) -> pa.Check:
    return pa.Check(lambda data: data.lazyframe.select(~condition), name=title)


SCHEMA = pa.DataFrameSchema(checks=[_check(RULES[key], title) for key, title in zip(RULES, ORDER, strict=True)])


def failures(frame: pl.DataFrame) -> pl.DataFrame:
    """The index and the check of every failure."""
    try:
        SCHEMA.validate(frame, lazy=True)
    except SchemaErrors as errors:
        return errors.failure_cases.select(pl.col("index").cast(pl.UInt32), "check")
    return pl.DataFrame(schema={"index": pl.UInt32, "check": pl.String})


def quarantined(frame: pl.DataFrame, failed: pl.DataFrame) -> pl.DataFrame:
    """The failed rows with their reasons, in the order of the rows."""
    name = pl.col("check").str.split(": ").list.first()
    cell = pl.coalesce(pl.when(name == column).then(pl.col(column)) for column in COLUMNS).fill_null("")
    order = pl.col("check").replace_strict(ORDER)
    rows = frame.select("_row", *COLUMNS).with_row_index("index")
    told = failed.join(rows, on="index").select("_row", pl.format("{}: {}", "check", cell).alias("_reasons"), order)
    listed = told.sort("_row", "check").group_by("_row", maintain_order=True).agg("_reasons")
    return listed.join(frame.select("_row", *COLUMNS), on="_row", maintain_order="left")


def run(task: dict[str, Any]) -> None:
    out = Path(task["out"])
    frame = people(task).collect(engine="streaming")
    rejected = quarantined(frame, failures(frame))
    good = frame.join(rejected.select("_row"), on="_row", how="anti", maintain_order="left").select(published())
    good.write_parquet(out / "people.parquet", compression="zstd", compression_level=1)
    rejected.write_parquet(out / "rejects.parquet", compression="zstd", compression_level=1)
