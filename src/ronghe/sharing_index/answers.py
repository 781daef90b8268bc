"""How requests were answered: one number for each effective request, one rate for each department.

Source: facts of 政务数据共享条例 (State Council Order 809) on answers, deliveries and disputes; limits are arguments.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from ronghe.terms import InputError

__all__ = ["PRIOR", "Answer", "Outcome", "Rate", "answer_rates", "effective", "grade"]

PRIOR = 5
"""m: as many requests answered like the city's mean are added to each department's own."""
_Z = 1.959963984540054
"""Of a 95% interval."""


class Outcome(StrEnum):
    """What became of a request."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REFUSED = "refused"
    REFUSED_LAWFULLY = "refused_lawfully"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Answer:
    """One request as its owner answered it; times in working days of the owner's clock, without the asker's delays.

    `answered` of `answer_limit` until the answer or, of one that waits, until now; likewise `delivered` of
    `delivery_limit` from the answer on, None before it. A limit of None limits nothing. A refusal is lawful when its
    clause is among the published conditions of that version and the bureau confirmed it. `upheld`: a dispute about it
    was decided against the owner.
    """

    id: str
    owner: str
    requester: str
    asset: str
    outcome: Outcome
    answered: int
    answer_limit: int | None
    delivered: int | None = None
    delivery_limit: int | None = None
    upheld: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """The answer rate of a department, shrunk to the city's mean: `value` with its 95% Wilson interval over
    `requests` effective requests and PRIOR more; `grades` by id of the request."""

    value: Fraction
    low: float
    high: float
    requests: int
    grades: tuple[tuple[str, Fraction], ...]


_NOTHING, _ALL = Fraction(), Fraction(1)


def _in_time(used: int, limit: int | None) -> Fraction:
    """1 up to the limit, falling in a line to 0 at twice the limit."""
    if limit is None or used <= limit:
        return _ALL
    return Fraction(2 * limit - used, limit) if used < 2 * limit else _NOTHING


def _slower(first: Fraction, second: Fraction) -> Fraction:
    """The smaller of two; almost always both are in time, and nothing needs to be compared."""
    return first if second is _ALL else second if first is _ALL else min(first, second)


def _total(given: Iterable[Fraction]) -> Fraction:
    """Their sum, exactly: whole numbers for each divisor first, of which there are few."""
    by_divisor = defaultdict[int, int](int)
    for one in given:
        by_divisor[one.denominator] += one.numerator
    return sum((Fraction(parts, divisor) for divisor, parts in by_divisor.items()), Fraction())


def grade(answer: Answer) -> Fraction | None:
    """g of a request, from 0 to 1: the slower of answer and delivery. None for one that says nothing: refused
    lawfully, taken back, or waiting within its time."""
    if answer.upheld:
        return Fraction()
    if answer.outcome in (Outcome.REFUSED_LAWFULLY, Outcome.TAKEN_BACK):
        return None
    if answer.outcome == Outcome.REFUSED:
        return Fraction()
    answering = _in_time(answer.answered, answer.answer_limit)
    if answer.outcome == Outcome.WAITING:
        handing = Fraction(1) if answer.delivered is None else _in_time(answer.delivered, answer.delivery_limit)
        slowest = _slower(answering, handing)
        return slowest if slowest < 1 else None
    return _slower(answering, _in_time(answer.delivered or 0, answer.delivery_limit))


def effective(answers: Iterable[Answer]) -> list[tuple[Answer, Fraction]]:
    """The requests that count, with their grades: of one requester for one asset only the worst, so that favors
    swapped between departments do not add up. Sorted by id."""
    worst: dict[tuple[str, str], tuple[Fraction, str, Answer]] = {}
    for answer in answers:
        given = grade(answer)
        if given is None:
            continue
        key = (answer.requester, answer.asset)
        before = worst.get(key)
        if before is None or (given, answer.id) < before[:2]:
            worst[key] = given, answer.id, answer
    return sorted(((answer, given) for given, _, answer in worst.values()), key=lambda pair: pair[0].id)


def _wilson(value: Fraction, weight: int) -> tuple[float, float]:
    rate, spread = float(value), _Z * _Z / weight
    middle = (rate + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(rate * (1 - rate) / weight + spread / (4 * weight))
    return max(0.0, middle - half), min(1.0, middle + half)


def answer_rates(answers: Sequence[Answer], departments: Iterable[str]) -> Mapping[str, Rate]:
    """The rate rho of every department: (sum of its g + m p) / (n + m), with p the city's mean.

    A department that nobody asked stands at the city's mean. Raises InputError `sharing_index.no_requests` where no
    request counts: then there is no degree, only readiness.
    """
    counted = effective(answers)
    if not counted:
        raise InputError("sharing_index.no_requests")
    mean = _total(given for _, given in counted) / len(counted)
    by_owner = defaultdict[str, list[tuple[str, Fraction]]](list)
    for answer, given in counted:
        by_owner[answer.owner].append((answer.id, given))
    rates = {}
    for department in departments:
        own = by_owner[department]
        weight = len(own) + PRIOR
        value = (_total(given for _, given in own) + PRIOR * mean) / weight
        low, high = _wilson(value, weight)
        rates[department] = Rate(value, low, high, len(own), tuple(own))
    return rates
