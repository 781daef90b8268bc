"""NAB's formula, the heap loop beside the engine, and the suite on a small table."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.nab import probation, raw_score, score_folder, sigmoid
from benchmarks.resources import courses, suite
from benchmarks.resources.cases import plain_inputs
from benchmarks.resources.forecasts import compared
from benchmarks.resources.heap import heap_fill
from benchmarks.resources.ours import made
from ronghe.resources.allocate.allocation import allocate


def test_an_early_alarm_earns_one_a_late_one_less_and_a_missed_window_costs_one() -> None:
    windows = [(500, 599)]
    assert raw_score(1000, [500], windows) == pytest.approx(1.0)
    assert 0 < raw_score(1000, [590], windows) < 0.3
    assert raw_score(1000, [], windows) == -1
    assert raw_score(1000, [500, 520, 560], windows) == raw_score(1000, [500], windows)


def test_false_alarms_cost_more_the_farther_they_are_from_a_window() -> None:
    assert raw_score(1000, [400], []) == pytest.approx(-0.11)
    near, far = (raw_score(1000, [500, place], [(500, 599)]) for place in (610, 990))
    assert far < near < 1
    assert raw_score(1000, [10], []) == 0
    assert (probation(1000), probation(100_000)) == (150, 750)
    assert sigmoid(4) == -1


def test_the_heap_loop_comes_to_the_same() -> None:
    amounts, capacity, weight = made(500, 4)
    ours = allocate(plain_inputs(amounts, capacity, weight)).table.column("fraction").to_numpy()
    theirs = heap_fill(amounts.tolist(), capacity.tolist(), weight.tolist())
    np.testing.assert_allclose(theirs, ours, rtol=0, atol=1e-9)


@pytest.mark.slow
def test_a_small_run_measures_solving_and_checking(tmp_path: Path) -> None:
    found = suite.run(tmp_path, rows=2000, full=False, only=["heap", "four"], repeats=1, tell=lambda _: None)
    assert set(found["measured"]) == {"heap", "four"}
    goals = {goal["title"]: goal for goal in found["goals"]}
    assert goals["certificates with faults"]["reached"] is True
    assert goals["solve, x 16"]["reached"] is None


def test_the_shared_series_are_scored_with_one_setting(tmp_path: Path) -> None:
    data = suite.shared_data()
    if data is None:
        pytest.skip("the shared data is not here")
    score, raw = score_folder(data / "resources" / "nab", tmp_path)
    assert score >= 60
    assert len(raw) == len(list(tmp_path.rglob("*.csv")))


def test_the_wishes_for_courses_are_allocated_in_whole_seats_and_checked() -> None:
    data = suite.shared_data()
    if data is None:
        pytest.skip("the shared data is not here")
    told = json.loads(courses.run({"folder": str(data / "resources" / "courses")}))
    assert (told["demands"], told["students"], told["faults"]) == (1370, 260, 0)
    assert told["first"] == 1


def test_forecasts_of_the_shared_series_are_no_worse_than_naive_ones() -> None:
    data = suite.shared_data()
    if data is None:
        pytest.skip("the shared data is not here")
    made = compared(data / "resources" / "nab")
    assert made.series == 16
    assert made.mase <= min(made.naive)
    assert made.worst <= 1.1
    assert 0.85 <= made.coverage <= 0.95
