from dataclasses import replace
from fractions import Fraction

import pytest

from ronghe.messages import LANGUAGES, known, render_error
from ronghe.sharing_index import FACTORS, Readiness, TableFacts, readiness
from ronghe.terms import InputError

TAXPAYERS = TableFacts(
    department="tax",
    table="taxpayers",
    items=10,
    items_with_element=8,
    rows_in=100,
    rows_published=90,
    values_checked=800,
    values_valid=760,
    values_filled=900,
)
RETURNS = TableFacts(
    department="tax",
    table="returns",
    items=20,
    items_with_element=5,
    rows_in=50,
    rows_published=50,
    values_checked=200,
    values_valid=200,
    values_filled=None,
    items_declared=30,
)
SCHOOLS = TableFacts("schools", "pupils", 10, 0, 0, 0, 0, 0)


def rates(found: Readiness) -> dict[str, Fraction | None]:
    return {name: found.city.factor(name).value for name in FACTORS}


def test_a_table_shows_each_factor_as_the_counts_give_it() -> None:
    assert rates(readiness([TAXPAYERS])) == {
        "present": 1,
        "recognized": Fraction(8, 10),
        "passing": Fraction(760, 800),
        "filled": Fraction(900, 1000),
        "published": Fraction(90, 100),
    }


def test_a_department_weighs_its_tables_by_declared_items() -> None:
    tax = readiness([TAXPAYERS, RETURNS]).departments[0]
    assert tax.items == 40
    assert tax.factor("present").value == Fraction(10 + 20, 40)
    assert tax.factor("passing").value == (10 * Fraction(95, 100) + 30) / 40
    assert (tax.rows_in, tax.rows_published) == (150, 140)
    assert [part.table for part in tax.parts] == ["returns", "taxpayers"]


def test_the_city_weighs_its_departments_by_items() -> None:
    found = readiness([SCHOOLS, TAXPAYERS])
    assert [line.department for line in found.departments] == ["schools", "tax"]
    assert found.city.factor("recognized").value == Fraction(8, 20)


def test_a_factor_nobody_could_measure_is_none_and_never_zero() -> None:
    schools = readiness([SCHOOLS]).departments[0]
    assert {name: schools.factor(name).value for name in ("passing", "filled", "published")} == {
        "passing": None,
        "filled": None,
        "published": None,
    }


def test_unmeasured_parts_lend_no_weight_and_the_line_says_how_much_is_behind_it() -> None:
    city = readiness([SCHOOLS, TAXPAYERS, RETURNS]).city
    assert city.items == 50
    assert (city.factor("passing").items, city.factor("filled").items) == (40, 10)
    assert city.factor("filled").value == Fraction(9, 10)


def test_readiness_never_offers_a_degree_and_names_what_files_cannot_show() -> None:
    found = readiness([TAXPAYERS])
    assert not hasattr(found, "value")
    assert not hasattr(found.city, "degree")
    assert {one.symbol for one in found.unmeasured} >= {"κ", "φ", "ρ"}
    assert all(known(one.reason) for one in found.unmeasured)


def test_every_factor_has_words() -> None:
    assert all(known(f"sharing_index.factor_{name}{end}") for name in FACTORS for end in ("", "_means"))


def test_the_order_of_tables_has_no_effect() -> None:
    assert readiness([TAXPAYERS, SCHOOLS, RETURNS]) == readiness([RETURNS, TAXPAYERS, SCHOOLS])


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ([], "no_tables"),
        ([TAXPAYERS, TAXPAYERS], "table_twice"),
        ([TableFacts("a", "t", 0, 0, 0, 0, 0, 0)], "no_items"),
        ([replace(TAXPAYERS, items_with_element=11)], "impossible_count"),
        ([replace(TAXPAYERS, items_with_element=-1)], "impossible_count"),
        ([replace(TAXPAYERS, rows_published=101)], "impossible_count"),
        ([replace(TAXPAYERS, rows_in=-1, rows_published=0)], "impossible_count"),
        ([replace(TAXPAYERS, values_valid=801)], "impossible_count"),
        ([replace(TAXPAYERS, values_filled=1001)], "impossible_count"),
        ([replace(TAXPAYERS, items_declared=9)], "impossible_count"),
    ],
)
def test_impossible_counts_are_refused(facts: list[TableFacts], code: str) -> None:
    with pytest.raises(InputError) as caught:
        readiness(facts)
    assert caught.value.code == f"sharing_index.{code}"
    for lang in LANGUAGES:
        assert render_error(caught.value, lang)
