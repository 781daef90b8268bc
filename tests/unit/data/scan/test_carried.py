"""Kinds carried along the lineage: what a table made of others holds, and how it is graded beside its parts."""

from dataclasses import replace

from ronghe.data.scan.carried import carry, merged, regrade
from ronghe.data.scan.grades import grade_table
from ronghe.data.scan.result import FoundColumn, ScannedTable
from ronghe.standards.grading import grade_profile

PROFILE = grade_profile()


def found(column: str, kind: str, cells: int = 50, **more: object) -> FoundColumn:
    return replace(FoundColumn(column, kind, "personal", 0.9, ("form",), cells, cells, cells), **more)  # type: ignore[arg-type]


def table(name: str, *columns: FoundColumn, persons: int = 0) -> ScannedTable:
    return grade_table(ScannedTable(name, 50, len(columns), 0, persons, columns), PROFILE)


def test_three_harmless_tables_make_a_sensitive_one_and_the_columns_are_named() -> None:
    parts = [
        table("births", found("born", "birth_date")),
        table("sexes", found("xb", "sex")),
        table("groups", found("mz", "ethnic_group")),
    ]
    known = {part.source: part for part in parts}
    origins = {
        "no": [("births", "no")],
        "born": [("births", "born")],
        "sex": [("sexes", "xb")],
        "mz": [("groups", "mz")],
    }
    made = regrade(carry("joined", 40, origins, known), parts, PROFILE)
    assert (made.scanned.grade, made.raised) == ("general_3", True)
    assert made.columns == ("born", "sex", "mz")
    assert dict(made.parts) == {"births": "general_2", "sexes": "general_1", "groups": "general_2"}


def test_a_column_made_of_several_holds_what_all_of_them_do() -> None:
    mixed = found("contact", "free_text", inside={"mobile": 3})
    known = {
        "a": table("a", found("phone", "mobile"), persons=50),
        "b": table("b", mixed),
        "c": table("c", found("mail", "email")),
    }
    made = carry("fused", 60, {"contact": [("a", "phone"), ("b", "contact"), ("c", "mail")]}, known)
    (column,) = made.found
    assert column.column == "contact"
    assert column.kinds == {"mobile", "email"}


def test_a_column_that_was_left_behind_makes_nothing_worse() -> None:
    known = {"a": table("a", found("name", "person_name"), found("ill", "medical"), persons=50)}
    made = regrade(carry("kept", 50, {"name": [("a", "name")]}, known), [known["a"]], PROFILE)
    assert (known["a"].grade, made.scanned.grade, made.raised) == ("general_4", "general_2", False)


def test_persons_are_no_more_than_rows_and_than_the_sources_have() -> None:
    known = {
        "a": table("a", found("id", "citizen_id"), persons=120_000),
        "b": table("b", found("id", "citizen_id"), persons=30_000),
    }
    origins = {"id": [("a", "id"), ("b", "id")]}
    assert carry("all", 1_000_000, origins, known).persons == 150_000
    assert carry("few", 70_000, origins, known).persons == 70_000
    assert regrade(carry("all", 1_000_000, origins, known), list(known.values()), PROFILE).scanned.grade == "general_4"


def test_what_is_seen_and_what_is_carried_add_up_except_of_digests() -> None:
    seen = ScannedTable("joined", 50, 3, 0, 50, (found("id", "person_number"),))
    carried = ScannedTable(
        "joined", 50, 3, 0, 50, (found("id", "citizen_id"), found("note", "medical"), found("_entity", "citizen_id"))
    )
    made = merged(seen, carried, but=("_entity",))
    assert {column.column: column.kinds for column in made.found} == {
        "id": {"person_number", "citizen_id"},
        "note": {"medical"},
    }


def test_children_of_a_source_are_children_of_the_result() -> None:
    known = {"a": table("a", found("born", "birth_date", children=4))}
    made = regrade(carry("joined", 50, {"born": [("a", "born")]}, known), [known["a"]], PROFILE)
    assert made.scanned.children == 4
    assert made.scanned.grade == "general_3"
