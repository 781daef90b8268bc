"""The sample of a large table: always the same, spread over it, and certain enough about what it does not show."""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from ronghe.data.scan.sample import LEAST_FILLED, ROW, SAMPLE_ROWS, row_groups_read, scan_samples, take_sample
from ronghe.data.scan.values import ColumnForms
from ronghe.standards.catalog import catalog
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine

DAY = date(2026, 1, 1)
ROWS = 40_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDB]:
    with duckdb_engine(tmp_path_factory.mktemp("sample") / "spill", Resources(threads=1)) as opened:
        opened.connection.execute(
            "CREATE TABLE large AS SELECT 'P-' || range AS c0, CASE WHEN range % 4 = 0 THEN '13' || range % 10 ||"
            " lpad((range * 7919 % 100000000)::VARCHAR, 8, '0') ELSE 'none ' || range END AS c1,"
            " CASE WHEN range > 39990 THEN 'a' || range || '@city.gov.cn' END AS c2, range AS sample_row"
            " FROM range(40000)"
        )
        yield opened


def test_the_same_table_gives_the_same_thousand_rows(engine: DuckDB) -> None:
    one = take_sample(engine, "large", "t", ["code", "phone", "mail"], ROWS, None)
    other = take_sample(engine, "large", "t", ["code", "phone", "mail"], ROWS, None)
    codes = one.values.filter(pa.compute.equal(one.values.column("place"), 0))
    assert not one.whole
    assert abs(len(codes) - SAMPLE_ROWS) < 100
    assert sorted(one.values.to_pylist(), key=str) == sorted(other.values.to_pylist(), key=str)
    numbers = sorted(int(value.removeprefix("P-")) for value in codes.column("value").to_pylist())
    assert numbers[0] < ROWS / 50
    assert numbers[-1] > ROWS * 0.98
    assert max(b - a for a, b in pairwise(numbers)) < ROWS / 50


def test_a_column_that_is_nearly_empty_is_sampled_where_it_is_filled(engine: DuckDB, tmp_path: Path) -> None:
    sample = take_sample(engine, "large", "t", ["code", "phone", "mail"], ROWS, None)
    mails = [row["value"] for row in sample.values.to_pylist() if row["place"] == 2]
    assert len(mails) == 9 < LEAST_FILLED
    found = scan_samples(engine, [sample], catalog(()), tmp_path, as_of=DAY)["t"]
    assert {column.column: column.kind for column in found.found} == {"phone": "mobile", "mail": "email"}
    assert found.persons == ROWS, "of a sample the table cannot have more persons than rows"


def test_samples_of_several_tables_are_told_apart(engine: DuckDB, tmp_path: Path) -> None:
    engine.connection.execute(
        "CREATE OR REPLACE TABLE small AS FROM (VALUES ('王伟', 0), ('李娜', 1), ('张敏', 2)) t(c0, sample_row)"
    )
    samples = [
        take_sample(engine, "small", "a", ["姓名"], 3, None),
        take_sample(engine, "large", "b", ["code", "phone", "mail"], ROWS, None),
        take_sample(engine, "small", "c", [], 3, None),
    ]
    found = scan_samples(engine, samples, catalog(()), tmp_path, as_of=DAY)
    assert [column.column for column in found["a"].found] == ["姓名"]
    assert found["a"].persons == 3, "a table that was read whole is counted"
    assert {column.column for column in found["b"].found} == {"phone", "mail"}
    assert found["c"].found == ()


def test_only_the_rows_of_the_ranges_are_read(engine: DuckDB) -> None:
    sample = take_sample(engine, "large", "t", ["code"], ROWS, [(0, 2_000), (30_000, 32_000)])
    numbers = [int(row["value"].removeprefix("P-")) for row in sample.values.to_pylist()]
    assert all(number < 2_000 or 30_000 <= number < 32_000 for number in numbers)
    assert any(number < 2_000 for number in numbers)
    assert any(number >= 30_000 for number in numbers)
    assert ROW == "sample_row"


@pytest.mark.parametrize(
    ("groups", "read"), [(0, ()), (1, (0,)), (3, (0, 1, 2)), (4, (0, 1, 3)), (9, (0, 4, 8)), (1000, (0, 499, 999))]
)
def test_of_many_row_groups_the_first_the_last_and_one_between_are_read(groups: int, read: tuple[int, ...]) -> None:
    assert row_groups_read(groups) == read


@pytest.mark.parametrize(
    ("cells", "filled", "share", "reached"),
    [
        (30, 100, 0.3, True),  # as in a whole column
        (25, 100, 0.3, True),  # fewer, but the column may well have that share
        (200, 1000, 0.3, False),  # certain: 99 of 100 such samples come from columns below it
        (1, 1000, 0.005, True),
        (0, 1000, 0.005, False),  # nothing was seen: less than 0.5% with 99% certainty
        (0, 100, 0.0, False),
    ],
)
def test_a_share_of_a_sample_is_taken_at_its_upper_end(cells: int, filled: int, share: float, reached: bool) -> None:
    assert ColumnForms(filled=filled, whole=False).reaches(cells, share) is reached


def test_a_share_of_a_whole_column_is_what_it_is() -> None:
    assert ColumnForms(filled=100).reaches(30, 0.3)
    assert not ColumnForms(filled=100).reaches(29, 0.3)
