"""The decision: cheapest that suffices, several together, or none."""

import numpy as np

from ronghe.technology.optimize.calibration import calibrate
from ronghe.technology.optimize.recommend import Goal, Recommendation, benchmark_runs, recommend
from ronghe.technology.optimize.selector import learn
from tests.unit.technology.optimize.test_selector import crossed, evidence

NEEDS = np.array([[2.0, 0, 0], [-2.0, 0, 0]])


def answers(limit: float | None, costs: list[float], proven: list[bool] | None = None) -> tuple[Recommendation, ...]:
    selector = learn(crossed(), seed=0)
    losses = selector.evidence.losses
    goal = None if limit is None else Goal((losses <= limit).astype(np.float64), 0.8)
    return recommend(
        selector,
        calibrate(selector, None if goal is None else goal.met),
        ["first", "second"],
        NEEDS,
        costs=np.array(costs),
        proven=np.array(proven or [True] * 3),
        goal=goal,
    )


def chosen(given: tuple[Recommendation, ...]) -> list[str | None]:
    return [one.chosen.technology if one.chosen else None for one in given]


def test_without_a_target_the_best_expected_is_taken() -> None:
    assert chosen(answers(None, [5, 5, 1])) == ["a", "b"]


def test_with_a_target_the_cheapest_that_suffices_is_taken() -> None:
    assert chosen(answers(6, [5, 5, 1])) == ["c", "c"]
    assert chosen(answers(3, [5, 5, 1])) == ["a", "b"]
    assert chosen(answers(6, [1, 5, 9])) == ["a", "b"]


def test_an_unknown_cost_is_the_dearest() -> None:
    assert chosen(answers(6, [5, 5, np.nan])) == ["a", "b"]


def test_an_unproven_technology_is_never_recommended() -> None:
    assert chosen(answers(None, [5, 5, 1], [False, True, True])) == ["c", "b"]
    assert {one.reason for one in answers(None, [1, 1, 1], [False] * 3)} == {"technology.reason_unproven"}


def test_nothing_qualifies_is_said_with_the_nearest_misses() -> None:
    given = answers(0.5, [5, 5, 1])
    assert chosen(given) == [None, None]
    assert {one.reason for one in given} == {"technology.reason_none"}
    assert all(one.runners_up for one in given)


def test_several_together_where_none_suffices_alone() -> None:
    rng = np.random.default_rng(4)
    coin = rng.integers(0, 2, 90)
    # Features say nothing; on every workload exactly one of the two succeeds.
    losses = np.stack([coin, 1 - coin], axis=1).astype(np.float64)
    selector = learn(evidence(rng.normal(size=(90, 2)), losses), seed=0)
    goal = Goal((losses < 0.5).astype(np.float64), 0.9)
    (answer,) = recommend(
        selector,
        calibrate(selector, goal.met),
        ["need"],
        np.zeros((1, 2)),
        costs=np.array([2.0, 1.0]),
        proven=np.array([True, True]),
        goal=goal,
    )
    assert answer.chosen is None
    assert answer.reason == "technology.reason_portfolio"
    assert {member.technology for member in answer.portfolio} == {"a", "b"}
    assert answer.portfolio[-1].p_target > 0.9


def test_precedents_are_the_heaviest_workloads_and_alike() -> None:
    first, _ = answers(None, [1, 1, 1])
    weights = [one.weight for one in first.precedents]
    assert weights == sorted(weights, reverse=True)
    selector = learn(crossed(), seed=0)
    places = [selector.evidence.workloads.index(one.workload) for one in first.precedents]
    assert (selector.evidence.features[places, 0] > 0).all()


def test_benchmark_runs_are_different_and_for_the_needs() -> None:
    selector = learn(crossed(), seed=0)
    runs = benchmark_runs(selector, NEEDS[:1], 3)
    assert len(set(runs)) == 3
    assert selector.evidence.features[selector.evidence.workloads.index(runs[0]), 0] > 0
