"""The weighted mean behind D_s, R_s and T_s, with the part that each department has in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ronghe.sharing_index.amounts import Amount, exact_amounts, exact_shares
from ronghe.terms import InputError

__all__ = ["Contribution", "Degree", "degree"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one department has to do with a degree; all numbers exact.

    `weight` is its part of the city's amount, from 0 to 1. `moved` is the degree minus the degree without this
    department: above zero it raised the city's degree, below zero it lowered it. None says that no degree is left
    without it, because it holds everything.
    """

    department: str
    amount: Fraction
    share: Fraction
    weight: Fraction
    moved: Fraction | None


@dataclass(frozen=True, slots=True)
class Degree:
    """A sharing degree from 0 to 1: `exact`, `value` nearest to it, and the departments, strongest movers first."""

    value: float
    exact: Fraction
    contributions: tuple[Contribution, ...]


def degree(amounts: Mapping[str, Amount], shares: Mapping[str, Amount]) -> Degree:
    """The city's sharing degree: sum(x_i * s_i) / sum(x_i).

    `amounts` gives x_i, what department i holds (data items, valued capacity, function points: 0 or more, one unit for
    all); `shares` gives s_i, its measured sharing degree, from 0 to 1. The same formula is D_s of data, R_s of
    resources and T_s of technology. All arithmetic is exact; the order of the mappings has no effect.

    Raises InputError: `sharing_index.empty`, `sharing_index.one_sided` (a department in one mapping only),
    `sharing_index.not_a_number` (NaN and infinity too), `sharing_index.negative_amount`,
    `sharing_index.share_out_of_range`, `sharing_index.zero_total`.

    Source: the three-algorithm model of government resource sharing, D_s = sum(D_i S_i) / sum(D_i).

    >>> degree({"tax": 30, "health": 10}, {"tax": 0.9, "health": 0.5}).value
    0.8
    """
    _check_same_departments(amounts, shares)
    held, measured = exact_amounts(amounts), exact_shares(shares)
    total = sum(held.values(), Fraction())
    if total == 0:
        raise InputError("sharing_index.zero_total", departments=len(held))
    shared = sum((held[name] * measured[name] for name in held), Fraction())
    city = shared / total
    parts = (_contribution(name, held[name], measured[name], total, city) for name in held)
    return Degree(value=float(city), exact=city, contributions=tuple(sorted(parts, key=_strongest_first)))


def _check_same_departments(amounts: Mapping[str, Amount], shares: Mapping[str, Amount]) -> None:
    if not amounts and not shares:
        raise InputError("sharing_index.empty")
    for department in sorted(amounts.keys() ^ shares.keys()):
        absent = "share" if department in amounts else "amount"
        raise InputError("sharing_index.one_sided", department=department, column=absent)


def _contribution(name: str, amount: Fraction, share: Fraction, total: Fraction, city: Fraction) -> Contribution:
    others = total - amount
    moved = amount * (share - city) / others if others else None
    return Contribution(department=name, amount=amount, share=share, weight=amount / total, moved=moved)


def _strongest_first(part: Contribution) -> tuple[bool, Fraction, str]:
    moved = part.moved
    return (moved is not None, -abs(moved) if moved is not None else Fraction(), part.department)
