"""How rare a value is: two records that share 欧阳梓 say more than two that share 王伟.

A value's frequency counts what chance makes equal. The records of one thing are equal not by chance, so those that
each record is expected to have are taken off first; of a value that stands there once a quarter is left, not nothing.
"""

from collections.abc import Sequence

from sqlglot import exp

from ronghe.data.integrate.model import Model
from ronghe.data.integrate.prepare import RECORDS
from ronghe.data.integrate.statements import drawn, drop, make, rename
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["add_rarity"]

LEAST_TIMES = 0.25


def _times(column: str, *, two_sides: bool) -> exp.Expr:
    """Each value with how often it stands there: of two sides, on the one where it is rarer.

    Rows that are equal in everything count twice at most: a thousand copies do not make a name common.
    """
    of_two = "least(count(*) FILTER (side = 0), count(*) FILTER (side = 1))"
    count = drawn(of_two if two_sides else "count(*)")
    counted = "SELECT _c AS value, _count AS n FROM records WHERE _c IS NOT NULL GROUP BY 1"
    return drawn(counted, c=name(column), count=count)


def _own(model: Model, place: int, *, rows: Sequence[int]) -> float:
    """How many records with its value each record is expected to have that are the same thing as itself."""
    if len(rows) > 1:
        return 0.0
    return float(model.trained.prior * model.trained.m[place][-1] * (rows[0] - 1))


def add_rarity(engine: DuckDB, model: Model, rows: Sequence[int]) -> None:
    """Give `records` the column tf_c{i}, which Splink reads, for each comparison that weighs rare values more."""
    wanted: list[exp.Expr] = [exp.Column(this=exp.Star(), table=exp.to_identifier("r"))]
    select = exp.select().from_(f"{RECORDS} AS r")
    for place, made in enumerate(model.comparisons):
        column, table = made.term, f"times_{made.term}"
        make(engine, table, _times(column, two_sides=len(rows) > 1))
        times = drawn(
            "greatest(_n - 1 - _own, _least) / _all",
            n=name("n", table),
            own=_own(model, place, rows=rows),
            least=LEAST_TIMES,
            all=max(min(rows), model.records),
        )
        wanted.append(exp.alias_(times, f"tf_{column}"))
        equal = exp.EQ(this=name(column, "r"), expression=name("value", table))
        select = select.join(exp.to_table(table), on=equal, join_type="left")
    make(engine, "rated", select.select(*wanted))
    rename(engine, "rated", RECORDS)
    drop(engine, *(f"times_{made.term}" for made in model.comparisons))
