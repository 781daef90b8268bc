"""Run Ronghe beside its peers and the physical floor; `python -m benchmarks.page` writes the page in the docs anew."""

from pathlib import Path

from benchmarks.measure import ROOT
from benchmarks.results import read, tables

__all__ = ["PAGE", "page", "write"]

PAGE = ROOT / "docs" / "reference" / "benchmarks.md"
SUITES = (
    "standardize",
    "integrate",
    "scan",
    "trust",
    "access",
    "resources",
    "policy",
    "linking",
    "technology",
    "schedule",
    "index",
)

ABOUT = """\
# Benchmarks

`make bench` does one piece of work in several ways, side by side on one machine in one run, and compares what they
cost.

## What is measured: standardize

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

## What is measured: integrate

Three made tables of departments with one identity number (people, insured four fifths of them, taxed three fifths, some
of both unknown to the first; Parquet), joined into one row for each number that any of them knows.

| who | how |
|---|---|
| floor | DuckDB copies the three tables from Parquet to Parquet |
| Ronghe | `ronghe data integrate` with one full join, one-to-one: keys checked, counts, lineage, manifest with hashes |
| Polars, pandas | two outer joins with `validate="1:1"`, written by hand |

## What holds for all

- No figure is printed before it is certain that all came to the same rows: numbers of rows, and checksums of every
  published value, of every reason and of every original cell.
- Every run is a fresh process with two threads. The ways take turns, three rounds; the median counts.
- The cost is CPU time, user and system, of all threads and children: elapsed time on a shared machine is noise.
  `CPU s` is the work alone, after the imports, and ratios are of it; `with start` is the whole process. `peak` is
  the most memory that was resident.
- Parquet is compressed by zstd by everyone: at level 1 where tables are standardized, at each one's default where they
  are joined.

### Linking

Public sets with their truth, linked by one fixed rule without labels and by a first model that is written as Splink's
documentation writes one (`benchmarks/peers/splink_defaults.py`). The sets lie outside the tree: `RONGHE_SHARED_DATA`
says where. A million generated people, a quarter of them twice, are linked within one table; then a hundredth of them
is delivered to the clusters of the others. `--full` links five million within 4 GB. Precision, recall and F1 stand in
the notes. `python -m benchmarks.linking.left_out` sets each of our constants lower and higher.

### Scan

Whole columns and texts are scanned for personal data, and what is found is compared with the truth. Recall and
precision stand in the notes with Wilson's 95% intervals: few columns leave wide ones.

- Public columns: 88 of 400 rows with headers that say nothing, look-alikes among them.
- Made columns: other shapes from a seed: spaced and full-width numbers, starred names, coordinates, and codes, titles
  and places that only look personal.
- Chinese remarks: 备注 of our own making from a seed, half of them with nothing personal. A part is found when a
  finding of its kind overlaps it.
- English sentences: the public ones of Presidio's authors. Scored are mail, web and network addresses, cards and
  IBANs, telephone, social security and licence numbers: what patterns can find.

Presidio runs its pattern and telephone recognizers for English without a language model, so words around a finding do
not raise its score; of five thresholds the one that is best for it counts.

### Schedule

Made towns: rooms of five nested sizes, some with video, half-hour slots, ten hours a day, 1.3 times the requests that
fit. The gap is to the bound that no plan exceeds. A million bookings of 500 resources are asked for the earliest slot,
by the index and by SQLite in memory (`PRIMARY KEY (resource, start)`), and must give the same answers. A sample of
PSPLIB is planned once, for 30 seconds of one core each, and compared with the best makespans known;
`benchmarks/rcpsp.py` plans any folder of instances and writes start times that anyone can check.

## What is measured: index

The trail of a made city with 60 departments, 3,000 entries and a million audit entries over a year, half of them
reads, a quarter updates of sources, the rest requests with their answers. The work is that of the nightly job on
SQLite: read the events that count, fold them into datasets and answers, compute the degree with every factor, interval
and row, hash it and keep it.

## How to run

```
make bench                                    # sets up the peers in .venv-peers; some minutes
.venv/bin/python -m benchmarks --full         # the tables of 10,000,000 rows too
.venv/bin/python -m benchmarks --only integrate
.venv/bin/python -m benchmarks --rows 100000 --only ronghe --only floor --repeats 1
```

`RONGHE_PEERS_PYTHON` names the interpreter that has the peers; without it they are skipped. The tables are kept in
`build/bench`. Only a whole run of a suite is recorded in `benchmarks/results`, any other in `build/bench/results`.
`--json` prints everything that was measured.

## What is measured: technology

For each workload of eight ASlib scenarios (solvers and classifiers) a technology is selected by the scenario's own ten
folds, feature costs charged. 0 is the virtual best, 1 the single best. Pooled: over all workloads at once; the
published figures are means of the folds' ratios, which explode where a fold's single best is nearly the virtual best,
so both are given. Beside it a forest for each technology of equal settings and equal rules. The scenarios are no part
of the tree; the kind of split target was chosen among ten on the same scenarios (decision 13).
`python -m benchmarks.aslib` writes the selections, for scoring with other code.

Months are simulated: a probe each minute with the jitter of the real timetable and an objective of 99.9%. 200 have an
outage, 200 errors by chance (1 in 2,000), others a service that fails in a rhythm of 2 to 60 probes. What counts is how
late an outage is paged, how often chance pages, and how many alarms one trouble makes.

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
