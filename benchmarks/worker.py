"""Runs inside each measured process: `python -m benchmarks.worker MODULE TASK` does one piece of work and measures it.

MODULE has `run(task)` and `PACKAGES`, the libraries whose versions matter; TASK is a JSON object. What is imported
before `run` is not the work. Only the standard library is imported here: peers have an interpreter of their own.
"""

import importlib
import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

ABSENT = 3
"""The exit code that says: a library is not installed."""


def cpu_seconds() -> float:
    """User and system time of this process, its threads, and its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def peak_bytes() -> int:
    """The most memory that was resident (VmHWM)."""
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise OSError("/proc/self/status has no VmHWM: the benchmarks need Linux")


def main(module: str, task: str) -> int:
    try:
        work = importlib.import_module(module)
    except ModuleNotFoundError as absent:
        print(json.dumps({"absent": absent.name}))
        return ABSENT
    started, began = cpu_seconds(), time.perf_counter()
    told = work.run(json.loads(task))
    measured = {"cpu": cpu_seconds() - started, "wall": time.perf_counter() - began, "peak": peak_bytes()}
    print(json.dumps({**measured, "versions": {name: version(name) for name in work.PACKAGES}, "told": told}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
