"""Names, fingerprints and manifests of what is published."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronghe.data.standardize.result import ColumnResult, Standardized
from ronghe.journeys.publication import fingerprint, json_text, open_engine, table_name, table_names, table_resources
from ronghe.tables.engine import DuckDB, Resources
from ronghe.terms import UsageError


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("data/税务 2025.xlsx#表1", "税务_2025_表1"),
        ("people.csv", "people"),
        ("a.b.csv", "a.b"),
        ("folder/", "folder"),
        (".hidden", "hidden"),
        ("sqlite:///city.db#people", "city_people"),
        ("postgresql://host/db?sslmode=require", "db"),
        ("（）.csv", "table"),
        ("..", "table"),
        ("a/../b.csv", "b"),
    ],
)
def test_a_table_is_named_after_its_source(source: str, name: str) -> None:
    assert table_name(source) == name


@given(st.text(max_size=20))
def test_a_name_never_leaves_its_folder(source: str) -> None:
    name = table_name(source)
    assert name
    assert "/" not in name
    assert not name.startswith(".")


@given(st.lists(st.sampled_from(["a.csv", "A.csv", "a.xlsx", "a_2.csv", "x/a.csv", "b.csv"]), max_size=6))
def test_no_two_tables_have_one_name_even_where_case_does_not_count(sources: list[str]) -> None:
    names = [name.casefold() for name in table_names(sources)]
    assert len(set(names)) == len(names) == len(sources)


def test_the_second_of_equal_names_is_numbered() -> None:
    assert table_names(["x/a.csv", "y/A.csv", "z/a.csv"]) == ["a", "A_2", "a_3"]


def test_a_fingerprint_changes_with_content_settings_and_part(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_text("one", "utf-8")
    first = fingerprint(str(path), "duckdb")
    assert first == fingerprint(str(path), "duckdb") != ""
    assert fingerprint(str(path), "spark") != first
    assert fingerprint(f"{path}#2", "duckdb") != first
    path.write_text("longer", "utf-8")
    longer = fingerprint(str(path), "duckdb")
    assert longer != first
    os.utime(path, ns=(1, 1))
    assert fingerprint(str(path), "duckdb") != longer


@pytest.mark.parametrize("source", ["absent.csv", "postgresql://host/db#people"])
def test_what_cannot_be_known_unchanged_has_no_fingerprint(source: str) -> None:
    assert fingerprint(source) == ""


def test_the_engine_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    with open_engine("duckdb", tmp_path, Resources()) as engine:
        assert isinstance(engine, DuckDB)
    with pytest.raises(UsageError, match="engine_unknown"), open_engine("oracle", tmp_path, Resources()):
        pass


def test_the_raw_values_of_a_table_are_listed_apart_from_what_is_delivered() -> None:
    result = Standardized("t", "t.csv", "utf-8", 3, 2, 1, (), (), {"v": "7"}, (), {"fields": []})
    published, rejects = table_resources(result, {"ronghe:department": "tax"})
    assert (published.path, rejects.path) == ("t.parquet", "private/t.rejects.parquet")
    assert published.properties["rows_in"] == 3
    assert published.properties["ronghe:imputed"] == {"v": "7"}
    assert published.properties["ronghe:department"] == "tax"
    assert rejects.properties == {"ronghe:rejectsOf": "t.parquet", "ronghe:rows": 1}


def test_emptied_and_kept_values_are_told_by_column() -> None:
    columns = (ColumnResult("v", "", "integer", "integer", 2, nulled=1), ColumnResult("w", "", "text", "string", 2))
    published, _ = table_resources(Standardized("t", "t.csv", "utf-8", 2, 2, 0, columns, (), {}))
    assert published.properties["ronghe:broken"] == {"v": {"nulled": 1, "kept": 0}}


def test_json_of_ours_shows_chinese_and_ends_its_line() -> None:
    assert json_text({"名": 1}) == '{\n  "名": 1\n}\n'


@pytest.mark.parametrize("stem", ["x" * 251, "税" * 83, "a" * 199 + "税务"])
def test_files_beside_a_table_of_the_longest_name_still_have_names(stem: str) -> None:
    first, second = table_names([f"a/{stem}.csv", f"b/{stem}.csv"])
    assert len(f".{second}.rejects.parquet.12345678-1234567.part".encode()) <= 255
    assert first != second
    assert table_name(f"{stem}1.csv") != table_name(f"{stem}2.csv")


def test_a_question_mark_begins_options_only_in_the_address_of_a_database() -> None:
    assert table_name("data/what?now.csv") == "what_now"
