"""Files about technologies as a bureau would have them: evaluations, workloads, needs, costs, a registry."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

__all__ = ["write", "write_reading_files"]

CONTENTS = ("plates", "forms", "letters")
SKILL = {
    "plate-net": (0.97, 0.70, 0.55),
    "ocr-lite": (0.75, 0.95, 0.50),
    "doc-reader": (0.72, 0.90, 0.92),
}


def write(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_reading_files(folder: Path, *, workloads: int = 60) -> None:
    """Three technologies that read three kinds of document, each good at its own."""
    rng = np.random.default_rng(11)
    works = [(f"w{i:02}", CONTENTS[i % 3], int(rng.integers(100, 600))) for i in range(workloads)]
    write(folder / "workloads.csv", [("workload", "content", "dpi"), *works])
    rows = [
        (name, work, "accuracy", round(float(np.clip(skill[CONTENTS.index(content)] + rng.normal(0, 0.02), 0, 1)), 4))
        for work, content, _ in works
        for name, skill in SKILL.items()
    ]
    write(folder / "evaluations.csv", [("technology", "workload", "metric", "value"), *rows])
    needs = [(f"read {content}", content, 300) for content in CONTENTS]
    write(folder / "needs.csv", [("need", "content", "dpi"), *needs])
    costs = [("plate-net", 90), ("ocr-lite", 10), ("doc-reader", 40), ("new-vision", 5)]
    write(folder / "cost.csv", [("technology", "cost"), *costs])
    licenses = [("plate-net", "MIT", "north"), ("ocr-lite", "GPL-3.0-only", "north"), ("doc-reader", "MIT", "")]
    write(folder / "registry.csv", [("technology", "license", "region"), *licenses])
