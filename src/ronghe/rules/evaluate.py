"""The value of an expression for one subject, in plain Python: what the SQL is tested against."""

import datetime as dt
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ronghe.rules.expressions import (
    TOLERANCE,
    And,
    Arithmetic,
    Compare,
    Constant,
    Elapsed,
    Expression,
    Fact,
    Floor,
    Fold,
    If,
    Member,
    Not,
    Or,
    Value,
)
from ronghe.terms import InternalFault

__all__ = ["Facts", "all_of", "any_of", "value_of"]

Facts = Mapping[str, Value]
Groups = Mapping[str, Sequence[Facts]]
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def all_of(values: Sequence[bool | None]) -> bool | None:
    """Kleene's and."""
    if any(value is False for value in values):
        return False
    return None if None in values else True


def any_of(values: Sequence[bool | None]) -> bool | None:
    """Kleene's or."""
    if any(value is True for value in values):
        return True
    return None if None in values else False


def _near(op: str, left: float, right: float) -> bool:
    """Numbers nearer than TOLERANCE are equal."""
    gap = left - right
    if op in ("==", "!="):
        return (abs(gap) <= TOLERANCE) == (op == "==")
    if op in ("<", ">"):
        return gap < -TOLERANCE if op == "<" else gap > TOLERANCE
    return gap <= TOLERANCE if op == "<=" else gap >= -TOLERANCE


def _compared(op: str, left: Value, right: Value) -> bool | None:
    if left is None or right is None:
        return None
    if isinstance(left, float) and isinstance(right, float):
        return _near(op, left, right)
    return bool(_OPERATORS[op](left, right))


def _computed(op: str, left: Any, right: Any) -> float | None:
    if left is None or right is None:
        return None
    if op == "/":
        return None if right == 0 else left / right
    return float(_OPERATORS[op](left, right))


def elapsed(unit: str, start: dt.date, end: dt.date) -> float:
    """Whole units from start to end, negative when end comes first."""
    if unit == "days":
        return float((end - start).days)
    if unit == "months":
        return float((end.year - start.year) * 12 + end.month - start.month - (end.day < start.day))
    early = (end.month, end.day) < (start.month, start.day)
    return float(end.year - start.year - early)


def _folded(function: str, values: list[Any]) -> Value:
    if function in ("any", "all"):
        return any_of(values) if function == "any" else all_of(values)
    if None in values:
        return None
    if function == "count":
        return float(sum(values))
    if not values:
        return 0.0 if function == "sum" else None
    return math.fsum(values) if function == "sum" else min(values) if function == "min" else max(values)


def value_of(node: Expression, facts: Facts, groups: Groups) -> Value:
    """The value for a subject; None when it is unknown. `groups` holds the facts of all members, the subject's too."""
    return _VALUES[type(node)](node, facts, groups)


def _fold(node: Any, _: Facts, groups: Groups) -> Value:
    members = groups.get(node.group)
    return None if members is None else _folded(node.function, [value_of(node.operand, one, {}) for one in members])


def _elapsed(node: Any, facts: Facts, groups: Groups) -> Value:
    start, end = value_of(node.start, facts, groups), value_of(node.end, facts, groups)
    return elapsed(node.unit, start, end) if isinstance(start, dt.date) and isinstance(end, dt.date) else None


def _if(node: Any, facts: Facts, groups: Groups) -> Value:
    holds = value_of(node.condition, facts, groups)
    return None if holds is None else value_of(node.then if holds else node.otherwise, facts, groups)


def _member(node: Any, facts: Facts, groups: Groups) -> Value:
    value = value_of(node.operand, facts, groups)
    return any_of([_compared("==", value, one.value) for one in node.values])


def _floor(node: Any, facts: Facts, groups: Groups) -> Value:
    value = value_of(node.operand, facts, groups)
    return float(math.floor(value + TOLERANCE)) if isinstance(value, float) else None


def _not(node: Any, facts: Facts, groups: Groups) -> Value:
    value = value_of(node.operand, facts, groups)
    return None if value is None else not value


def _parts(node: Any, facts: Facts, groups: Groups) -> list[Any]:
    return [value_of(part, facts, groups) for part in node.parts]


def _unbound(node: Any, _: Facts, __: Groups) -> Value:
    raise InternalFault("rules.unbound", name=type(node).__name__)


class _Values(dict[type[Expression], Callable[[Any, Facts, Groups], Value]]):
    def __missing__(self, _: type[Expression]) -> Callable[[Any, Facts, Groups], Value]:
        return _unbound


_VALUES = _Values(
    {
        Constant: lambda node, _, __: node.value,
        Fact: lambda node, facts, _: facts.get(node.name),
        Arithmetic: lambda node, facts, groups: _computed(
            node.op, value_of(node.left, facts, groups), value_of(node.right, facts, groups)
        ),
        Compare: lambda node, facts, groups: _compared(
            node.op, value_of(node.left, facts, groups), value_of(node.right, facts, groups)
        ),
        And: lambda node, facts, groups: all_of(_parts(node, facts, groups)),
        Or: lambda node, facts, groups: any_of(_parts(node, facts, groups)),
        Not: _not,
        If: _if,
        Member: _member,
        Floor: _floor,
        Elapsed: _elapsed,
        Fold: _fold,
    }
)
