"""How days are written, year first: what dates and moments read alike."""

from ronghe.standards.element import RAW
from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH
from ronghe.tables import expressions as ops

__all__ = ["BEFORE_TIME", "DAY", "day_text", "folded_date", "joined", "small_number"]

_SIGNS = "〇○零Ｏ一二三四五六七八九元號"
_DIGITS = "00001234567891号"
_WEEKDAY = " ?[(]?(?:星期|礼拜|周)[1-6日天][)]?"
_SMALL = "(?:[0-9]{1,2}|[1-3]?十[1-9]?|[廿卅][1-9]?)"
_YEAR_MONTH = f"[0-9]{{4}} ?年 ?{_SMALL} ?月"
DAY = f"(?:[0-9]{{4}}(?:-[0-9]{{1,2}}-|/[0-9]{{1,2}}/|[.][0-9]{{1,2}}[.])[0-9]{{1,2}}|{_YEAR_MONTH} ?{_SMALL} ?[日号]?)"
"""Pattern of a day with its year in front, after `folded_date`."""
BEFORE_TIME = f"(?:{DAY}[ T]|{_YEAR_MONTH} ?{_SMALL} ?[日号])"
"""A day from which a time is set off: 2024-3-118:30 may be two things."""


def folded_date(*clean: str) -> ops.Expression:
    """RAW folded and trimmed with Chinese digits translated; as it is where one of `clean` matches, the usual first."""
    folded: ops.Expression = ops.Translate(RAW, _SIGNS + FULL_WIDTH, _DIGITS + HALF_WIDTH)
    for mark in "-/.":
        folded = ops.Replace(folded, f" *[{mark}] *", mark)
    folded = ops.Trim(ops.Replace(folded, _WEEKDAY))
    return ops.Case(tuple((ops.Matches(RAW, pattern), RAW) for pattern in clean), folded)


def joined(*parts: ops.Expression) -> ops.Expression:
    """Year, month and day with hyphens between."""
    between = [part for place in parts for part in (ops.Literal("-"), place)]
    return ops.Concat(tuple(between[1:]))


def small_number(text: ops.Expression) -> ops.Expression:
    """A day or month of the form _SMALL as digits: 二十一 and 廿一 are 21."""
    tens = ops.Replace(ops.Replace(ops.Replace(text, "廿", "2十"), "卅", "3十"), "^十", "1十")
    round_number = ops.Matches(tens, "[0-9]十")
    worded = ops.Case(((round_number, ops.Replace(tens, "十", "0")),), ops.Replace(tens, "十"))
    return ops.Case(((ops.Matches(text, "[0-9]+"), text),), worded)


def day_text(text: ops.Expression) -> ops.Expression:
    """A text that begins with DAY as `YYYY-M-D`."""
    number = "([0-9十廿卅]+)"
    pattern = f"^[0-9]{{4}}[^0-9十廿卅]+{number}[^0-9十廿卅]+{number}"
    month, day = (small_number(ops.Extract(text, pattern, group)) for group in (1, 2))
    return joined(ops.Slice(text, 1, 4), month, day)
