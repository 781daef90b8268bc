"""Six policies over the people and companies of the demo city: who is eligible, who is not, and what is missing."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from ronghe.journeys.policy_rules import read_rules_file
from ronghe.rules import bind, conform, decide
from tests.stories.desk import Desk, without_settings

RULES = Path(__file__).parent / "policy_rules"
DAY = "2026-01-01"
PEOPLE = """
SELECT r.公民身份号码 AS id, any_value(r.户号) AS household_id, any_value(r.出生日期) AS birth,
  any_value(r.户籍地区划) LIKE '3301%' AS local, any_value(s.月缴费基数) AS wage,
  any_value(s.参保日期) AS insured_since,
  -- Standardized to codes where enough of the column is read as grades, else as it was written.
  any_value(coalesce(['一级', '二级', '三级', '四级'][TRY_CAST(d.残疾_等级 AS INTEGER)], d.残疾_等级)) AS disability,
  any_value(h.area) AS home_area
FROM '{0}/01_population_residents.parquet' r
LEFT JOIN '{0}/06_social_security_insured.parquet' s ON s.证件号码 = r.公民身份号码
LEFT JOIN '{0}/07_disability_cards.parquet' d ON d.身份证号 = r.公民身份号码
LEFT JOIN (SELECT 权利人证件号 AS id, sum(建筑面积) AS area FROM '{0}/05_property_titles.parquet'
  WHERE 用途 LIKE '%住宅%' GROUP BY 1) h ON h.id = r.公民身份号码
GROUP BY 1 ORDER BY 1
"""
COMPANIES = """
SELECT e.统一社会信用代码 AS id, any_value(e.从业人数) AS employees, any_value(e.经营状态) AS status,
  any_value(t.tax) AS tax
FROM '{0}/03_enterprises_legal_persons.parquet' e
LEFT JOIN (SELECT 纳税人识别号 AS id, sum(应纳税额) AS tax FROM '{0}/04_tax_returns.parquet' GROUP BY 1) t
  ON t.id = e.统一社会信用代码
GROUP BY 1 ORDER BY 1
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Desk:
    without_settings(monkeypatch, tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(RULES, tmp_path / "rules")
    return Desk(tmp_path, capfd)


@pytest.mark.parametrize("name", ["people", "companies"])
def test_the_cases_of_the_six_policies_hold(desk: Desk, name: str) -> None:
    found = desk.reads("policy", "test", f"rules/{name}.yaml")
    assert (found["failed"], found["untried"]) == (0, [])


@pytest.mark.slow
def test_the_citys_people_and_companies_are_matched(desk: Desk) -> None:
    desk.types("data", "demo", "--rows", "20000", "--out", "city")
    # Rules are matched inside the departments, where the values are clear: masked wages and births would fit nobody.
    inside = ("--personal", "keep")
    desk.types("data", "share", "city/files", "--departments", "city/departments.csv", *inside, "--out", "shared")
    for name, query in (("people", PEOPLE), ("companies", COMPANIES)):
        with duckdb.connect() as connection:
            connection.sql(query.format(desk / "shared")).write_parquet(str(desk / f"{name}.parquet"))
    people = desk.reads("policy", "match", "rules/people.yaml", "people.parquet", "--as-of", DAY, "--out", "people")
    companies = desk.reads(
        "policy", "match", "rules/companies.yaml", "companies.parquet", "--as-of", DAY, "--out", "companies"
    )
    rules = {rule["rule"]: rule for found in (people, companies) for rule in found["rules"]}
    assert len(rules) == 6
    for rule in rules.values():
        assert rule["eligible"] + rule["ineligible"] + rule["unknown"] in (people["subjects"], companies["subjects"])
    given = ("disability_allowance", "school_admission", "rental_subsidy", "small_enterprise_relief")
    assert all(rules[name]["eligible"] for name in given), {name: rules[name]["eligible"] for name in given}
    # No register has the education, so nobody is given a talent's home, and of the right people just this is missing.
    assert rules["talent_housing"]["eligible"] == 0
    assert "education" in rules["talent_housing"]["missing"]
    assert rules["subsistence"]["missing"]["household.wage"] > 0
    assert [note["column"] for note in people["notes"] if note["code"] == "policy.note_column"] == ["education"]
    check_against_python(desk)


def check_against_python(desk: Desk) -> None:
    """Every hundredth person, decided alone."""
    bound = bind(read_rules_file(desk / "rules" / "people.yaml"), bound_day())
    subjects = pq.read_table(desk / "people.parquet").to_pylist()
    decided = {row["subject"]: row for row in pq.read_table(desk / "people" / "decisions.parquet").to_pylist()}
    households: dict[str, list[dict[str, Any]]] = {}
    for one in subjects:
        households.setdefault(one["household_id"], []).append(one)
    for one in subjects[::100]:
        members = {"household": households[one["household_id"]]} if one["household_id"] else {}
        for name, decision in decide(bound, one, members).items():
            row = decided[one["id"]]
            found = (row[name], row[f"{name}.clause"], row[f"{name}.missing"] or "")
            assert found == (decision.result, decision.clause, ", ".join(decision.missing)), (name, one["id"])


def bound_day() -> Any:
    spec = read_rules_file(RULES / "people.yaml").facts["birth"]
    return conform(spec, DAY)
