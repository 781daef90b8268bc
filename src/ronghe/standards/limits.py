"""The smallest and the largest value that a column may hold: options of every element whose values have an order."""

from dataclasses import replace

from ronghe.standards.element import VALUE, Check, Element
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["LIMITS", "has_order", "limited"]

LIMITS = {"min": ">=", "max": "<="}
_ORDERED_TEXTS = ("time", "year_month")


def has_order(element: Element) -> bool:
    """True when the element's values can be compared with a smallest and a largest one."""
    return element.type not in (ops.TEXT, ops.BOOLEAN) or element.code in _ORDERED_TEXTS


def _limit(element: Element, key: str, given: str, place: str) -> ops.Expression:
    value = element.read(given).value
    if value is None:
        known = ", ".join(element.examples[:3])
        raise InputError("standards.option_value", element=f"{place}.{key}", value=given, known=known)
    return ops.Compare(LIMITS[key], VALUE(element.type), ops.Literal(value, element.type))


def limited(element: Element, given: dict[str, str], place: str) -> Element:
    """The element with the limits in `given` ("min", "max") as its rule `range`, together with the range it has.

    A limit is written as a value is. Raises InputError for one that the element cannot read.
    """
    wanted = tuple(_limit(element, key, given[key], place) for key in LIMITS if key in given)
    if not wanted:
        return element
    least, most = (element.read(given[key]).value if key in given else None for key in LIMITS)
    if least is not None and most is not None and least > most:  # type: ignore[operator]
        raise InputError("standards.option_order", element=place, least=given["min"], most=given["max"])
    held = tuple(check.holds for check in element.checks if check.rule == "range")
    others = tuple(check for check in element.checks if check.rule != "range")
    joined = (*held, *wanted)
    check = Check("range", joined[0] if len(joined) == 1 else ops.And(joined))
    named = (*element.options, *((key, given[key]) for key in LIMITS if key in given))
    return replace(element, checks=(check, *others), options=named)
