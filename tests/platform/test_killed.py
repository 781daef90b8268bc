"""A worker that is killed anywhere leaves the old state or the new one, and another one finishes with one effect."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(folder: Path, *numbers: int) -> list[Any]:
    command = [sys.executable, "-m", "tests.platform.killed", str(folder), *map(str, numbers)]
    environ = {name: value for name, value in os.environ.items() if name != "RONGHE_DATABASE"}
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def check(points: list[Any]) -> None:
    # How many things a worker does varies by a few: it may be through before the last point.
    assert sum(point["ended"] != -9 for point in points) <= 1 + len(points) // 20
    for point in points:
        assert point["ended"] in (-9, 0), point
        before, after = point["before"], point["after"]
        # Half a snapshot never counts: either nothing is handed over, or all of it is.
        assert before["state"] == ("ready" if before["entries"] else "wanted"), point
        assert before["entries"] <= 1
        if before["state"] == "ready":
            assert before["whole"], point
        assert (point["again"], after["state"], after["rows"], after["entries"]) == (0, "ready", 3, 1), point
        assert after["moves"] == ["submit", "accept", "deliver"], point
        assert (after["whole"], after["beside"], after["work"]) == (True, ["1"], []), point


def test_threats_19_22_24_and_25_killed_workers_and_many_at_once(tmp_path: Path) -> None:
    """One process for all of it, for loading takes the longest."""
    *points, at_once = run(tmp_path, 3, 64)
    assert len(points) == 3
    check(points)
    assert (at_once["through"], at_once["used"], at_once["most"]) == (32, 32, 32)
    assert (at_once["won"], at_once["state"], at_once["grants"]) == (1, "accepted", 1)


@pytest.mark.slow
def test_threats_22_and_25_a_worker_killed_at_every_point_of_a_delivery(tmp_path: Path) -> None:
    points = run(tmp_path, 10_000)
    assert len(points) == points[0]["of"]
    check(points)
