"""Scan a table: the distinct values of every column by form, a decision for each column, and a look into its texts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlglot import exp

from ronghe.data.scan.children import with_children
from ronghe.data.scan.decide import decide_column
from ronghe.data.scan.kinds import KINDS
from ronghe.data.scan.result import FoundColumn, ScannedTable
from ronghe.data.scan.text import spans
from ronghe.data.scan.values import ColumnForms, count_forms, texts
from ronghe.standards.catalog import Catalog
from ronghe.tables.delimited import separate
from ronghe.tables.engine import Engine, MalformedRecords
from ronghe.tables.plan import Plan
from ronghe.tables.staged import Staged

__all__ = ["CELLS", "OF_PERSONS", "decided", "persons_in", "scan_table"]

SOURCE, CELLS = "scanning", "scanning_cells"
_LEAST_TEXTS, _LEAST_SHARE = 2, 0.005
"""So many cells of a text column must hold something before it is reported; one of the unmistakable is enough."""
_UNMISTAKABLE = ("citizen_id", "mobile", "email", "bank_card", "plate")
_NEVER_BY_CHANCE = ("citizen_id", "email")
"""Kinds of which one finding is enough in a column of any length."""
OF_PERSONS = ("citizen_id", "passport", "person_name", "person_name_latin", "mobile", "person_number")
_SUBJECTS = {kind.code: kind.subject for kind in KINDS}


def _rows(engine: Engine) -> int:
    counted = engine.query(exp.select(exp.alias_(exp.Count(this=exp.Star()), "n")).from_("plan"), (Plan(()), CELLS))
    return int(counted.column(0)[0].as_py())


def _inside(
    engine: Engine, columns: Mapping[int, ColumnForms]
) -> tuple[dict[int, Counter[str]], Counter[int], Counter[int]]:
    """For each column of texts: how many cells hold each kind, any kind, and how many different texts these are."""
    kinds: dict[int, Counter[str]] = {place: Counter() for place in columns}
    cells: Counter[int] = Counter()
    several: Counter[int] = Counter()
    if not columns:
        return kinds, cells, several
    for batch in texts(engine, columns):
        read = (batch.column(name).to_pylist() for name in ("place", "raw", "times"))
        for place, raw, times in zip(*read, strict=True):
            found = {span.kind for span in spans(raw) if span.kind != "url"}
            for kind in found:
                kinds[place][kind] += times
            cells[place] += times if found else 0
            several[place] += bool(found)
    return kinds, cells, several


def _as_text(column: str, forms: ColumnForms, inside: Counter[str], cells: int, several: int) -> FoundColumn | None:
    sure = any(kind in inside for kind in _UNMISTAKABLE)
    least = 1 if sure or not forms.whole else min(_LEAST_TEXTS, forms.filled)
    enough = cells >= least and forms.reaches(cells, _LEAST_SHARE)
    if not inside or not (enough or any(kind in inside for kind in _NEVER_BY_CHANCE)):
        return None
    subjects = {_SUBJECTS.get(kind, "personal") for kind in inside}
    subject = "sensitive" if "sensitive" in subjects else "personal" if "personal" in subjects else "organization"
    return FoundColumn(
        column=column,
        kind="free_text",
        subject=subject,
        confidence=0.95 if sure else 0.6,
        evidence=("text",),
        filled=forms.filled,
        matching=cells,
        distinct=several,
        inside=dict(sorted(inside.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def decided(
    engine: Engine,
    columns: Sequence[str],
    forms: Mapping[int, ColumnForms],
    catalog: Catalog,
    as_of: date,
) -> dict[int, FoundColumn]:
    """What the columns with these `forms` hold, by place; their values were just counted."""
    places = list(forms)
    whole = {place: decide_column(columns[place], forms[place], catalog) for place in places}
    open_ones = {place: forms[place] for place in places if whole[place] is None}
    kinds, cells, several = _inside(engine, open_ones)
    found = {}
    for place in places:
        column = whole[place]
        if column is None:
            column = _as_text(columns[place], forms[place], kinds[place], cells[place], several[place])
        if column is not None:
            found[place] = column
    return with_children(engine, found, forms, as_of)


def persons_in(found: Sequence[FoundColumn]) -> int:
    """The largest number of different people that one column names."""
    return max((column.distinct for column in found if column.kind in OF_PERSONS), default=0)


def _scanned(engine: Engine, staged: Staged, source: str, catalog: Catalog, as_of: date) -> ScannedTable:
    engine.attach(SOURCE, staged)
    engine.keep(CELLS, exp.select("*").from_("plan"), (Plan(()), SOURCE))
    rows = _rows(engine)
    found: list[FoundColumn] = []
    for forms in count_forms(engine, CELLS, rows, len(staged.columns), catalog):
        found += decided(engine, staged.columns, forms, catalog, as_of).values()
    return ScannedTable(source, rows, len(staged.columns), len(staged.malformed), persons_in(found), tuple(found))


def scan_table(
    engine: Engine, staged: Staged, catalog: Catalog, scratch: Path, *, source: str, as_of: date
) -> ScannedTable:
    """What personal and sensitive data a staged table holds, by column and in its texts; not graded yet.

    `source` is what the result calls the table; `as_of` the day on which children are under fourteen. Every filled cell
    counts; nothing of the result shows a value.
    """
    try:
        return _scanned(engine, staged, source, catalog, as_of)
    except MalformedRecords:
        clean = separate(staged, scratch)
        return replace(_scanned(engine, clean, source, catalog, as_of), malformed=len(clean.malformed))
