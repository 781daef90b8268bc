"""Run pieces of work in turn, each in a fresh process, and say what they cost.

The cost is CPU time (user and system, with threads and children), since elapsed time on a shared machine is noise: once
of the work alone, measured inside after the imports, and once of the whole process as the system accounts for it.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.worker import ABSENT

__all__ = ["PEERS_PYTHON", "ROOT", "THREADS", "Absent", "Case", "Measured", "Sample", "measure", "run_once"]

ROOT = Path(__file__).resolve().parent.parent
PEERS_PYTHON = "RONGHE_PEERS_PYTHON"
THREADS = 2
_LIMITS = {name: str(THREADS) for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "ARROW_NUM_THREADS")}


class Absent(Exception):
    """Work that cannot be done here, with the reason."""


@dataclass(frozen=True, slots=True)
class Case:
    """One piece of work: what `module` does with `task`; a `peer` runs in the interpreter of the peers.

    Cases of one `group` must come to the same rows; those without one have nothing to agree on.
    """

    name: str
    title: str
    module: str
    task: Mapping[str, Any]
    rows: int
    peer: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds of CPU of the work and of the whole process, seconds elapsed, the most bytes resident."""

    cpu: float
    process_cpu: float
    wall: float
    peak: int
    versions: Mapping[str, str] = field(default_factory=dict)
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """The runs of one case."""

    case: Case
    samples: tuple[Sample, ...]

    @property
    def cpu(self) -> float:
        """The median of the work's own CPU seconds."""
        return median(sample.cpu for sample in self.samples)

    @property
    def process_cpu(self) -> float:
        """The median of the whole process's CPU seconds."""
        return median(sample.process_cpu for sample in self.samples)

    @property
    def wall(self) -> float:
        """The median of the seconds elapsed."""
        return median(sample.wall for sample in self.samples)

    @property
    def peak(self) -> int:
        """The largest number of bytes that was resident in any run."""
        return max(sample.peak for sample in self.samples)


def _python(case: Case) -> str:
    if not case.peer:
        return sys.executable
    named = os.environ.get(PEERS_PYTHON)
    if not named:
        raise Absent(f"{PEERS_PYTHON} names no interpreter; `make bench` sets it")
    # Not resolved: the link is what tells Python which environment it belongs to.
    path = Path(named).absolute()
    if not path.is_file():
        raise Absent(f"{PEERS_PYTHON}: there is no {named}")
    return str(path)


def _environment() -> dict[str, str]:
    """What a process sees: Python may keep what it compiles, as it does wherever a package is used twice."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | _LIMITS


def run_once(case: Case, out: Path) -> Sample:
    """Do the work of a case once, into the folder `out`; raises Absent when its library is not installed."""
    python = _python(case)
    task = json.dumps({**case.task, "out": str(out), "threads": THREADS})
    command = [python, "-m", "benchmarks.worker", case.module, task]
    with tempfile.TemporaryFile("w+") as complaints:
        with subprocess.Popen(
            command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=complaints, text=True
        ) as process:
            assert process.stdout is not None
            printed = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode == ABSENT:
            raise Absent(f"{json.loads(printed)['absent']} is not installed for {Path(python).name}")
        if process.returncode:
            complaints.seek(0)
            raise RuntimeError(f"{case.name} ended with {process.returncode}:\n{complaints.read()[-4000:]}")
    return Sample(process_cpu=used.ru_utime + used.ru_stime, **json.loads(printed.splitlines()[-1]))


def measure(
    cases: Sequence[Case],
    *,
    repeats: int,
    check: Callable[[Case, Path], None],
    tell: Callable[[str], None],
) -> tuple[dict[str, Measured], dict[str, str]]:
    """Run every case `repeats` times, one after the other in each round, so that a busy minute hits all alike.

    `check` looks at what each run wrote. Gives the measured cases by name, and those skipped with their reasons.
    """
    samples: dict[str, list[Sample]] = {}
    skipped: dict[str, str] = {}
    for turn in range(1, repeats + 1):
        for case in cases:
            if case.name in skipped:
                continue
            with tempfile.TemporaryDirectory(prefix="bench-") as folder:
                try:
                    sample = run_once(case, Path(folder))
                except Absent as absent:
                    skipped[case.name] = str(absent)
                    tell(f"{case.name}: skipped: {absent}")
                    continue
                check(case, Path(folder))
            samples.setdefault(case.name, []).append(sample)
            tell(f"{case.name}: {turn} of {repeats}: {sample.cpu:.2f} s CPU, {sample.peak // 10**6} MB")
    titled = {case.name: case for case in cases}
    return {name: Measured(titled[name], tuple(runs)) for name, runs in samples.items()}, skipped
