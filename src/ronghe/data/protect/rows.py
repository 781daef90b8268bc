"""The rows of a grant as a predicate: a row leaves only where it is certain that every condition holds."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from ronghe.data.protect.plain import SCALE, day, number, plain, plain_text
from ronghe.tables import expressions as ops
from ronghe.trust.access import Condition, Relation

__all__ = ["all_hold"]

_ASCII = "[ -~]*"
_NEGATIVE = (Relation.IS_NOT, Relation.NOT_IN)
_COMPARED = {Relation.IS: "=", Relation.IN: "=", Relation.BELOW: "<", Relation.AT_LEAST: ">="}


def _of_text(condition: Condition, text: ops.Expression) -> ops.Expression:
    values = tuple(plain_text(str(value)) for value in condition.values)
    if condition.relation is Relation.STARTS_WITH:
        return ops.Compare("=", ops.Slice(text, 1, len(values[0])), ops.Literal(values[0]))
    among = ops.IsIn(text, values)
    if condition.relation not in _NEGATIVE:
        return among
    # A look-alike that folding does not know would pass for another value: of codes only plain ones are told apart.
    told_apart = (ops.Matches(text, _ASCII),) if all(value.isascii() for value in values) else ()
    return ops.And((ops.Not(among), *told_apart))


def _of_measure(condition: Condition, read: ops.Expression, literal: Callable[[object], ops.Literal]) -> ops.Expression:
    negative = condition.relation in _NEGATIVE
    operator = "!=" if negative else _COMPARED[condition.relation]
    compared = tuple(ops.Compare(operator, read, literal(value)) for value in condition.values)
    return ops.And(compared) if negative else ops.Or(compared)


def _number_literal(value: object) -> ops.Literal:
    return ops.Literal(Decimal(str(value)), ops.decimal(20 + SCALE, SCALE))


def _day_literal(value: object) -> ops.Literal:
    assert isinstance(value, dt.date)
    return ops.Literal(value, ops.DATE)


def _condition(condition: Condition, text: ops.Expression) -> ops.Expression:
    read = plain(text)
    kind = type(condition.values[0])
    if kind is str:
        return _of_text(condition, read)
    if kind is dt.date:
        return _of_measure(condition, day(read), _day_literal)
    return _of_measure(condition, number(read), _number_literal)


def all_hold(conditions: tuple[Condition, ...], texts: Mapping[str, ops.Expression]) -> ops.Expression:
    """True for a row of which all conditions hold, else false, never NULL; `texts` has each field as text."""
    if not conditions:
        return ops.ALWAYS
    return ops.Holds(ops.And(tuple(_condition(one, texts[one.subject]) for one in conditions)))
