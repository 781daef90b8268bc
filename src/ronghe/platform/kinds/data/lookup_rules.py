"""When look-ups stop being about cases and become a copy of the register: pure, over what is on record."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Asked", "copying"]

WINDOW_MINUTES = 60
"""Only look-ups of the last hour count."""
MOST_NEAR = 12
"""Different subjects whose keys differ in their last characters only: nobody has so many clients of like numbers."""
MOST_UNKNOWN = 15
"""Subjects that are not there, among the last thirty: numbers are being guessed."""
LAST = 30
MOST_PER_CASE = 20
"""Different subjects for one case."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One look-up: hashes of subject and neighborhood, the case, and whether the subject was there."""

    subject: str
    near: str
    case: str
    known: bool


def copying(asked: Sequence[Asked]) -> str:
    """Why the look-ups of the last hour, oldest first, look like a copy: `near`, `guessing`, `case`, or nothing."""
    subjects = {one.subject: one for one in asked}
    near = Counter(one.near for one in subjects.values())
    cases = Counter(one.case for one in {(one.subject, one.case): one for one in asked}.values())
    if max(near.values(), default=0) > MOST_NEAR:
        return "near"
    if sum(not one.known for one in asked[-LAST:]) > MOST_UNKNOWN:
        return "guessing"
    return "case" if max(cases.values(), default=0) > MOST_PER_CASE else ""
