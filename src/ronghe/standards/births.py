"""Births after the day on which a table is read: nobody in it was born later."""

import datetime as dt
from dataclasses import replace

from ronghe.standards.element import Check, Element
from ronghe.tables import expressions as ops

__all__ = ["FUTURE_BIRTH", "asks_for_future_births", "born_by"]

FUTURE_BIRTH = "future_birth"


def asks_for_future_births(element: Element) -> bool:
    """True when the element knows a day after which no birth may lie."""
    return any(check.rule == FUTURE_BIRTH for check in element.checks)


def born_by(element: Element, as_of: dt.date | None) -> Element:
    """The element with the rule `future_birth`: no birth after `as_of`.

    Unchanged without a day, for elements that hold no birth, and for those that know their day already.
    """
    if as_of is None or element.birth is None or asks_for_future_births(element):
        return element
    dated = element.type == ops.DATE
    last = ops.Literal(as_of, ops.DATE) if dated else ops.Literal(f"{as_of:%Y%m%d}")
    check = Check("future_birth", ops.Compare("<=", element.birth, last))
    return replace(element, checks=(*element.checks, check))
