from datetime import date

import pytest

from ronghe.rules import Decision, decide
from ronghe.terms import InputError
from tests.unit.rules.given import bound_of

LISTED = """
all:
  - {clause: 第一条, if: resident}
  - {clause: 第二条, if: income < 1000}
  - any:
    - {clause: 第三条第一项, if: age >= 60}
    - {clause: 第三条第二项, if: "level in ['一级', '二级']"}
"""


def one(when: str, **facts: object) -> Decision:
    return decide(bound_of(when), facts)["r"]


def test_the_clause_that_decided_is_named() -> None:
    known = {"resident": True, "income": 500, "age": 70, "level": "无"}
    assert one(LISTED, **known).result == "eligible"
    assert one(LISTED, **{**known, "income": 1000}).clause == "第二条"
    assert one(LISTED, **{**known, "age": 5}).clause == "第三条第一项、第三条第二项"


def test_a_fact_that_can_change_nothing_is_not_named() -> None:
    found = one(LISTED, resident=False, income=None, age=None, level=None)
    assert (found.result, found.clause, found.missing) == ("ineligible", "第一条", ())
    found = one(LISTED, resident=True, income=10, age=70, level=None)
    assert (found.result, found.missing) == ("eligible", ())
    found = one(LISTED, resident=True, income=10, age=None, level="一级")
    assert (found.result, found.missing) == ("eligible", ())


def test_every_fact_that_can_decide_is_named() -> None:
    found = one(LISTED, resident=True)
    assert (found.result, found.missing) == ("unknown", ("age", "income", "level"))


def test_what_is_true_for_every_value_is_true_though_the_fact_is_missing() -> None:
    assert one("age >= 60 or age < 60").result == "eligible"
    assert one("work == 'a' and work == 'b' or resident", resident=True).result == "eligible"
    assert one("age >= 60 and resident or age < 60 and resident", resident=None).missing == ("resident",)


def test_two_facts_that_matter_only_together_are_both_named() -> None:
    either = "(resident and not (age >= 60)) or (not resident and age >= 60)"
    assert one(either).missing == ("age", "resident")


def test_a_fact_bound_by_its_possible_values_does_not_matter_beyond_them() -> None:
    assert one("income >= 0 and resident", resident=True).result == "eligible"
    assert one("age <= 130").result == "eligible"
    assert one("level != '四级'").result == "eligible"
    assert one("birth <= '2026-01-01'").result == "eligible"


def test_a_missing_birth_date_is_not_an_age() -> None:
    found = one("age(birth) >= 60")
    assert (found.result, found.missing) == ("unknown", ("birth",))


@pytest.mark.parametrize(
    ("birth", "years"), [("2004-02-29", 21), ("2003-01-01", 23), ("2003-01-02", 22), ("2026-01-01", 0)]
)
def test_age_counts_whole_years(birth: str, years: int) -> None:
    assert one(f"age(birth) == {years}", birth=birth).result == "eligible"


def test_a_birthday_on_29_february_falls_on_1_march() -> None:
    born = "years(date('2004-02-29'), date('{}')) == 21 and resident"
    assert one(born.format("2025-02-28"), resident=True).result == "ineligible"
    assert one(born.format("2025-03-01"), resident=True).result == "eligible"


def test_binary_fractions_deny_nobody() -> None:
    assert one("income / 3 <= 1170.1", income=3510.30).result == "eligible"
    assert one("income * 3 == 0.3", income=0.1).result == "eligible"


def test_division_by_zero_is_unknown_and_no_fact_is_blamed() -> None:
    found = one("resident and income / age > 1", resident=True, income=5, age=0)
    assert (found.result, found.missing) == ("unknown", ())


def test_values_that_are_not_possible_count_as_missing() -> None:
    for wrong in (-5, "abc", "nan", True, float("inf"), "1e400"):
        assert one("income >= 100", income=wrong).result == "unknown", wrong
    assert one("age >= 18", age=20.5).result == "unknown"
    assert one("level == '一级'", level="八级").result == "unknown"


def test_a_blank_has_a_meaning_only_where_the_author_gave_it() -> None:
    facts = "level: {type: text, absent: 无}\nresident: boolean\n"
    bound = bound_of("level == '无'", facts=facts)
    assert decide(bound, {"level": ""})["r"].result == "eligible"
    assert decide(bound, {"level": "一级"})["r"].result == "ineligible"


def test_members_are_summed_counted_and_asked() -> None:
    when = "household.sum(income) / household.count(true) < 1000 and household.any(age < 18)"
    members = {"household": [{"income": 900, "age": 40}, {"income": 0, "age": 8}]}
    assert decide(bound_of(when), {}, members)["r"].result == "eligible"
    members["household"][1]["income"] = None  # type: ignore[assignment]
    assert decide(bound_of(when), {}, members)["r"].missing == ("household.income",)
    assert decide(bound_of(when), {})["r"].result == "unknown"
    members["household"].append({"income": None, "age": 3})  # type: ignore[dict-item]
    assert decide(bound_of("household.any(age < 18)"), {}, members)["r"].result == "eligible"


def test_an_amount_that_cannot_be_computed_is_none_and_says_what_it_lacks() -> None:
    bound = bound_of("resident", rule_more="amount: 1000 - income")
    found = decide(bound, {"resident": True})["r"]
    assert (found.result, found.amount, found.missing) == ("eligible", None, ("income",))
    assert decide(bound, {"resident": True, "income": 300})["r"].amount == 700
    assert decide(bound, {"resident": False, "income": 300})["r"].amount is None


def test_parameters_have_the_value_of_the_day() -> None:
    more = "parameters:\n  standard: {values: {2025-01-01: 1000, 2025-07-01: 1200, 2027-01-01: 1300}}\n"
    bound = bound_of("income < standard", more=more)
    assert decide(bound, {"income": 1100})["r"].result == "eligible"
    assert decide(bound, {"income": 1200})["r"].result == "ineligible"


@pytest.mark.parametrize("values", ["{2026-06-01: 1000}", "{2020-01-01: 1000, 2025-01-01: null}"])
def test_a_parameter_without_a_value_on_the_day_is_loud(values: str) -> None:
    with pytest.raises(InputError) as caught:
        bound_of("income < standard", more=f"parameters:\n  standard: {{type: number, values: {values}}}\n")
    assert caught.value.code == "rules.parameter_missing"
    assert caught.value.params["name"] == "standard"


@pytest.mark.parametrize(
    "when",
    ["age > 60 and age < 18", "income < 0", "level == '四级'", "birth > '2026-01-01'", "resident and not resident"],
)
def test_a_rule_that_can_never_hold_is_loud(when: str) -> None:
    with pytest.raises(InputError) as caught:
        bound_of(when)
    assert caught.value.code == "rules.never_activates"


def test_a_rule_is_asked_only_while_in_force() -> None:
    bound = bound_of("resident", rule_more="from: 2026-01-01\nuntil: 2027-01-01")
    assert bound.as_of == date(2026, 1, 1)
    with pytest.raises(InputError) as caught:
        bound_of("resident", rule_more="until: 2026-01-01")
    assert caught.value.code == "rules.none_in_force"
