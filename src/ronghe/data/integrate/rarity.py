"""How rare a value is: two records that share 欧阳梓 say more than two that share 王伟.

A value's frequency counts what chance makes equal. The records of one thing are equal not by chance, so those that each
record is expected to have are taken off first; what is left of a value that stands there once is a quarter, not nothing.
"""

from sqlglot import exp

from ronghe.data.integrate.model import Model
from ronghe.data.integrate.prepare import RECORDS
from ronghe.data.integrate.statements import drawn, fetch, make
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["add_rarity"]

LEAST_TIMES = 0.25


def add_rarity(engine: DuckDB, model: Model) -> None:
    """Give `records` the column tf_c{i}, which Splink reads, for each comparison that weighs rare values more."""
    counted = fetch(engine, drawn("SELECT side, count(*) AS n FROM prepared GROUP BY side")).column("n").to_pylist()
    records = sum(counted)
    pairs = counted[0] * counted[1] if len(counted) == 2 else records * (records - 1) / 2
    wanted: list[exp.Expr] = [exp.Column(this=exp.Star(), table=exp.to_identifier("r"))]
    select = exp.select().from_(f"{RECORDS} AS r")
    for made, m in zip(model.comparisons, model.trained.m, strict=True):
        column, table = made.term, f"times_{made.term}"
        own = 2 * model.trained.prior * float(m[-1]) * pairs / records
        make(engine, table, drawn("SELECT _c AS value, count(*) AS n FROM prepared WHERE _c IS NOT NULL GROUP BY 1", c=name(column)))
        times = drawn("greatest(_n - 1 - _own, _least) / _all", n=name("n", table), own=own, least=LEAST_TIMES, all=records)
        wanted.append(exp.alias_(times, f"tf_{column}"))
        equal = exp.EQ(this=name(column, "r"), expression=name("value", table))
        select = select.join(exp.to_table(table), on=equal, join_type="left")
    make(engine, "rated", select.select(*wanted))
    make(engine, RECORDS, drawn("SELECT * FROM rated"))
