"""The suite of schedules on few bookings, and answers of PSPLIB that anyone can check."""

import csv
import sys
from pathlib import Path

import pytest

from benchmarks import rcpsp
from benchmarks.schedule import suite

INSTANCE = """
5 2
4 3
0 0 0 3 2 3 4
3 2 1 1 5
2 3 0 1 5
4 1 2 1 5
0 0 0 0
"""
"""Two resources; the second and third job cannot go together, the fourth can beside both."""


def test_the_answers_are_start_times_that_can_be_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tiny.rcp").write_text(INSTANCE, "ascii")
    out = tmp_path / "answers.csv"
    monkeypatch.setattr(sys, "argv", ["rcpsp.py", str(tmp_path), "--seconds", "2", "--answers", str(out)])
    rcpsp.main()
    with out.open(encoding="utf-8", newline="") as file:
        ((name, makespan, bound, starts),) = [row.values() for row in csv.DictReader(file)]
    assert (name, makespan, bound) == ("tiny", "5", "5")
    source, a, b, c, sink = map(int, starts.split())
    assert source == 0
    assert sink == 5
    assert b + 2 <= a or a + 3 <= b, "five units of four"
    assert {a, b, c} <= set(range(5))


@pytest.mark.slow
def test_the_index_and_sqlite_find_the_same_slots(tmp_path: Path) -> None:
    found = suite.run(tmp_path, rows=5000, full=False, only=["index", "sqlite"], repeats=1, tell=lambda _: None)
    assert set(found["measured"]) == {"index", "sqlite"}
    goals = {goal["title"]: goal for goal in found["goals"]}
    assert goals["earliest slot, index over SQLite"]["value"] < 1
    assert goals["j120: mean over the best known"]["reached"] is None
