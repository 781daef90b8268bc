"""Files of departments go the whole road: the same files give the same publication, and counts always add up."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ronghe import data
from ronghe.data.standardize.result import Reason, Standardized
from ronghe.journeys import share
from ronghe.journeys.share import index_json
from ronghe.journeys.share_report import MOST_NOTES, MOST_REASONS, report_page, rule_name
from ronghe.journeys.shared import Shared, SharedTable
from ronghe.messages import Bilingual
from ronghe.report import Disclosure, Figures, Note, Table, render
from ronghe.sharing_index import TableFacts, degree, readiness
from ronghe.tables.package import read_manifest, verify_package
from ronghe.tables.staged import Note as ReadingNote
from ronghe.terms import Department, UsageError


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Two files, one of them with a row that cannot be published, and what people write beside them."""
    files = tmp_path / "files"
    files.mkdir()
    (files / "居民.csv").write_text(
        "姓名,手机号码\n张三,13800000000\n李四,13800000001\n王五,138\n赵六,13800000003\n", "utf-8"
    )
    (files / "企业.csv").write_text("名称,成立日期\n甲公司,2020-01-01\n乙公司,2021年2月3日\n", "utf-8")
    (files / ".hidden").write_text("not a table", "utf-8")
    (tmp_path / "departments.csv").write_text("file,department,name\n居民.csv,ga,公安局\n", "utf-8")
    (tmp_path / "shares.csv").write_text("department,amount,share\n公安局,30,0.9\n企业,10,0.5\n", "utf-8")
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_sharing_twice_gives_the_same_bytes(city: Path) -> None:
    (city / "1").mkdir()
    (city / "2").mkdir()
    for run in ("1", "2"):
        data.share([city / "files"], out=city / run / "out", departments=city / "departments.csv")
    assert contents(city / "1" / "out") == contents(city / "2" / "out")


def test_a_shared_folder_holds_what_it_says(city: Path) -> None:
    shared = data.share([city / "files"], out=city / "out", departments=city / "departments.csv")
    assert verify_package(city / "out") == []
    assert {table.department.name for table in shared.tables} == {"公安局", "企业"}
    rows_in, published, quarantined = shared.rows
    assert rows_in == published + quarantined == 6
    for table in shared.tables:
        assert pq.read_metadata(city / "out" / f"{table.result.name}.parquet").num_rows == table.result.rows_published
    listed = {resource["path"] for resource in read_manifest(city / "out")["resources"]}
    assert listed | {"datapackage.json"} == set(contents(city / "out"))
    assert shared.to_json()["degree"] is None


def test_with_shares_there_is_a_degree(city: Path) -> None:
    shared = data.share([city / "files"], out=city / "out", shares=city / "shares.csv")
    assert shared.degree is not None
    assert shared.degree.exact == Fraction(8, 10)
    assert json.loads((city / "out" / "index.json").read_text("utf-8"))["degree"]["exact"]["exact"] == "4/5"


OWN = '[element.bed]\nzh = "床位"\nen = "Bed"\ntype = "text"\npattern = "{pattern}"\n'


def test_after_a_stop_a_table_is_made_again_when_own_elements_have_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.csv").write_text("床位,注\nA1,x\nA2,x\nA3,x\nB1,x\n", "utf-8")
    strict, loose = tmp_path / "strict.toml", tmp_path / "loose.toml"
    strict.write_text(OWN.format(pattern="A[0-9]"), "utf-8")
    loose.write_text(OWN.format(pattern="[AB][0-9]"), "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(share, "_publish", stop)
        with pytest.raises(KeyboardInterrupt):
            data.share([tmp_path / "a.csv"], out=tmp_path / "out", own_elements=[strict])
    assert data.share([tmp_path / "a.csv"], out=tmp_path / "out", own_elements=[loose]).rows == (4, 4, 0)


def test_nothing_to_share_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="folder_empty"):
        data.share([tmp_path / "empty"], out=tmp_path / "out")


def table(reasons: tuple[Reason, ...] = (), rows: tuple[int, int, int] = (3, 2, 1)) -> SharedTable:
    return SharedTable(Standardized("t", "t.csv", "", *rows, (), reasons, {}), Department("d", "部门"))


def shared_of(*tables: SharedTable) -> Shared:
    facts = TableFacts("部门", "t", 1, 1, 3, 2, 3, 2)
    return Shared(Path("out"), tables, readiness([facts]))


def figures(shared: Shared) -> dict[str, Any]:
    block = report_page(shared).sections[0].blocks[0]
    assert isinstance(block, Figures)
    return {figure.label.en: figure for figure in block.figures if isinstance(figure.label, Bilingual)}


def test_the_report_never_rounds_up_to_perfect() -> None:
    shown = figures(shared_of(table(rows=(1_000_000, 999_999, 1))))
    assert (shown["Published"].note, shown["Quarantined"].note) == (">99.9%", "<0.1%")
    assert shown["Quarantined"].tone == "warn"


def test_of_no_rows_nothing_is_quarantined() -> None:
    shown = figures(shared_of(table(rows=(0, 0, 0))))
    assert (shown["Published"].note, shown["Quarantined"].note) == (None, None)
    (listed,) = report_page(shared_of(table(rows=(0, 0, 0)))).sections[2].blocks
    assert isinstance(listed, Table)
    assert listed.rows[0].cells[-1] is None
    assert shown["Quarantined"].tone == "plain"


def reasons_table(shared: Shared) -> Table:
    block = report_page(shared).sections[-1].blocks[0]
    assert isinstance(block, Table)
    return block


def test_the_most_frequent_reasons_come_first_and_the_rest_opens() -> None:
    many = tuple(Reason(f"c{number:02}", "form", number + 1, ("abcdefgh",)) for number in range(MOST_REASONS + 5))
    shared = shared_of(table(many))
    assert len(reasons_table(shared).rows) == MOST_REASONS
    assert reasons_table(shared).rows[0].cells[1] == f"c{MOST_REASONS + 4:02}"
    assert len(report_page(shared).sections[-1].blocks) == 2
    assert "5 more reasons" in render(report_page(shared), lang="en")


def test_examples_are_masked_and_joined_in_the_readers_way() -> None:
    cells = reasons_table(shared_of(table((Reason("c", "form", 1, ("13812345678", "", "12345678")),)))).rows[0].cells
    assert cells[4] == Bilingual("13＊＊＊＊＊＊＊78，12＊＊＊＊78", "13＊＊＊＊＊＊＊78, 12＊＊＊＊78")
    bare = reasons_table(shared_of(table((Reason("record", "quotes", 1, ()),)))).rows[0].cells
    assert bare[4] is None
    assert bare[1] == Bilingual("（整条记录）", "(whole record)")


@pytest.mark.parametrize("rule", ["form", "exclusiveMinimum", "exclusiveMaximum", "too_long"])
def test_rules_of_ours_are_named_in_both_languages(rule: str) -> None:
    assert isinstance(rule_name(rule), Bilingual)


def test_a_rule_that_a_department_named_stays_as_it_is() -> None:
    assert rule_name("办结早于受理") == "办结早于受理"


def test_the_index_is_written_with_exact_fractions() -> None:
    found = degree({"a": 1, "b": 2}, {"a": 1, "b": 0})
    written = index_json(Shared(Path("out"), (), readiness([TableFacts("a", "t", 3, 1, 1, 1, 1, 1)]), found))
    assert written["degree"]["exact"] == {"exact": "1/3", "value": pytest.approx(1 / 3)}
    assert json.loads(json.dumps(written)) == written


def test_what_was_left_out_while_reading_is_told_and_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("人员名单,,\n填报人：张三丰 13800000000,,\n编号,,姓名\n1,x,李四\n", "utf-8")
    shared = data.share([tmp_path / "a.csv"], out=tmp_path / "out")
    assert [(table, note.code) for table, note in shared.notes] == [
        ("a", "tables.titles"),
        ("a", "tables.renamed_column"),
    ]
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "a: 2 title lines above the header" in report
    assert "a：列名“”" in report
    assert "张三丰" not in report
    assert "13800000000" not in report


def test_sheets_that_were_not_read_and_tables_without_rows_are_to_be_looked_at(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for month in ("一月", "二月"):
            sheet = book.add_worksheet(month)
            sheet.write_row(0, 0, ["编号", "姓名"])
            sheet.write_row(1, 0, ["1", "张三"])
    (tmp_path / "b.csv").write_text("编号,姓名\n", "utf-8")
    shared = data.share([tmp_path / "a.xlsx", tmp_path / "b.csv"], out=tmp_path / "out")
    assert [note.code for note in shared.warnings] == ["tables.other_sheets", "data.no_rows"]
    assert shared.notes == ()


def test_many_notes_of_reading_open_on_demand() -> None:
    notes = tuple(ReadingNote("tables.renamed_column", {"read": "", "name": f"column_{n}"}) for n in range(25))
    one = table()
    blocks = report_page(shared_of(replace(one, result=replace(one.result, notes=notes)))).sections[2].blocks
    first, rest = blocks[1:]
    assert isinstance(first, Note)
    assert isinstance(rest, Disclosure)
    assert (len(first.lines), len(rest.blocks)) == (MOST_NOTES, 1)
