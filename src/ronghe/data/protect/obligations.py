"""Each obligation as a typed operation. What an operation cannot read becomes NULL: never the clear text."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from ronghe.data.protect.plain import SCALE, day, plain
from ronghe.tables import expressions as ops
from ronghe.trust.access import obligations as duties

__all__ = ["Ancestors", "obeyed"]

Ancestors = Mapping[tuple[str, str], tuple[tuple[str, str], ...]]
"""For a hierarchy and a level of it: pairs of value and ancestor."""

_REGION = "[0-9]{6}(?:[0-9]{3}|[0-9]{6})?"
_REGION_DIGITS = {"city": (4, "00"), "province": (2, "0000")}
_QUARTERS = tuple((f"{month:02}", f"Q{(month + 2) // 3}") for month in range(1, 13))


def _region(text: ops.Expression, level: str) -> ops.Expression:
    """GB/T 2260: two digits are the province, four the city; a code of the village has nine or twelve."""
    digits, zeros = _REGION_DIGITS[level]
    above = ops.Concat((ops.Slice(text, 1, digits), ops.Literal(zeros)))
    return ops.Case(((ops.Matches(text, _REGION), above),))


def _generalized(duty: duties.Generalize, text: ops.Expression, ancestors: Ancestors) -> ops.Expression:
    known = ancestors.get((duty.hierarchy, duty.level))
    if known is not None:
        return ops.Lookup(plain(text), known)
    return ops.Let("_code", plain(text), _region(ops.Column("_code"), duty.level))


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _written(value: ops.Expression, places: int) -> ops.Expression:
    """A DECIMAL with SCALE digits after the point as text with as many as matter."""
    kind = ops.decimal(28 + places, places)
    return ops.TextOf(ops.Rescale(value, SCALE, 1, 1, places), kind)


def _shifted(operator: str, value: ops.Expression, by: Decimal) -> ops.Expression:
    return ops.Arithmetic(operator, value, ops.Literal(by, ops.decimal(20 + SCALE, SCALE))) if by else value


def _bucketed(duty: duties.Bucket, text: ops.Expression) -> ops.Expression:
    places = max(_places(duty.width), _places(duty.start))
    # Within 18 digits before the point nothing that is added can overflow.
    read = ops.DecimalOf(text, 18 + SCALE, SCALE)
    low = _shifted("+", ops.Multiple(_shifted("-", read, duty.start), SCALE, duty.width), duty.start)
    shown = _written(ops.Column("_low"), places)
    above = _written(_shifted("+", ops.Column("_low"), duty.width), places)
    interval = ops.Concat((ops.Literal("["), shown, ops.Literal(", "), above, ops.Literal(")")))
    return ops.Let("_low", low, interval)


def _rounded(duty: duties.Round, text: ops.Expression) -> ops.Expression:
    return _written(
        ops.Multiple(ops.DecimalOf(text, 18 + SCALE, SCALE), SCALE, duty.step, nearest=True), _places(duty.step)
    )


def _narrowed(duty: duties.BucketDate, text: ops.Expression) -> ops.Expression:
    iso = ops.Column("_day")
    year = ops.Slice(iso, 1, 4)
    units: Mapping[duties.Unit, ops.Expression] = {
        duties.Unit.MONTH: ops.Slice(iso, 1, 7),
        duties.Unit.QUARTER: ops.Concat((year, ops.Literal("-"), ops.Lookup(ops.Slice(iso, 6, 2), _QUARTERS))),
        duties.Unit.YEAR: year,
        duties.Unit.DECADE: ops.Concat((ops.Slice(iso, 1, 3), ops.Literal("0s"))),
    }
    return ops.Let("_day", ops.TextOf(day(text), ops.DATE), units[duty.unit])


def _plainly(text: ops.Expression, made: Callable[[ops.Expression], ops.Expression]) -> ops.Expression:
    return ops.Let("_plain", plain(text), made(ops.Column("_plain")))


def obeyed(duty: duties.Obligation, text: ops.Expression, ancestors: Ancestors) -> ops.Expression:
    """What is left of a text under an obligation; TypeError for one that is not known, and for tokens, which no
    engine makes."""
    made: ops.Expression
    match duty:
        case duties.Keep():
            made = text
        case duties.Null() | duties.Drop():
            made = ops.Literal(None)
        case duties.KeepFirst():
            made = ops.Slice(ops.Trim(text), 1, duty.count)
        case duties.KeepLast():
            made = ops.Ending(ops.Trim(text), duty.count)
        case duties.Mask():
            made = ops.Masked(ops.Trim(text), duty.first, duty.last, duty.character)
        case duties.Generalize():
            made = _generalized(duty, text, ancestors)
        case duties.Bucket():
            made = _plainly(text, lambda read: _bucketed(duty, read))
        case duties.Round():
            made = _plainly(text, lambda read: _rounded(duty, read))
        case duties.BucketDate():
            made = _plainly(text, lambda read: _narrowed(duty, read))
        case _:
            raise TypeError(f"{type(duty).__name__} is not an obligation")
    return made
