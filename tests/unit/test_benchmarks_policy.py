"""The benchmark of rules and search finds what is true of what it made."""

from pathlib import Path

import pytest

from benchmarks.policy import data, suite

ROWS = 1_500


def test_documents_say_truly_which_words_they_hold() -> None:
    made = data.documents(300)
    assert made == data.documents(300)
    assert all(held == {word for word in data.WORDS if word in policy.text} for policy, held in made)
    assert sum(len(held) for _, held in made) > 30


@pytest.mark.slow
def test_both_cases_run_and_every_word_is_found(tmp_path: Path) -> None:
    found = suite.run(tmp_path, rows=ROWS, full=False, only=(), repeats=1, tell=lambda _: None)
    assert set(found["measured"]) == set(suite.CASES)
    goals = {goal["title"]: goal["value"] for goal in found["goals"]}
    assert goals["search: recall of words of two characters"] == 1
    assert all(" 0 missed, 0 wrong" in note for note in found["notes"])
