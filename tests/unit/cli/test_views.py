"""What a reader sees of results: every figure is there, in words of the reader, and values cannot play tricks."""

import io
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from ronghe.cli import views
from ronghe.cli.printing import console
from ronghe.cli.session import Session
from ronghe.cli.views.grid import View
from ronghe.data.profile import ColumnProfile, Profile
from ronghe.data.propose import Proposal, ProposedColumn
from ronghe.data.standardize.result import ColumnResult, Reason, Standardized
from ronghe.data.standardize.schema import TableSchema
from ronghe.journeys.convert import Converted
from ronghe.journeys.settings import Settings
from ronghe.journeys.shared import Shared, SharedTable
from ronghe.journeys.standardize import Published
from ronghe.messages import Language
from ronghe.sharing_index import TableFacts, degree, readiness
from ronghe.tables.staged import Note
from ronghe.terms import Department

COLUMN = ColumnResult("身份证号", "", "citizen_id", "string", 1_200, failures=34, warnings={"region_code": 7})
TABLE = Standardized(
    name="residents",
    source="residents.csv",
    encoding="utf-8",
    rows_in=1_234,
    rows_published=1_200,
    rows_quarantined=34,
    columns=(COLUMN,),
    reasons=(Reason("身份证号", "check_digit", 30), Reason("身份证号", "own_rule", 4)),
    constants={},
    notes=(Note("tables.renamed_column", {"read": "", "name": "column_2"}),),
)
FACTS = TableFacts("税务局", "residents", 1, 1, 1_234, 1_200, 1_234, 1_200)
SHARED = Shared(Path("out"), (SharedTable(TABLE, Department("tax", "税务局")),), readiness([FACTS]))


@pytest.fixture(autouse=True)
def wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that is wrapped over two lines is there, but not in one piece."""
    monkeypatch.setenv("COLUMNS", "200")


def seen(view: View, lang: Language) -> str:
    out = io.StringIO()
    view(console(out), Session(Settings(lang=lang)))
    return out.getvalue()


def test_emptied_and_kept_values_have_columns_where_there_are_some() -> None:
    broken = replace(COLUMN, failures=0, nulled=11, kept=22)
    text = seen(views.published(Published(Path("out"), replace(TABLE, columns=(broken,)))), "en")
    assert "failed   emptied   kept" in text
    assert ("11" in text, "22" in text) == (True, True)
    assert "emptied" not in seen(views.published(Published(Path("out"), TABLE)), "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_published_table_shows_counts_reasons_notes_and_places(lang: Language) -> None:
    text = seen(views.published(Published(Path("my out"), TABLE)), lang)
    for figure in ("1,234", "1,200", "34", "97.2%", "citizen_id", "column_2", "check_digit", "own_rule"):
        assert figure in text
    assert "'my out/private/residents.rejects.parquet'" in text
    assert "ronghe verify 'my out'" in text
    assert ("校验码" in text) == (lang == "zh")


def test_a_table_without_rejects_does_not_point_to_them() -> None:
    clean = replace(TABLE, rows_in=1_200, rows_quarantined=0, reasons=())
    text = seen(views.published(Published(Path("out"), clean)), "en")
    assert "rejects" not in text
    assert "100%" in text


@pytest.mark.parametrize(("lang", "heading"), [("zh", "就绪度"), ("en", "Readiness")])
def test_without_shares_there_is_readiness_and_no_degree(lang: Language, heading: str) -> None:
    text = seen(views.shared(SHARED), lang)
    assert heading in text
    assert "税务局" in text
    assert "97.2%" in text
    assert "0." not in text.replace("100%", "").replace("0%", "")


def test_what_was_done_while_reading_is_told_of_each_table_as_far_as_a_screen_goes() -> None:
    assert "residents: The column" in seen(views.shared(SHARED), "en")
    notes = tuple(Note("tables.renamed_column", {"read": "", "name": f"column_{n}"}) for n in range(25))
    wide = replace(SHARED, tables=(replace(SHARED.tables[0], result=replace(TABLE, notes=notes)),))
    text = seen(views.shared(wide), "en")
    assert text.count("residents: The column") == 10
    assert "15 more things" in text


def test_with_shares_the_degree_comes_with_what_moved_it() -> None:
    reached = degree({"税务局": 30, "卫健委": 10}, {"税务局": Fraction(9, 10), "卫健委": Fraction(1, 2)})
    text = seen(views.shared(replace(SHARED, degree=reached)), "zh")
    assert "0.8000" in text
    assert "+0.3000" in text
    assert "-0.1000" in text
    assert "就绪度" not in text


def test_a_conversion_says_what_it_left_out() -> None:
    made = Converted(Path("b.csv"), 1_000, ("a", "b"), 3, ())
    text = seen(views.converted(made), "en")
    assert "1,000 rows of 2 columns" in text
    assert "3 records are malformed" in text


def test_names_from_data_are_shown_as_text() -> None:
    hostile = replace(TABLE, columns=(replace(COLUMN, name="[red]a\x1b[2Jb\n[/red]"),))
    text = seen(views.published(Published(Path("out"), hostile)), "en")
    assert "[red]a\\u001b[2Jb [/red]" in text
    assert "\x1b" not in text


def test_a_proposal_shows_its_evidence_and_the_next_command() -> None:
    income = ProposedColumn(
        name="年收入（万元）",
        element="money",
        options={"unit": "万元"},
        by_name=1.0,
        values=200,
        fits=199,
        missing={"不详": 3},
        distinct=150,
        runner_up="number",
    )
    remark = ProposedColumn("备注", "text", {}, 0.0, 50, 50, {}, 50)
    made = Proposal(TableSchema(fields=()), (income, remark), {})
    text = seen(views.proposal(made, "my people.csv", Path("schema.json")), "zh")
    for figure in ("money (unit=万元)", "99.5%", "列名相符", "不详 ×3", "其次：number", "没有更具体的数据元相符"):
        assert figure in text
    assert "ronghe data standardize 'my people.csv' --schema schema.json --out published" in text


def test_a_profile_shows_each_column_and_the_next_command() -> None:
    name = ColumnProfile("姓名", filled=900, empty=100, distinct=850, shortest=2, longest=4, frequent=(("张三", 12),))
    made = Profile(rows=1_000, malformed=3, encoding="gb18030", columns=(name,))
    text = seen(views.profile(made, "people.csv"), "zh")
    for figure in ("姓名", "90.0%", "850", "2–4", "张三 ×12", "1,000 行", "3 条", "gb18030"):
        assert figure in text
    assert "ronghe data propose people.csv -o schema.json" in text
