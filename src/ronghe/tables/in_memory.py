"""Expressions evaluated in plain Python: slow, obvious, and the reference for the SQL engines."""

import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Mapping
from decimal import ROUND_FLOOR, Decimal, localcontext
from functools import cache, singledispatch
from typing import Any

from ronghe.tables import expressions as ops
from ronghe.tables.pattern_classes import python_pattern

__all__ = ["evaluate"]

Row = Mapping[str, object]


def evaluate(node: ops.Expression, row: Row) -> Any:
    """The value of an expression for one row (column name -> value); None is NULL."""
    return _rule_of(type(node))(node, row)


@singledispatch
def _evaluate(node: ops.Expression, row: Row) -> Any:  # noqa: ARG001 - the signature of all operations
    raise TypeError(f"{type(node).__name__} is not an operation")


# A column's values are read by thousands of operations, and finding a rule costs more than most of them.
_rule_of: Callable[[type], Callable[[Any, Row], Any]] = cache(_evaluate.dispatch)


def _strict(kind: type[ops.Expression], function: Callable[[Any, Any], Any], operand: str = "text") -> None:
    """Register an operation of one operand that gives NULL for NULL."""

    def rule(node: Any, row: Row) -> Any:
        value = evaluate(getattr(node, operand), row)
        return None if value is None else function(node, value)

    _evaluate.register(kind)(rule)


def _ascii(table: dict[int, int]) -> Callable[[Any, str], str]:
    return lambda _, value: value.translate(table)


def _extract(node: ops.Extract, value: str) -> str | None:
    found = re.search(python_pattern(node.pattern), value)
    return None if found is None else found[node.group] or ""


def _integer(_: object, value: str) -> int | None:
    if not re.fullmatch("[+-]?[0-9]+", value):
        return None
    number = int(value)
    return number if -(2**63) <= number < 2**63 else None


def _decimal(node: ops.DecimalOf, value: str) -> Decimal | None:
    found = re.fullmatch(r"([+-]?)([0-9]+)(?:\.([0-9]+))?", value)
    if not found:
        return None
    whole, fraction = found[2].lstrip("0"), (found[3] or "").rstrip("0")
    if len(whole) > node.precision - node.scale or len(fraction) > node.scale:
        return None
    with localcontext(prec=60):
        return Decimal(value).quantize(Decimal(1).scaleb(-node.scale)) + 0


def _number(_: object, value: str) -> float | None:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", value):
        return None
    return float(value) if math.isfinite(float(value)) else None


def _date(_: object, value: str) -> dt.date | None:
    found = re.fullmatch("([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", value)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _timestamp(_: object, value: str) -> dt.datetime | None:
    found = re.fullmatch("([0-9]{4})-([0-9]{1,2})-([0-9]{1,2}) ([0-9]{1,2}):([0-9]{2}):([0-9]{2})", value)
    if not found:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - TIMESTAMP has no zone
    except ValueError:
        return None


def _rescale(node: ops.Rescale, value: Decimal) -> Decimal | None:
    with localcontext(prec=80):
        mantissa = int(value.scaleb(node.operand_scale))
        ratio = node.fraction
        size = (2 * abs(mantissa) * ratio.numerator + ratio.denominator) // (2 * ratio.denominator)
        if size >= 10**28:
            return None
        return Decimal(size if mantissa >= 0 else -size).scaleb(-node.scale)


def _masked(node: ops.Masked, value: str) -> str:
    hidden = len(value) - node.first - node.last
    if hidden <= 0:
        return node.mark * len(value)
    return value[: node.first] + node.mark * hidden + value[len(value) - node.last :]


def _multiple(node: ops.Multiple, value: Decimal) -> Decimal:
    with localcontext(prec=80):
        raised = value + node.step / 2 if node.nearest else value
        count = (raised / node.step).to_integral_value(ROUND_FLOOR)
        return (count * node.step).quantize(Decimal(1).scaleb(-node.operand_scale)) + 0


def _weighted_sum(node: ops.WeightedSum, value: str) -> int:
    products = [node.alphabet.find(char) * weight for char, weight in zip(value, node.weights, strict=False)]
    return sum(product // 10 + product % 10 if node.fold else product for product in products)


_DICTS: dict[int, tuple[tuple[tuple[str, str], ...], dict[str, str]]] = {}


def _as_dict(mapping: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The mapping as a dict, made once; kept by identity: hashing thousands of pairs costs as much as making it."""
    known = _DICTS.get(id(mapping))
    if known is None or known[0] is not mapping:
        known = _DICTS[id(mapping)] = (mapping, dict(mapping))
    return known[1]


def _text(_: object, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


_SMALL, _LARGE = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_strict(ops.Trim, lambda _, value: value.strip(ops.WHITESPACE))
# Reversed, so that of equal source characters the first counts, as in SQL.
_strict(ops.Translate, lambda node, value: value.translate(str.maketrans(node.source[::-1], node.target[::-1])))
_strict(ops.Replace, lambda node, value: re.sub(python_pattern(node.pattern), lambda _: node.by, value))
_strict(ops.Upper, _ascii(str.maketrans(_SMALL, _LARGE)))
_strict(ops.Lower, _ascii(str.maketrans(_LARGE, _SMALL)))
_strict(ops.Slice, lambda node, value: value[node.start - 1 : node.start - 1 + node.length])
_strict(ops.Ending, lambda node, value: value[max(len(value) - node.length, 0) :])
_strict(ops.Masked, _masked)
_strict(ops.Multiple, _multiple, "operand")
_strict(ops.Length, lambda _, value: len(value))
_strict(ops.Matches, lambda node, value: re.fullmatch(python_pattern(node.pattern), value) is not None)
_strict(ops.Found, lambda node, value: re.search(python_pattern(node.pattern), value) is not None)
_strict(ops.Extract, _extract)
_strict(ops.Lookup, lambda node, value: _as_dict(node.mapping).get(value))
_strict(ops.IsIn, lambda node, value: value in node.values, "operand")
_strict(ops.WeightedSum, _weighted_sum)
_strict(ops.IntegerOf, _integer)
_strict(ops.DecimalOf, _decimal)
_strict(ops.NumberOf, _number)
_strict(ops.DateOf, _date)
_strict(ops.TimestampOf, _timestamp)
_strict(ops.Rescale, _rescale, "operand")
_strict(ops.TextOf, _text, "operand")
_strict(ops.Not, lambda _, value: not value, "operand")


@_evaluate.register
def _(node: ops.Column, row: Row) -> object:
    return row[node.name]


@_evaluate.register
def _(node: ops.Let, row: Row) -> object:
    return evaluate(node.body, {**row, node.name: evaluate(node.value, row)})


@_evaluate.register
def _(node: ops.Literal, row: Row) -> object:  # noqa: ARG001 - one signature for all operations
    return node.value


@_evaluate.register
def _(node: ops.Listed, row: Row) -> list[Any]:
    held = [evaluate(value, row) for condition, value in node.parts if evaluate(condition, row) is True]
    return [value for value in held if value is not None]


@_evaluate.register
def _(node: ops.Together, row: Row) -> list[Any]:
    return [evaluate(part, row) for part in node.parts]


@_evaluate.register
def _(node: ops.Concat, row: Row) -> str | None:
    parts = [evaluate(part, row) for part in node.parts]
    return None if None in parts else "".join(parts)


def _remainder(left: Any, right: Any) -> Any:
    if right == 0:
        return None
    size = abs(left) % abs(right)
    return -size if left < 0 else size


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": _remainder,
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _both(node: ops.Arithmetic | ops.Compare, row: Row, table: Mapping[str, Callable[[Any, Any], Any]]) -> Any:
    left, right = evaluate(node.left, row), evaluate(node.right, row)
    return None if left is None or right is None else table[node.operator](left, right)


@_evaluate.register
def _(node: ops.Arithmetic, row: Row) -> object:
    with localcontext(prec=80):
        value = _both(node, row, _ARITHMETIC)
    return None if isinstance(value, int) and not -(2**63) <= value < 2**63 else value


@_evaluate.register
def _(node: ops.Later, row: Row) -> object:
    moment, minutes = evaluate(node.moment, row), evaluate(node.minutes, row)
    if not isinstance(moment, dt.datetime) or not isinstance(minutes, int):
        return None
    try:
        return moment + dt.timedelta(minutes=minutes)
    except OverflowError:
        return None


@_evaluate.register
def _(node: ops.Compare, row: Row) -> object:
    return _both(node, row, _COMPARE)


def _kleene(node: ops.And | ops.Or, row: Row, decisive: bool) -> bool | None:
    values = [evaluate(operand, row) for operand in node.operands]
    if decisive in values:
        return decisive
    return None if None in values else not decisive


@_evaluate.register
def _(node: ops.And, row: Row) -> bool | None:
    return _kleene(node, row, False)


@_evaluate.register
def _(node: ops.Or, row: Row) -> bool | None:
    return _kleene(node, row, True)


@_evaluate.register
def _(node: ops.IsNull, row: Row) -> bool:
    return evaluate(node.operand, row) is None


@_evaluate.register
def _(node: ops.Holds, row: Row) -> bool:
    return evaluate(node.operand, row) is True


@_evaluate.register
def _(node: ops.Coalesce, row: Row) -> object:
    return next((value for operand in node.operands if (value := evaluate(operand, row)) is not None), None)


@_evaluate.register
def _(node: ops.Case, row: Row) -> object:
    for condition, value in node.branches:
        if evaluate(condition, row) is True:
            return evaluate(value, row)
    return evaluate(node.otherwise, row)
