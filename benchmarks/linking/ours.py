"""Ronghe links: the files of a task, a public set, generated people, or a delivery of them to clusters that exist."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from benchmarks.linking.score import Pair
from benchmarks.linking.sets import SETS, DataSet
from ronghe.journeys.extend import extend_files
from ronghe.journeys.link import link_files
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import Resources

__all__ = ["PACKAGES", "PEOPLE_COLUMNS", "PEOPLE_ID", "link_set", "run"]

PACKAGES = ("splink", "duckdb", "numpy")
PEOPLE_ID = "编号"
PEOPLE_COLUMNS = ("身份证号", "姓名", "出生日期", "手机", "住址")


def link_set(task: DataSet, out: Path) -> set[Pair]:
    """The pairs of a public set, by what `ronghe data link` does without a word from the user."""
    link_files(
        str(task.left),
        None if task.right is None else str(task.right),
        id_column=task.id_column,
        columns=task.columns,
        out=out,
        resources=Resources(),
        catalog=catalog(()),
        options=task.options,
    )
    found = pq.read_table(out)
    return set(zip(found.column("left_id").to_pylist(), found.column("right_id").to_pylist(), strict=True))


def run(task: dict[str, Any]) -> str:
    """Write `pairs.parquet` (left_id, right_id, probability) and what lies beside it."""
    out = Path(task["out"]) / "pairs.parquet"
    if "set" in task:
        return str(len(link_set(SETS[task["set"]](Path(task["tables"])), out)))
    resources = Resources(memory=task.get("memory"), threads=task["threads"])
    if "clusters" in task:
        made = extend_files(
            task["source"],
            task["delivery"],
            id_column=PEOPLE_ID,
            clusters=Path(task["clusters"]),
            model=Path(task["model"]),
            out=out,
            resources=resources,
            catalog=catalog(()),
        )
    else:
        made = link_files(
            task["source"],
            id_column=PEOPLE_ID,
            columns=PEOPLE_COLUMNS,
            out=out,
            resources=resources,
            catalog=catalog(()),
        )
    return str(made.pairs)
