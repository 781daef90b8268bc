"""The evidence for a pair: what was compared, how alike it was, and what that weighs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ronghe.data.integrate.comparisons import Comparison
from ronghe.data.integrate.model import Model
from ronghe.data.integrate.scoring import score_pairs, told_levels
from ronghe.data.integrate.statements import drawn, fetch, make
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name
from ronghe.terms import InputError

__all__ = ["NUMBERS", "WEIGHT", "Evidence", "Explained", "explain_pair", "with_evidence"]

PARTS = ("left", "right", "level", "weight")
TOTAL = "match_weight"
NUMBERS = ("probability", TOTAL)
WEIGHT = "weight: "
"""The columns of a file of pairs that hold numbers: these, and those that begin like this; all others are texts."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One column of a pair: the values as they were compared, the level of likeness, its weight in bits."""

    column: str
    left: str | None
    right: str | None
    level: str
    weight: float


@dataclass(frozen=True, slots=True)
class Explained:
    """A pair with its evidence: `start` is what any two records weigh before anything is compared."""

    left_id: str
    right_id: str
    probability: float
    start: float
    weight: float
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "left_id": self.left_id,
            "right_id": self.right_id,
            "probability": self.probability,
            "start": self.start,
            "weight": self.weight,
            "evidence": [
                {"column": e.column, "left": e.left, "right": e.right, "level": e.level, "weight": e.weight}
                for e in self.evidence
            ],
        }


def _part(part: str, comparison: Comparison) -> str:
    return f"{part}: {comparison.column}"


def _code(comparison: Comparison, told: exp.Expr) -> exp.Expr:
    """The code of a level from the weight that tells it."""
    branches = [
        exp.If(this=drawn("round(_told) = _n", told=told, n=place + 1), true=exp.Literal.string(code))
        for place, code in enumerate(comparison.codes)
    ]
    return exp.Case(ifs=branches, default=exp.Literal.string("absent"))


def with_evidence(engine: DuckDB, pairs: pa.Table, model: Model) -> pa.Table:
    """The pairs with the values, level and weight of each comparison; NULL for rows that stand for equal ones."""
    engine.connection.register("asked", pairs)
    try:
        make(engine, "asked_pairs", drawn("SELECT n_l AS join_key_l, n_r AS join_key_r, '0' AS match_key FROM asked"))
        score_pairs(engine, model.comparisons, "asked_pairs", "asked_levels", weights=told_levels(model.comparisons))
        weights, prior = model.weights, model.trained.prior
        score_pairs(engine, model.comparisons, "asked_pairs", "asked_weights", weights=weights, prior=prior)
        return fetch(engine, _evidence(model))
    finally:
        engine.connection.unregister("asked")


def _evidence(model: Model) -> exp.Expr:
    wanted: list[exp.Expr] = [name(part, "p") for part in ("left_id", "right_id", "probability")]
    wanted.append(exp.alias_(name("match_weight", "w"), TOTAL))
    for made in model.comparisons:
        value = f"c{made.of}"
        weight = drawn("_mw + _tf", mw=name(f"mw_{made.name}", "w"), tf=name(f"mw_tf_adj_{made.name}", "w"))
        parts = (
            name(value, "l"),
            name(value, "r"),
            _code(made, name(f"mw_{made.name}", "v")),
            drawn("round(_weight, 4)", weight=weight),
        )
        wanted += [exp.alias_(part, _part(label, made), quoted=True) for label, part in zip(PARTS, parts, strict=True)]
    base = drawn(
        "SELECT 1 FROM asked AS p LEFT JOIN asked_levels AS v ON v.n_l = p.n_l AND v.n_r = p.n_r"
        " LEFT JOIN asked_weights AS w ON w.n_l = p.n_l AND w.n_r = p.n_r"
        " LEFT JOIN records AS l ON l.n = p.n_l LEFT JOIN records AS r ON r.n = p.n_r ORDER BY p.n_l, p.n_r"
    )
    assert isinstance(base, exp.Select)
    return base.select(*wanted, append=False)


def explain_pair(pairs: pa.Table, left_id: str, right_id: str, *, where: str) -> Explained:
    """The evidence for one pair of a table of pairs that was made with it; either id may come first.

    Raises InputError when the pair is not there, or the table holds no evidence.
    """
    if "left_id" not in pairs.column_names or "right_id" not in pairs.column_names:
        raise InputError("integrate.not_pairs", path=where)
    found = _row(pairs, left_id, right_id) or _row(pairs, right_id, left_id)
    if found is None:
        raise InputError("integrate.pair_absent", path=where, left=left_id, right=right_id)
    columns = [label.removeprefix("level: ") for label in pairs.column_names if label.startswith("level: ")]
    if not columns or found[TOTAL] is None:
        raise InputError("integrate.no_evidence", path=where)
    return _explained(found, columns)


def _row(pairs: pa.Table, left_id: str, right_id: str) -> dict[str, Any] | None:
    equal = pc.and_(pc.equal(pairs["left_id"], left_id), pc.equal(pairs["right_id"], right_id))
    rows = pairs.filter(equal).to_pylist()
    return rows[0] if rows else None


def _explained(row: dict[str, Any], columns: Sequence[str]) -> Explained:
    evidence = tuple(
        Evidence(column, *(row[f"{part}: {column}"] for part in ("left", "right", "level", "weight")))
        for column in columns
    )
    start = row[TOTAL] - math.fsum(part.weight for part in evidence)
    ids = str(row["left_id"]), str(row["right_id"])
    return Explained(*ids, row["probability"], round(start, 4), round(row[TOTAL], 4), evidence)
