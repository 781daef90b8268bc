"""The tables of ASlib scenarios: ARFF with quotes, blanks, `?` and NaN, and two dialects of description.txt."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ronghe.technology.optimize.evidence import Evidence

__all__ = ["Scenario", "read_arff", "read_scenario"]

_ATTRIBUTE = re.compile(r"""@attribute\s+(?:'([^']*)'|"([^"]*)"|(\S+))""", re.IGNORECASE)
_CUTOFF = re.compile(r"^algorithm_cutoff_time:\s*'?([0-9.]+|\?)", re.MULTILINE)
_BLANK = {"?", "", "NaN", "nan"}


def read_arff(path: Path) -> tuple[list[str], list[list[str]]]:
    """Names and rows. A stray quote of one kind inside a value of the other stays what it is."""
    text = path.read_text("utf-8", errors="replace")
    head, _, body = re.split(r"(?im)^\s*(@data)\s*$", text, maxsplit=1)
    names = ["".join(filter(None, found)) for found in _ATTRIBUTE.findall(head)]
    lines = (line for line in body.splitlines() if line.strip() and not line.lstrip().startswith("%"))
    return names, [_cells(row) for row in csv.reader(lines, skipinitialspace=True)]


def _cells(row: list[str]) -> list[str]:
    stripped = (cell.strip() for cell in row)
    return [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == "'" else cell for cell in stripped]


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
