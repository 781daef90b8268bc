"""Numbers as people gave them, taken exactly."""

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from numbers import Rational

from ronghe.terms import InputError

__all__ = ["Amount", "exact_amounts", "exact_shares"]

Amount = int | float | Decimal | Fraction


def exact(value: object) -> Fraction | None:
    """The exact value, or None for what is no finite number.

    A float stands for the shortest decimal that reads back as it: 0.1 typed into a file means one tenth, not the binary
    neighbor of it.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, Rational):
        return Fraction(int(value.numerator), int(value.denominator))
    if isinstance(value, float):
        return Fraction(float.__repr__(value)) if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return Fraction(value) if value.is_finite() else None
    return None


def _exact_values(values: Mapping[str, Amount], *, column: str) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for department, value in values.items():
        number = exact(value)
        if number is None:
            raise InputError("sharing_index.not_a_number", department=department, column=column, value=value)
        found[department] = number
    return found


def exact_amounts(amounts: Mapping[str, Amount]) -> dict[str, Fraction]:
    """Every amount as a Fraction; raises InputError for what is not a number, not finite or negative."""
    found = _exact_values(amounts, column="amount")
    for department, amount in found.items():
        if amount < 0:
            raise InputError("sharing_index.negative_amount", department=department, value=amounts[department])
    return found


def exact_shares(shares: Mapping[str, Amount]) -> dict[str, Fraction]:
    """Every share as a Fraction; raises InputError for what is not a number or lies outside 0 to 1."""
    found = _exact_values(shares, column="share")
    for department, share in found.items():
        if not 0 <= share <= 1:
            raise InputError("sharing_index.share_out_of_range", department=department, value=shares[department])
    return found
