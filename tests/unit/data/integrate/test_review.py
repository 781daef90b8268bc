import numpy as np
import pyarrow as pa
import pytest

from ronghe.data.integrate.review import Reviewed, check_decisions, doubtful_rows, read_decisions, review_table
from ronghe.terms import InputError


def test_decisions_are_read_in_both_languages_and_blank_ones_wait() -> None:
    rows: list[dict[str, str | None]] = [
        {"left_id": "1", "right_id": "2", "decision": "same"},
        {"left_id": "3", "right_id": "4", "decision": "不同"},
        {"left_id": "5", "right_id": "6", "decision": None},
    ]
    assert read_decisions(rows, "r.csv") == (Reviewed("1", "2", same=True), Reviewed("3", "4", same=False))


def test_a_word_that_is_no_decision_is_named() -> None:
    with pytest.raises(InputError) as told:
        read_decisions([{"left_id": "1", "right_id": "2", "decision": "maybe"}], "r.csv")
    assert told.value.code == "integrate.decision_unknown"
    assert told.value.params["value"] == "maybe"


def test_decisions_that_contradict_each_other_over_a_third_are_refused() -> None:
    decided = [Reviewed("1", "2", same=True), Reviewed("2", "3", same=True), Reviewed("1", "3", same=False)]
    with pytest.raises(InputError) as told:
        check_decisions(decided, one_side=True, one_to_one=False, where="r.csv")
    assert told.value.code == "integrate.decisions_contradict"


def test_two_partners_of_one_record_contradict_only_where_one_is_allowed() -> None:
    decided = [Reviewed("1", "2", same=True), Reviewed("1", "3", same=True)]
    check_decisions(decided, one_side=False, one_to_one=False, where="r.csv")
    with pytest.raises(InputError):
        check_decisions(decided, one_side=False, one_to_one=True, where="r.csv")


def test_one_number_of_two_tables_is_two_records() -> None:
    decided = [Reviewed("1", "1", same=False), Reviewed("1", "2", same=True), Reviewed("2", "1", same=True)]
    check_decisions(decided, one_side=False, one_to_one=True, where="r.csv")
    with pytest.raises(InputError, match="decisions_contradict"):
        check_decisions([*decided[1:], Reviewed("2", "1", same=False)], one_side=True, one_to_one=False, where="r.csv")


def test_the_most_doubtful_pair_goes_out_first_and_a_clear_one_never() -> None:
    assert doubtful_rows(np.array([0.9, 0.5, 0.99, 0.3, 0.01])).tolist() == [1, 3, 0]


def test_what_was_decided_stays_in_the_file_and_new_doubt_is_added() -> None:
    pairs = pa.table({"left_id": ["1", "7"], "right_id": ["2", "8"], "probability": [0.5, 0.6]})
    before = [{"left_id": "1", "right_id": "2", "decision": "same"}, {"left_id": "9", "right_id": "9", "decision": ""}]
    rows = review_table(pairs, before).to_pylist()
    assert [(row["left_id"], row["decision"]) for row in rows] == [("1", "same"), ("7", None)]
