"""Grade what a table becomes when it is counted by some of its columns: small groups tell about each person in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from ronghe.data.scan.grades import Graded, grade_aggregate
from ronghe.data.scan.result import ScannedTable
from ronghe.data.scan.scan import CELLS, OF_PERSONS
from ronghe.data.scan.telling import listed
from ronghe.standards.grading import GradeProfile
from ronghe.tables.engine import Engine
from ronghe.tables.sql import name
from ronghe.tables.staged import Staged
from ronghe.terms import UsageError

__all__ = ["Aggregate", "graded_aggregate"]

_GROUPS = "scanning_groups"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A table counted by the columns `by`: its groups, the persons of the smallest one, how many groups are smaller
    than the profile allows, and the grade."""

    source: str
    by: tuple[str, ...]
    groups: int
    smallest: int
    small: int
    graded: Graded

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "source": self.source,
            "by": list(self.by),
            "groups": self.groups,
            "smallest": self.smallest,
            "small": self.small,
            "grade": self.graded.grade,
            "reasons": [{"code": note.code, **note.params} for note in self.graded.reasons],
        }


def _persons(scanned: ScannedTable, columns: Sequence[str]) -> exp.Expr:
    """The persons of a group: different values of the column that names most people, or else its rows."""
    naming = [column for column in scanned.found if column.kind in OF_PERSONS]
    if not naming:
        return exp.Count(this=exp.Star())
    most = max(naming, key=lambda column: column.distinct)
    place = columns.index(most.column)
    return exp.Count(this=exp.Distinct(expressions=[name(f"c{place}")]))


def graded_aggregate(
    engine: Engine, staged: Staged, scanned: ScannedTable, by: Sequence[str], profile: GradeProfile
) -> Aggregate:
    """The table that was just scanned, counted by these columns, with the grade of what comes out.

    UsageError for a column that it has not.
    """
    columns = list(staged.columns)
    for column in by:
        if column not in columns:
            raise UsageError("scan.by_column", source=scanned.source, name=column, known=listed(columns))
    keys = [name(f"c{columns.index(column)}") for column in by]
    persons = exp.alias_(_persons(scanned, columns), "n")
    engine.keep(_GROUPS, exp.select(*keys, persons).from_(CELLS).group_by(*(key.copy() for key in keys)))
    few = exp.LT(this=name("n"), expression=exp.Literal.number(profile.smallest_group))
    counted = exp.select(
        exp.alias_(exp.Count(this=exp.Star()), "groups"),
        exp.alias_(exp.Min(this=name("n")), "smallest"),
        exp.alias_(exp.Count(this=exp.Case(ifs=[exp.If(this=few, true=exp.Literal.number(1))])), "small"),
    )
    found = engine.query(counted.from_(_GROUPS)).to_pylist()[0]
    smallest = found["smallest"] or 0
    graded = grade_aggregate(scanned, by, profile, smallest_group=smallest)
    return Aggregate(scanned.source, tuple(by), found["groups"], smallest, found["small"], graded)
