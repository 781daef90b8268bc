"""What a table holds that was made of others: kinds are properties of columns, and columns keep theirs on the way.

Whatever was found in a source is taken to be in every column that is made of it, so a joined table is graded without
its values being read again, and never below what is in it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ronghe.data.scan.grades import grade_table
from ronghe.data.scan.result import CHILD, FoundColumn, ScannedTable
from ronghe.data.scan.scan import OF_PERSONS
from ronghe.standards.grading import GradeProfile

__all__ = ["Regraded", "carry", "merged", "regrade"]

Origins = Mapping[str, Sequence[Sequence[str]]]
"""For each column of a table the columns that made it: pairs of a table and one of its columns."""


@dataclass(frozen=True, slots=True)
class Regraded:
    """A table that was made of others: what it holds, its grade with the reasons, and the grades of its `parts`."""

    scanned: ScannedTable
    parts: Mapping[str, str]
    raised: bool
    """True where it is graded above every one of its parts."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that make its grade as high as it is."""
        named = [note.params.get("columns", []) for note in self.scanned.reasons]
        return tuple(dict.fromkeys(column for some in named if isinstance(some, list) for column in some))

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "table": self.scanned.source,
            "grade": self.scanned.grade,
            "parts": dict(self.parts),
            "raised": self.raised,
            "by": list(self.columns),
            "persons_at_most": self.scanned.persons,
            "reasons": [{"code": note.code, **note.params} for note in self.scanned.reasons],
            "columns": [{"column": one.column, "kind": one.kind, "grade": one.grade} for one in self.scanned.found],
        }


def _together(column: str, made_of: Sequence[FoundColumn]) -> FoundColumn:
    """One column that holds what all of these do; called what the surest of them is."""
    surest = max(made_of, key=lambda one: one.confidence)
    inside: Counter[str] = Counter()
    also: Counter[str] = Counter()
    for one in made_of:
        inside.update(one.inside)
        also.update(one.also)
        if one.kind not in ("free_text", surest.kind):
            also[one.kind] += one.matching
    return replace(surest, column=column, inside=dict(inside), also=dict(also))


def carry(name: str, rows: int, origins: Origins, known: Mapping[str, ScannedTable]) -> ScannedTable:
    """What the table `name`, whose columns have these origins, holds by what its sources hold; not graded.

    `known` has every table that is named in `origins`, earlier results of the same plan among them. `persons` is what
    the table cannot exceed: its rows, and the persons of the sources of a column that names some.
    """
    by_column = {table: {found.column: found for found in scanned.found} for table, scanned in known.items()}
    found, persons = [], 0
    for column, made in origins.items():
        held = [(table, by_column[table][field]) for table, field in made if field in by_column[table]]
        if not held:
            continue
        found.append(_together(column, [one for _, one in held]))
        naming = {table for table, one in held if one.kind in OF_PERSONS}
        persons = max(persons, min(rows, sum(known[table].persons for table in naming)))
    return ScannedTable(name, rows, len(origins), 0, persons, tuple(found))


def merged(own: ScannedTable, carried: ScannedTable, *, but: Sequence[str] = ()) -> ScannedTable:
    """What a table was seen to hold, and what its sources say that it holds: a column has the kinds of both.

    Columns named in `but` have only what was seen: digests tell nothing of what they are made of.
    """
    seen = {one.column: one for one in own.found}
    for one in carried.found:
        if one.column in but:
            continue
        mine = seen.get(one.column)
        if mine is None:
            seen[one.column] = one
        elif missing := dict.fromkeys(sorted(one.kinds - mine.kinds - {CHILD}), one.matching):
            seen[one.column] = replace(mine, also={**mine.also, **missing})
    return replace(own, found=tuple(seen.values()))


def regrade(scanned: ScannedTable, parts: Sequence[ScannedTable], profile: GradeProfile) -> Regraded:
    """A table that was made of these graded parts, with its own grade."""
    graded = grade_table(scanned, profile)
    of_parts = {part.source: part.grade for part in parts}
    above = profile.grades.index(graded.grade) > profile.grades.index(profile.highest(list(of_parts.values())))
    return Regraded(graded, of_parts, above)
