import pytest

from ronghe.rules import decide
from tests.unit.rules.given import bound_of

ROWS = "[['[0..18)', '-', 100], ['>=60', '一级、二级', 300], ['>=80', '三级', income / 2]]"


def amount(hit: str, facts: dict[str, object], more: str = "") -> tuple[float | None, tuple[str, ...]]:
    table = (
        f"tables: {{t: {{hit: {hit}, {more} outputs: {{amount: number}}, header: [age, level, amount], rows: {ROWS}}}}}"
    )
    found = decide(bound_of("resident", more=table, rule_more="amount: t.amount"), {"resident": True, **facts})["r"]
    return found.amount, found.missing


@pytest.mark.parametrize("hit", ["unique", "first"])
def test_the_row_that_holds_gives_the_value(hit: str) -> None:
    assert amount(hit, {"age": 5}) == (100, ())
    assert amount(hit, {"age": 60, "level": "二级"}) == (300, ())
    assert amount(hit, {"age": 80, "level": "三级", "income": 50}) == (25, ())


def test_no_row_is_no_value_unless_there_is_one_for_it() -> None:
    assert amount("unique", {"age": 30, "level": "一级"}) == (
        None,
        (),
    )  # the income of a row that does not hold is not missed
    assert amount("unique", {"age": 30, "level": "一级"}, "otherwise: {amount: 7},") == (7, ())


def test_a_missing_fact_is_missed_only_where_a_row_needs_it() -> None:
    assert amount("unique", {"level": "一级", "income": 1}) == (None, ("age",))


def test_collect_adds_up_or_counts_all_rows_that_hold() -> None:
    rows = "[['>=18', 10], ['>=60', 20], ['-', 1]]"
    for collect, expected in (("sum", 31), ("count", 3)):
        table = f"hit: collect, collect: {collect}, outputs: {{x: number}}, header: [age, x], rows: {rows}"
        more = f"tables: {{t: {{{table}}}}}"
        bound = bound_of("resident", more=more, rule_more="amount: t.x")
        assert decide(bound, {"resident": True, "age": 70})["r"].amount == expected
