"""The distinct values of a table by the form that they have: counted in one pass of SQL for a few columns at a time."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

import pyarrow as pa
from sqlglot import exp

from ronghe.data.scan.forms import FEATURE, FORM, TIMES, layers
from ronghe.data.scan.pieces import HINTS
from ronghe.data.scan.words import TITLES, UNKNOWN
from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import Catalog
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.sql import call, name

__all__ = ["READ", "VALUES", "ColumnForms", "Tally", "count_forms", "forms_of_values", "texts"]

FEW_CELLS = 200_000
"""Below this planning counts more than running."""
VALUES, READ = "scanning_values", "scanning_read"
CELLS_AT_ONCE, COLUMNS_AT_ONCE = 4_000_000, 200
"""How much is read by one statement: few for a wide table, whose statements cost more than its cells, and few cells of
a long one, which must lie in memory or on the disk."""
SAMPLES = 3
_SHORTEST = 5
"""Characters of the shortest text that is read: a name and what it does, 王伟来电."""
_MISSING = frozenset((*MISSING_WORDS, *UNKNOWN))
_FORMS_OF_TEXT = ("", "long_text", "address", "medical", "organization")
_OF_PEOPLE = ("mobile", "landline", "bank_card", "citizen_id", "ip_address", "location")
"""Forms of numbers that a text is read for as well, where they stand among texts and not among other numbers."""
_OF_THINGS = ("number", "long_number", "date", "digest")
_LEAST_TEXTS = 0.1


@dataclass
class Tally:
    """How many cells and distinct values have one form, by feature, and a few of them."""

    cells: int = 0
    distinct: int = 0
    by_feature: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    several: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """The distinct values of each feature."""
    samples: list[str] = field(default_factory=list)

    def add(self, feature: str, cells: int, distinct: int, samples: Sequence[str]) -> None:
        """Count the values of one more feature."""
        self.cells += cells
        self.distinct += distinct
        self.by_feature[feature] += cells
        self.several[feature] += distinct
        self.samples += samples[: max(SAMPLES - len(self.samples), 0)]


@dataclass
class ColumnForms:
    """One column: its filled cells, its distinct values, its cells by length, and the tally of each form."""

    filled: int = 0
    distinct: int = 0
    forms: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    whole: bool = True
    """False where the cells are a sample of the column's."""

    def cells(self, *forms: str) -> int:
        """How many cells have one of these forms."""
        return sum(self.forms[form].cells for form in forms if form in self.forms)

    @property
    def numbers_of_people(self) -> bool:
        """True where numbers of people stand among texts, or several kinds of them: not a series by chance."""
        of_people = self.cells(*_OF_PEOPLE)
        others = self.filled - of_people - self.cells(*_OF_THINGS)
        kinds = sum(self.cells(form) > 0 for form in _OF_PEOPLE)
        return of_people > self.cells(*_OF_THINGS) and (kinds > 1 or others >= _LEAST_TEXTS * self.filled)

    def reaches(self, cells: int, share: float) -> bool:
        """True where these cells are such a share of the filled ones; of a sample, where the whole column may have it:
        by the upper end of Wilson's interval, so that chance hides nothing."""
        if self.whole or not self.filled:
            return cells >= share * self.filled
        return cells > 0 and _upper(cells, self.filled) >= share


_SURE = 2.326
"""Standard deviations that one in a hundred lies above: what a sample says is 99% sure."""


def _upper(cells: int, of: int) -> float:
    """The largest share of which a sample with so many `cells` is not improbable.

    Source: E. B. Wilson, "Probable Inference", Journal of the American Statistical Association 22, 1927.
    """
    found, spread = cells / of, _SURE**2 / of
    middle, radius = found + spread / 2, _SURE * sqrt(found * (1 - found) / of + spread / (4 * of))
    return (middle + radius) / (1 + spread)


def _one_by_one(places: Sequence[int]) -> exp.Select:
    """A grouping for each column: the fastest to run, but a hundred take longer to plan than a small table to read."""
    whole: exp.Query = _distinct(places[0])
    for place in places[1:]:
        whole = exp.Union(this=whole, expression=_distinct(place), distinct=False)
    return exp.select("*").from_(whole.subquery("every"))


def _distinct(place: int) -> exp.Select:
    column = name(f"c{place}")
    times = exp.alias_(exp.Count(this=exp.Star()), TIMES)
    wanted = (exp.alias_(exp.Literal.number(place), "place"), exp.alias_(column, "value"), times)
    present = exp.Not(this=exp.Is(this=column.copy(), expression=exp.Null()))
    return exp.select(*wanted).from_("plan").where(present).group_by(column.copy())


def _all_together(places: Sequence[int]) -> exp.Select:
    """place, value, times of the columns c0, c1, ... of `plan`: one grouping of all cells, which is soon planned."""
    numbers = exp.Array(expressions=[exp.Literal.number(place) for place in places])
    columns = exp.Array(expressions=[name(f"c{place}") for place in places])
    upright = (exp.alias_(call("unnest", numbers), "place"), exp.alias_(call("unnest", columns), "value"))
    present = exp.Not(this=exp.Is(this=name("value"), expression=exp.Null()))
    times = exp.alias_(exp.Count(this=exp.Star()), TIMES)
    cells = exp.select(*upright).from_("plan").subquery("cells")
    counted = exp.select(name("place"), name("value"), times).from_(cells).where(present)
    return counted.group_by(name("place"), name("value"))


def _histogram() -> exp.Select:
    """place, form, feature: cells, distinct values, and the first few of these in order of the text."""
    missing = exp.In(this=name("raw"), expressions=[exp.Literal.string(word) for word in sorted(_MISSING)])
    first = exp.Anonymous(this="min", expressions=[name("raw"), exp.Literal.number(SAMPLES)])
    keys = [name(key) for key in ("place", FORM, FEATURE)]
    return (
        exp.select(
            *keys,
            exp.alias_(exp.cast(exp.Sum(this=name(TIMES)), "BIGINT"), "cells"),
            exp.alias_(exp.Count(this=exp.Star()), "several"),
            exp.alias_(first, "samples"),
        )
        .from_("plan")
        .where(exp.Not(this=missing))
        .group_by(*(key.copy() for key in keys))
        .order_by(*(key.copy() for key in keys))
    )


def _read(engine: Engine, catalog: Catalog) -> pa.Table:
    """Reads the kept distinct values; they stay with their forms as READ."""
    engine.keep(READ, exp.select("*").from_("plan"), (Plan(layers(catalog)), VALUES))
    return engine.query(_histogram(), (Plan(()), READ))


def count_forms(
    engine: Engine, cells: str, rows: int, columns: int, catalog: Catalog
) -> Iterator[dict[int, ColumnForms]]:
    """The forms of the kept table `cells`, a few columns at a time: what was counted of each, by its place.

    Until the next step the values of these columns can be asked for with `texts`.
    """
    step = max(1, min(COLUMNS_AT_ONCE, CELLS_AT_ONCE // max(rows, 1)))
    for start in range(0, columns, step):
        places = range(start, min(start + step, columns))
        several = _all_together(places) if rows * len(places) < FEW_CELLS else _one_by_one(places)
        engine.keep(VALUES, several, (Plan(()), cells))
        yield forms_of_values(engine, places, catalog)


def forms_of_values(engine: Engine, places: Sequence[int], catalog: Catalog) -> dict[int, ColumnForms]:
    """What is counted of the kept distinct values (place, value, times), by place; `texts` then asks for the values."""
    found: dict[int, ColumnForms] = {place: ColumnForms() for place in places}
    for row in _read(engine, catalog).to_pylist():
        column = found[row["place"]]
        column.filled += row["cells"]
        column.distinct += row["several"]
        column.forms[row[FORM]].add(row[FEATURE], row["cells"], row["several"], row["samples"])
    return found


def texts(engine: Engine, columns: Mapping[int, ColumnForms]) -> Iterator[pa.RecordBatch]:
    """The distinct values of these columns, by place, that may have something in them: place, raw, times."""
    raw, form = ops.Column("raw"), name(FORM)
    asked = (("signal", ops.Found(raw, HINTS.pattern)), ("titled", ops.Found(raw, f"(?:{TITLES})[. ]")))
    plan = Plan((Layer(asked, ("place", "raw", TIMES, FORM, "length")),))
    # Two words with capitals may be goods or places: whole columns of people are told by their variety.
    of_text = exp.or_(_among(form, _FORMS_OF_TEXT), exp.and_(form.eq("person_name_latin"), name("titled")))
    bare = [place for place, forms in columns.items() if forms.numbers_of_people]
    of_people = exp.and_(_among(name("place"), bare), _among(form, _OF_PEOPLE)) if bare else exp.false()
    select = (
        exp.select(name("place"), name("raw"), name(TIMES))
        .from_("plan")
        .where(_among(name("place"), list(columns)), exp.or_(of_text, of_people))
        .where(exp.GTE(this=name("length"), expression=exp.Literal.number(_SHORTEST)), name("signal"))
        .order_by(name("place"), name("raw"))
    )
    yield from engine.query(select, (plan, READ)).to_batches(max_chunksize=20_000)


def _among(column: exp.Expr, values: Sequence[int | str]) -> exp.Expr:
    return exp.In(this=column.copy(), expressions=[exp.convert(value) for value in values])
