"""One table after another into one publication: the others stay, parents are found, faults are told."""

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ronghe import data
from ronghe.journeys.standardize import read_schema
from ronghe.messages import LANGUAGES, render_error
from ronghe.tables.open import ReadOptions
from ronghe.tables.package import read_manifest, verify_package
from ronghe.terms import InputError, RongheError

COMPANIES = {"fields": [{"name": "code", "ronghe:element": "code"}, {"name": "name"}]}


def permits(resource: str, *there: str) -> dict[str, Any]:
    keys = [{"fields": "firm", "reference": {"resource": resource, "fields": name}} for name in there]
    return {"fields": [{"name": "id"}, {"name": "firm"}], "foreignKeys": keys}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "companies.csv").write_text("code,name\nC1,甲\nC2,乙\n", "utf-8")
    (tmp_path / "permits.csv").write_text("id,firm\nP1,C1\nP2,C9\n", "utf-8")
    return tmp_path


def published(folder: Path, table: str, schema: dict[str, Any]) -> list[dict[str, Any]]:
    path = folder / f"{table}.schema.json"
    path.write_text(json.dumps(schema), "utf-8")
    data.standardize(folder / f"{table}.csv", schema=path, out=folder / "out")
    rows: list[dict[str, Any]] = pq.read_table(folder / "out" / f"{table}.parquet").to_pylist()
    return rows


def test_a_table_comes_beside_the_others_and_replaces_itself(folder: Path) -> None:
    published(folder, "companies", COMPANIES)
    first = (folder / "out" / "companies.parquet").read_bytes()
    published(folder, "permits", permits("companies", "code"))
    published(folder, "permits", permits("companies", "code"))
    paths = [resource["path"] for resource in read_manifest(folder / "out")["resources"]]
    assert paths == sorted(
        f"{place}{name}{end}"
        for name in ("companies", "permits")
        for place, end in (("", ".parquet"), ("private/", ".rejects.parquet"))
    )
    assert (folder / "out" / "companies.parquet").read_bytes() == first
    assert verify_package(folder / "out") == []


def test_a_sheet_never_replaces_another_whose_name_becomes_the_same(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        for name in ("A B", "A_B", "a b c"):
            book.add_worksheet(name).write_column(0, 0, ["code", name])
    (tmp_path / "s.json").write_text(json.dumps({"fields": [{"name": "code"}]}), "utf-8")

    def standardize(source: str, sheet: str | None = None) -> None:
        options = ReadOptions(sheet=sheet)
        data.standardize(tmp_path / source, schema=tmp_path / "s.json", out=tmp_path / "out", options=options)

    def taken(source: str, sheet: str | None = None) -> str:
        with pytest.raises(InputError) as caught:
            standardize(source, sheet)
        assert render_error(caught.value, "zh")
        return str(caught.value.params["source"])

    standardize("book.xlsx#A B")
    standardize("book.xlsx#A B")
    assert taken("book.xlsx#A_B") == "book.xlsx#A B"
    standardize("book.xlsx", "A_B")
    assert taken("book.xlsx", "a b c") == "book.xlsx#A_B"
    (tmp_path / "BOOK.csv").write_text("code\n1\n", "utf-8")
    assert taken("BOOK.csv") == "book.xlsx#A_B"
    rows = pq.read_table(tmp_path / "out" / "book_A_B.parquet").to_pylist()
    assert rows == [{"code": "A B"}]


@pytest.mark.parametrize(("resource", "before"), [("companies", True), ("companies.csv", False)])
def test_a_parent_is_a_table_of_the_publication_or_a_file_beside_the_schema(
    folder: Path, resource: str, before: bool
) -> None:
    if before:
        published(folder, "companies", COMPANIES)
    assert published(folder, "permits", permits(resource, "code")) == [{"id": "P1", "firm": "C1"}]


def test_two_keys_into_one_table_ask_their_own_columns(folder: Path) -> None:
    published(folder, "companies", COMPANIES)
    assert published(folder, "permits", permits("companies", "code", "name")) == []


@pytest.mark.parametrize(
    ("schema", "code", "param"),
    [
        (permits("nosuch", "code"), "journeys.parent_missing", "resource"),
        (permits("companies.csv", "nosuch"), "journeys.parent_column", "name"),
        (permits("companies.csv", "code", "nosuch"), "journeys.parent_column", "name"),
    ],
)
def test_an_absent_parent_is_named_and_nothing_is_published(
    folder: Path, schema: dict[str, Any], code: str, param: str
) -> None:
    with pytest.raises(InputError) as caught:
        published(folder, "permits", schema)
    assert (caught.value.code, caught.value.params[param]) == (code, "nosuch")
    assert all(render_error(caught.value, lang) for lang in LANGUAGES)
    assert not (folder / "out").exists()


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff", b"{"])
def test_a_schema_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "s.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"schema_unreadable|schema_json") as caught:
        read_schema(path)
    assert "s.json" in str(caught.value.params)


def test_a_schema_saved_by_notepad_is_read(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text(json.dumps(COMPANIES), "utf-8-sig")
    assert [field.name for field in read_schema(tmp_path / "s.json").fields] == ["code", "name"]


def test_what_is_proposed_can_be_standardized_by(folder: Path) -> None:
    schema = data.propose(folder / "companies.csv").schema_json()
    assert published(folder, "companies", schema) == [{"code": "C1", "name": "甲"}, {"code": "C2", "name": "乙"}]


def test_a_profile_counts_every_row_and_masks_values(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("手机,注\n13800000000,a\n13800000000,\n1\n", "utf-8")
    found = data.profile(tmp_path / "p.csv")
    assert (found.rows, found.malformed) == (2, 1)
    phone, note = found.columns
    assert (phone.frequent, phone.shortest, phone.longest) == ((("13800000000", 2),), 11, 11)
    assert (note.filled, note.empty) == (1, 1)
    assert found.to_json()["columns"][0]["frequent"] == (("13＊＊＊＊＊＊＊00", 2),)
    assert found.to_json(show_values=True)["columns"][0]["frequent"] == (("13800000000", 2),)


@pytest.mark.parametrize("face", [data.profile, data.propose])
def test_a_missing_file_is_told_by_each_door(tmp_path: Path, face: Any) -> None:
    with pytest.raises(RongheError, match="missing_file"):
        face(tmp_path / "absent.csv")


def test_a_schema_without_end_is_not_read_to_its_end() -> None:
    with pytest.raises(InputError) as caught:
        read_schema(Path("/dev/zero"))
    assert caught.value.code == "data.schema_large"
