"""People matched against rules through the command: three results, the difference of two versions, and bad input."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.stories.desk import Desk, without_settings

RULES = """
format: rules@1
subject: id
groups: {household: household_id}
facts:
  resident: {type: boolean, title: 户籍}
  income: {type: number, min: 0}
  birth: {type: date, min: 1900-01-01}
  level: {type: text, absent: 无}
parameters:
  standard: {basis: 第三条, values: {2024-01-01: 1000, 2025-07-01: 1170}}
tables:
  care: {file: care.csv, outputs: {amount: number}, hit: unique}
rules:
  aid:
    title: 低保
    when:
      all:
        - {clause: 第二条, if: resident}
        - {clause: 第三条, if: household.sum(income) / household.count(true) < standard}
    amount: standard - household.sum(income) / household.count(true)
  care:
    when: {clause: 第九条, if: "level in ['一级', '二级']"}
    amount: care.amount
cases:
  - name: 一人
    as_of: 2026-01-01
    given: {resident: true, level: 一级}
    members: {household: [{income: 170}]}
    expect: {aid: {result: eligible, amount: 1000}, care: {result: eligible, amount: 300}}
"""
CARE = "level,age(birth),amount\n一级,-,300\n二级,[0..60),100\n二级,>=60,200\n"
PEOPLE = """id,household_id,resident,income,birth,level
P1,H1,true,800,1950-03-02,
P2,H1,是,,1952-01-01,二级
P3,H2,false,,1990-05-05,一级
P4,H3,true,500,oops,二级
P5,,true,500,1980-01-01,
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    for name, text in (("rules.yaml", RULES), ("care.csv", CARE), ("people.csv", PEOPLE)):
        (tmp_path / name).write_text(text, "utf-8")
    return Desk(tmp_path, capfd)


def match(desk: Desk, *more: str, rules: str = "rules.yaml", people: str = "people.csv") -> dict[str, object]:
    found = desk.reads("policy", "match", rules, people, "--as-of", "2026-01-01", "--out", "out", *more)
    assert isinstance(found, dict)
    return found


def rows(path: Path) -> dict[str, dict[str, object]]:
    return {row["subject"]: row for row in pq.read_table(path).to_pylist()}


def test_everybody_is_eligible_ineligible_or_unknown_with_the_reason(desk: Desk) -> None:
    found = match(desk, "--explain", "P2")
    decided = rows(desk / "out" / "decisions.parquet")
    assert [decided[one]["aid"] for one in decided] == ["unknown", "unknown", "ineligible", "eligible", "unknown"]
    assert (decided["P1"]["aid.missing"], decided["P1"]["aid.clause"]) == ("household.income", "第三条")
    assert decided["P3"]["aid.clause"] == "第二条"
    assert decided["P4"]["aid.amount"] == 670
    assert decided["P1"]["aid.amount"] is None
    assert (decided["P4"]["care"], decided["P4"]["care.amount"], decided["P4"]["care.missing"]) == (
        "eligible",
        None,
        "birth",
    )
    assert decided["P2"]["care.amount"] == 200
    assert decided["P5"]["aid.missing"] == "household.income, household.members"
    rules = {rule["rule"]: rule for rule in found["rules"]}  # type: ignore[attr-defined]
    assert (rules["aid"]["eligible"], rules["aid"]["unknown"], rules["aid"]["missing"]["household.income"]) == (1, 3, 3)
    assert (rules["care"]["amount"], rules["care"]["amount_unknown"]) == (500, 1)
    explained = {one["rule"]: one for one in found["explained"]}  # type: ignore[attr-defined]
    assert explained["aid"]["clauses"] == [{"clause": "第二条", "holds": True}, {"clause": "第三条", "holds": None}]
    assert explained["aid"]["missing"] == ["household.income"]
    desk.types("verify", "out")
    written = "".join(path.read_text("utf-8") for path in (desk / "out").glob("*.json"))
    assert "1950-03-02" not in written


def test_the_same_input_gives_the_same_bytes(desk: Desk) -> None:
    match(desk)
    before = {path.name: path.read_bytes() for path in (desk / "out").iterdir()}
    match(desk)
    assert before == {path.name: path.read_bytes() for path in (desk / "out").iterdir()}


def test_who_gains_and_who_loses_is_known_before_publishing(desk: Desk) -> None:
    harder = RULES.replace("if: resident}", "if: resident and level == '无'}").replace("一级,-", "一级,>=18")
    (desk / "next.yaml").write_text(harder.replace("2025-07-01: 1170", "2025-07-01: 1300"), "utf-8")
    found = desk.reads("policy", "diff", "rules.yaml", "next.yaml", "people.csv", "--as-of", "2026-01-01", "--out", "d")
    aid = next(one for one in found["changes"] if one["rule"] == "aid")
    assert (aid["gains"], aid["loses"], aid["amount"]) == (0, 1, -670)
    listed = pq.read_table(desk / "d" / "changes.parquet").to_pylist()
    assert [(row["subject"], row["change"], row["clause_new"]) for row in listed if row["change"] == "loses"] == [
        ("P4", "loses", "第二条")
    ]
    desk.types("verify", "d")
    same = desk.reads("policy", "diff", "rules.yaml", "rules.yaml", "people.csv", "--as-of", "2026-01-01")
    assert all(one[kind] == 0 for one in same["changes"] for kind in ("gains", "loses", "more", "less", "other"))


def test_cases_that_fail_and_rules_that_no_case_shows_are_refused(desk: Desk) -> None:
    assert desk.reads("policy", "test", "rules.yaml")["held"] == 4
    (desk / "wrong.yaml").write_text(RULES.replace("amount: 1000}", "amount: 999}"), "utf-8")
    done = desk.types("policy", "test", "wrong.yaml", "--lang", "en", code=4)
    assert '"999" and is "1000"' in done.stdout
    (desk / "untried.yaml").write_text(RULES.replace("result: eligible, amount: 300", "result: eligible"), "utf-8")
    desk.types("policy", "test", "untried.yaml")
    without = RULES.replace(", care: {result: eligible, amount: 300}", "")
    (desk / "untried.yaml").write_text(without, "utf-8")
    assert "care" in desk.types("policy", "test", "untried.yaml", "--lang", "en", code=4).stdout
    (desk / "none.yaml").write_text(RULES[: RULES.index("cases:")], "utf-8")
    assert "no cases" in desk.fails("policy", "test", "none.yaml", code=3)


def test_rows_and_values_that_cannot_be_read_are_told_and_the_rest_is_decided(desk: Desk) -> None:
    (desk / "bad.csv").write_text(PEOPLE + 'P6,H9,true\nP7,H9,true,"-5",1990-01-01,一级\nP7,H9,true,1,,\n', "utf-8")
    found = match(desk, people="bad.csv")
    codes = {note["code"] for note in found["notes"]}  # type: ignore[attr-defined]
    assert {"policy.broken_records", "policy.note_unusable", "policy.note_repeats"} <= codes
    assert found["subjects"] == 7


def test_a_column_that_is_not_there_is_missing_of_everybody(desk: Desk) -> None:
    (desk / "few.csv").write_text("id,household_id,resident\nP1,H1,true\nP2,H2,false\n", "utf-8")
    found = match(desk, people="few.csv")
    notes = [note for note in found["notes"] if note["code"] == "policy.note_column"]  # type: ignore[attr-defined]
    assert {note["column"] for note in notes} == {"income", "birth", "level"}
    assert [row["aid"] for row in rows(desk / "out" / "decisions.parquet").values()] == ["unknown", "ineligible"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (RULES.replace("2024-01-01: 1000, 2025-07-01", "2026-07-01: 1000, 2027-07-01"), "standard has no value"),
        (RULES.replace("if: resident}", "if: resident and not resident}"), "can never hold"),
        (RULES.replace("care.csv", "../care.csv"), "care.csv"),
        (RULES.replace("care.csv", "other.csv"), "other.csv"),
        (RULES.replace("income)", "wages)"), "wages"),
        (RULES.replace("subject: id", "subject: number"), "no column number"),
        (RULES.replace("{type: number, min: 0}", "{type: number, element: salary}"), "no data element salary"),
        ("x: [", "YAML"),
        ("", "keys with values"),
    ],
)
def test_rules_that_cannot_be_used_are_one_line_and_nothing_is_published(desk: Desk, rules: str, said: str) -> None:
    (desk / "odd.yaml").write_text(rules, "utf-8")
    line = desk.fails("policy", "match", "odd.yaml", "people.csv", "--as-of", "2026-01-01", "--out", "out", code=3)
    assert said in line
    assert not (desk / "out").exists()


def test_an_overlap_in_a_table_beside_the_rules_is_told(desk: Desk) -> None:
    (desk / "care.csv").write_text(CARE + "二级,[50..70],9\n", "utf-8")
    line = desk.fails("policy", "match", "rules.yaml", "people.csv", "--as-of", "2026-01-01", "--out", "out", code=3)
    assert "rows 2 and 4" in line


def test_a_decision_table_may_be_a_sheet(desk: Desk) -> None:
    desk.types("data", "convert", "care.csv", "care.xlsx")
    (desk / "sheet.yaml").write_text(RULES.replace("care.csv", "care.xlsx"), "utf-8")
    assert desk.reads("policy", "test", "sheet.yaml")["failed"] == 0


def test_typing_mistakes_are_told(desk: Desk) -> None:
    assert desk.fails("policy", "match", "rules.yaml", "people.csv", "--out", "out", code=2)
    assert desk.fails("policy", "match", "rules.yaml", "people.csv", "--as-of", "soon", "--out", "out", code=2)
    assert desk.fails("policy", "match", "no.yaml", "people.csv", "--as-of", "2026-01-01", "--out", "out", code=3)
    said = desk.fails(
        "policy", "match", "rules.yaml", "people.csv", "--as-of", "2026-01-01", "--explain", "P9", "--out", "o", code=3
    )
    assert "P9" in said
    json.loads(
        desk.types(
            "policy", "match", "rules.yaml", "people.csv", "--as-of", "2026-01-01", "--out", "o", "--json"
        ).stdout
    )


def test_two_versions_are_compared_as_of_today_where_no_day_is_given(desk: Desk) -> None:
    found = desk.reads("policy", "diff", "rules.yaml", "rules.yaml", "people.csv")
    assert found["as_of"] >= "2026-01-01"
    assert sum(one["gains"] + one["loses"] for one in found["changes"]) == 0
