"""The benchmark of joins compares like with like."""

from pathlib import Path

import duckdb
import pytest

from benchmarks.integrate import data, suite
from benchmarks.integrate.agreement import COLUMNS, Joined, joined, same
from benchmarks.measure import PEERS_PYTHON, Case, Measured, Sample
from benchmarks.standardize.agreement import Disagreement
from tests.conftest import peers_python

ROWS = 3_000


def test_ids_are_unique_and_some_are_known_to_one_table_only(tmp_path: Path) -> None:
    tables = data.tables(tmp_path, ROWS)
    with duckdb.connect() as connection:
        for name, path in tables.items():
            count, distinct = connection.execute(
                "SELECT count(*), count(DISTINCT id) FROM read_parquet(?)", [str(path)]
            ).fetchall()[0]
            assert count == distinct == int(ROWS * data.TABLES[name][0])
        strangers = connection.execute(
            "SELECT count(*) FROM read_parquet(?) WHERE id NOT IN (SELECT id FROM read_parquet(?))",
            [str(tables["taxed"]), str(tables["people"])],
        ).fetchall()[0][0]
    assert strangers == int(ROWS * 0.6 * 0.02)


def test_more_rows_than_identity_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="would repeat"):
        data.tables(tmp_path, 20_000_000)


@pytest.mark.parametrize("beside", [False, pytest.param(True, marks=pytest.mark.peers)])
def test_ours_and_the_peers_come_to_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, beside: bool
) -> None:
    monkeypatch.setenv(PEERS_PYTHON, str(peers_python()) if beside else "absent")
    found = suite.run(tmp_path, rows=ROWS, full=False, only=suite.SMALL, repeats=1, tell=lambda _: None)
    assert {"join", "floor_join"} <= set(found["measured"])
    assert set(found["skipped"]) == (set() if beside else set(suite.PEERS))
    assert any(f"{int(ROWS * 1.02):,} joined rows, the same by" in note for note in found["notes"]), found["notes"]
    verdicts = {goal["title"]: goal["value"] for goal in found["goals"]}
    assert verdicts["join over the floor"] is not None
    assert verdicts["peak within 500 MB"] is None


def test_one_other_value_is_a_disagreement(tmp_path: Path) -> None:
    columns = ", ".join(f"'1' AS {column.partition('::')[0]}" for column in COLUMNS)
    written = []
    for city in ("1", "2"):
        (tmp_path / city).mkdir()
        with duckdb.connect() as connection:
            select = f"SELECT * REPLACE ('{city}' AS employer, NULL AS birth_date) FROM (SELECT {columns})"
            connection.execute(f"COPY ({select}) TO '{tmp_path}/{city}/joined.parquet'")
        written.append(joined(tmp_path / city))
    same("a", written[0], "b", Joined(written[0].rows, written[0].checksum))
    with pytest.raises(Disagreement, match="a came to"):
        same("a", written[0], "b", written[1])


def test_goals_are_of_the_largest_tables_that_were_joined() -> None:
    def spent(cpu: float, peak: int = 10**6) -> Measured:
        return Measured(Case("x", "x", "x", {}, 10), (Sample(cpu=cpu, process_cpu=cpu, wall=cpu, peak=peak),))

    found = {"floor_join": spent(1), "join": spent(9), "large_floor_join": spent(10), "large_join": spent(15)}
    verdicts = {goal.title: goal for goal in suite.goals(found | {"bounded_join": spent(45, 649 * 10**6)})}
    assert verdicts["join over the floor"].value == 1.5
    assert verdicts["join over the floor"].reached
    assert verdicts["within 500 MB over without"].value == 3
    assert verdicts["peak within 500 MB"].reached
    assert not {goal.title: goal for goal in suite.goals({"floor_join": spent(1), "join": spent(9)})}[
        "join over the floor"
    ].reached
