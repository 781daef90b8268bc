"""Numbers that people and companies carry, with their check characters, a column at a time."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ronghe.journeys.demo_city.columns_of_text import Ints, Mask, digits_of, from_characters, numbers, to_characters

__all__ = [
    "CITIZEN_CHECKS",
    "CREDIT_ALPHABET",
    "citizen_ids",
    "credit_codes",
    "mobile_numbers",
    "organization_characters",
    "unique_numbers",
    "with_wrong_check",
    "with_wrong_inner_check",
]

Characters = NDArray[np.uint8]

CITIZEN_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
CITIZEN_CHECKS = np.frombuffer(b"10X98765432", np.uint8)
"""GB 11643, MOD 11-2."""

CREDIT_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", np.uint8)
CREDIT_WEIGHTS = np.array([pow(3, k, 31) for k in range(17)])
"""GB 32100: 31 characters, weights 3^(k-1) mod 31."""

ORGANIZATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
"""GB 11714, the number inside a credit code."""

_ZERO, _LETTER_A = ord("0"), ord("A")


def unique_numbers(count: int, width: int, start: int) -> Ints:
    """`count` different numbers below 10**width that look unordered; `count` must be below 10**width."""
    stride = 80_339_887 % 10**width  # odd and not a multiple of five, so no number comes twice
    found: Ints = (start + np.arange(count, dtype=np.int64) * stride) % 10**width
    return found


def _places_in_group(groups: Ints) -> Ints:
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    starts = np.maximum.accumulate(np.where(first, np.arange(len(groups)), 0))
    places = np.empty(len(groups), np.int64)
    places[order] = np.arange(len(groups)) - starts
    return places


def citizen_ids(region: Ints, birth: NDArray[np.datetime64], male: Mask) -> pa.Array:
    """18-digit citizen ids (GB 11643), all different while fewer than 500 of a sex share a place and a day."""
    day = birth.astype("datetime64[D]").astype(np.int64)
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    month = birth.astype("datetime64[M]").astype(np.int64) % 12 + 1
    in_month = day - birth.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) + 1
    group = region * 100_000 + day + 50_000
    # 37 and 499 share no factor, so people of one day and place never meet in the same sequence number.
    sequence = (group + _places_in_group(group) * 37) % 499 + 1
    body = ((region * 10_000 + year) * 100 + month) * 100 + in_month
    digits = np.hstack([digits_of(body, 14), digits_of(sequence * 2 - male, 3)])
    check = CITIZEN_CHECKS[digits @ CITIZEN_WEIGHTS % 11]
    return from_characters(np.hstack([(digits + _ZERO).astype(np.uint8), check[:, None]]))


def organization_characters(count: int, start: int, lettered: Mask) -> Characters:
    """Eight characters for each organization, all different; `lettered` ones begin with MA as those since 2015 do."""
    digits = (digits_of(unique_numbers(count, 8, start), 8) + _ZERO).astype(np.uint8)
    lower = unique_numbers(count, 8, start)[:, None] // 31 ** np.arange(5, -1, -1, dtype=np.int64) % 31
    letters = np.hstack([np.tile(np.frombuffer(b"MA", np.uint8), (count, 1)), CREDIT_ALPHABET[lower]])
    chosen: Characters = np.where(lettered[:, None], letters, digits)
    return chosen


def _inner_check(organization: Characters) -> Characters:
    plain = organization.astype(np.int64)
    values = np.where(plain >= _LETTER_A, plain - _LETTER_A + 10, plain - _ZERO)
    rest = 11 - values @ ORGANIZATION_WEIGHTS % 11
    check: Characters = np.frombuffer(b" 123456789X0", np.uint8)[rest]
    return check


def _outer_check(first_17: Characters) -> Characters:
    place = np.zeros(128, np.int64)
    place[CREDIT_ALPHABET] = np.arange(31)
    check: Characters = CREDIT_ALPHABET[(31 - place[first_17] @ CREDIT_WEIGHTS % 31) % 31]
    return check


def credit_codes(kind: Characters, region: Ints, organization: Characters) -> pa.Array:
    """Unified social credit codes (GB 32100) from two kind characters, a region and eight organization characters."""
    places = (digits_of(region, 6) + _ZERO).astype(np.uint8)
    body = np.hstack([kind, places, organization, _inner_check(organization)[:, None]])
    return from_characters(np.hstack([body, _outer_check(body)[:, None]]))


def with_wrong_check(values: pa.Array, alphabet: Characters) -> pa.Array:
    """18-character numbers whose last character is the next one of `alphabet` instead of the right one."""
    characters = to_characters(values, 18).copy()
    following = np.zeros(128, np.uint8)
    following[alphabet] = np.roll(alphabet, -1)
    characters[:, 17] = following[characters[:, 17]]
    return from_characters(characters)


def with_wrong_inner_check(values: pa.Array) -> pa.Array:
    """Credit codes that pass GB 32100 while the GB 11714 number inside them fails."""
    characters = to_characters(values, 18).copy()
    following = np.zeros(128, np.uint8)
    checks = np.frombuffer(b"0123456789X", np.uint8)
    following[checks] = np.roll(checks, -1)
    characters[:, 16] = following[characters[:, 16]]
    characters[:, 17] = _outer_check(characters[:, :17])
    return from_characters(characters)


def mobile_numbers(count: int, start: int) -> pa.Array:
    """Eleven-digit mobile numbers, all different below 100 million."""
    prefixes = np.array([130, 135, 138, 139, 150, 158, 177, 186, 189, 199])
    number = unique_numbers(count, 8, start)
    return numbers(prefixes[number % 10 * 7 % 10] * 10**8 + number)
