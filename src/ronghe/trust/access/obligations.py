"""Obligations: what happens to a field before it leaves, and which of two reveals less.

`reveals_no_more(a, b)` is a partial order: true when what `a` leaves can be worked out from what `b` leaves. Two
obligations of which neither reveals no more than the other have no common ground but NULL.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

__all__ = [
    "Bucket",
    "BucketDate",
    "Drop",
    "Generalize",
    "Keep",
    "KeepFirst",
    "KeepLast",
    "Mask",
    "Null",
    "Obligation",
    "Round",
    "SmallGroups",
    "Token",
    "Unit",
    "reveals_no_more",
    "strictest_first",
]


PLACES = 7
SMALLEST_MEASURE, LARGEST_MEASURE = Decimal(1).scaleb(-PLACES), Decimal(10**18)
"""Of intervals and roundings: numbers are read with 18 digits before the point and one more than these after it."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """The root of all obligations; an unknown one is a refusal."""


@dataclass(frozen=True, slots=True)
class Keep(Obligation):
    """The field as it is."""


@dataclass(frozen=True, slots=True)
class Null(Obligation):
    """The field is there and empty."""


@dataclass(frozen=True, slots=True)
class Drop(Obligation):
    """The field is not there."""


def _check_count(name: str, count: int, least: int = 0) -> None:
    if type(count) is not int or not least <= count <= 1000:
        raise ValueError(f"{name} is a whole number from {least} to 1000, not {count!r}")


@dataclass(frozen=True, slots=True)
class KeepFirst(Obligation):
    """The first `count` characters; the rest is gone."""

    count: int

    def __post_init__(self) -> None:
        _check_count("count", self.count, 1)


@dataclass(frozen=True, slots=True)
class KeepLast(Obligation):
    """The last `count` characters; the rest is gone."""

    count: int

    def __post_init__(self) -> None:
        _check_count("count", self.count, 1)


@dataclass(frozen=True, slots=True)
class Mask(Obligation):
    """Every character but the `first` and `last` ones as `character`; a text of no more than these wholly."""

    first: int = 0
    last: int = 0
    character: str = "*"

    def __post_init__(self) -> None:
        _check_count("first", self.first)
        _check_count("last", self.last)
        if type(self.character) is not str or len(self.character) != 1:
            raise ValueError("character is one character")


@dataclass(frozen=True, slots=True)
class Token(Obligation):
    """A keyed pseudonym; equal values of one `domain` that were granted in one `request` get equal tokens."""

    domain: str
    request: str = ""

    def __post_init__(self) -> None:
        if type(self.domain) is not str or not self.domain or type(self.request) is not str:
            raise ValueError("a token needs the name of its domain")


@dataclass(frozen=True, slots=True)
class Generalize(Obligation):
    """The ancestor in `hierarchy` at `level`; `height` is the level's place from the finest, 1 or more."""

    hierarchy: str
    level: str
    height: int

    def __post_init__(self) -> None:
        _check_count("height", self.height, 1)


def _check_measure(name: str, value: Decimal, least: Decimal = SMALLEST_MEASURE) -> None:
    """Refuse what arithmetic with 18 digits before the point and 8 after it cannot hold."""
    if type(value) is not Decimal or not value.is_finite() or not least <= value < LARGEST_MEASURE:
        raise ValueError(f"{name} is a decimal from {least:f} to below {LARGEST_MEASURE:f}")
    if value != value.quantize(SMALLEST_MEASURE):
        raise ValueError(f"{name} has at most {PLACES} digits after the point")


@dataclass(frozen=True, slots=True)
class Bucket(Obligation):
    """A number as the half-open interval of `width` that holds it, counted from `start`: `[30, 40)`."""

    width: Decimal
    start: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _check_measure("width", self.width)
        _check_measure("start", self.start, -LARGEST_MEASURE)


class Unit(StrEnum):
    """What a day is narrowed to, the finest first."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    DECADE = "decade"


_UNITS = tuple(Unit)


@dataclass(frozen=True, slots=True)
class BucketDate(Obligation):
    """A day as its month `1987-03`, quarter `1987-Q1`, year `1987` or decade `1980s`."""

    unit: Unit

    def __post_init__(self) -> None:
        if type(self.unit) is not Unit:
            raise ValueError(f"{self.unit!r} is no unit")


@dataclass(frozen=True, slots=True)
class Round(Obligation):
    """A number as the nearest multiple of `step`, halves upwards."""

    step: Decimal

    def __post_init__(self) -> None:
        _check_measure("step", self.step)


@dataclass(frozen=True, slots=True)
class SmallGroups:
    """Of released rows that agree in `fields` and are fewer than `least`: no row leaves, or with `rows` false, the
    fields of these rows are NULL."""

    least: int
    fields: tuple[str, ...]
    rows: bool = False

    def __post_init__(self) -> None:
        _check_count("least", self.least, 2)
        if not self.fields or not all(type(name) is str for name in self.fields):
            raise ValueError("small groups need the fields that make them")


_NOTHING = (Null, Drop)


def reveals_no_more(a: Obligation, b: Obligation) -> bool:
    """True when what `a` leaves of any value can be worked out from what `b` leaves of it."""
    if isinstance(a, _NOTHING) or isinstance(b, Keep) or a == b:
        return True
    match a, b:
        case (KeepFirst(count=fewer), KeepFirst(count=more)) | (KeepLast(count=fewer), KeepLast(count=more)):
            coarser = fewer <= more
        case Mask(), Mask():
            # A text that the one mask hides wholly for its shortness may show its ends under a smaller one.
            coarser = not a.first and not a.last
        case Generalize(), Generalize():
            coarser = a.hierarchy == b.hierarchy and a.height >= b.height
        case Bucket(), Bucket():
            coarser = not a.width % b.width and not (a.start - b.start) % b.width
        case BucketDate(), BucketDate():
            coarser = _UNITS.index(a.unit) >= _UNITS.index(b.unit)
        case _:
            coarser = False
    return coarser


def strictest_first(obligations: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
    """The obligations, each before all that reveal more than it does; equal ones once."""
    distinct = tuple(dict.fromkeys(obligations))
    below = {one: sum(reveals_no_more(one, other) for other in distinct) for one in distinct}
    return tuple(sorted(distinct, key=lambda one: (-below[one], repr(one))))
