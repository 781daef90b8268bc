"""`python benchmarks/linkage.py LEFT [RIGHT] --id COLUMN --pairs out.csv`: link files and write the pairs.

Anyone can score them. Without files, every public set is linked and scored beside plain Splink.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.linking.score import Pair, score
from benchmarks.linking.sets import SETS, DataSet, tables_folder
from benchmarks.peers.splink_defaults import link_by_defaults
from ronghe.data.integrate.statements import drawn, make
from ronghe.journeys.link import link_files
from ronghe.standards.catalog import catalog
from ronghe.tables.delimited import separate
from ronghe.tables.engine import MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__)
    parser.add_argument("left", nargs="?", metavar="LEFT")
    parser.add_argument("right", nargs="?", metavar="RIGHT")
    parser.add_argument("--id", metavar="COLUMN")
    parser.add_argument("--right-id", metavar="COLUMN")
    parser.add_argument("--columns", metavar="COLUMNS", default="")
    parser.add_argument("--pairs", type=Path, metavar="FILE")
    parser.add_argument("--only", action="append", default=[], choices=list(SETS))
    return parser.parse_args()


def _link(given: argparse.Namespace) -> None:
    columns = tuple(part for part in given.columns.split(",") if part)
    made = link_files(
        given.left,
        given.right,
        id_column=given.id,
        right_id=given.right_id,
        columns=columns,
        out=given.pairs,
        resources=Resources(),
        catalog=catalog(()),
    )
    print(f"{made.pairs} pairs: {given.pairs}")


def _table(source: Path, options: ReadOptions, id_column: str) -> pa.Table:
    """A source as Splink takes it: text, lower case, the id as `id`."""
    with (
        tempfile.TemporaryDirectory() as folder,
        duckdb_engine(Path(folder) / "spill", Resources(), reorder_joins=True) as engine,
    ):
        staged = stage(str(source), Path(folder), options=options)
        try:
            engine.attach("given", staged)
            make(engine, "read", drawn("SELECT * FROM given"))
        except MalformedRecords:
            engine.attach("given", separate(staged, Path(folder)))
            make(engine, "read", drawn("SELECT * FROM given"))
        names = ["id" if name == id_column else name for name in staged.columns]
        table = engine.connection.sql("SELECT * FROM read").to_arrow_table().rename_columns(names)
    lowered = {
        name: table.column(name)
        if name == "id"
        else pa.compute.utf8_lower(pa.compute.utf8_trim_whitespace(table.column(name)))
        for name in names
    }
    return pa.table(lowered)


def _splink(task: DataSet) -> set[Pair]:
    sources = [task.left] if task.right is None else [task.left, task.right]
    tables = [_table(source, task.options, task.id_column) for source in sources]
    shared = [name for name in tables[0].column_names if name in tables[-1].column_names and name != "id"]
    return link_by_defaults(tables, task.columns or shared)


def _ours(task: DataSet, folder: Path) -> set[Pair]:
    out = folder / "pairs.parquet"
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


def _compare(only: list[str]) -> None:
    folder = tables_folder()
    if folder is None:
        sys.exit("the public data sets are not here: say where they lie by RONGHE_SHARED_TABLES")
    print("| set | precision | recall | F1 | goal | seconds | plain Splink |")
    print("|---|---|---|---|---|---|---|")
    for name in only or SETS:
        task = SETS[name](folder)
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as made:
            ours = score(_ours(task, Path(made)), task.true, one_table=task.right is None)
        took = time.perf_counter() - started
        plain = score(_splink(task), task.true, one_table=task.right is None)
        goal = "-" if task.goal is None else f"{task.goal:.2f}"
        print(
            f"| {task.name} | {ours.precision:.3f} | {ours.recall:.3f} | {ours.f1:.3f} | {goal} | {took:.0f}"
            f" | {plain.f1:.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    arguments = _arguments()
    if arguments.left:
        _link(arguments)
    else:
        _compare(arguments.only)
