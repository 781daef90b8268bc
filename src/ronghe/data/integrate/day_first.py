"""Dates with the year at the end, 13.08.1980 or 08/13/1980, written with the year first.

Which of the two numbers is the day no single value tells, so the whole column of a side is asked: one number above 12
in the first place and none in the second, and the day stands first. Between full stops it stands first anywhere. A
column that tells neither, or both, stays as it is.
"""

import re
from collections.abc import Sequence

from sqlglot import exp

from ronghe.data.integrate.statements import drawn, fetch, make, rename
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["settle_dates", "year_first"]

SHAPE = "^([0-9]{1,2})([./-])([0-9]{1,2})[./-]([0-9]{4})$"
_SHAPED_DATE = re.compile(SHAPE)
LEAST = 0.7
"""Share of a column's values that must have this shape."""
LOOKED_AT = 200
MONTHS = 12

_SHAPED = "SELECT count(*) AS n, count(*) FILTER (regexp_matches(v, _shape)) AS shaped FROM _few"
_PARTS = """
SELECT count(*) AS n, count(*) FILTER (regexp_matches(v, _shape)) AS shaped,
    count(*) FILTER (TRY_CAST(regexp_extract(v, _shape, 1) AS INT) > _months) AS first,
    count(*) FILTER (TRY_CAST(regexp_extract(v, _shape, 3) AS INT) > _months) AS second,
    count(*) FILTER (regexp_extract(v, _shape, 2) <> '.' AND regexp_matches(v, _shape)) AS unstopped
FROM (SELECT _v AS v FROM _side WHERE _v IS NOT NULL)
"""
_WRITTEN = """
CASE WHEN regexp_matches(_v, _shape) THEN regexp_extract(_v, _shape, 4)
    || '-' || lpad(regexp_extract(_v, _shape, _month), 2, '0')
    || '-' || lpad(regexp_extract(_v, _shape, _day), 2, '0') ELSE _v END
"""


def _is_shaped(engine: DuckDB, side: str, place: int) -> bool:
    wanted = "SELECT _v AS v FROM _side WHERE _v IS NOT NULL ORDER BY hash(_v) LIMIT _most"
    few = drawn(wanted, v=name(f"v{place}"), side=side, most=LOOKED_AT)
    found = fetch(engine, drawn(_SHAPED, shape=SHAPE, few=exp.Subquery(this=few))).to_pylist()[0]
    return bool(found["n"]) and found["shaped"] >= found["n"] / 2


def _day_first(engine: DuckDB, side: str, place: int) -> bool | None:
    """Whether the day stands before the month in a column; None where it does not tell."""
    if not _is_shaped(engine, side, place):
        return None
    asked = drawn(_PARTS, v=name(f"v{place}"), side=side, shape=SHAPE, months=MONTHS)
    found = fetch(engine, asked).to_pylist()[0]
    if found["shaped"] < LEAST * found["n"] or (found["first"] and found["second"]):
        return None
    if found["second"]:
        return False
    return True if found["first"] or not found["unstopped"] else None


def year_first(values: Sequence[str]) -> Sequence[str]:
    """The values of a column, of which these are a sample, as `settle_dates` would write them."""
    parts = [found.groups() for value in values if (found := _SHAPED_DATE.match(value))]
    if not parts or len(parts) < LEAST * len(values):
        return values
    first, second = (any(int(part[place]) > MONTHS for part in parts) for place in (0, 2))
    if (first and second) or not (first or second or all(part[1] == "." for part in parts)):
        return values
    order = r"\4-\1-\3" if second else r"\4-\3-\1"
    return [_SHAPED_DATE.sub(order, value) for value in values]


def _written(place: int, day_first: bool) -> exp.Expr:
    month, day = (3, 1) if day_first else (1, 3)
    return drawn(_WRITTEN, v=name(f"v{place}"), shape=SHAPE, month=month, day=day)


def settle_dates(engine: DuckDB, side: str, columns: int) -> None:
    """Write such dates of a side (`id`, v0, v1, ...) as year-month-day."""
    told = {place: first for place in range(columns) if (first := _day_first(engine, side, place)) is not None}
    if not told:
        return
    values = [_written(place, told[place]) if place in told else name(f"v{place}") for place in range(columns)]
    shown = [exp.alias_(value, f"v{place}") for place, value in enumerate(values)]
    make(engine, "settled", exp.select(name("id"), *shown).from_(side))
    rename(engine, "settled", side)
