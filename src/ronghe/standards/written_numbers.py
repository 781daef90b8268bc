"""How a number stands in a cell: signs, thousands separators, 万 and 亿 after a decimal, Chinese numerals.

Everything is exact. A number with more digits after its point than the type keeps has no value: nothing is rounded
behind anyone's back.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from ronghe.standards.chinese_numbers import MARKS, SIGNS, WHOLE, whole_number
from ronghe.standards.element import RAW, TEXT, Fault
from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH
from ronghe.tables import expressions as ops

__all__ = [
    "AMOUNT",
    "PLAIN",
    "WORDED",
    "any_number",
    "cleaned",
    "converted",
    "size_faults",
    "sized",
    "usually",
    "written",
]

PLAIN = "[+-]?[0-9]+(?:[.][0-9]+)?"
"""Digits with a sign or a fraction, or neither."""
AMOUNT = "(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:[.][0-9]+)?"
"""Digits with or without thousands separators, which stand where they belong: 1,5 is no number."""
_UNCHANGED = f"[+-]?[￥¥]?{AMOUNT}(?:万?元|[万亿%㎡亩人户个次件家]|亿元|平方米|公顷)?"
"""What cleaning would leave as it is, of the forms that are often met: asking costs less than cleaning."""
WORDED = f"{WHOLE}(?:[.][0-9]+)?"

# Longer ones first: a pattern takes the first alternative that fits.
_UNITS = ("万亿", "千亿", "百亿", "十亿", "千万", "百万", "十万", "亿", "万", "千", "百")
_TIMES = tuple((unit, str(10**power)) for unit, power in zip(_UNITS, (12, 11, 10, 9, 7, 6, 5, 8, 4, 3, 2), strict=True))
_UNIT = f"(?:{'|'.join(_UNITS)})"
LARGEST_DENOMINATOR = 100_000
"""Of the fractions that `Rescale` multiplies by."""
_SPACE = f"[{ops.WHITESPACE}']+"
_DIGIT = "[0-9\uff10-\uff19]"
_COUNTED = "一二三四五六七八九两兩"
_GUESS = f"(?:^|[^〇○零{_COUNTED}点點.])[{_COUNTED}]{{2,3}}[^〇○零{_COUNTED}点點.]"
"""两三个, 五六百: two or three digits that stand beside each other name a range."""
# Twelve digits before the point and ten behind it, times at most 10**12, fit into the 38 digits of every engine.
_READ = ops.decimal(22, 10)
_WIDE = ops.decimal(38, 10)


def _cast(kind: ops.Type) -> ops.IntegerOf | ops.NumberOf | ops.DecimalOf:
    if kind == ops.INTEGER:
        return ops.IntegerOf(TEXT)
    return ops.NumberOf(TEXT) if kind == ops.NUMBER else ops.DecimalOf(TEXT, kind.precision, kind.scale)


def usually(kind: ops.Type, odd: ops.Expression) -> ops.Expression:
    """TEXT as `kind` where it is a plain number, else `odd`; what `cleaned` has asked is not asked again."""
    cast = _cast(kind)
    return ops.Case(((ops.Matches(TEXT, cast.pattern), cast),), odd)


def cleaned(kind: ops.Type) -> ops.Expression:
    """RAW folded, without spaces, with the numerals and marks of SIGNS translated; as it is where nothing would change.

    Spaces between digits stay, for "12 5" is not 125; and 三五万, which is a guess and not 350,000, stays as it is.
    """
    apart = ops.Found(RAW, f"{_DIGIT}{_SPACE}{_DIGIT}")
    tidy = ops.Replace(ops.Translate(RAW, SIGNS + FULL_WIDTH, MARKS + HALF_WIDTH), _SPACE)
    guessed = ops.Or((ops.Found(RAW, _GUESS), ops.Matches(RAW, f"[{_COUNTED}]{{2,3}}")))
    unchanged = [(ops.Matches(RAW, pattern), RAW) for pattern in (_cast(kind).pattern, _UNCHANGED)]
    return ops.Case((*unchanged, (ops.Or((apart, guessed)), ops.Trim(RAW))), tidy)


def size_faults(kind: ops.Type, after: str = "", mark: str = "") -> tuple[Fault, ...]:
    """Why a number in digits has no value: more digits before or behind its point than the type holds."""
    most = kind.precision - kind.scale if kind.precision else 18
    plain = ops.Replace(TEXT, "[^0-9.]+")
    number = ops.Matches(TEXT, written(AMOUNT + after, mark))
    large = ops.And((number, ops.Matches(plain, f"0*[1-9][0-9]{{{most},}}(?:[.][0-9]*)?")))
    precise = ops.And((number, ops.Matches(plain, f"[0-9]+[.][0-9]{{{kind.scale}}}[0-9]*[1-9]0*")))
    return (Fault("too_large", large), Fault("too_precise", precise))


def written(body: str, mark: str = "") -> str:
    """Pattern of `body` with a sign, with a mark such as that of a currency, or negative in brackets."""
    before = f"(?:{mark})?" if mark else ""
    signed = f"(?:[+-]?{before}|{mark}[+-])" if mark else "[+-]?"
    opened = f"(?:[(]{before}|{mark}[(])" if mark else "[(]"
    return f"(?:{signed}(?:{body}){before}|{opened}(?:{body})[)])"


def _sign() -> ops.Expression:
    return ops.Case(((ops.Found(TEXT, "^[^0-9十]*[-(]"), ops.Literal("-")),), ops.Literal(""))


def _amount() -> ops.Expression:
    """The first number in TEXT with the sign before it, as plain text."""
    number = ops.Replace(ops.Extract(TEXT, "([0-9][0-9,]*(?:[.][0-9]+)?)"), ",")
    return ops.Concat((_sign(), number))


def sized(number: ops.Expression, kind: ops.Type) -> ops.Expression:
    """A plain text as `kind`: INTEGER, NUMBER or a DECIMAL; NULL when it does not fit exactly."""
    if kind == ops.INTEGER:
        return ops.IntegerOf(ops.TextOf(ops.DecimalOf(number, 38, 0), ops.decimal(38, 0)))
    return ops.NumberOf(number) if kind == ops.NUMBER else ops.DecimalOf(number, kind.precision, kind.scale)


_BARE = ops.Replace(TEXT, "[^0-9.+-]+")


_TEN_THOUSAND = ops.Literal(Decimal(10_000), ops.decimal(5, 0))
_UNIT_READ = ops.DecimalOf(ops.Lookup(ops.Extract(TEXT, f"[0-9]({_UNIT})"), _TIMES), 13, 0)
"""What the unit after the digits of TEXT counts."""


def _in_units(number: ops.Expression, kind: ops.Type, times: ops.Expression) -> ops.Expression:
    product = ops.Arithmetic("*", ops.DecimalOf(number, _READ.precision, _READ.scale), times)
    return sized(ops.TextOf(product, _WIDE), kind)


def _worded() -> ops.Expression:
    """The first number in TEXT, of the form WORDED, as plain text with its sign."""
    fraction = ops.Coalesce((ops.Extract(TEXT, "[.]([0-9]+)"), ops.Literal("0")))
    return ops.Concat((_sign(), ops.TextOf(whole_number(TEXT), ops.INTEGER), ops.Literal("."), fraction))


def _digits_read(ratio: Fraction) -> int:
    """How many digits after the point are read before a product with `ratio`.

    Just as many as the result keeps where the ratio is a power of ten; else as many as every engine rounds rightly.
    """
    exact = next((digits for digits in range(11) if ratio == 10**digits), None)
    if exact is not None:
        return exact
    return max(digits for digits in range(9) if (ratio / 10**digits).denominator <= LARGEST_DENOMINATOR)


def converted(numerator: int, denominator: int, kind: ops.Type, *, in_words: bool = False) -> ops.Expression:
    """The first number in TEXT times a fraction, as a DECIMAL `kind`.

    Exact, or NULL, where the fraction is a power of ten; rounded once, ties away from zero, where it is not (亩).
    """
    scale = kind.scale
    digits = _digits_read(Fraction(numerator * 10**scale, denominator))
    number = ops.DecimalOf(_worded() if in_words else _amount(), 12 + digits, digits)
    rescaled = ops.Rescale(number, digits, numerator, denominator, scale)
    return sized(ops.TextOf(rescaled, ops.decimal(28 + scale, scale)), kind)


def any_number(
    kind: ops.Type, after: str = "", mark: str = "", more: Mapping[str, ops.Expression] | None = None
) -> ops.Expression:
    """TEXT as a number of `kind` in any of its forms, followed by what matches `after`.

    `more` are further forms: pattern to value, asked before the rare ones here.
    """
    branches = [(ops.Matches(TEXT, pattern), value) for pattern, value in (more or {}).items()]
    before = f"[+-]?{mark}?{AMOUNT}" if mark else f"[+-]?{AMOUNT}"
    # Most numbers that are not plain are one of these two, and nothing but the number has a digit, a point or a sign.
    branches.append((ops.Matches(TEXT, before + after), sized(_BARE, kind)))
    branches.append((ops.Matches(TEXT, f"{before}万{after}"), _in_units(_BARE, kind, _TEN_THOUSAND)))
    branches.append((ops.Matches(TEXT, written(AMOUNT + after, mark)), sized(_amount(), kind)))
    branches.append((ops.Matches(TEXT, written(AMOUNT + _UNIT + after, mark)), _in_units(_amount(), kind, _UNIT_READ)))
    branches.append((ops.Matches(TEXT, written(WORDED + after, mark)), sized(_worded(), kind)))
    return ops.Case(tuple(branches), ops.Literal(None, kind))
