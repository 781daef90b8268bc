"""Run Ronghe beside its peers and the physical floor; `python -m benchmarks.page` writes the page in the docs anew."""

from pathlib import Path

from benchmarks.measure import ROOT
from benchmarks.results import read, tables

__all__ = ["PAGE", "page", "write"]

PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
SUITES = ("standardize", "resources")

ABOUT = """\
# Benchmarks

`make bench` does one piece of work in several ways, side by side on one machine in one run, and compares what they
cost.

## What is measured

A made table of people, dirty as departments' tables are: identity numbers with 2% bad shapes and 2% bad check
digits, names with spaces, dates in five forms, regions by name and by code, amounts such as `1.5万` and
`￥12,000.00`, telephone numbers with `+86`, hyphens and full-width digits. It has 2,000,000 rows and comes from a
fixed seed, so everyone measures the same bytes. The work is to decode, fold, read, check and split: a Parquet file
of the good rows in standard form, and another of the quarantined ones with the number of the row, every reason and
the original cells.

| who | how |
|---|---|
| floor | DuckDB copies the CSV as text to Parquet: what reading and writing alone cost |
| Ronghe | `ronghe data standardize` with a schema of standard data elements |
| Polars, pandas | the same work written by hand: lazy and streaming, or in whole columns over Arrow strings |
| dataframely, pandera | the cells read by the Polars expressions, then judged by a schema with the same rules |

The peers are written to be fast, not to look slow, and they do less. They read the spellings that occur in this
table, where Ronghe reads all that its elements know. They do not guard against broken records, count warnings, hash
what they publish or describe it in a data package. pandas holds amounts as floating-point numbers, all others as
decimals.

- No figure is printed before it is certain that all came to the same rows: numbers of rows, and checksums of every
  published value, of every reason and of every original cell.
- Every run is a fresh process with two threads. The ways take turns, three rounds; the median counts.
- The cost is CPU time, user and system, of all threads and children: elapsed time on a shared machine is noise.
  `CPU s` is the work alone, after the imports, and ratios are of it; `with start` is the whole process. `peak` is
  the most memory that was resident.
- Parquet is compressed by zstd at level 1 by everyone.

## How to run

```
make bench                                    # sets up the peers in .venv-peers; some minutes
.venv/bin/python -m benchmarks --full         # the table of 10,000,000 rows too
.venv/bin/python -m benchmarks --rows 100000 --only ronghe --only floor --repeats 1
```

`RONGHE_PEERS_PYTHON` names the interpreter that has the peers; without it they are skipped. The tables are kept in
`build/bench`. Only a whole run is recorded in `benchmarks/results`, any other in `build/bench/results`. `--json`
prints everything that was measured.

## How to read

Compare ratios within one table, never seconds of two. "Ronghe over the floor" of 3 means that standardizing costs
three times what copying costs.
"""


def page(folder: Path | None = None) -> str:
    """The page as Markdown, with the results recorded in `folder` (by default those of the tree)."""
    parts = [ABOUT]
    for suite in SUITES:
        found = read(suite, folder) if folder else read(suite)
        shown = tables(found) if found else "Nothing is recorded yet.\n"
        parts.append(f"## Results: {suite}\n\n{shown}")
    return "\n".join(parts)


def write() -> None:
    """Write the page into the docs."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    write()
