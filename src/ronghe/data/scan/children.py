"""Count the children under fourteen whom a column of births or of citizen identity numbers shows.

The personal information of minors under fourteen is sensitive: Personal Information Protection Law, article 28.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlglot import exp

from ronghe.data.protect.plain import day
from ronghe.data.scan.forms import FORM, TIMES
from ronghe.data.scan.result import FoundColumn
from ronghe.data.scan.values import READ
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.sql import name

__all__ = ["OF_AGE", "with_children"]

OF_AGE = 14
"""Full years; who has the birthday today is still counted, as courts count from the day after it."""
_SHOWING = ("birth_date", "citizen_id")
_BORN = "born"


def _born_after(as_of: date) -> date:
    """The first day of birth with which somebody is under fourteen on this day."""
    try:
        return as_of.replace(year=as_of.year - OF_AGE)
    except ValueError:
        return date(as_of.year - OF_AGE, 2, 28)


def _born() -> ops.Expression:
    """The day of birth that a value tells: itself, or the seventh to fourteenth digit of a number of eighteen.

    The old numbers of fifteen digits were given until 1999.
    """
    raw = ops.Column("raw")
    digits = ops.Replace(raw, "[^0-9Xx]+")
    inside = ops.Case(((ops.Matches(digits, "[0-9]{17}[0-9Xx]"), ops.Slice(digits, 7, 8)),))
    numbered = ops.Compare("=", ops.Column(FORM), ops.Literal("citizen_id"))
    return day(ops.Case(((numbered, inside),), raw))


def with_children(engine: Engine, found: Mapping[int, FoundColumn], as_of: date) -> dict[int, FoundColumn]:
    """The columns, by place, with the number of children under fourteen on the day `as_of`; their values must be those
    that were read last. Of numbers different ones count, of births all cells: two children may share a birthday."""
    showing = [place for place, column in found.items() if set(_SHOWING) & column.kinds]
    if not showing:
        return dict(found)
    plan = Plan((Layer(((_BORN, _born()),), ("place", TIMES, FORM)),))
    first, last = (exp.cast(exp.Literal.string(day.isoformat()), "DATE") for day in (_born_after(as_of), as_of))
    young = exp.and_(name(_BORN) >= first, name(_BORN) <= last)
    among = exp.In(this=name("place"), expressions=[exp.Literal.number(place) for place in showing])
    forms = exp.In(this=name(FORM), expressions=[exp.Literal.string(form) for form in ("date", "citizen_id")])
    cells = exp.alias_(exp.cast(exp.Sum(this=name(TIMES)), "BIGINT"), "cells")
    several = exp.alias_(exp.Count(this=exp.Star()), "several")
    select = exp.select(name("place"), name(FORM), cells, several).from_("plan").where(exp.and_(among, forms, young))
    counted = engine.query(select.group_by(name("place"), name(FORM)), (plan, READ)).to_pylist()
    children: dict[int, int] = {}
    for row in counted:
        births = row[FORM] == "date"
        if births and found[row["place"]].kind != "birth_date":
            continue
        children[row["place"]] = children.get(row["place"], 0) + (row["cells"] if births else row["several"])
    return {place: replace(column, children=children.get(place, 0)) for place, column in found.items()}
