"""Risk counted in SQL is risk counted by hand; the estimate is near what a population really holds."""

import random
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ronghe.data.protect.population import expected_uniques, fitted
from ronghe.data.protect.risk import Risk, risk_of
from ronghe.tables.engine import Resources, duckdb_engine
from ronghe.terms import InputError

QUASI, ALL = ("a", "b"), {"a": "a", "b": "b", "s": "s"}
ROWS = st.lists(
    st.tuples(st.sampled_from(["x", "y", None]), st.sampled_from(["1", "2", ""]), st.sampled_from(["p", "q", None])),
    max_size=30,
)


def measured(folder: Path, rows: list[tuple[str | None, ...]], **given: object) -> Risk:
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    table = pa.table({name: pa.array(column, pa.string()) for name, column in zip("abs", columns, strict=True)})
    with duckdb_engine(folder, Resources()) as engine:
        engine.connection.from_arrow(table).create_view("people")
        return risk_of(engine, "people", ALL, **{"quasi": QUASI, "sensitive": "s", **given})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("risk")


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_counts_are_those_by_hand(folder: Path, rows: list[tuple[str | None, ...]]) -> None:
    found = measured(folder, rows)
    groups = Counter((a, b) for a, b, _ in rows)
    unique = [group for group, size in groups.items() if size == 1]
    assert (found.rows, found.groups, found.unique) == (len(rows), len(groups), len(unique))
    assert found.smallest == min(groups.values(), default=0)
    assert found.below[3] == sum(size for size in groups.values() if size < 3)
    assert sum(found.sizes.values()) == len(rows)
    by_b = Counter(b for _, b, _ in rows)
    assert found.saved["a"] == len(unique) - sum(1 for size in by_b.values() if size == 1)
    values = {group: {s for a, b, s in rows if (a, b) == group} for group in groups}
    assert found.diversity is not None
    assert found.diversity.least == min(map(len, values.values()), default=0)
    assert found.diversity.records_of_one_value == sum(groups[g] for g, told in values.items() if len(told) == 1)


def test_a_table_that_is_the_population_needs_no_estimate(folder: Path) -> None:
    found = measured(folder, [("x", "1", "p"), ("y", "1", "p")])
    assert (found.estimated, found.unique_in_population, found.population) == (False, 2, 2)


def test_a_column_that_is_not_there_and_too_small_a_population_are_told(folder: Path) -> None:
    with pytest.raises(InputError) as missing:
        measured(folder, [("x", "1", "p")], quasi=("a", "z"))
    assert (missing.value.code, missing.value.params["name"]) == ("data.risk_column", "z")
    with pytest.raises(InputError) as small:
        measured(folder, [("x", "1", "p"), ("x", "1", "p")], population=1)
    assert small.value.code == "data.risk_population"


def restaurant(theta: float, people: int, dice: random.Random) -> list[int]:
    """The table of each guest in the order of their coming: Pitman's formula with alpha 0, which is Ewens's."""
    seats: list[int] = []
    tables = 0
    for number in range(people):
        if dice.random() * (theta + number) < theta:
            seats.append(tables)
            tables += 1
        else:
            seats.append(seats[dice.randrange(number)])
    return seats


def test_the_estimate_is_near_the_truth_of_a_population_that_follows_the_formula() -> None:
    dice = random.Random(5)
    seats = restaurant(300.0, 40_000, dice)
    truth = sum(1 for size in Counter(seats).values() if size == 1)
    sample = dice.sample(seats, 4_000)
    sizes = Counter(Counter(sample).values())
    estimate = expected_uniques(sizes, 40_000)
    assert abs(estimate - truth) < 0.5 * truth
    alpha, theta = fitted(sizes)
    assert alpha < 0.1
    assert 200 < theta < 400


def test_without_a_unique_record_none_is_expected() -> None:
    assert expected_uniques({2: 10, 5: 3}, 1_000_000) == 0
