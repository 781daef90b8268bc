"""`python -m benchmarks.nab DIR --answers DIR2`: anomaly alarms on series of the Numenta benchmark, by its own formula.

DIR has `data/*/*.csv` and `labels/combined_windows.json`. DIR2 receives, for each series, a CSV `timestamp,detection`,
so that anyone can score it with other code. One setting serves all series. The probationary part, the first 15% but at
most 750 points, teaches the detector, as the benchmark allows.

Source of the formula: Lavin and Ahmad 2015, "Evaluating Real-time Anomaly Detection Algorithms", standard profile.
"""

import argparse
import csv
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ronghe.signals import anomalies

__all__ = ["probation", "raw_score", "score_folder", "sigmoid"]

FALSE_ALARM = 0.11
"""What a false alarm costs in the standard profile; a window missed costs 1, one found early earns 1."""

Window = tuple[int, int]


def sigmoid(position: float) -> float:
    """From 1 to -1: how much an alarm is worth at a place relative to the end of a window."""
    return -1.0 if position > 3.0 else 2 / (1 + math.exp(5 * position)) - 1


def probation(count: int) -> int:
    """Points that do not count."""
    return min(int(0.15 * count), 750)


def raw_score(count: int, detections: Sequence[int], windows: Sequence[Window]) -> float:
    """What the alarms of one series earn: the earliest of each window, less false alarms and windows missed."""
    found: dict[Window, float] = {}
    lost = 0.0
    for place in detections:
        if place < probation(count):
            continue
        inside = next((window for window in windows if window[0] <= place <= window[1]), None)
        if inside is not None:
            position = -(inside[1] - place + 1) / (inside[1] - inside[0] + 1)
            found[inside] = max(found.get(inside, -1.0), sigmoid(position) / sigmoid(-1.0))
            continue
        before = [window for window in windows if window[1] < place]
        width = before[-1][1] - before[-1][0] if before else 0
        lost += FALSE_ALARM * (sigmoid((place - before[-1][1]) / width) if before else -1.0)
    return sum(found.values()) + lost - (len(windows) - len(found))


def _windows(stamps: Sequence[str], listed: Sequence[Sequence[str]]) -> list[Window]:
    """Windows as places of their first and last point."""
    places = []
    for first, last in listed:
        inside = [place for place, stamp in enumerate(stamps) if first[:19] <= stamp <= last[:19]]
        places.append((inside[0], inside[-1]))
    return places


def score_folder(folder: Path, answers: Path | None = None) -> tuple[float, dict[str, float]]:
    """The score of all series in a folder, 100 for perfect and 0 for no alarm at all, and the raw score of each."""
    labels = json.loads((folder / "labels" / "combined_windows.json").read_text("utf-8"))
    raw: dict[str, float] = {}
    total = 0
    for name, listed in sorted(labels.items()):
        path = folder / "data" / name
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))[1:]
        stamps, values = [row[0] for row in rows], np.array([float(row[1]) for row in rows])
        found = anomalies(values, warmup=probation(len(values))).tolist()
        raw[name] = raw_score(len(values), found, _windows(stamps, listed))
        total += len(listed)
        if answers is not None:
            _write(answers / name, stamps, set(found))
    return 100 * (sum(raw.values()) + total) / (2 * total), raw


def _write(path: Path, stamps: Sequence[str], found: set[int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["timestamp", "detection"])
        writer.writerows([stamp, int(place in found)] for place, stamp in enumerate(stamps))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nab", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--answers", type=Path, metavar="DIR2")
    given = parser.parse_args()
    score, raw = score_folder(given.folder, given.answers)
    for name, value in raw.items():
        print(f"{value:8.3f}  {name}")
    print(f"standard score {score:.2f} of {len(raw)} series")
    peers = given.folder / "peer_scores.json"
    if peers.is_file():
        known = json.loads(peers.read_text("utf-8"))["subset_score"]
        print(
            "peers: "
            + ", ".join(f"{name} {value:.1f}" for name, value in sorted(known.items(), key=lambda one: one[1]))
        )


if __name__ == "__main__":
    main()
