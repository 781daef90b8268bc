"""Grades: of columns, of tables, and again after joins and aggregations."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from ronghe.data.scan.grades import grade_aggregate, grade_join, grade_table
from ronghe.data.scan.result import FoundColumn, ScannedTable
from ronghe.messages import known
from ronghe.standards.grading import grade_profile
from ronghe.tables.staged import Note

PROFILE = grade_profile()


def table(*kinds: str, persons: int = 50) -> ScannedTable:
    found = tuple(
        FoundColumn(f"column of {kind}", kind, "personal", 1.0, ("form",), persons, persons, persons) for kind in kinds
    )
    return grade_table(ScannedTable("made", persons, len(kinds), 0, persons, found), PROFILE)


def codes(notes: Sequence[Note]) -> list[str]:
    return [note.code for note in notes]


def test_a_table_has_the_grade_of_its_highest_column_and_says_which() -> None:
    graded = table("sex", "citizen_id")
    assert [column.grade for column in graded.found] == ["general_1", "general_3"]
    assert graded.grade == "general_3"
    assert [dict(note.params) for note in graded.reasons] == [
        {"kind": "citizen_id", "columns": ["column of citizen_id"]}
    ]


def test_a_table_without_findings_has_the_lowest_grade_and_no_reason() -> None:
    assert (table().grade, table().reasons) == ("general_1", ())


def test_harmless_tables_make_a_sensitive_one() -> None:
    apart = [table("birth_date"), table("sex"), table("ethnic_group")]
    assert max(PROFILE.grades.index(one.grade) for one in apart) == PROFILE.grades.index("general_2")
    joined = grade_join(apart, PROFILE)
    assert (joined.grade, codes(joined.reasons)) == ("general_3", ["scan.reason_quasi_identifiers"])
    named = grade_join([table("person_name"), table("medical")], PROFILE)
    assert (named.grade, codes(named.reasons)) == ("general_4", ["scan.reason_known_person_sensitive"])


def test_a_join_is_never_below_its_parts() -> None:
    high = replace(table("sex"), grade="important")
    joined = grade_join([high, table("age")], PROFILE)
    assert (joined.grade, codes(joined.reasons)) == ("important", ["scan.reason_part"])


@pytest.mark.parametrize(
    ("kinds", "persons", "grade"),
    [
        (("citizen_id",), 99_999, "general_3"),
        (("citizen_id",), 100_000, "general_4"),
        (("citizen_id",), 1_000_000, "important"),
        (("plate",), 1_000_000, "general_2"),
        (("plate",), 10_000_000, "important"),
        (("sex",), 10_000_000, "general_1"),
    ],
)
def test_many_persons_concern_the_public(kinds: tuple[str, ...], persons: int, grade: str) -> None:
    assert table(*kinds, persons=persons).grade == grade


def test_persons_of_a_join_may_be_told() -> None:
    assert grade_join([table("citizen_id"), table("plate")], PROFILE, persons=1_000_000).grade == "important"


def test_an_aggregate_is_graded_by_what_it_keeps_unless_its_groups_are_small() -> None:
    full = table("person_name", "medical", "sex")
    assert full.grade == "general_4"
    assert grade_aggregate(full, ["column of sex"], PROFILE, smallest_group=10).grade == "general_1"
    small = grade_aggregate(full, ["column of sex"], PROFILE, smallest_group=9)
    assert (small.grade, codes(small.reasons)) == ("general_4", ["scan.reason_small_groups"])


def test_what_is_inside_texts_counts() -> None:
    text = FoundColumn("备注", "free_text", "personal", 1, ("text",), 9, 9, 9, inside={"citizen_id": 3})
    graded = grade_table(ScannedTable("made", 9, 1, 0, 0, (text,)), PROFILE)
    assert graded.grade == graded.found[0].grade == "general_3"


def test_the_neutral_profile_grades_nothing() -> None:
    neutral = grade_profile("neutral")
    assert grade_table(table("biometric", "person_name", persons=10**8), neutral).grade == "ungraded"


def test_every_reason_and_grade_is_worded() -> None:
    rules = [*(rule.code for rule in PROFILE.combinations), *(rule.code for rule in PROFILE.crowds)]
    assert [code for code in (*rules, "kind", "part", "small_groups") if not known(f"scan.reason_{code}")] == []
    assert [grade for grade in PROFILE.grades if not known(f"scan.grade_{grade}")] == []
