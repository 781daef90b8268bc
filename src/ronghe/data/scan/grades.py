"""Grade what a scan found, and grade again what becomes of it: joined tables, aggregates.

The grade of a table is the highest of its columns, raised by the combinations that it completes and by the number of
persons in it. GB/T 43697-2024 wants data graded again after every join and aggregation: three harmless tables may make
a sensitive one, and small groups tell about each person in them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ronghe.data.scan.result import ScannedTable
from ronghe.messages import known
from ronghe.standards.grading import GradeProfile
from ronghe.tables.staged import Note

__all__ = ["Graded", "grade_aggregate", "grade_join", "grade_kinds", "grade_table"]


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade with its reasons: the columns, combinations or counts that made it so high."""

    grade: str
    reasons: tuple[Note, ...] = ()


def _of_kinds(kinds: Iterable[str], profile: GradeProfile) -> str:
    return profile.highest([profile.of(kind) for kind in kinds])


def _raised(grade: str, reasons: list[Note], to: str, reason: Note, profile: GradeProfile) -> str:
    """The higher of two grades; `reasons` keep only what makes the grade as high as it is."""
    order = profile.grades.index
    if order(to) < order(grade):
        return grade
    if order(to) > order(grade):
        reasons.clear()
    reasons.append(reason)
    return to


def _reason(rule: str, otherwise: str, said: Mapping[str, object]) -> Note:
    """Why a rule raised a grade; a rule of a department's own profile is told by its name."""
    code = f"scan.reason_{rule}"
    return Note(code, said) if known(code) else Note(otherwise, {"rule": rule, **said})


def grade_kinds(kinds: Mapping[str, Sequence[str]], persons: int, profile: GradeProfile) -> Graded:
    """The grade of data with these kinds, each with the columns that hold it, about so many persons."""
    reasons: list[Note] = []
    grade = profile.lowest
    for kind, columns in sorted(kinds.items()):
        note = Note("scan.reason_kind", {"kind": kind, "columns": list(columns)})
        if profile.of(kind) != profile.lowest:
            grade = _raised(grade, reasons, profile.of(kind), note, profile)
    for rule in profile.combinations:
        met = [sorted(some & kinds.keys()) for some in rule.of]
        if all(met):
            together = dict.fromkeys(column for some in met for kind in some for column in kinds[kind])
            said = {"kinds": " + ".join("/".join(some) for some in met), "columns": list(together)}
            note = _reason(rule.code, "scan.reason_own_combination", said)
            grade = _raised(grade, reasons, rule.grade, note, profile)
    own, order = grade, profile.grades.index
    for crowd in profile.crowds:
        if persons >= crowd.persons and order(own) >= order(crowd.least):
            note = _reason(crowd.code, "scan.reason_own_count", {"persons": persons, "least": crowd.persons})
            grade = _raised(grade, reasons, crowd.grade, note, profile)
    return Graded(grade, tuple(reasons))


def _columns_by_kind(tables: Sequence[ScannedTable]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table in tables:
        for column in table.found:
            for kind in column.kinds:
                found.setdefault(kind, []).append(column.column)
    return found


def grade_table(table: ScannedTable, profile: GradeProfile) -> ScannedTable:
    """The table with the grade of each column and its own, with the reasons."""
    columns = tuple(replace(column, grade=_of_kinds(column.kinds, profile)) for column in table.found)
    graded = grade_kinds(_columns_by_kind([table]), table.persons, profile)
    return replace(table, found=columns, grade=graded.grade, reasons=graded.reasons, profile=profile.name)


def grade_join(tables: Sequence[ScannedTable], profile: GradeProfile, *, persons: int | None = None) -> Graded:
    """The grade of what these tables become when they are joined, all of their columns kept.

    `persons` is the number of persons in the result; without it the largest table's is taken, which a join on persons
    cannot exceed. The grade is never below that of any part.
    """
    count = max((table.persons for table in tables), default=0) if persons is None else persons
    joined = grade_kinds(_columns_by_kind(tables), count, profile)
    parts = profile.highest([table.grade for table in tables if table.grade])
    if profile.grades.index(parts) <= profile.grades.index(joined.grade):
        return joined
    return Graded(parts, (Note("scan.reason_part", {"grade": parts}),))


def grade_aggregate(table: ScannedTable, kept: Sequence[str], profile: GradeProfile, *, smallest_group: int) -> Graded:
    """The grade of an aggregate that keeps these columns as they are and has groups of so many persons at least.

    Groups below the profile's number tell about each of their persons: the grade then stays the table's own. Otherwise
    what the kept columns hold decides.
    """
    if smallest_group < profile.smallest_group:
        note = Note("scan.reason_small_groups", {"smallest": smallest_group, "least": profile.smallest_group})
        return Graded(table.grade or grade_table(table, profile).grade, (note,))
    remaining = replace(table, found=tuple(column for column in table.found if column.column in kept))
    return grade_kinds(_columns_by_kind([remaining]), table.persons, profile)
