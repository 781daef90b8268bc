"""Rows that are equal in every compared column: two of them are compared for all of them.

A million identical rows have half a billion pairs and say nothing that two of them do not say. Whether two such rows
are the same thing is still for the model to decide: everybody called 张伟, with nothing else known, is not one person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from ronghe.data.integrate.prepare import RECORDS, Compared
from ronghe.data.integrate.statements import drawn, drop, fetch, make, rename
from ronghe.tables.engine import DuckDB
from ronghe.tables.plain_arrays import as_numpy
from ronghe.tables.sql import name

__all__ = ["Copies", "set_copies_aside"]

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Copies:
    """Records that were set aside, with the two of their kind that were kept: the first and the second."""

    record: Whole
    first: Whole
    second: Whole


def set_copies_aside(engine: DuckDB, columns: Sequence[Compared]) -> Copies:
    """Take the third and every further row of a kind, on one side, out of `records`."""
    kind = exp.Anonymous(this="hash", expressions=[name("side"), *(name(f"c{place}") for place in range(len(columns)))])
    make(engine, "kinds", drawn("SELECT n, _kind AS kind FROM records", kind=kind))
    make(
        engine,
        "copies",
        drawn(
            """
            SELECT n, first, second FROM (
                SELECT n, row_number() OVER w AS place, first_value(n) OVER w AS first,
                    nth_value(n, 2) OVER (PARTITION BY kind ORDER BY n
                        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS second
                FROM kinds SEMI JOIN (SELECT kind FROM kinds GROUP BY kind HAVING count(*) > 2) AS many
                    ON kinds.kind = many.kind
                WINDOW w AS (PARTITION BY kind ORDER BY n)
            ) WHERE place > 2
            """
        ),
    )
    drop(engine, "kinds")
    found = fetch(engine, drawn("SELECT * FROM copies ORDER BY n"))
    if found.num_rows:
        make(engine, "kept_records", drawn("SELECT r.* FROM records AS r ANTI JOIN copies AS c ON r.n = c.n"))
        rename(engine, "kept_records", RECORDS)
    return Copies(*(as_numpy(found.column(part)) for part in ("n", "first", "second")))
