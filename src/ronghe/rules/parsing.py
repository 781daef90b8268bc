"""Conditions as they are written, `age(birth) >= 60 and income < standard`, as nodes.

The grammar is that of Python expressions, of which only what a condition needs is let through: names, numbers, texts,
comparisons, and/or/not, arithmetic, `a if b else c`, lists after `in`, and the functions below. Nothing is executed.
"""

import ast
import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any
from unicodedata import normalize

from ronghe.rules.expressions import (
    TOLERANCE,
    And,
    Arithmetic,
    AsOf,
    Compare,
    Constant,
    Elapsed,
    Expression,
    Floor,
    Fold,
    If,
    Kind,
    Member,
    Not,
    Or,
    walk,
)
from ronghe.terms import InputError

__all__ = ["LONGEST", "MOST_NODES", "Scope", "parse"]

LONGEST = 2_000
"""Characters of a condition."""
MOST_NODES = 5_000
"""Nodes of a condition after its definitions and decision tables have taken their places."""
_DEEPEST = 100

_FOLDS = ("sum", "count", "min", "max", "any", "all")
_COMPARISONS: dict[type, Any] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type, Any] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_ORDERED = ("number", "date")


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: facts, parameters and definitions; groups by name; outputs of decision tables."""

    names: Mapping[str, Expression]
    groups: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, Expression]] = field(default_factory=dict)


class _Wrong(Exception):
    """A condition that cannot be read, with the code of a text and its parameters."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def parse(text: object, scope: Scope, where: str) -> Expression:
    """The node of a condition or amount. Raises InputError saying where, what, and what is known."""
    written = str(text).strip() if isinstance(text, str | int | float | bool) else ""
    if isinstance(text, bool):
        written = str(text).lower()
    try:
        if not written or len(written) > LONGEST:
            raise _Wrong("rules.expression_length", limit=LONGEST)
        node = _Reader(scope).read(_tree(written), 0)
        if sum(1 for _ in walk(node)) > MOST_NODES:
            raise _Wrong("rules.expression_size", limit=MOST_NODES)
    except _Wrong as fault:
        raise InputError(fault.code, where=where, text=written[:80], **fault.params) from fault
    return node


_SIGNS = {"≥": ">=", "≤": "<=", "≠": "!=", "＞": ">", "＜": "<", "（": "(", "）": ")", "，": ",", "“": '"', "”": '"'}
_QUOTED = re.compile(r"""('[^']*'|"[^"]*"|“[^”]*”)""")


def _plain_signs(text: str) -> str:
    """The signs that input methods for Chinese leave as those of the grammar; what is quoted stays as it is."""
    parts = _QUOTED.split(text)
    quoted = (f"'{part[1:-1]}'" if part.startswith("“") else part for part in parts[1::2])
    plain = ("".join(_SIGNS.get(sign, sign) for sign in part) for part in parts[::2])
    return "".join(part for pair in zip_longest(plain, quoted, fillvalue="") for part in pair)


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(_plain_signs(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        raise _Wrong("rules.expression_form", detail=getattr(fault, "msg", type(fault).__name__)) from fault


class _Reader:
    """Reads one condition; `grouped` while inside a fold, which must not hold another."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.grouped = False

    def read(self, node: ast.expr, depth: int) -> Expression:
        """The node of ours for a node of Python's grammar."""
        if depth > _DEEPEST:
            raise _Wrong("rules.expression_depth", limit=_DEEPEST)
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is None:
            raise _Wrong("rules.expression_part", part=type(node).__name__)
        found: Expression = reader(node, depth + 1)
        return found

    def of_kind(self, node: ast.expr, kind: Kind, depth: int) -> Expression:
        """As `read`, of this kind."""
        found = self.read(node, depth)
        if found.kind != kind:
            raise _Wrong("rules.expression_kind", part=ast.unparse(node)[:60], kind=found.kind, wanted=kind)
        return found

    def _name(self, node: ast.Name, _: int) -> Expression:
        if node.id in ("true", "false", "True", "False"):
            return Constant(node.id.lower() == "true", "boolean")
        if node.id == "as_of":
            return AsOf()
        if node.id not in self.scope.names:
            raise _Wrong("rules.name_unknown", name=node.id, known=", ".join(sorted(self.scope.names)[:30]))
        found = self.scope.names[node.id]
        if self.grouped and any(isinstance(part, Fold) for part in walk(found)):
            raise _Wrong("rules.fold_in_fold", name=node.id)
        return found

    def _constant(self, node: ast.Constant, _: int) -> Expression:
        value = node.value
        if isinstance(value, bool):
            return Constant(value, "boolean")
        if isinstance(value, int | float) and abs(value) <= 1e15:
            return Constant(float(value), "number")
        if isinstance(value, str):
            return Constant(value, "text")
        raise _Wrong("rules.expression_part", part=repr(value)[:40])

    def _attribute(self, node: ast.Attribute, _: int) -> Expression:
        table = node.value.id if isinstance(node.value, ast.Name) else ""
        found = self.scope.tables.get(table, {}).get(node.attr)
        if found is None:
            known = ", ".join(f"{name}.{output}" for name, outputs in self.scope.tables.items() for output in outputs)
            raise _Wrong("rules.name_unknown", name=ast.unparse(node)[:60], known=known)
        return found

    def _boolop(self, node: ast.BoolOp, depth: int) -> Expression:
        parts = tuple(self.of_kind(part, "boolean", depth) for part in node.values)
        return And(parts) if isinstance(node.op, ast.And) else Or(parts)

    def _unaryop(self, node: ast.UnaryOp, depth: int) -> Expression:
        if isinstance(node.op, ast.Not):
            return Not(self.of_kind(node.operand, "boolean", depth))
        if isinstance(node.op, ast.USub):
            operand = self.of_kind(node.operand, "number", depth)
            if isinstance(operand, Constant) and isinstance(operand.value, float):
                return Constant(-operand.value, "number")
            return Arithmetic("-", Constant(0.0, "number"), operand)
        raise _Wrong("rules.expression_part", part=type(node.op).__name__)

    def _binop(self, node: ast.BinOp, depth: int) -> Expression:
        op = _ARITHMETIC.get(type(node.op))
        if op is None:
            raise _Wrong("rules.expression_part", part=type(node.op).__name__)
        return Arithmetic(op, self.of_kind(node.left, "number", depth), self.of_kind(node.right, "number", depth))

    def _ifexp(self, node: ast.IfExp, depth: int) -> Expression:
        then, otherwise = self.read(node.body, depth), self.read(node.orelse, depth)
        then, otherwise = _alike(then, otherwise, ast.unparse(node)[:60])
        return If(self.of_kind(node.test, "boolean", depth), then, otherwise)

    def _compare(self, node: ast.Compare, depth: int) -> Expression:
        sides = [node.left, *node.comparators]
        parts = [self._pair(op, sides[at], sides[at + 1], depth) for at, op in enumerate(node.ops)]
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _pair(self, op: ast.cmpop, left: ast.expr, right: ast.expr, depth: int) -> Expression:
        if isinstance(op, ast.In | ast.NotIn):
            found = self._member(left, right, depth)
            return Not(found) if isinstance(op, ast.NotIn) else found
        sign = _COMPARISONS.get(type(op))
        written = f"{ast.unparse(left)} … {ast.unparse(right)}"[:60]
        if sign is None:
            raise _Wrong("rules.expression_part", part=type(op).__name__)
        one, other = _alike(self.read(left, depth), self.read(right, depth), written)
        if sign not in ("==", "!=") and one.kind not in _ORDERED:
            raise _Wrong("rules.expression_order", part=written, kind=one.kind)
        return Compare(sign, one, other)

    def _member(self, left: ast.expr, right: ast.expr, depth: int) -> Expression:
        operand = self.read(left, depth)
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise _Wrong("rules.expression_list", part=ast.unparse(right)[:60])
        values = [_alike(operand, self.read(part, depth), ast.unparse(part)[:60])[1] for part in right.elts]
        kept = tuple(value for value in values if isinstance(value, Constant))
        if len(kept) < len(values):
            raise _Wrong("rules.expression_list", part=ast.unparse(right)[:60])
        return Member(operand, kept)

    def _call(self, node: ast.Call, depth: int) -> Expression:
        if node.keywords:
            raise _Wrong("rules.expression_part", part="=")
        if isinstance(node.func, ast.Attribute):
            return self._fold(node, node.func, depth)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        function = _FUNCTIONS.get(name)
        if function is None:
            raise _Wrong("rules.name_unknown", name=f"{name}()", known=", ".join(f"{one}()" for one in _FUNCTIONS))
        kinds, make = function
        if len(kinds) != len(node.args):
            raise _Wrong("rules.function_arguments", name=name, count=len(kinds))
        return make(*(self._argument(part, kind, depth) for part, kind in zip(node.args, kinds, strict=True)))

    def _argument(self, node: ast.expr, kind: Kind, depth: int) -> Expression:
        found = self.read(node, depth)
        if kind == "date" and isinstance(found, Constant) and found.of == "text":
            found = _day(found)
        if found.kind != kind:
            raise _Wrong("rules.expression_kind", part=ast.unparse(node)[:60], kind=found.kind, wanted=kind)
        return found

    def _fold(self, node: ast.Call, function: ast.Attribute, depth: int) -> Expression:
        group = function.value.id if isinstance(function.value, ast.Name) else ""
        if group not in self.scope.groups or function.attr not in _FOLDS:
            known = ", ".join(f"{name}.{fold}()" for name in self.scope.groups for fold in _FOLDS)
            raise _Wrong("rules.name_unknown", name=ast.unparse(function)[:60], known=known)
        if len(node.args) != 1:
            raise _Wrong("rules.function_arguments", name=ast.unparse(function)[:60], count=1)
        if self.grouped:
            raise _Wrong("rules.fold_in_fold", name=ast.unparse(function)[:60])
        self.grouped = True
        wanted: Kind = "number" if function.attr in ("sum", "min", "max") else "boolean"
        operand = self.of_kind(node.args[0], wanted, depth)
        self.grouped = False
        return Fold(group, function.attr, operand)  # type: ignore[arg-type]


def _day(constant: Constant) -> Constant:
    try:
        return Constant(dt.date.fromisoformat(str(constant.value)), "date")
    except ValueError as fault:
        raise _Wrong("rules.expression_day", value=str(constant.value)[:40]) from fault


def _alike(one: Expression, other: Expression, written: str) -> tuple[Expression, Expression]:
    """Both of one kind; a text beside a date is a day."""
    if one.kind == "date" and isinstance(other, Constant) and other.of == "text":
        other = _day(other)
    if other.kind == "date" and isinstance(one, Constant) and one.of == "text":
        one = _day(one)
    if one.kind != other.kind:
        raise _Wrong("rules.expression_kind", part=written, kind=one.kind, wanted=other.kind)
    return one, other


def _number(value: float) -> Constant:
    return Constant(value, "number")


def _ceiling(operand: Expression) -> Expression:
    return Arithmetic("-", _number(0.0), Floor(Arithmetic("-", _number(0.0), operand)))


_FUNCTIONS: dict[str, tuple[tuple[Kind, ...], Callable[..., Expression]]] = {
    "age": (("date",), lambda birth: Elapsed("years", birth, AsOf())),
    "years": (("date", "date"), lambda start, end: Elapsed("years", start, end)),
    "months": (("date", "date"), lambda start, end: Elapsed("months", start, end)),
    "days": (("date", "date"), lambda start, end: Elapsed("days", start, end)),
    "min": (("number", "number"), lambda a, b: If(Compare("<=", a, b), a, b)),
    "max": (("number", "number"), lambda a, b: If(Compare(">=", a, b), a, b)),
    "floor": (("number",), Floor),
    "ceil": (("number",), _ceiling),
    "round": (("number",), lambda a: Floor(Arithmetic("+", a, _number(0.5)))),
    "date": (("date",), lambda day: day),
}
assert TOLERANCE < 0.5  # or `round` would not


def name_of(text: str) -> str:
    """A name as the grammar reads it: Python folds identifiers."""
    return normalize("NFKC", text)
