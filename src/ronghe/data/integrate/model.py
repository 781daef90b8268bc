"""The trained model as a file that a person can read: `linkage-model@1`."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ronghe.data.integrate.comparisons import Comparison, comparisons_of
from ronghe.data.integrate.kinds import Kind
from ronghe.data.integrate.prepare import Compared
from ronghe.data.integrate.training import Exclusive, Trained
from ronghe.terms import InputError

__all__ = ["FORMAT", "Model", "model_json", "parse_model", "read_model"]

FORMAT = "linkage-model@1"
DIGITS = 9


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt: the columns with their kinds, m and u of each level, the share of pairs that match.

    `records` are those of the smaller side that it was learnt from: a small delivery does not make a name frequent.
    """

    columns: tuple[Compared, ...]
    trained: Trained
    exclusive: Exclusive
    records: int

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """The comparisons that the columns' kinds ask for."""
        return comparisons_of(self.columns)

    @property
    def weights(self) -> dict[str, list[tuple[float, float]]]:
        """m and u of each level, as Splink reads them."""
        learnt = zip(self.comparisons, self.trained.m, self.trained.u, strict=True)
        return {made.name: list(zip(m.tolist(), u.tolist(), strict=True)) for made, m, u in learnt}


def _rounded(values: Sequence[float]) -> list[float]:
    return [float(f"{value:.{DIGITS}g}") for value in values]


def _level(code: str, m: float, u: float) -> dict[str, Any]:
    return {"level": code, "m": m, "u": u, "weight": round(float(np.log2(m / u)), 3)}


def model_json(model: Model) -> dict[str, Any]:
    """The model as a JSON value."""
    columns = []
    for column, made, m, u in zip(model.columns, model.comparisons, model.trained.m, model.trained.u, strict=True):
        levels = [_level(*parts) for parts in zip(made.codes, _rounded(m.tolist()), _rounded(u.tolist()), strict=True)]
        named = {"left": column.left, "right": column.right, "kind": str(column.kind), "element": column.element}
        columns.append({**named, "levels": levels[::-1]})
    prior = float(f"{model.trained.prior:.{DIGITS}g}")
    return {
        "format": FORMAT,
        "one_partner": {"left": model.exclusive.left, "right": model.exclusive.right},
        "prior": prior,
        "records": model.records,
        "columns": columns,
    }


def _read(said: dict[str, Any]) -> Model:
    columns = tuple(
        Compared(column["left"], column["right"], Kind(column["kind"]), column["element"]) for column in said["columns"]
    )
    m, u = [], []
    for column, made in zip(said["columns"], comparisons_of(columns), strict=True):
        known = {level["level"]: level for level in column["levels"]}
        m.append(np.array([float(known[code]["m"]) for code in made.codes]))
        u.append(np.array([float(known[code]["u"]) for code in made.codes]))
    if not all((values > 0).all() for values in (*m, *u)) or not 0 < said["prior"] < 1:
        raise ValueError("not a share")
    partner = said["one_partner"]
    return Model(
        columns,
        Trained(tuple(m), tuple(u), float(said["prior"])),
        Exclusive(left=bool(partner["left"]), right=bool(partner["right"])),
        int(said["records"]),
    )


def parse_model(text: str, where: str) -> Model:
    """The model in a text; InputError when there is none of this format."""
    try:
        said = json.loads(text)
        if said["format"] != FORMAT:
            raise ValueError(said["format"])
        return _read(said)
    except (ValueError, KeyError, TypeError) as fault:
        raise InputError("integrate.model_unusable", path=where, format=FORMAT, detail=str(fault)) from fault


def read_model(path: Path) -> Model:
    """The model in a file; InputError when it cannot be read or holds none."""
    try:
        return parse_model(path.read_text("utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError(
            "integrate.model_unusable", path=str(path), format=FORMAT, detail=type(fault).__name__
        ) from fault
