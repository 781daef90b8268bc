"""Numbers in Chinese numerals: 三万五千, 壹佰贰拾, 3亿2000万, 一点五.

Translated sign by sign, 三万五千 becomes 3万5千 and 1万2千 stays what it is: one grammar reads both. It is strict where
people disagree: 三万五 (35,000 to a speaker, 30,005 to a program), 二百五 and 一亿五千 are not of the form.
"""

from ronghe.tables import expressions as ops

__all__ = ["MARKS", "SIGNS", "WHOLE", "whole_number"]

_READ_AS = (
    *(("0", "〇○零Ｏ"), ("1", "一壹弌"), ("2", "二两兩贰貳弍"), ("3", "三叁參弎"), ("4", "四肆"), ("5", "五伍")),
    *(("6", "六陆陸"), ("7", "七柒"), ("8", "八捌"), ("9", "九玖"), ("十", "拾"), ("百", "佰"), ("千", "仟")),
    *(("万", "萬"), ("亿", "億"), ("元", "圆圓块"), ("角", "毛"), ("整", "正"), (".", "点點"), ("-", "负負−﹣")),
    *(("¥", "￥"), (",", "，")),
)
SIGNS = "".join(signs for _, signs in _READ_AS)
"""Numerals and marks in other hands than ours; the sign Ｏ is what input methods make of 〇."""
MARKS = "".join(mark * len(signs) for mark, signs in _READ_AS)
"""What each of SIGNS is read as."""

_DIGIT = "[1-9]"
_TENS = f"{_DIGIT}?十{_DIGIT}?"
_HUNDREDS = f"{_DIGIT}百(?:0{_DIGIT}|{_TENS})?"
_THOUSANDS = f"{_DIGIT}千(?:{_HUNDREDS}|0{_TENS}|0{_DIGIT})?"
_SECTION = f"(?:{_THOUSANDS}|{_HUNDREDS}|{_TENS})"
_FIRST = f"(?:{_SECTION}|[0-9]{{1,4}})"
_AFTER_TEN_THOUSANDS = f"(?:0?{_SECTION}|[0-9]{{3,4}}|0{_DIGIT})"
# Without its 万, 一亿五千 means 150,000,000 to some and 100,005,000 to others; 一亿零五千 is plain.
_AFTER_HUNDRED_MILLIONS = (
    f"(?:(?:0?{_SECTION}|[0-9]{{3,4}}|0{_DIGIT})万{_AFTER_TEN_THOUSANDS}?|0{_SECTION}|[0-9]{{4}}|0{_DIGIT})"
)
_BELOW = f"{_FIRST}(?:万{_AFTER_TEN_THOUSANDS}?)?"
WHOLE = f"(?:{_BELOW}(?:亿{_AFTER_HUNDRED_MILLIONS}?)?|[0-9]{{1,15}})"
"""Pattern of a whole number below 10^16 whose numerals were translated."""

_PART = "([0-9十百千]*)"
_PARTS = f"^[^0-9十]*(?:(?:{_PART}万)?{_PART}亿)?(?:{_PART}万)?{_PART}"


def _digits(section: ops.Expression) -> ops.Expression:
    """One of the four parts as four digits, as text; a part of more digits, which has nothing before it, stays."""
    none = ops.Literal("0")
    thousands, hundreds = (ops.Coalesce((ops.Extract(section, f"([1-9]){unit}"), none)) for unit in "千百")
    ten = ops.Case(((ops.Found(section, "十"), ops.Literal("1")),), none)
    tens = ops.Coalesce((ops.Extract(section, "([1-9])十"), ten))
    ones = ops.Case(((ops.Matches(section, "[0-9十百千]*[十百千]0?[1-9]"), ops.Ending(section, 1)),), none)
    filled = ops.Ending(ops.Concat((ops.Literal("0000"), section)), 4)
    plain = ((ops.Matches(section, "[0-9]{0,4}"), filled), (ops.Matches(section, "[0-9]+"), section))
    return ops.Case(plain, ops.Concat((thousands, hundreds, tens, ones)))


def whole_number(text: ops.Expression) -> ops.Expression:
    """The first number of a text that holds WHOLE, INTEGER; its sign and whatever follows are left out.

    Digits are put side by side rather than multiplied: every cast has a name to itself, and naming costs an engine
    more than all else when it plans a wide table.
    """
    section = ops.Column("section")
    parts = (ops.Let(section.name, ops.Extract(text, _PARTS, group), _digits(section)) for group in (1, 2, 3, 4))
    return ops.IntegerOf(ops.Concat(tuple(parts)))
