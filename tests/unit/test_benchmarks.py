"""The benchmarks compare like with like: every way of doing the work comes to the same rows, or no figure is given."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks import page
from benchmarks.access import data as access_data
from benchmarks.access import suite as access
from benchmarks.measure import PEERS_PYTHON, Absent, Case, Measured, Sample, measure, run_once
from benchmarks.results import at_least, at_most, read, tables, write
from benchmarks.standardize import data, ours, suite
from benchmarks.standardize.agreement import Disagreement, outcome, same
from tests.conftest import peers_python

ROWS = 2_000
OURS = ("floor", "ronghe", "gb18030")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """A run of the table in two encodings and of the floor, with the peers out of reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(PEERS_PYTHON, raising=False)
        return suite.run(folder, rows=ROWS, full=False, only=(*OURS, *suite.PEERS), repeats=1, tell=lambda _: None)


def test_what_is_installed_is_measured(found: dict[str, Any]) -> None:
    assert set(found["measured"]) == set(OURS)
    for measured in found["measured"].values():
        assert 0 < measured["cpu"] < measured["process_cpu"]
        assert measured["peak"] > 10**7


def test_absent_peers_are_skipped_with_the_reason(found: dict[str, Any]) -> None:
    assert set(found["skipped"]) == set(suite.PEERS)
    assert all(PEERS_PYTHON in reason for reason in found["skipped"].values())


def test_goals_without_figures_are_neither_reached_nor_missed(found: dict[str, Any]) -> None:
    verdicts = {goal["title"]: goal["reached"] for goal in found["goals"]}
    assert verdicts["Ronghe over Polars"] is None
    assert verdicts["GB18030 over UTF-8"] in (True, False)


def test_both_encodings_came_to_the_same_rows(found: dict[str, Any]) -> None:
    assert any(f"Of {ROWS:,} rows" in note and "ronghe, gb18030" in note for note in found["notes"])


def test_a_workbook_is_standardized_up_to_the_cap(folder: Path, tmp_path: Path) -> None:
    few = {"source": str(data.people_workbook(folder, 20)), "out": str(tmp_path / "few"), "threads": 1}
    assert ours.run(few) is None
    read_again = outcome(tmp_path / "few")
    assert read_again.published + read_again.quarantined == 20
    wide = {"source": str(data.wide_workbook(folder)), "out": str(tmp_path / "wide"), "threads": 1}
    assert "above the limit" in str(ours.run(wide))


@pytest.mark.peers
def test_all_peers_come_to_our_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PEERS_PYTHON, str(peers_python()))
    names = ("ronghe", *suite.PEERS)
    found = suite.run(folder, rows=ROWS, full=False, only=names, repeats=1, tell=lambda _: None)
    assert {*found["measured"], *found["skipped"]} == set(names)
    assert any(f"Of {ROWS:,} rows" in note for note in found["notes"])


def test_the_table_is_the_same_every_time_and_mostly_in_its_usual_form(folder: Path, tmp_path: Path) -> None:
    first, again = data.people_csv(folder, ROWS), data.people_csv(tmp_path, ROWS)
    assert first.read_bytes() == again.read_bytes()
    usual = {
        "身份证号": "[0-9]{17}[0-9X]",
        "姓名": "[一-鿿]+",
        "出生日期": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "年收入": "[0-9.]+",
        "手机": "1[0-9]{10}",
    }
    shares = ", ".join(f"avg(regexp_full_match({name}, '{form}')::INT)" for name, form in usual.items())
    with duckdb.connect() as connection:
        row = connection.execute(f"SELECT {shares} FROM read_csv('{first}', all_varchar = true)").fetchall()[0]
    assert all(0.8 < share < 0.95 for share in row), dict(zip(usual, row, strict=True))


def published_by(folder: Path, *, name: str = "张三", reason: str = "手机: form: 1") -> Path:
    """One good and one quarantined row, as a way of doing the work writes them."""
    folder.mkdir()
    good = f"SELECT 1 序号, '' 身份证号, '{name}' 姓名, NULL 出生日期, '1' 性别, '' 区划, 1.5 年收入, '' 手机, '' 备注"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({good}) TO '{folder}/people.parquet'")
        bad = f"SELECT 2 _row, ['{reason}'] _reasons, * FROM ({good})"
        connection.execute(f"COPY ({bad}) TO '{folder}/rejects.parquet'")
    return folder


@pytest.mark.parametrize("change", [{"name": "张四"}, {"reason": "手机: form: 2"}])
def test_one_other_value_or_reason_is_a_disagreement(tmp_path: Path, change: dict[str, str]) -> None:
    one, other = outcome(published_by(tmp_path / "a")), outcome(published_by(tmp_path / "b", **change))
    same("a", one, "a", one)
    with pytest.raises(Disagreement, match=r"姓名|_reasons"):
        same("b", other, "a", one)


def test_another_number_of_rows_is_a_disagreement(tmp_path: Path) -> None:
    one = outcome(published_by(tmp_path / "a"))
    twice = published_by(tmp_path / "b")
    with duckdb.connect() as connection:
        rows = f"FROM '{tmp_path}/a/people.parquet' UNION ALL FROM '{tmp_path}/a/people.parquet'"
        connection.execute(f"COPY ({rows}) TO '{twice}/people.parquet'")
    with pytest.raises(Disagreement, match="published 2 and quarantined 1 rows, a 1 and 1"):
        same("b", outcome(twice), "a", one)


def test_a_missing_library_is_absent_and_a_failure_is_not(tmp_path: Path) -> None:
    with pytest.raises(Absent, match="no_such_library"):
        run_once(Case("lost", "", "no_such_library", {}, 1), tmp_path)
    with pytest.raises(RuntimeError, match="KeyError: 'source'"):
        run_once(Case("wrong", "", "benchmarks.standardize.floor", {}, 1), tmp_path)


def test_the_ways_take_turns(folder: Path) -> None:
    task = {"source": str(data.people_csv(folder, ROWS))}
    cases = [Case(name, "", "benchmarks.standardize.floor", task, ROWS) for name in ("a", "b")]
    order: list[str] = []

    def check(case: Case, out: Path) -> None:
        assert (out / "people.parquet").is_file()
        order.append(case.name)

    measured, _ = measure(cases, repeats=2, check=check, tell=lambda _: None)
    assert order == ["a", "b", "a", "b"]
    assert len(measured["a"].samples) == 2


def spent(*seconds: float) -> Measured:
    case = Case("x", "x", "x", {}, 10)
    return Measured(case, tuple(Sample(cpu=cpu, process_cpu=cpu + 1, wall=cpu, peak=int(cpu)) for cpu in seconds))


def test_the_median_counts_and_the_highest_peak() -> None:
    measured = spent(5, 1, 3)
    assert (measured.cpu, measured.process_cpu, measured.peak) == (3, 4, 5)


def test_a_goal_is_reached_on_its_limit_and_not_beyond() -> None:
    assert [at_most("", value, 3).reached for value in (3.0, 3.01, None)] == [True, False, None]
    assert [at_least("", value, 3).reached for value in (3.0, 2.99, None)] == [True, False, None]
    verdicts = {goal.title: goal for goal in suite.goals({"ronghe": spent(2), "pandas": spent(8)})}
    assert verdicts["pandas over Ronghe"].value == 4
    assert verdicts["pandas over Ronghe"].reached


def test_what_is_written_is_read_again_and_shown_on_the_page(found: dict[str, Any], tmp_path: Path) -> None:
    shown = write(found, tmp_path).read_text("utf-8")
    assert read(suite.NAME, tmp_path) == found
    assert shown == tables(found)
    assert shown in page.page(tmp_path)


def test_the_page_shows_the_recorded_results() -> None:
    assert page.PAGE.read_text("utf-8") == page.page(), "run: python -m benchmarks.page"
    recorded = read(suite.NAME)
    if recorded is not None:
        assert tables(recorded) in page.page()
        assert not recorded["skipped"]


def test_engines_that_decide_otherwise_are_found() -> None:
    def measured(name: str, first: str) -> Measured:
        told = json.dumps({"first": first, "per_second": 1.0, "p50": 1.0, "p99": 1.0})
        return Measured(Case(name, name, "", {}, 1, group="5000"), (Sample(0, 0, 0, 0, told=told),))

    same_answers = {"a": measured("a", "01"), "b": measured("b", "01")}
    assert "the same 2 decisions, 1 permissions, by a, b" in access._agreed(same_answers)[0]
    with pytest.raises(RuntimeError, match="a, b"):
        access._agreed({"a": measured("a", "01"), "b": measured("b", "11")})


def test_grants_and_requests_are_the_same_for_everyone(tmp_path: Path) -> None:
    one, two = (access_data.world_json(tmp_path / name, 100, 50).read_bytes() for name in "ab")
    assert one == two
    assert len(json.loads(one)["requests"]) == 50
