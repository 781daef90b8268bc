"""The tables of ASlib scenarios: ARFF with quotes, blanks, `?` and NaN, and two dialects of description.txt."""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ronghe.technology.optimize.evidence import Evidence

__all__ = ["Scenario", "read_arff", "read_scenario"]

_ATTRIBUTE = re.compile(r"""@attribute\s+(?:'([^']*)'|"([^"]*)"|(\S+))""", re.IGNORECASE)
_CELL = re.compile(r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,]*))\s*(?:,|$)""")
"""A quoted cell, or anything up to the comma: a quote without its other half is a character like any."""
_CUTOFF = re.compile(r"^algorithm_cutoff_time:\s*'?([0-9.]+|\?)", re.MULTILINE)
_BLANK = {"?", "", "NaN", "nan"}


def read_arff(path: Path) -> tuple[list[str], list[list[str]]]:
    """Names and rows. A stray quote is part of its value and swallows nothing.

    A line with more or fewer cells than there are names is left out and told on stderr.
    """
    text = path.read_text("utf-8", errors="replace")
    parts = re.split(r"(?im)^\s*@data\s*$", text, maxsplit=1)
    if len(parts) < 2:
        raise ValueError(f"{path}: there is no @data line, so this is no ARFF")
    names = ["".join(found) for found in _ATTRIBUTE.findall(parts[0])]
    rows = []
    for number, line in enumerate(parts[1].splitlines()):
        if not line.strip() or line.lstrip().startswith("%"):
            continue
        cells = _cells(line)
        if len(cells) == len(names):
            rows.append(cells)
        else:
            print(f"{path}: row {number} of @data has {len(cells)} cells, not {len(names)}; left out", file=sys.stderr)
    return names, rows


def _cells(line: str) -> list[str]:
    cells, at = [], 0
    while found := _CELL.match(line, at):
        cells.append(next((one for one in found.groups() if one is not None), "").strip())
        at = found.end()
        if at >= len(line):
            return [*cells, ""] if line.rstrip().endswith(",") else cells
    return cells


def _numbers(cells: list[str]) -> list[float]:
    return [float("nan") if cell in _BLANK else float(cell) for cell in cells]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario: evidence with losses as PAR10 (or 1 - quality), folds, what features cost, the cutoff."""

    name: str
    evidence: Evidence
    folds: NDArray[np.int64]
    charge: NDArray[np.float64]
    cutoff: float | None


def _first_repetitions(names: list[str], rows: list[list[str]]) -> Iterator[list[str]]:
    place = names.index("repetition")
    return (row for row in rows if float(row[place]) == 1)


def _charges(folder: Path, places: dict[str, int]) -> NDArray[np.float64]:
    charge = np.zeros(len(places))
    path = folder / "feature_costs.arff"
    if path.is_file():
        names, rows = read_arff(path)
        for row in _first_repetitions(names, rows):
            charge[places[row[0]]] = np.nansum(_numbers(row[2:]))
    return charge


def read_scenario(folder: Path) -> Scenario:
    """Read a scenario with the first repetition of its own folds."""
    names, rows = read_arff(folder / "cv.arff")
    folded = {row[0]: int(float(row[2])) for row in _first_repetitions(names, rows)}
    places = {name: place for place, name in enumerate(folded)}
    said = _CUTOFF.search((folder / "description.txt").read_text("utf-8"))
    cutoff = float(said[1]) if said and said[1] not in ("?", "0") else None

    names, rows = read_arff(folder / "algorithm_runs.arff")
    technologies = sorted({row[2] for row in rows})
    which = {name: place for place, name in enumerate(technologies)}
    losses = np.full((len(places), len(which)), np.nan)
    succeeded = np.zeros(losses.shape, bool)
    runtime = names[3] in ("runtime", "PAR10")
    for row in _first_repetitions(names, rows):
        at = places[row[0]], which[row[2]]
        succeeded[at] = row[-1] == "ok"
        value = _numbers([row[3]])[0]
        if runtime:
            assert cutoff is not None
            losses[at] = value if succeeded[at] else 10 * cutoff
        else:
            losses[at] = 1 - value
    names, rows = read_arff(folder / "feature_values.arff")
    features = np.full((len(places), len(names) - 2), np.nan)
    for row in _first_repetitions(names, rows):
        features[places[row[0]]] = _numbers(row[2:])
    evidence = Evidence(tuple(places), tuple(technologies), features, losses, succeeded)
    folds = np.array(list(folded.values()), np.int64)
    return Scenario(folder.name, evidence, folds, _charges(folder, places), cutoff if runtime else None)
