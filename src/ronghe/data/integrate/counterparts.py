"""Which column of one table is which of the other, where their names say nothing.

Two departments that share no key share no headers either. A column's counterpart is found from what it holds: the
standard data element, the kind, and above all the words that both sides use. Columns of equal names are paired already
when this is asked; whatever finds no counterpart is not compared.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10, sqrt

from ronghe.data.integrate.day_first import year_first
from ronghe.data.integrate.kinds import SAMPLE, Kind, decide_kind
from ronghe.data.integrate.prepare import TOKENIZED
from ronghe.data.integrate.statements import drawn, fetch
from ronghe.standards.catalog import Catalog, normalized
from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["Holds", "counterparts", "holds", "look_into"]

LEAST = 0.15
"""Likeness below which two columns are not the same thing. The kind alone reaches it where few columns have it."""
NAMED_ALIKE = 0.2
SAME_ELEMENT = 0.4
SAME_KIND = 0.3
WORDY = (Kind.NAME, Kind.CATEGORY, Kind.EMAIL, *TOKENIZED)
DIGITS = (Kind.NUMBER, Kind.IDENTIFIER, Kind.PHONE)
"""Kinds whose border depends on chance (how long names are, how many values there are): these go with each other."""
LEAST_OF_DATES = 0.5
"""Two columns of dates must lie in the same years: a birth and a first day of insurance are not the same thing."""
SHORT = 3
_TOKEN = re.compile("[a-z]+|[0-9]+")
_SIGNS = re.compile("[\u3400-\u9fff]+")
_YEAR = re.compile("(?<![0-9])[0-9]{4}")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_HALF = str.maketrans(FULL_WIDTH, HALF_WIDTH)
PARTS = 10
NATIONAL = 10
_DIALLED = re.compile(r"[+(]?[0-9][0-9 ()./-]+")
_VALUES = """
SELECT v, sum(times) OVER () AS filled, count(*) OVER () AS different
FROM (SELECT trim(_v) AS v, count(*) AS times FROM _table WHERE trim(_v) <> '' GROUP BY 1)
ORDER BY hash(v), v LIMIT _most
"""


@dataclass(frozen=True, slots=True)
class Holds:
    """What a column holds: kind and element, whether its name says so too, how often its values have each token, and
    where its numbers lie."""

    column: str
    kind: Kind
    element: str
    named: bool
    tokens: Mapping[str, float]
    numbers: tuple[float, ...]
    length: float


def _numbers(values: Sequence[str]) -> tuple[float, ...]:
    """Sizes at even steps through the sorted numbers of a sample, in powers of ten."""
    found = sorted(
        log10(1 + abs(float(part[0]))) for value in values if (part := _NUMBER.findall(value.replace(",", "")))
    )
    return tuple(found[(2 * step + 1) * len(found) // (2 * PARTS)] for step in range(PARTS)) if found else ()


def _plain(value: str) -> str:
    """A telephone as its last digits, whatever stands between and before them; any other value as it is."""
    value = value.translate(_HALF)
    digits = re.sub("[^0-9]+", "", value)
    return digits[-NATIONAL:] if 7 <= len(digits) <= 15 and _DIALLED.fullmatch(value) else value


def _tokens(value: str, kind: Kind) -> set[str]:
    """Words, numbers and pairs of ideographs of a value, of short names each sign too; of a date its year."""
    if kind is Kind.DATE:
        return set(_YEAR.findall(value))
    plain = unicodedata.normalize("NFKD", value.translate(_HALF).lower())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    runs = _SIGNS.findall(plain)
    pairs = {run[place : place + 2] for run in runs for place in range(len(run) - 1)}
    return {*_TOKEN.findall(plain), *pairs, *(sign for run in runs if len(run) <= SHORT for sign in run)}


def holds(catalog: Catalog, column: str, values: Sequence[str], *, distinct: int, filled: int) -> Holds:
    """What a column holds, from a sample of its distinct values."""
    kind, element = decide_kind(catalog, column, values, distinct=distinct, filled=filled)
    values = [_plain(value) for value in values] if kind in (Kind.PHONE, Kind.IDENTIFIER) else values
    counts = Counter(token for value in values for token in _tokens(value, kind))
    # A token in every second value (road, 路) says what kind of text it is, a rare one whose: both shall count.
    weights = {token: sqrt(times) for token, times in counts.items()}
    size = sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    length = sum(map(len, values)) / (len(values) or 1)
    scaled = {token: weight / size for token, weight in weights.items()}
    named = element in {known.code for known, _ in catalog.by_name(column)}
    return Holds(column, kind, element, named, scaled, _numbers(values), length)


def look_into(engine: DuckDB, catalog: Catalog, table: str, column: str, place: int) -> Holds | None:
    """What the column c`place` of a table holds; None where it holds nothing. The sample is of any order of rows."""
    found = fetch(engine, drawn(_VALUES, v=name(f"c{place}"), table=table, most=SAMPLE))
    if not found.num_rows:
        return None
    filled, different = int(found["filled"][0].as_py()), int(found["different"][0].as_py())
    return holds(catalog, column, year_first(found["v"].to_pylist()), distinct=different, filled=filled)


def _in_common(one: Holds, other: Holds) -> float:
    small, large = sorted((one.tokens, other.tokens), key=len)
    return sum(weight * large.get(token, 0.0) for token, weight in small.items())


def _apart(one: Holds, other: Holds) -> float:
    """How far the numbers of two columns lie apart, in powers of ten."""
    if not one.numbers or not other.numbers:
        return 1.0
    return sum(abs(a - b) for a, b in zip(one.numbers, other.numbers, strict=True)) / PARTS


def _likeness(one: Holds, other: Holds) -> float:
    """How much speaks for two columns being the same thing."""
    if not any(one.kind in family and other.kind in family for family in (WORDY, DIGITS, (Kind.DATE,))):
        return 0.0
    if one.named and other.named and one.element != other.element and one.kind is not Kind.PHONE:
        # A birth and a first day of insurance: both names say what it is, and it is not the same.
        return 0.0
    found = _in_common(one, other)
    if one.kind is Kind.DATE:
        return found if found >= LEAST_OF_DATES else 0.0
    mine, theirs = normalized(one.column), normalized(other.column)
    if min(len(mine), len(theirs)) > 1 and (mine in theirs or theirs in mine):
        found += NAMED_ALIKE
    if one.element and one.element == other.element:
        found += SAME_ELEMENT
    if one.kind in DIGITS:
        return found * _as_long(one, other) + _as_large(one, other)
    return found + (SAME_KIND if one.kind is other.kind is Kind.EMAIL else 0.0)


def _as_long(one: Holds, other: Holds) -> float:
    """Digits alone are soon alike: prices must lie where prices lie, and codes be as long."""
    shorter, longer = sorted((one.length, other.length))
    return max(0.0, 1 - _apart(one, other)) * shorter / max(longer, 1.0)


def _as_large(one: Holds, other: Holds) -> float:
    """Amounts and telephones have hardly a value in common, and are told by their size; a code is not."""
    if one.kind is Kind.IDENTIFIER and other.kind is Kind.IDENTIFIER:
        return 0.0
    return SAME_KIND * max(0.0, 1 - 2 * _apart(one, other))


def counterparts(left: Sequence[Holds], right: Sequence[Holds]) -> list[tuple[str, str]]:
    """Pairs of columns, the likeliest first taken, each column once, in the order of the left side."""
    scored = [(_likeness(one, other), a, b) for a, one in enumerate(left) for b, other in enumerate(right)]
    taken: dict[int, int] = {}
    for likeness, a, b in sorted(scored, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if likeness >= LEAST and a not in taken and b not in taken.values():
            taken[a] = b
    return [(left[a].column, right[taken[a]].column) for a in sorted(taken)]
