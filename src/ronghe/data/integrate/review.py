"""The review: the least certain pairs go out to people, what they decide comes back and holds ever after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ronghe.terms import InputError

__all__ = [
    "DECISION",
    "DIFFERENT",
    "SAME",
    "Reviewed",
    "check_decisions",
    "doubtful_rows",
    "read_decisions",
    "review_table",
]

Reals = NDArray[np.float64]
Whole = NDArray[np.int64]

DECISION = "decision"
SAME = "same"
DIFFERENT = "different"
MEANT = {
    **dict.fromkeys(("same", "yes", "y", "1", "true", "match", "是", "相同", "同一"), SAME),
    **dict.fromkeys(("different", "no", "n", "0", "false", "不是", "否", "不同"), DIFFERENT),
}
MOST_REVIEWED = 500
"""Pairs that go out at once: more than a day's work helps nobody."""
DOUBT = 0.05
"""Pairs are doubtful whose probability lies between this and its complement."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One decided pair."""

    left: str
    right: str
    same: bool


def read_decisions(rows: Sequence[Mapping[str, str | None]], where: str) -> tuple[Reviewed, ...]:
    """The decided pairs of a review file; rows without a decision wait. InputError for a word that says neither."""
    found = []
    for row in rows:
        said = (row.get(DECISION) or "").strip().lower()
        if not said:
            continue
        if said not in MEANT:
            raise InputError("integrate.decision_unknown", path=where, value=said, known=f"{SAME}, {DIFFERENT}")
        found.append(Reviewed(str(row["left_id"]), str(row["right_id"]), MEANT[said] == SAME))
    return tuple(sorted(set(found), key=lambda pair: (pair.left, pair.right, pair.same)))


def check_decisions(decided: Sequence[Reviewed], *, one_side: bool, one_to_one: bool, where: str) -> None:
    """InputError for decisions that contradict each other, directly or over what they make the same."""
    root: dict[tuple[int, str], tuple[int, str]] = {}

    def first(record: tuple[int, str]) -> tuple[int, str]:
        while root.get(record, record) != record:
            record = root[record]
        return record

    def sides(pair: Reviewed) -> tuple[tuple[int, str], tuple[int, str]]:
        return (0, pair.left), (0 if one_side else 1, pair.right)

    partners: dict[tuple[int, str], Reviewed] = {}
    for pair in decided:
        if not pair.same:
            continue
        one, other = sides(pair)
        for record in (one, other) if one_to_one else ():
            before = partners.setdefault(record, pair)
            if before != pair:
                raise _contradiction(pair, before, where)
        root[first(other)] = first(one)
    for pair in decided:
        one, other = sides(pair)
        if not pair.same and first(one) == first(other):
            raise _contradiction(pair, pair, where)


def _contradiction(pair: Reviewed, other: Reviewed, where: str) -> InputError:
    return InputError(
        "integrate.decisions_contradict",
        path=where,
        left=pair.left,
        right=pair.right,
        other_left=other.left,
        other_right=other.right,
    )


def doubtful_rows(probability: Reals) -> Whole:
    """Rows of the least certain pairs, the most doubtful first."""
    rows = np.nonzero((probability > DOUBT) & (probability < 1 - DOUBT))[0]
    order = np.lexsort((rows, np.abs(probability[rows] - 0.5)))
    return np.asarray(rows[order][:MOST_REVIEWED])


def review_table(pairs: pa.Table, before: Sequence[Mapping[str, str | None]]) -> pa.Table:
    """The next review file: what was in the file before, decided or not, and then the newly doubtful pairs."""
    names = [*(name for name in pairs.column_names), DECISION]
    known = {(row.get("left_id"), row.get("right_id")) for row in before if (row.get(DECISION) or "").strip()}
    kept = [row for row in before if (row.get(DECISION) or "").strip()]
    fresh = [row for row in pairs.to_pylist() if (row["left_id"], row["right_id"]) not in known]
    rows = [{name: row.get(name) for name in names} for row in (*kept, *fresh)]
    texts = {
        name: pa.array([None if row[name] is None else str(row[name]) for row in rows], pa.string()) for name in names
    }
    return pa.table(texts)
