"""dataframely: the cells read by the Polars expressions, then judged by a schema whose rules are the same."""

from pathlib import Path
from typing import Any

import dataframely as dy
import polars as pl

from benchmarks.standardize.peers.polars_people import COLUMNS, broken, people, published, reasons

PACKAGES = ("dataframely", "polars")

RULES = broken()
TYPES: dict[str, Any] = {"v序号": dy.Int64, "v出生日期": dy.Date, "v年收入": lambda **more: dy.Decimal(18, 2, **more)}


def _rule(condition: pl.Expr) -> Any:
    return dy.rule()(lambda _: ~condition)


def _columns() -> dict[str, Any]:
    originals = {name: dy.String(nullable=True) for name in COLUMNS}
    values = {f"v{name}": TYPES.get(f"v{name}", dy.String)(nullable=True) for name in COLUMNS}
    return {"_row": dy.UInt32(), **originals, **values}


People: Any = type(
    "People",
    (dy.Schema,),
    _columns() | {f"{name}: {rule}": _rule(condition) for (name, rule), condition in RULES.items()},
)


def run(task: dict[str, Any]) -> None:
    out = Path(task["out"])
    good, failure = People.filter(people(task).collect(engine="streaming"))
    good.select(published()).write_parquet(out / "people.parquet", compression="zstd", compression_level=1)
    flags = {(name, rule): pl.col(f"{name}: {rule}") == "invalid" for name, rule in RULES}
    listed = failure.details().select("_row", reasons(flags).alias("_reasons"), *COLUMNS)
    listed.write_parquet(out / "rejects.parquet", compression="zstd", compression_level=1)
