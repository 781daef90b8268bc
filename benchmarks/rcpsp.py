"""Plan PSPLIB instances and write what anyone can check.

`python benchmarks/rcpsp.py DIR --seconds S --answers out.csv`.

Each line of the answers is an instance, its makespan, a bound and the start of every job in the order of the file,
dummy source and sink included. The seconds are those of one core: what else the machine does changes no answer much.
"""

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ronghe.journeys.schedule_projects import read_patterson
from ronghe.resources.schedule.projects import JobPlan, plan_jobs

__all__ = ["answers", "main"]

FIRST = 10
"""Generations before CP-SAT is asked whether more can be had at all; most small instances end there."""
PROVING = 0.03
"""Of the seconds, how many units of deterministic time CP-SAT gets: one takes about a second."""
MANY = 1_000_000


def _planned(path: Path, seconds: float, seed: int) -> JobPlan:
    jobs, capacities = read_patterson(path)
    began = time.process_time()

    def left() -> float:
        return seconds - (time.process_time() - began)

    plan = plan_jobs(jobs, capacities, generations=FIRST, seed=seed, left=left, effort=PROVING * seconds)
    if plan.optimal:
        return plan
    more = plan_jobs(jobs, capacities, generations=MANY, seed=seed + 1, left=left, known=plan.starts)
    return replace(more, bound=max(plan.bound, more.bound))


def answers(paths: Sequence[Path], seconds: float, *, seed: int = 0) -> Iterator[tuple[str, JobPlan]]:
    """Name and plan of each instance, on one core for so many seconds of it."""
    for path in paths:
        yield path.stem, _planned(path, seconds, seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder of .rcp files, searched downwards")
    parser.add_argument(
        "--seconds", type=float, default=30.0, metavar="S", help="of one core, for each instance (%(default)s)"
    )
    parser.add_argument("--answers", type=Path, required=True, metavar="FILE")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th instance of each set")
    given = parser.parse_args()
    paths = sorted(given.folder.rglob("*.rcp"))[:: given.every]
    with given.answers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("instance", "makespan", "bound", "starts"))
        for name, plan in answers(paths, given.seconds):
            writer.writerow((name, plan.makespan, plan.bound, " ".join(map(str, plan.starts.values()))))
            file.flush()
            print(f"{name}: {plan.makespan} (bound {plan.bound})", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
