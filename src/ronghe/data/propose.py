"""Propose the data element of each column, from its name and all of its values, with the evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from sqlglot import exp

from ronghe.data.candidates import UNKNOWN, Candidate, about_people, candidates_of, fits_enough, outer_level
from ronghe.data.doubts import doubts_of
from ronghe.data.standardize.run import KINDS
from ronghe.data.standardize.schema import Field, TableSchema, schema_json
from ronghe.standards import MISSING_WORDS
from ronghe.standards.catalog import Catalog
from ronghe.standards.currencies import CURRENCIES
from ronghe.standards.element import Element
from ronghe.tables import expressions as ops
from ronghe.tables.delimited import separate
from ronghe.tables.engine import Engine, MalformedRecords
from ronghe.tables.in_memory import evaluate
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.sql import name
from ronghe.tables.staged import Note, Staged

__all__ = ["Proposal", "ProposedColumn", "propose_schema"]

SOURCE = "proposing"
CELLS = "proposing_cells"
SAMPLE_VALUES = 300
COLUMNS_AT_ONCE = 32
_UNIT_OF_VALUES = {"money": "元", "area": "平方米"}
Values = dict[str, int]
"""Distinct values of a column, the most frequent first, with how often they stand there."""

_IDENTIFIERS = ("citizen_id", "unified_credit_code", "organization_code", "code")


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """What is proposed for a column and why: `fits` of `values` filled cells read as the element, over the whole
    column.

    `within` is the column around it that tells ambiguous names apart; `doubts` are what a person should look at.
    """

    name: str
    element: str
    options: dict[str, str]
    by_name: float
    values: int
    fits: int
    missing: dict[str, int]
    distinct: int
    runner_up: str = ""
    within: str = ""
    doubts: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A schema with the evidence for each of its columns."""

    schema: TableSchema
    columns: tuple[ProposedColumn, ...]
    kinds: dict[str, str]

    def schema_json(self) -> dict[str, Any]:
        """The schema as the JSON value to write into a file."""
        return schema_json(self.schema, self.kinds)

    def to_json(self) -> dict[str, Any]:
        """Schema and evidence as a JSON value."""
        return {"schema": self.schema_json(), "columns": [asdict(column) for column in self.columns]}


def _select(engine: Engine, plan: Plan, columns: Sequence[exp.Expr]) -> dict[str, Any]:
    select = exp.Select(expressions=list(columns)).from_("plan", copy=False)
    rows = engine.query(select, (plan, CELLS)).to_pylist()
    return dict(rows[0])


def _counted_values(place: int, more: exp.Expr, most: int | None) -> exp.Select:
    """Values of a column with how often they stand there: place, value, times."""
    column = name(f"c{place}")
    times = exp.alias_(exp.Count(this=exp.Star()), "times")
    wanted = (exp.alias_(exp.Literal.number(place), "place"), exp.alias_(column, "value"), times)
    select = exp.select(*wanted).from_("plan").where(more).group_by(column.copy())
    if most is not None:
        select = select.order_by(exp.column("times").desc(), column.copy().asc()).limit(most)
    return exp.select("*").from_(select.subquery("counted"))


def _all_at_once(engine: Engine, selects: Sequence[exp.Select]) -> list[dict[str, Any]]:
    """The rows of several SELECTs of one shape, by few queries: a hundred small ones cost more than their work, and
    one of thousands more memory than there is."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(selects), COLUMNS_AT_ONCE):
        whole: exp.Query = selects[start]
        for select in selects[start + 1 : start + COLUMNS_AT_ONCE]:
            whole = exp.Union(this=whole, expression=select, distinct=False)
        rows = exp.select("*").from_(whole.subquery("every"))
        ordered = rows.order_by(exp.column("place").asc(), exp.column("times").desc(), exp.column("value").asc())
        found += engine.query(ordered, (Plan(()), CELLS)).to_pylist()
    return found


def _samples(engine: Engine, columns: int) -> list[Values]:
    """The most frequent distinct values of each column with how often they stand there, ties in order of the text."""
    found: list[Values] = [{} for _ in range(columns)]
    present = [exp.Not(this=exp.Is(this=name(f"c{place}"), expression=exp.Null())) for place in range(columns)]
    for row in _all_at_once(engine, [_counted_values(n, some, SAMPLE_VALUES) for n, some in enumerate(present)]):
        found[row["place"]][row["value"]] = row["times"]
    return found


def _whole(sample: Values) -> bool:
    """True when the sample holds every value of its column: then nothing more need be asked of the table."""
    return len(sample) < SAMPLE_VALUES


def _missing(engine: Engine, samples: Sequence[Values]) -> list[dict[str, int]]:
    """How often each word for "no value" stands in each column."""
    found = [{word: times for word, times in sample.items() if word in MISSING_WORDS} for sample in samples]
    words: list[exp.Expr] = [exp.Literal.string(word) for word in MISSING_WORDS if word]
    large = [place for place, sample in enumerate(samples) if not _whole(sample)]
    asked = [(place, exp.In(this=name(f"c{place}"), expressions=list(words))) for place in large]
    for row in _all_at_once(engine, [_counted_values(place, some, None) for place, some in asked]):
        found[row["place"]][row["value"]] = row["times"]
    return found


def _bound(place: int, element: Element, *, helped: bool) -> tuple[tuple[str, ops.Expression], ...]:
    """Names and expressions of the two layers that read a column by a candidate."""
    raw, text = ops.Column(f"c{place}"), ops.Column(f"k{place}")
    clean = ops.substitute(element.clean, {"raw": raw})
    value = ops.substitute(element.value, {"raw": raw, "text": text})
    there = ops.Not(ops.Or((ops.IsNull(text), ops.IsIn(text, MISSING_WORDS))))
    sure = [
        ops.substitute(check.holds, {"raw": raw, "text": text, "value": value})
        for check in element.checks
        if check.rule == UNKNOWN
    ]
    known: ops.Expression = ops.And((ops.Not(ops.IsNull(value)), *sure))
    if helped and element.inside:
        apart = [ops.substitute(f.when, {"raw": raw, "text": text}) for f in element.faults if f.rule == "ambiguous"]
        known = ops.Or((known, *apart))
    fits = ops.And((there, known))
    return (
        (text.name, clean),
        (f"there{place}", ops.Holds(there)),
        (f"fits{place}", ops.Holds(fits)),
    )


def _counted(condition: str, alias: str) -> exp.Expr:
    one = exp.Case(ifs=[exp.If(this=name(condition), true=exp.Literal.number(1))], default=exp.Literal.number(0))
    return exp.alias_(exp.Cast(this=exp.Sum(this=one), to=exp.DataType.build("BIGINT")), alias)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The candidate that was chosen: it reads `fits` of `values` filled cells."""

    number: int
    values: int
    fits: int


def _counts_of_values(element: Element, values: Values, *, helped: bool) -> tuple[int, int]:
    """Filled cells, and those that the element reads, of a column whose values are all known."""
    _, there, fits = _bound(0, element, helped=helped)
    filled = read = 0
    for raw, times in values.items():
        text = evaluate(element.clean, {"raw": raw})
        row = {"c0": raw, "k0": text}
        if text is None or not evaluate(there[1], row):
            continue
        filled += times
        read += times if evaluate(fits[1], row) else 0
    return filled, read


def _judged(candidates: Sequence[Candidate], number: int, counts: tuple[int, int]) -> _Verdict | None:
    """The verdict, None where the next candidate is to be asked: the last reads everything."""
    values, fits = counts
    enough = fits_enough(candidates[number], fits, values) or number == len(candidates) - 1
    return _Verdict(number, values, fits) if enough else None


def _by_sample(candidates: Sequence[Candidate], values: Values, *, helped: bool) -> _Verdict:
    judged = (
        _judged(candidates, number, _counts_of_values(candidate.element, values, helped=helped))
        for number, candidate in enumerate(candidates)
    )
    return next(verdict for verdict in judged if verdict is not None)


def _verified(
    engine: Engine, candidates: Sequence[Sequence[Candidate]], samples: Sequence[Values], helped: Sequence[bool]
) -> list[_Verdict]:
    """The first candidate of each column that reads enough of its cells, over the whole table.

    Of a column with few values they are counted here; the others are asked by one pass for each few columns, and only
    those that are still open are asked again: rendering and planning SQL costs more than its work on a wide table.
    """
    found = {
        place: _by_sample(candidates[place], sample, helped=helped[place])
        for place, sample in enumerate(samples)
        if _whole(sample)
    }
    number = 0
    while left := [place for place in range(len(candidates)) if place not in found]:
        for start in range(0, len(left), COLUMNS_AT_ONCE):
            asked = [(place, candidates[place][number]) for place in left[start : start + COLUMNS_AT_ONCE]]
            counts = _counts(engine, asked, helped)
            for place, _ in asked:
                there, fits = counts[f"there{place}"] or 0, counts[f"fits{place}"] or 0
                verdict = _judged(candidates[place], number, (there, fits))
                if verdict is not None:
                    found[place] = verdict
        number += 1
    return [found[place] for place in range(len(candidates))]


def _counts(engine: Engine, candidates: Sequence[tuple[int, Candidate]], helped: Sequence[bool]) -> dict[str, Any]:
    cleaned, judged, wanted = [], [], []
    for place, candidate in candidates:
        clean, there, fits = _bound(place, candidate.element, helped=helped[place])
        cleaned.append(clean)
        judged += [there, fits]
        wanted += [_counted(there[0], there[0]), _counted(fits[0], fits[0])]
    raw = tuple(f"c{place}" for place, _ in candidates)
    texts = tuple(alias for alias, _ in cleaned)
    plan = Plan((Layer(tuple(cleaned), raw), Layer(tuple(judged), (*raw, *texts))))
    return _select(engine, plan, wanted)


def _different(engine: Engine, samples: Sequence[Values]) -> tuple[int, list[int]]:
    """Rows of the table, and how many different values each column has: an estimate where they are many."""
    rows = exp.alias_(exp.Count(this=exp.Star()), "rows")
    large = [place for place, sample in enumerate(samples) if not _whole(sample)]
    distinct = [exp.alias_(exp.ApproxDistinct(this=name(f"c{place}")), f"distinct{place}") for place in large]
    counts = _select(engine, Plan(()), [rows, *distinct])
    of_large = {place: min(counts[f"distinct{place}"], counts["rows"]) for place in large}
    return counts["rows"], [of_large.get(place, len(sample)) for place, sample in enumerate(samples)]


def _outer(catalog: Catalog, samples: Sequence[Sequence[str]]) -> list[int | None]:
    """For each column the one of larger divisions that may lie around it, the smallest of these."""
    levels = [outer_level(catalog, values) for values in samples]
    found: list[int | None] = []
    for level in levels:
        around = [place for place, other in enumerate(levels) if other and (not level or other < level)]
        found.append(max(around, key=lambda place: levels[place], default=None))
    return found


def _within(fields: Sequence[Field], columns: Sequence[ProposedColumn]) -> Iterator[Field]:
    """The fields, those of divisions with the field around them, where that one is proposed as divisions too."""
    for field, column in zip(fields, columns, strict=True):
        around = next((other.name for other in fields if column.within and other.column == column.within), "")
        yield replace(field, within=around)


def _published_name(column: ProposedColumn, taken: Sequence[str]) -> str:
    """The column's name with the unit of the converted values, and without the underscores that a schema reserves.

    A name that another column has is not taken.
    """
    unit, written = _UNIT_OF_VALUES.get(column.element), column.options.get("unit")
    if "currency" in column.options:
        unit = CURRENCIES[column.options["currency"]].words[0]
        written = written and written.replace("元", unit)
    plain = column.name.lstrip("_") or "column"
    renamed = plain if unit is None or written is None else plain.replace(written, unit)
    if renamed not in taken or renamed == column.name:
        return renamed
    return column.name if plain == column.name else next(n for k in count(2) if (n := f"{plain}_{k}") not in taken)


def _field(column: ProposedColumn, element: Element, published: str, rows: int) -> Field:
    complete = column.values == rows > 0
    identifier = column.element in _IDENTIFIERS and column.by_name > 0
    return Field(
        name=published,
        column=column.name,
        element=column.element,
        options=tuple(sorted(column.options.items())),
        title=element.name.zh,
        required=complete and identifier and column.fits == column.values,
    )


def _proposed(engine: Engine, staged: Staged, catalog: Catalog, as_of: date | None) -> Proposal:
    engine.attach(SOURCE, staged)
    engine.keep(CELLS, exp.select("*").from_("plan"), (Plan(()), SOURCE))
    samples = _samples(engine, len(staged.columns))
    absent = _missing(engine, samples)
    people = about_people(catalog, staged.columns)
    sampled = zip(staged.columns, samples, strict=True)
    outer = _outer(catalog, [tuple(values) for values in samples])
    helped = [around is not None for around in outer]
    candidates = [
        candidates_of(catalog, column, tuple(values), people=people, helped=help_there)
        for (column, values), help_there in zip(sampled, helped, strict=True)
    ]
    verdicts = _verified(engine, candidates, samples, helped)
    choices = [options[verdict.number] for options, verdict in zip(candidates, verdicts, strict=True)]
    rows, different = _different(engine, samples)
    columns: list[ProposedColumn] = []
    fields: list[Field] = []
    kinds: dict[str, str] = {}
    for place, column in enumerate(staged.columns):
        verdict, chosen = verdicts[place], choices[place]
        codes = (other.element.code for other in candidates[place])
        others = [code for code in codes if code != chosen.element.code]
        around = outer[place]
        within = chosen.element.inside and around is not None and choices[around].element.code == chosen.element.code
        proposed = ProposedColumn(
            name=column,
            element=chosen.element.code,
            options=chosen.options,
            by_name=chosen.by_name,
            values=verdict.values,
            fits=verdict.fits,
            missing=absent[place],
            distinct=different[place],
            runner_up=others[0] if others else "",
            within=staged.columns[around] if within and around is not None else "",
            doubts=doubts_of(catalog, column, tuple(samples[place]), chosen),
        )
        columns.append(proposed)
        taken = (*staged.columns, *(field.name for field in fields))
        published = _published_name(proposed, taken)
        fields.append(_field(proposed, chosen.element, published, rows))
        kinds[published] = KINDS[chosen.element.type.name]
    words = sorted({word for column in columns for word in column.missing})
    schema = TableSchema(fields=tuple(_within(fields, columns)), missing_values=("", *words), as_of=as_of)
    return Proposal(schema, tuple(columns), kinds)


def propose_schema(
    engine: Engine, staged: Staged, catalog: Catalog, scratch: Path, *, as_of: date | None = None
) -> tuple[Proposal, Staged]:
    """A schema for a table, and the table as it could be read: broken records taken out where there are some.

    Candidates come from the column's name and from its most frequent values; the choice is made over the whole column.
    `as_of` becomes the day after which the schema accepts no birth; without it none is compared.
    """
    try:
        return _proposed(engine, staged, catalog, as_of), staged
    except MalformedRecords:
        clean = separate(staged, scratch)
        return _proposed(engine, clean, catalog, as_of), clean
