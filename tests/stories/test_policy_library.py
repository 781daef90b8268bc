"""A library of policies through the command: every kind of file, what was in force, and files that nobody can read."""

import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from ronghe.journeys import policy_store
from tests.stories.desk import Desk, without_settings
from tests.stories.policy_documents import DOCUMENTS, write_documents


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    write_documents(tmp_path / "documents")
    return Desk(tmp_path, capfd)


def numbers(found: dict[str, object]) -> list[str]:
    return [hit["number"] for hit in found["hits"]]  # type: ignore[attr-defined]


def test_policies_of_all_kinds_are_read_dated_and_found(desk: Desk) -> None:
    made = desk.reads("policy", "import", "documents", "--library", "lib")
    assert len(made["added"]) == len(DOCUMENTS) >= 20
    assert made["refused"] == []
    assert all(one["title"] and one["number"] and one["issuers"] and one["effective"] for one in made["added"])
    assert {one["kind"] for one in made["added"]} == {"docx", "html", "md", "pdf", "txt"}
    troubles = {one["code"] for one in made["troubles"]}
    assert {"policy.trouble_number", "policy.trouble_circle", "policy.trouble_reversed"} <= troubles
    again = desk.reads("policy", "import", "documents", "--library", "lib")
    assert (again["added"], len(again["known"]), again["policies"]) == ([], len(DOCUMENTS), len(DOCUMENTS))

    def on(day: str) -> list[str]:
        return numbers(desk.reads("policy", "search", "云岭市最低生活保障办法", "--valid-on", day, "--library", "lib"))

    assert on("2018-02-28") == []
    assert on("2018-03-01") == ["云政发〔2018〕7号"]
    assert on("2024-01-01") == []  # expired in 2023, and the next one began in 2025
    assert on("2025-07-01") == ["云政发〔2025〕12号"]
    assert set(on("2026-07-01")) == {"云政发〔2025〕12号", "云政发〔2026〕1号"}
    assert "云残联发〔2023〕5号" in numbers(desk.reads("policy", "search", "低保", "--library", "lib"))
    assert numbers(desk.reads("policy", "search", "gyfzgljzpkt", "--library", "lib")) == []
    assert "云民函〔2024〕15号" in numbers(desk.reads("policy", "search", "gljt", "--library", "lib"))


def test_a_policy_is_shown_with_what_ended_and_changed_it(desk: Desk) -> None:
    desk.types("policy", "import", "documents", "--library", "lib")
    shown = desk.reads("policy", "show", "云政发〔2025〕12号", "--valid-on", "2026-08-01", "--library", "lib")
    assert shown["state"] == "in_force"
    assert [(one["number"], one["kind"]) for one in shown["done_to_it"]] == [("云政发〔2026〕1号", "amends")]
    assert "第四条第(二)项" in [one["address"] for one in shown["clauses"]]
    old = desk.reads("policy", "show", "云人社〔2012〕40号", "--valid-on", "2025-01-01", "--library", "lib")
    assert old["state"] == "repealed"
    text = desk.types("policy", "show", "云政发〔2025〕12号", "--clause", "第三条", "--library", "lib").stdout
    assert "1170" in text
    assert "第四条" not in text


def test_policies_of_two_offices_that_differ_in_figures_are_put_side_by_side(desk: Desk) -> None:
    desk.types("policy", "import", "documents", "--library", "lib")
    found = desk.reads("policy", "compare", "--valid-on", "2026-01-01", "--library", "lib")["candidates"]
    pairs = [{one["text_one"], one["text_other"]} for one in found if one["kind"] == "conflict"]
    assert any("1170" in "".join(pair) and "1120" in "".join(pair) for pair in pairs)


def test_files_that_cannot_be_read_are_told_and_the_rest_is_imported(desk: Desk) -> None:
    (desk / "documents" / "scan.pdf").write_bytes(b"%PDF-1.4 broken")
    (desk / "documents" / "a.xls").write_bytes(b"x")
    (desk / "documents" / "mixed.txt").write_bytes("关于甲事的通知\n".encode() + "乙事\n2025年1月1日".encode("gb18030"))
    with zipfile.ZipFile(desk / "documents" / "deep.docx", "w") as archive:
        archive.writestr("word/document.xml", "<a>" * 9_000 + "</a>" * 9_000)
    (desk / "documents" / "mixed2.txt").write_bytes("关于丙事的通知\n".encode("gb18030") + "丁事丁事丁事".encode())
    (desk / "documents" / "endless.txt").write_text("甲市丙办法\n自2025年1月1日起施行，有效期至9999年12月31日。")
    done = desk.types("policy", "import", "documents", "--library", "lib", "--lang", "en")
    assert done.stdout.count("✗") == 3
    assert done.stdout.count("mixes encodings: 1 lines") == 1
    made = desk.reads("policy", "import", "documents", "--library", "lib")
    assert made["policies"] == len(DOCUMENTS) + 3
    assert desk.fails("policy", "import", "documents/scan.pdf", "--library", "other", code=3)
    assert not (desk / "other" / "library.sqlite").exists()


@pytest.mark.parametrize("query", ['"', "a OR b", "*", "NEAR(", "' --", "低", "", "   ", "😀", "低" * 500, "title:x"])
def test_whatever_is_typed_is_a_search(desk: Desk, query: str) -> None:
    desk.types("policy", "import", "documents/01-低保办法-2018.txt", "--library", "lib")
    found = desk.reads("policy", "search", query, "--library", "lib")
    assert found["total"] == (1 if query == "低" else 0)


def test_one_number_of_two_policies_lists_both_by_id(desk: Desk) -> None:
    made = desk.reads("policy", "import", "documents/16-同号甲.txt", "documents/17-同号乙.txt", "--library", "lib")
    said = desk.fails("policy", "show", "云卫发[2023]3号", "--library", "lib", code=3)
    assert all(f"{one['id']} {one['title']}" in said for one in made["added"])


def test_what_is_not_there_is_one_clear_line(desk: Desk) -> None:
    desk.types("policy", "import", "documents/01-低保办法-2018.txt", "--library", "lib")
    assert "no library" in desk.fails("policy", "search", "低保", "--library", "nowhere", code=3)
    assert "has no policy 甲" in desk.fails("policy", "show", "甲", "--library", "lib", code=3)
    assert "no clause" in desk.fails(
        "policy", "show", "云政发〔2018〕7号", "--clause", "第九十条", "--library", "lib", code=3
    )
    assert desk.fails("policy", "import", "nothing", "--library", "lib", code=3)
    (desk / "broken").mkdir()
    (desk / "broken" / "library.sqlite").write_bytes(b"not a database" * 100)
    assert "cannot be read" in desk.fails("policy", "search", "低保", "--library", "broken", code=3)


def test_each_of_several_files_that_nobody_can_read_is_told(desk: Desk) -> None:
    for name in ("a.txt", "b.txt"):
        (desk / name).write_bytes(b"")
    done = desk.tries("policy", "import", "a.txt", "b.txt", "--library", "other", "--lang", "en")
    assert (done.code, done.stdout.count("holds no text"), "Search it" in done.stdout) == (3, 2, False)
    assert "None of the 2 files" in done.stderr
    assert not (desk / "other" / "library.sqlite").exists()


def test_a_pipe_and_a_name_that_is_no_text_stop_nothing(desk: Desk) -> None:
    os.mkfifo(desk / "pipe.txt")
    assert desk.fails("policy", "import", "pipe.txt", "--library", "lib", code=3)
    (desk / "in").mkdir()
    (desk / "in" / os.fsdecode(b"\xff.txt")).write_text("关于甲事的通知", "utf-8")
    made = desk.reads("policy", "import", "in", "--library", "lib")
    assert [one["source"] for one in made["added"]] == ["\ufffd.txt"]


def test_who_finds_the_library_in_use_is_told_to_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_store, "WAIT", 0)
    desk.types("policy", "import", "documents/01-低保办法-2018.txt", "--library", "lib")
    other = sqlite3.connect(desk / "lib" / "library.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    said = desk.fails("policy", "import", "documents/16-同号甲.txt", "--library", "lib", code=5)
    assert "Another import is using the library" in said
    other.execute("ROLLBACK")
    other.close()


def test_an_import_that_was_killed_leaves_no_library_and_the_next_makes_it(desk: Desk) -> None:
    (desk / "lib").mkdir()
    (desk / "lib" / "library.sqlite").touch()
    assert "no library" in desk.fails("policy", "search", "低保", "--library", "lib", code=3)
    assert desk.reads("policy", "import", "documents/01-低保办法-2018.txt", "--library", "lib")["policies"] == 1
