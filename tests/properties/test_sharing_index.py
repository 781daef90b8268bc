"""Laws of the sharing index that hold for any departments."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ronghe.sharing_index import FACTORS, TableFacts, degree, readiness

SHARES = st.fractions(min_value=0, max_value=1, max_denominator=1000)
AMOUNTS = st.fractions(min_value=0, max_value=10**9, max_denominator=1000)
CITIES = st.dictionaries(st.text(max_size=5), st.tuples(AMOUNTS, SHARES), min_size=1, max_size=12).filter(
    lambda city: any(amount for amount, _ in city.values())
)
City = dict[str, tuple[Fraction, Fraction]]


def parted(city: City) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    return {name: pair[0] for name, pair in city.items()}, {name: pair[1] for name, pair in city.items()}


@given(CITIES)
def test_the_degree_lies_between_the_smallest_and_the_largest_share(city: City) -> None:
    amounts, shares = parted(city)
    assert min(shares.values()) <= degree(amounts, shares).exact <= max(shares.values())


@given(CITIES)
def test_the_order_of_departments_has_no_effect(city: City) -> None:
    backwards = dict(reversed(city.items()))
    assert degree(*parted(city)) == degree(*parted(backwards))


@given(CITIES, st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=1000))
def test_the_unit_of_the_amounts_has_no_effect(city: City, unit: Fraction) -> None:
    amounts, shares = parted(city)
    scaled = {name: amount * unit for name, amount in amounts.items()}
    assert degree(scaled, shares).exact == degree(amounts, shares).exact


@given(CITIES)
def test_splitting_a_department_in_two_with_the_same_share_changes_nothing(city: City) -> None:
    amounts, shares = parted(city)
    name = min(amounts)
    twin = name + "twin"
    if twin in amounts:
        return
    halves = amounts | {name: amounts[name] / 2, twin: amounts[name] / 2}
    assert degree(halves, shares | {twin: shares[name]}).exact == degree(amounts, shares).exact


@given(CITIES)
def test_weights_add_up_to_one_and_weighted_shares_to_the_degree(city: City) -> None:
    found = degree(*parted(city))
    assert sum(part.weight for part in found.contributions) == 1
    assert sum(part.weight * part.share for part in found.contributions) == found.exact


@given(CITIES)
def test_a_department_raises_the_degree_exactly_when_it_shares_more_than_the_city(city: City) -> None:
    found = degree(*parted(city))
    for part in found.contributions:
        if part.moved is not None and part.amount:
            assert (part.moved > 0) == (part.share > found.exact)


@st.composite
def table_facts(draw: st.DrawFn) -> TableFacts:
    def up_to(whole: int) -> int:
        return draw(st.integers(0, whole))

    declared, rows, checked = draw(st.integers(1, 40)), up_to(10**6), up_to(10**6)
    items = up_to(declared)
    return TableFacts(
        department=draw(st.sampled_from("abc")),
        table=draw(st.text(max_size=3)),
        items=items,
        items_with_element=up_to(items),
        rows_in=rows,
        rows_published=up_to(rows),
        values_checked=checked,
        values_valid=up_to(checked),
        values_filled=up_to(rows * items),
        items_declared=declared,
    )


@given(st.lists(table_facts(), min_size=1, max_size=8, unique_by=lambda facts: (facts.department, facts.table)))
def test_every_rate_of_a_line_lies_between_those_of_its_parts(tables: list[TableFacts]) -> None:
    city = readiness(tables).city
    for line in (city, *city.parts):
        for name in FACTORS:
            rates = [rate for part in line.parts if (rate := part.factor(name).value) is not None]
            found = line.factor(name).value
            assert (found is None) == (not rates)
            assert found is None or min(rates) <= found <= max(rates)
