"""Values as they are recorded, in the kinds that facts have, and how large a computed one may become."""

import datetime as dt
import math

from ronghe.rules.expressions import Arithmetic, Constant, Expression, Fact, Fold, Kind, Parameter, Value, walk
from ronghe.rules.ruleset import FactSpec
from ronghe.terms import InputError

__all__ = ["KINDS", "LARGEST_NUMBER", "bounded", "possible", "read_value"]

KINDS: tuple[Kind, ...] = ("boolean", "number", "text", "date")
LARGEST_NUMBER = 1e15
"""Numbers beyond it are taken for mistakes; a product of facts stays finite because of it."""
_LARGEST_MAGNITUDE = 290
_TRUTH = {"true": True, "false": False, "1": True, "0": False, "是": True, "否": False, "yes": True, "no": False}


def read_value(value: object, kind: Kind) -> Value:
    """A value of a kind; None for blank and for what is none of that kind."""
    if value is None or value == "":
        return None
    if kind == "number":
        return _number(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else _TRUTH.get(str(value).strip().lower())
    if kind == "date":
        return _as_day(value)
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if math.isfinite(found) and abs(found) <= LARGEST_NUMBER else None


def _as_day(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def possible(spec: FactSpec, value: Value) -> bool:
    """False for a value that a fact cannot have."""
    if spec.values and value not in spec.values:
        return False
    if spec.whole and isinstance(value, float) and value != int(value):
        return False
    low = spec.least is None or value >= spec.least  # type: ignore[operator]
    return low and (spec.most is None or value <= spec.most)  # type: ignore[operator]


def bounded(node: Expression, where: str) -> Expression:
    """The node; InputError where a product of facts could pass what numbers hold."""
    if any(isinstance(part, Arithmetic) for part in walk(node)) and _magnitude(node) > _LARGEST_MAGNITUDE:
        raise InputError("rules.expression_product", where=where)
    return node


def _magnitude(node: Expression) -> float:
    """How many digits a value may have before its point, at most."""
    if isinstance(node, Arithmetic):
        left, right = _magnitude(node.left), _magnitude(node.right)
        return left + right if node.op == "*" else left + right + 20 if node.op == "/" else max(left, right) + 1
    if isinstance(node, Fact | Constant | Parameter):
        return 15
    below = [_magnitude(part) for part in list(walk(node))[1:]]
    return max([15, *below]) + (8 if isinstance(node, Fold) else 0)
