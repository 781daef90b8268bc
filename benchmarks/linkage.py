"""`python benchmarks/linkage.py LEFT [RIGHT] --id COLUMN --pairs out.csv`: link files and write the pairs.

Anyone can score them. Without files, every public set is linked and scored beside plain Splink.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.linking.ours import link_set
from benchmarks.linking.plain import link_plainly
from benchmarks.linking.score import score
from benchmarks.linking.sets import SETS, tables_folder
from ronghe.journeys.link import link_files
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import Resources


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


def _compare(only: list[str]) -> None:
    folder = tables_folder()
    if folder is None:
        sys.exit("the public data sets are not here: say where they lie by RONGHE_SHARED_DATA")
    print("| set | precision | recall | F1 | goal | seconds | plain Splink |")
    print("|---|---|---|---|---|---|---|")
    for name in only or SETS:
        task = SETS[name](folder)
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as made:
            ours = score(link_set(task, Path(made) / "pairs.parquet"), task.true, one_table=task.right is None)
        took = time.perf_counter() - started
        plain = score(link_plainly(task), task.true, one_table=task.right is None)
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
