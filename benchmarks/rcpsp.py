"""Plan PSPLIB instances and write what anyone can check.

`python benchmarks/rcpsp.py DIR --seconds S --answers out.csv`.

Each line of the answers is an instance, its makespan, a bound and the start of every job in the order of the file,
dummy source and sink included.
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ronghe.journeys.schedule_projects import read_patterson
from ronghe.resources.schedule.projects import JobPlan, plan_jobs

__all__ = ["answers", "main"]

PROVING = (0.1, 0.5)
"""The parts of an instance's time between which CP-SAT works; before and after it the genetic search does."""
MANY = 1_000_000


def _planned(path: Path, seconds: float, seed: int, workers: int) -> JobPlan:
    jobs, capacities = read_patterson(path)
    began = time.monotonic()

    def until(part: float) -> Callable[[], float]:
        return lambda: part * seconds - (time.monotonic() - began)

    plan = plan_jobs(jobs, capacities, generations=MANY, seed=seed, left=until(PROVING[0]))
    if not plan.optimal:
        prove = until(PROVING[1])
        plan = plan_jobs(jobs, capacities, generations=0, seed=seed, left=prove, workers=workers, known=plan.starts)
    if plan.optimal:
        return plan
    more = plan_jobs(jobs, capacities, generations=MANY, seed=seed + 1, left=until(1.0), known=plan.starts)
    return replace(more, bound=max(plan.bound, more.bound))


def answers(paths: Sequence[Path], seconds: float, *, seed: int = 0, workers: int = 2) -> Iterator[tuple[str, JobPlan]]:
    """Name and plan of each instance."""
    for path in paths:
        yield path.stem, _planned(path, seconds, seed, workers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="a folder of .rcp files, searched downwards")
    parser.add_argument("--seconds", type=float, default=30.0, metavar="S", help="for each instance (%(default)s)")
    parser.add_argument("--answers", type=Path, required=True, metavar="FILE")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th instance of each set")
    parser.add_argument("--workers", type=int, default=2, metavar="N")
    given = parser.parse_args()
    paths = sorted(given.folder.rglob("*.rcp"))[:: given.every]
    with given.answers.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("instance", "makespan", "bound", "starts"))
        for name, plan in answers(paths, given.seconds, workers=given.workers):
            writer.writerow((name, plan.makespan, plan.bound, " ".join(map(str, plan.starts.values()))))
            file.flush()
            print(f"{name}: {plan.makespan} (bound {plan.bound})", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
