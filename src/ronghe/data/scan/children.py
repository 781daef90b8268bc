"""Count the children under fourteen whom a column of births or of citizen identity numbers shows.

The personal information of minors under fourteen is sensitive: Personal Information Protection Law, article 28.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlglot import exp

from ronghe.data.protect.plain import day
from ronghe.data.scan.forms import FEATURE, FORM, TIMES
from ronghe.data.scan.result import FoundColumn
from ronghe.data.scan.values import READ, ColumnForms, Tally
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.sql import name

__all__ = ["OF_AGE", "with_children"]

OF_AGE = 14
"""Full years; who has the birthday today is still counted, as courts count from the day after it."""
_FORMS = {"birth_date": "date", "citizen_id": "citizen_id"}
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
    numbered = ops.Compare("=", ops.Column(FORM), ops.Literal("citizen_id"))
    return day(ops.Case(((numbered, ops.Slice(digits, 7, 8)),), raw))


def _showing(column: FoundColumn, forms: ColumnForms) -> list[tuple[str, Tally]]:
    """The forms of a column in which births stand."""
    return [(form, forms.forms[form]) for kind, form in _FORMS.items() if kind in column.kinds and form in forms.forms]


def _counted(form: str, cells: int, several: int) -> int:
    """Of numbers different ones count, of births all cells: two children may share a birthday."""
    return several if form == "citizen_id" else cells


def _in_years_between(column: FoundColumn, forms: ColumnForms, first: int, last: int) -> int:
    """The children born in years after `first` and before `last`: whatever the day, they are under fourteen."""
    return sum(
        _counted(form, tally.by_feature[year], tally.several[year])
        for form, tally in _showing(column, forms)
        for year in list(tally.by_feature)
        if year.isdigit() and first < int(year) < last
    )


def _in_years(engine: Engine, places: Sequence[int], first: date, last: date) -> dict[tuple[int, str], int]:
    """The children born from the day `first` on in its year, or until `last` in its year, by place and form."""
    plan = Plan((Layer(((_BORN, _born()),), ("place", TIMES, FORM, FEATURE)),))
    days = (exp.cast(exp.Literal.string(one.isoformat()), "DATE") for one in (first, last))
    from_day, until = days
    years = exp.In(this=name(FEATURE), expressions=[exp.Literal.string(f"{one.year:04}") for one in (first, last)])
    among = exp.In(this=name("place"), expressions=[exp.Literal.number(place) for place in places])
    of_birth = exp.In(this=name(FORM), expressions=[exp.Literal.string(form) for form in _FORMS.values()])
    young = exp.and_(name(_BORN) >= from_day, name(_BORN) <= until)
    cells = exp.alias_(exp.cast(exp.Sum(this=name(TIMES)), "BIGINT"), "cells")
    several = exp.alias_(exp.Count(this=exp.Star()), "several")
    select = exp.select(name("place"), name(FORM), cells, several).from_("plan")
    select = select.where(exp.and_(among, of_birth, years, young)).group_by(name("place"), name(FORM))
    rows = engine.query(select, (plan, READ)).to_pylist()
    return {(row["place"], row[FORM]): _counted(row[FORM], row["cells"], row["several"]) for row in rows}


def with_children(
    engine: Engine, found: Mapping[int, FoundColumn], forms: Mapping[int, ColumnForms], as_of: date
) -> dict[int, FoundColumn]:
    """The columns, by place, with the number of children under fourteen on the day `as_of`; their values must be those
    that were read last. Only births of the two years on the border are asked for their days."""
    first = _born_after(as_of)
    border = {f"{first.year:04}", f"{as_of.year:04}"}
    showing = {place: _showing(column, forms[place]) for place, column in found.items()}
    asked = [place for place, some in showing.items() if any(border & tally.by_feature.keys() for _, tally in some)]
    on_border = _in_years(engine, asked, first, as_of) if asked else {}
    counted = {}
    for place, column in found.items():
        certain = _in_years_between(column, forms[place], first.year, as_of.year)
        counted[place] = certain + sum(on_border.get((place, form), 0) for form, _ in showing[place])
    return {place: replace(column, children=counted[place]) for place, column in found.items()}
