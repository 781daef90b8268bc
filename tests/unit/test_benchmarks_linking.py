"""The benchmark of linkage scores what was linked, and chooses settings without the set that is left out."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.linking import suite
from benchmarks.linking.left_out import FIXED, left_out
from benchmarks.linking.people import people_table
from benchmarks.linking.score import Score
from benchmarks.linking.sets import DataSet
from benchmarks.measure import Case
from ronghe.journeys.demo_city.score import Score as CityScore
from ronghe.tables.open import ReadOptions


def test_a_set_is_left_out_when_its_setting_is_chosen() -> None:
    found = {FIXED: {"a": 0.9, "b": 0.8, "c": 0.8}, "other": {"a": 0.1, "b": 0.9, "c": 0.9}}
    # Only the set that it is bad for would have spoken against it.
    assert left_out(found) == {"a": "other", "b": FIXED, "c": FIXED}


def test_pairs_of_people_are_scored_by_who_they_are(tmp_path: Path) -> None:
    table = people_table(400)
    persons: dict[int, list[str]] = {}
    for key, person in zip(table["编号"].to_pylist(), table["person"].to_pylist(), strict=True):
        persons.setdefault(person, []).append(key)
    twice = [keys for keys in persons.values() if len(keys) == 2]
    wrong = [[twice[0][0], twice[1][0]]]
    scores = suite._Scores()
    for name, pairs in (("all", twice), ("half", twice[:50]), ("wrong", [*twice, *wrong])):
        rows = pa.table({"left_id": [one for one, _ in pairs], "right_id": [other for _, other in pairs]})
        pq.write_table(rows, tmp_path / "pairs.parquet")
        scores.check(Case(name, "", "", {"people": 400}, 400), tmp_path)
    assert len(twice) == 100
    assert scores.found["all"] == Score(1.0, 1.0)
    assert scores.found["half"] == Score(1.0, 0.5)
    assert scores.found["wrong"] == Score(100 / 101, 1.0)


def test_goals_say_what_was_not_measured_and_what_splink_did_better() -> None:
    task = DataSet("A", Path("a"), None, "id", (), set(), ReadOptions(), 0.9)
    city = {"people": CityScore("people", 9, 5_000, 100, 100, 98, 1, {})}
    made = suite.goals({}, {"a": Score(0.8, 0.8), "a_splink": Score(0.9, 0.9)}, {"a": task}, city)
    verdicts = {goal.title: goal.reached for goal in made}
    assert verdicts["A: F1"] is False
    assert verdicts["A: F1 above plain Splink's"] is False
    assert verdicts["people: seconds elapsed"] is None
    assert (verdicts["city, people: F1"], verdicts["city, companies: F1"]) == (True, None)
    assert verdicts["city: false merges in 10,000 golden rows"] is False


@pytest.mark.parametrize("case", suite.CASES)
def test_no_two_suites_have_a_case_of_one_name(case: str) -> None:
    from benchmarks.__main__ import SUITES

    assert sum(case in one.CASES for one in SUITES.values()) == 1
