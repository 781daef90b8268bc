"""The two tables that people write by hand: read as they write them, and told by line where they are wrong."""

from fractions import Fraction
from pathlib import Path

import pytest

from ronghe.journeys import mappings
from ronghe.journeys.mappings import files_of, read_departments, read_shares, unmatched
from ronghe.messages import LANGUAGES, render_error
from ronghe.terms import Department, InputError, UsageError


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "map.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_each_file_has_its_department(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path, "file,department,name\n税务.csv,tax,税务局\n 居民.csv , 公安局 ,\n", encoding)
    assert read_departments(path) == {
        "税务.csv": Department("tax", "税务局"),
        "居民.csv": Department("公安局", "公安局"),
    }


def test_the_columns_may_stand_in_any_order_beside_others(tmp_path: Path) -> None:
    path = written(tmp_path, "note, department , file\nx,tax,a.csv,too much\n")
    assert read_departments(path) == {"a.csv": Department("tax", "tax")}


@pytest.mark.parametrize(
    ("text", "exact"), [("0.1", Fraction(1, 10)), ("1/3", Fraction(1, 3)), (".5", Fraction(1, 2)), ("1", Fraction(1))]
)
def test_shares_are_taken_exactly(tmp_path: Path, text: str, exact: Fraction) -> None:
    read = read_shares(written(tmp_path, f"department,amount,share\n税务局,30,{text}\n"))
    assert (read.amounts, read.shares) == ({"税务局": Fraction(30)}, {"税务局": exact})


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("department,amount\nx,1\n", "mapping_column", None),
        ("", "mapping_column", None),
        ("department,amount,share\n,1,1\n", "mapping_blank", 2),
        ("department,amount,share\na,1,1\na,2,1\n", "mapping_twice", 3),
        ("department,amount,share\na,1,75%\n", "mapping_number", 2),
        ("department,amount,share\na,,1\n", "mapping_number", 2),
        ("department,amount,share\na,1/0,1\n", "mapping_number", 2),
        ("department,amount,share\na,1e999999999,1\n", "mapping_number", 2),
        ("department,amount,share\na,nan,1\n", "mapping_number", 2),
        ('department,amount,share\n"' + "x" * 200_000, "mapping_unreadable", None),
    ],
)
def test_a_wrong_line_is_told_with_its_number(tmp_path: Path, text: str, code: str, line: int | None) -> None:
    with pytest.raises(InputError) as caught:
        read_shares(written(tmp_path, text))
    assert (caught.value.code, caught.value.params.get("line")) == (f"journeys.{code}", line)
    for lang in LANGUAGES:
        assert render_error(caught.value, lang)


@pytest.mark.parametrize(
    ("text", "code"),
    [("file,department\n,tax\n", "mapping_blank"), ("file,department\na,x\na,y\n", "mapping_twice")],
)
def test_a_file_belongs_to_one_department(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(InputError, match=code):
        read_departments(written(tmp_path, text))


def test_a_file_that_is_missing_or_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="mapping_unreadable"):
        read_shares(tmp_path / "absent.csv")
    monkeypatch.setattr(mappings, "LARGEST", 3)
    with pytest.raises(InputError, match="mapping_large"):
        read_shares(written(tmp_path, "department,amount,share\n"))


def test_a_file_named_twice_is_refused_by_whatever_name(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "c.xlsx"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    a = str(tmp_path / "a.csv")
    for other in (a, f"{tmp_path}/./a.csv", str(tmp_path / "link.csv")):
        with pytest.raises(InputError) as caught:
            files_of([a, str(tmp_path / "b.csv"), other])
        assert (caught.value.code, caught.value.params["second"]) == ("journeys.source_twice", other)


def test_sheets_copies_addresses_and_absent_files_are_sources_of_their_own(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv", "c.xlsx"):
        (tmp_path / name).write_text("x")
    book = tmp_path / "c.xlsx"
    files_of([str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), f"{book}#1", f"{book}#2"])
    files_of(["sqlite:///x.db#a", "sqlite:///x.db#b", "absent.csv", "absent.csv"])
    with pytest.raises(InputError):
        files_of(["sqlite:///x.db#a", "sqlite:///x.db#a"])


def test_lines_that_match_nothing_are_told() -> None:
    tax = Department("tax", "税务局")
    told = unmatched(
        ["a.csv", "b.csv"],
        [tax],
        departments=(Path("map.csv"), {"a.csv": tax, "c.csv": tax}),
        shares=(Path("shares.csv"), ["税务局", "tax", "教育局"]),
    )
    assert [(note.code, note.params["names"]) for note in told] == [
        ("journeys.departments_unused", "c.csv"),
        ("journeys.shares_unused", "教育局"),
    ]
    assert unmatched(["a.csv"], [tax], departments=(None, {}), shares=(None, ())) == ()


def test_a_folder_stands_for_its_files_in_order_without_the_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", ".hidden"):
        (tmp_path / name).write_text("x", "utf-8")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.csv").write_text("x", "utf-8")
    assert files_of(("x.csv", str(tmp_path))) == ["x.csv", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]


def test_an_empty_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        files_of((str(tmp_path),))
    assert (caught.value.code, caught.value.params["path"]) == ("journeys.folder_empty", str(tmp_path))
