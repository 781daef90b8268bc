"""`python -m benchmarks`: measure, print, and record what was measured."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import page
from benchmarks.access import suite as access
from benchmarks.index import suite as index
from benchmarks.integrate import suite as integrate
from benchmarks.linking import suite as linking
from benchmarks.measure import ROOT
from benchmarks.platform import suite as platform
from benchmarks.policy import suite as policy
from benchmarks.resources import suite as resources
from benchmarks.results import RESULTS, tables, write
from benchmarks.scan import suite as scan
from benchmarks.schedule import suite as schedule
from benchmarks.standardize import suite as standardize
from benchmarks.technology import suite as technology
from benchmarks.trust import suite as trust

_ALL = (
    standardize,
    integrate,
    scan,
    trust,
    access,
    resources,
    schedule,
    policy,
    linking,
    technology,
    index,
    platform,
)
SUITES = {suite.NAME: suite for suite in _ALL}
MADE = ROOT / "build" / "bench"
REPEATS = 3


def _arguments() -> argparse.Namespace:
    names = [*SUITES, *(case for suite in SUITES.values() for case in suite.CASES)]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=page.__doc__)
    parser.add_argument("--rows", type=int, metavar="N", help="rows of the main table instead of the suite's own")
    parser.add_argument("--full", action="store_true", help="the larger table as well, and an hour of the platform")
    parser.add_argument(
        "--only", action="append", default=[], choices=names, metavar="NAME", help=f"of {', '.join(names)}; repeatable"
    )
    parser.add_argument("--repeats", type=int, default=REPEATS, metavar="N", help="runs of each case (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser.parse_args()


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _results_folder(given: argparse.Namespace, cases: Sequence[str], *, skipped: bool) -> Path:
    """Only a whole run of a suite, with every peer, is worth recording in the tree."""
    whole = given.rows is None and not cases and given.repeats >= REPEATS and not skipped
    return RESULTS if whole else MADE / "results"


def main() -> None:
    given = _arguments()
    for name, suite in SUITES.items():
        cases = [case for case in suite.CASES if case in given.only and case not in SUITES]
        if given.only and name not in given.only and not cases:
            continue
        rows = given.rows or suite.ROWS
        found = suite.run(MADE, rows=rows, full=given.full, only=cases, repeats=given.repeats, tell=_tell)
        folder = _results_folder(given, cases, skipped=bool(found["skipped"]))
        print(json.dumps(found, ensure_ascii=False) if given.json else tables(found))
        _tell(f"written: {write(found, folder)}")
        if folder == RESULTS:
            page.write()


if __name__ == "__main__":
    main()
