"""Moments with the zone in which they were written, and the legal time of China in which all are kept.

Source: ISO 8601-1:2019, 4.2.5 (GB/T 7408.1-2023); without daylight saving, which China kept from 1986 to 1991: whoever
wrote a moment of then with its zone said what was meant.
"""

from ronghe.standards.element import TEXT
from ronghe.tables import expressions as ops

__all__ = [
    "ANY_ZONE",
    "BEGUN_HERE",
    "CLOCK",
    "HERE",
    "SAME_DAY",
    "ZONED",
    "day_begun_here",
    "in_legal_time",
    "time_text",
    "two_digits",
]

_LEGAL_MINUTES = 8 * 60
"""By which the legal time of China is ahead of UTC."""
_FRACTION = "(?:[.][0-9]{1,9})?"
CLOCK = f"(?:[01]?[0-9]|2[0-3])(?::[0-5][0-9](?::[0-5][0-9]{_FRACTION})?|[时点][0-5]?[0-9]分(?:[0-5]?[0-9]秒)?)"
"""Pattern of a time of day."""
HERE = "(?: ?[+]08(?::?00)?)?"
"""Pattern of the zone of China, or none."""
_ISO_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]"
_OFFSET = "[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?"
_UTC = "(?:[Zz]|UTC|GMT)"
ZONED = f"{_ISO_DAY}(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9]{_FRACTION})? ?(?:{_UTC}|{_OFFSET})"
"""Pattern of a moment of ISO 8601 with its distance from UTC."""
ANY_ZONE = "(?:[A-Za-z]{1,5}|[A-Z][a-z]+/[A-Za-z_/]+|[+-][0-9]{1,2}(?::?[0-9]{2})?)"
"""Pattern of zones, read or not: letters such as CST name several."""
_MIDNIGHT = "00:00(?::00(?:[.]0+)?)?"
SAME_DAY = (
    f"{_ISO_DAY}{_MIDNIGHT} ?(?:{_UTC}|-(?:0[0-9]|1[0-2])(?::?[0-5][0-9])?|[+](?:0[0-7](?::?[0-5][0-9])?|08(?::?00)?))"
)
"""Pattern of a day that is written as its beginning in a zone where it begins later than here, but on that day here."""
BEGUN_HERE = f"{_ISO_DAY}{_MIDNIGHT.replace('00:00', '16:00', 1)} ?(?:{_UTC}|[+-]00:?00)"
"""Pattern of a day that is written as its beginning here in UTC, as programs do: the day after the one that is said."""


def time_text(text: ops.Expression, before: str = "^") -> ops.Expression:
    """A text that holds CLOCK after `before` as H:MM:SS; fractions of a second are cut off."""
    shape = f"{before}([0-9]{{1,2}})[^0-9]([0-9]{{1,2}})(?:[^0-9]([0-9]{{1,2}}))?"
    minute, second = (two_digits(ops.Extract(text, shape, group)) for group in (2, 3))
    return ops.Concat((ops.Extract(text, shape), ops.Literal(":"), minute, ops.Literal(":"), second))


def two_digits(text: ops.Expression) -> ops.Expression:
    """A number of up to two digits with its leading zero; 00 for the empty text."""
    short = ops.Case(((ops.Compare("=", text, ops.Literal("")), ops.Literal("00")),), text)
    return ops.Case(((ops.Matches(text, "[0-9]"), ops.Concat((ops.Literal("0"), text))),), short)


def in_legal_time() -> ops.Expression:
    """TEXT, which matches ZONED, as the same moment in the legal time of China, TIMESTAMP."""
    seconds = ops.Coalesce((ops.Extract(TEXT, ":[0-9]{2}:([0-9]{2})"), ops.Literal("00")))
    parts = (ops.Slice(TEXT, 1, 10), ops.Literal(" "), ops.Slice(TEXT, 12, 5), ops.Literal(":"), seconds)
    zone = "^[0-9-]{10}[ T][0-9:.]+ ?([+-])([0-9]{2}):?([0-9]{2})?"
    sign, hours, minutes = (ops.Extract(TEXT, zone, group) for group in (1, 2, 3))
    none = ops.Literal(0, ops.INTEGER)
    ahead = ops.Arithmetic("*", ops.IntegerOf(ops.Concat((sign, hours))), ops.Literal(60, ops.INTEGER))
    more = ops.IntegerOf(ops.Concat((sign, ops.Literal("0"), minutes)))
    offset = ops.Coalesce((ops.Arithmetic("+", ahead, more), none))
    later = ops.Arithmetic("-", ops.Literal(_LEGAL_MINUTES, ops.INTEGER), offset)
    return ops.Later(ops.TimestampOf(ops.Concat(parts)), later)


def day_begun_here() -> ops.Expression:
    """TEXT, which matches BEGUN_HERE, as the day, DATE."""
    said = ops.TimestampOf(ops.Concat((ops.Slice(TEXT, 1, 10), ops.Literal(" 00:00:00"))))
    next_day = ops.Later(said, ops.Literal(24 * 60, ops.INTEGER))
    return ops.DateOf(ops.Slice(ops.TextOf(next_day, ops.TIMESTAMP), 1, 10))
