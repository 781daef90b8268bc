"""Days as policies write them: 2024年3月1日, 二〇二四年三月一日, 2024-03-01."""

import datetime as dt
import re
from collections.abc import Iterator

__all__ = ["DATE", "dates_in", "first_date", "whole"]

_DIGITS = {
    sign: number
    for number, signs in enumerate(("〇○零0", "一1", "二2", "三3", "四4", "五5", "六6", "七7", "八8", "九9"))
    for sign in signs
}
_NUMERAL = "[0-9〇○零一二三四五六七八九十]"
DATE = (
    rf"(?:{_NUMERAL}{{4}}\s*年\s*{_NUMERAL}{{1,3}}\s*月\s*{_NUMERAL}{{1,3}}\s*日"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2})"
)
"""A day written out, in one group that captures nothing."""
_PARTS = re.compile(rf"({_NUMERAL}{{4}})\s*[年\-/.]\s*({_NUMERAL}{{1,3}})\s*[月\-/.]\s*({_NUMERAL}{{1,3}})")


def whole(numeral: str) -> int | None:
    """The number of 十二, 二十, 12 or 二〇二四; None for another form."""
    if "十" not in numeral:
        return (
            int("".join(str(_DIGITS[sign]) for sign in numeral)) if numeral and set(numeral) <= set(_DIGITS) else None
        )
    tens, _, ones = numeral.partition("十")
    parts = [_DIGITS.get(tens, 1 if not tens else None), _DIGITS.get(ones, 0 if not ones else None)]
    return None if None in parts else (parts[0] or 0) * 10 + (parts[1] or 0)


def _day(match: re.Match[str]) -> dt.date | None:
    numbers = [whole(part) for part in match.groups()]
    if None in numbers:
        return None
    try:
        return dt.date(*(number or 0 for number in numbers))
    except ValueError:
        return None


def dates_in(text: str) -> Iterator[dt.date]:
    """The days named in a text, in their order; such as 2月30日 are none."""
    for found in re.finditer(DATE, text):
        match = _PARTS.match(found[0])
        day = _day(match) if match else None
        if day is not None:
            yield day


def first_date(text: str) -> dt.date | None:
    """The first day named in a text."""
    return next(dates_in(text), None)
