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


MOST_CLAIMS = 10
"""Verifications of one subject: with more, the value is tried out, and yes or no tells it in the end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One look-up: hashes of subject and neighborhood, the case, whether the subject was there, and whether something
    was claimed of it."""

    subject: str
    near: str
    case: str
    known: bool
    claims: bool = False


def copying(asked: Sequence[Asked]) -> str:
    """Why the look-ups of the last hour, oldest first, look like a copy: `near`, `guessing`, `claims`, `case`, or
    nothing."""
    subjects = {one.subject: one for one in asked}
    near = Counter(one.near for one in subjects.values())
    cases = Counter(one.case for one in {(one.subject, one.case): one for one in asked}.values())
    if max(near.values(), default=0) > MOST_NEAR:
        return "near"
    if sum(not one.known for one in asked[-LAST:]) > MOST_UNKNOWN:
        return "guessing"
    if max(Counter(one.subject for one in asked if one.claims).values(), default=0) > MOST_CLAIMS:
        return "claims"
    return "case" if max(cases.values(), default=0) > MOST_PER_CASE else ""
