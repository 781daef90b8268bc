"""Expressions as SQL for DuckDB: the same values as `evaluate`, for a table of subjects at once."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlglot import exp

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
)

__all__ = ["TYPES", "Columns", "fold_sql", "kleene", "listed", "number", "render", "text", "when"]

Node = exp.Expression
Columns = Mapping[Expression, exp.Column]
"""Where the values of facts and folds stand."""
TYPES = {"boolean": "BOOLEAN", "number": "DOUBLE", "text": "VARCHAR", "date": "DATE"}


def call(name: str, *arguments: Node) -> Node:
    """A function by its name in the engine."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(value: str) -> Node:
    """A text written out."""
    return exp.Literal.string(value)


def number(value: float) -> Node:
    """A number written out so that the engine reads the same double."""
    return exp.cast(exp.Literal.number(repr(value)) if value >= 0 else exp.Literal.string(repr(value)), "DOUBLE")


def _paren(node: Any) -> Node:
    return node if isinstance(node, exp.Column | exp.Literal | exp.Cast | exp.Case) else exp.Paren(this=node)


def when(condition: Node, then: Node, otherwise: Node | None = None) -> exp.Case:
    """CASE WHEN."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise)


def _by_truth(condition: Node, then: Node, otherwise: Node) -> exp.Case:
    """The condition stands there once, so that nested choices stay short; NULL takes neither branch."""
    branches = [exp.If(this=exp.true(), true=then), exp.If(this=exp.false(), true=otherwise)]
    return exp.Case(this=_paren(condition), ifs=branches)


def kleene(parts: list[Node], *, every: bool) -> Node:
    """AND or OR of the parts, which in SQL is Kleene's."""
    kind = exp.And if every else exp.Or
    found = _paren(parts[0])
    for part in parts[1:]:
        found = kind(this=found, expression=_paren(part))
    return exp.Paren(this=found)


def _constant(node: Any, _: Columns) -> Node:
    value = node.value
    if value is None:
        return exp.cast(exp.null(), TYPES[node.of])
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, float):
        return number(value)
    if isinstance(value, dt.date):
        return exp.cast(text(value.isoformat()), "DATE")
    return text(value)


_SIGNS: dict[str, type[exp.Binary]] = {
    "==": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
}


def _near(op: str, left: Node, right: Node) -> Any:
    gap = exp.Paren(this=exp.Sub(this=_paren(left), expression=_paren(right)))
    if op in ("==", "!="):
        return _SIGNS["<=" if op == "==" else ">"](this=call("ABS", gap), expression=number(TOLERANCE))
    bound = TOLERANCE if op in (">", "<=") else -TOLERANCE
    return _SIGNS[op](this=gap, expression=number(bound))


def _compared(op: str, left: Node, right: Node, kind: str) -> Any:
    if kind == "number":
        return _near(op, left, right)
    return _SIGNS[op](this=_paren(left), expression=_paren(right))


def _compare(node: Any, columns: Columns) -> Any:
    return _compared(node.op, render(node.left, columns), render(node.right, columns), node.left.kind)


def _member(node: Any, columns: Columns) -> Node:
    operand = render(node.operand, columns)
    if node.operand.kind != "number":
        return exp.In(this=_paren(operand), expressions=[_constant(one, columns) for one in node.values])
    parts = [_near("==", operand.copy(), _constant(one, columns)) for one in node.values]
    return kleene(parts, every=False)


def _arithmetic(node: Any, columns: Columns) -> Any:
    left, right = render(node.left, columns), render(node.right, columns)
    if node.op == "/":
        return exp.Div(this=_paren(left), expression=call("NULLIF", right, number(0.0)), typed=False, safe=False)
    return _SIGNS[node.op](this=_paren(left), expression=_paren(right))


def _part(name: str, day: Node) -> Node:
    return call(name, day.copy())


def _elapsed(node: Any, columns: Columns) -> Node:
    start, end = render(node.start, columns), render(node.end, columns)

    def gap(name: str) -> Node:
        return exp.Paren(this=exp.Sub(this=_part(name, end), expression=_part(name, start)))

    def early(unit: Callable[[Node], Node]) -> Node:
        return exp.cast(exp.Paren(this=exp.LT(this=unit(end), expression=unit(start))), "INT")

    if node.unit == "days":
        days: Node = exp.Paren(this=exp.Sub(this=_paren(end), expression=_paren(start)))
        return exp.cast(days, "DOUBLE")
    if node.unit == "months":
        whole = exp.Add(this=exp.Mul(this=gap("YEAR"), expression=exp.Literal.number(12)), expression=gap("MONTH"))
        return exp.cast(exp.Paren(this=exp.Sub(this=whole, expression=early(lambda day: _part("DAY", day)))), "DOUBLE")

    def in_year(day: Node) -> Node:
        months = exp.Mul(this=_part("MONTH", day), expression=exp.Literal.number(100))
        return exp.Paren(this=exp.Add(this=months, expression=_part("DAY", day)))

    return exp.cast(exp.Paren(this=exp.Sub(this=gap("YEAR"), expression=early(in_year))), "DOUBLE")


def _floor(node: Any, columns: Columns) -> Node:
    forgiven = exp.Add(this=_paren(render(node.operand, columns)), expression=number(TOLERANCE))
    return exp.cast(call("FLOOR", forgiven), "DOUBLE")


def render(node: Expression, columns: Columns) -> Any:
    """The SQL of a bound expression."""
    found = columns.get(node)
    return found.copy() if found is not None else _RENDERED[type(node)](node, columns)


def listed(values: Sequence[str]) -> dict[str, Any]:
    """Texts as values of one enumeration: a column of these is written ten times as fast as one of texts."""
    kind = exp.DataType(this=exp.DataType.Type.ENUM, expressions=[text(value) for value in values])
    return {value: exp.Cast(this=text(value), to=kind.copy()) for value in values}


def fold_sql(node: Fold, columns: Columns) -> Any:
    """The aggregate of a fold, over the rows of one group."""
    operand = render(node.operand, columns)
    known = exp.EQ(this=call("COUNT", operand.copy()), expression=exp.Count(this=exp.Star()))
    if node.function in ("any", "all"):
        decided = call("BOOL_OR" if node.function == "any" else "BOOL_AND", operand)
        value = exp.true() if node.function == "any" else exp.false()
        return when(exp.EQ(this=decided, expression=value), value.copy(), when(known, exp.not_(value.copy())))
    if node.function == "count":
        return when(known, exp.cast(call("COUNT_IF", operand), "DOUBLE"))
    if node.function == "sum":
        return when(known, call("COALESCE", call("FSUM", operand), number(0.0)))
    return when(known, call(node.function.upper(), operand))


_RENDERED: dict[type[Expression], Callable[[Any, Columns], Any]] = {
    Constant: _constant,
    Fact: lambda node, _: exp.cast(exp.null(), TYPES[node.of]),
    Arithmetic: _arithmetic,
    Compare: _compare,
    Member: _member,
    And: lambda node, columns: kleene([render(part, columns) for part in node.parts], every=True),
    Or: lambda node, columns: kleene([render(part, columns) for part in node.parts], every=False),
    Not: lambda node, columns: exp.Not(this=_paren(render(node.operand, columns))),
    If: lambda node, columns: _by_truth(
        render(node.condition, columns), render(node.then, columns), render(node.otherwise, columns)
    ),
    Elapsed: _elapsed,
    Floor: _floor,
}
