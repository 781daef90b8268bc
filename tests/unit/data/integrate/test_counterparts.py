from collections.abc import Mapping, Sequence

from ronghe.data.integrate.counterparts import Holds, counterparts, holds
from ronghe.standards.catalog import catalog
from tests.unit.data.integrate.tables import person

PLACES = ("leeds", "york", "hull", "bath", "ely")
GIVEN = ("anna", "carl", "emma", "frank", "greta", "hans", "ines", "jonas")
FAMILY = ("meyer", "weber", "schulz", "koch", "bauer", "klein", "wolf", "kruger")


def held(table: Mapping[str, Sequence[str]]) -> list[Holds]:
    return [
        holds(catalog(()), column, sorted(set(values)), distinct=len(set(values)), filled=len(values))
        for column, values in table.items()
    ]


def people(first: int, names: Sequence[str]) -> dict[str, list[str]]:
    """People from a number on: given name, family name, birth, telephone, place and income, under these headers."""
    rows = [
        (
            GIVEN[number % 8],
            FAMILY[number * 3 % 8],
            f"{1940 + number % 70}-{1 + number % 12:02}-{1 + number % 28:02}",
            f"0{151 + number % 20} {1_000_000 + number * 7919 % 8_000_000}",
            PLACES[number % 5],
            f"{800 + number * 37 % 4000}.50",
        )
        for number in range(first, first + 200)
    ]
    return dict(zip(names, (list(values) for values in zip(*rows, strict=True)), strict=True))


def test_columns_without_a_header_in_common_are_found_by_what_they_hold() -> None:
    left = held(people(0, ("given", "family", "born", "phone", "town", "income")))
    right = held(people(100, [f"f{place}" for place in range(6)]))
    assert dict(counterparts(left, right)) == {
        "given": "f0", "family": "f1", "born": "f2", "phone": "f3", "town": "f4", "income": "f5"
    }  # fmt: skip


def test_chinese_columns_are_found_under_other_names() -> None:
    rows = [person(number) for number in range(300)]
    left = dict(zip(("甲", "乙", "丙", "丁"), zip(*rows[:200], strict=True), strict=True))
    right = dict(zip(("四", "三", "二", "一"), reversed(list(zip(*rows[100:], strict=True))), strict=True))
    found = counterparts(held(left), held(right))
    assert dict(found) == {"甲": "一", "乙": "二", "丙": "三", "丁": "四"}


def test_a_birth_is_no_day_of_insurance_and_a_column_without_a_counterpart_stays_alone() -> None:
    left = held({"出生日期": [f"{1940 + number % 60}-03-04" for number in range(200)], "note": ["x y z w v"] * 3})
    right = held({"参保日期": [f"{2015 + number % 9}-03-04" for number in range(200)], "colour": ["red", "green"] * 20})
    assert counterparts(left, right) == []


def test_dates_of_other_years_are_other_dates_whatever_they_are_called() -> None:
    left = held({"f1": [f"{1940 + number % 60}-03-{1 + number % 28:02}" for number in range(200)]})
    right = held({"g1": [f"{2015 + number % 9}-03-{1 + number % 28:02}" for number in range(200)]})
    assert counterparts(left, right) == []


def test_telephones_are_found_however_they_are_written() -> None:
    mobiles = [f"13{number % 10}{10_000_000 + number * 7919}" for number in range(200)]
    left = held({"手机号": mobiles[:150], "区": ["甲区", "乙区"] * 75})
    assert counterparts(left, held({"phone": [f"+86{mobile}" for mobile in mobiles[100:]]})) == [("手机号", "phone")]
    lines = [f"{200 + number % 700}{2_000_000 + number * 7919}" for number in range(200)]
    marked = held({"tel": [f"({line[:3]}) {line[3:6]}-{line[6:]}" for line in lines[:150]]})
    assert counterparts(marked, held({"contact": lines[100:], "zip": ["90210"] * 100})) == [("tel", "contact")]


def test_columns_with_nothing_in_them_have_no_counterpart() -> None:
    assert counterparts([], held({"f1": ["a"]})) == []
