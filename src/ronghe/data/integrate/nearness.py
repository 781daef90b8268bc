"""Which of several equally heavy partners is the nearer one: levels are steps, and values on one step still differ."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlglot import exp

from ronghe.data.integrate.comparisons import likeness
from ronghe.data.integrate.prepare import TOKENIZED, Compared
from ronghe.data.integrate.statements import drawn, fetch
from ronghe.tables.engine import DuckDB
from ronghe.tables.plain_arrays import as_arrow, as_numpy
from ronghe.tables.sql import name

__all__ = ["nearness"]

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

DIGITS = 6
"""Likenesses that differ by less are equal: no order of summing may decide."""


def _repeated(records: Whole, weights: Reals) -> NDArray[np.bool_]:
    """The pairs beside which their record has another of the same weight."""
    order = np.lexsort((weights, records))
    same = (np.diff(records[order]) == 0) & (np.diff(weights[order]) == 0)
    found = np.zeros(len(records), bool)
    found[order] = np.append(same, False) | np.append(False, same)
    return found


def _half(columns: Sequence[Compared], side: str) -> exp.Expr:
    """The SELECT of the records' values under the names of one half of a pair."""
    shown = [exp.alias_(name("n"), f"n_{side}")]
    for place, column in enumerate(columns):
        parts = "actq" if column.kind in TOKENIZED else "ac"
        shown += [exp.alias_(name(f"{part}{place}"), f"{part}{place}_{side}") for part in parts]
    return exp.Subquery(this=exp.select(*shown).from_("records"))


def nearness(
    engine: DuckDB, columns: Sequence[Compared], left: Whole, right: Whole, weights: Reals, *, least: float
) -> Reals:
    """How alike the values of each pair are, all columns together; 0 where no other pair weighs the same, or below
    `least` bits."""
    found = np.zeros(len(weights))
    rows = np.nonzero((weights > least) & (_repeated(left, weights) | _repeated(right, weights)))[0]
    if not len(rows):
        return found
    whole: exp.Expr = exp.convert(0)
    for place, column in enumerate(columns):
        whole = exp.Add(this=whole, expression=exp.Paren(this=likeness(place, column.kind)))
    engine.connection.register(
        "tied", pa.table({"row": as_arrow(rows), "n_l": as_arrow(left[rows]), "n_r": as_arrow(right[rows])})
    )
    asked = "SELECT t.row, _whole AS near FROM tied AS t JOIN _l AS l ON t.n_l = l.n_l JOIN _r AS r ON t.n_r = r.n_r"
    told = fetch(engine, drawn(asked, whole=whole, l=_half(columns, "l"), r=_half(columns, "r")))
    engine.connection.unregister("tied")
    found[as_numpy(told.column("row"))] = np.round(as_numpy(told.column("near")), DIGITS)
    return found
