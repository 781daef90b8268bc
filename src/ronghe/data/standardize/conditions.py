"""Cross-column rules: a small language of comparisons, parsed by sqlglot and let through only node by node.

    birth_date <= issued  AND  (sex = '2' OR maiden_name IS NULL)

Columns are the schema's field names (quoted with "..." when they are not plain words); constants are numbers and '...'
texts, which are read by the element of the column that they are compared with, so that dates and codes mean the same.
"""

from collections.abc import Mapping
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ronghe.standards.element import Element
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["Operand", "parse_condition"]

LONGEST_CONDITION = 4_000
DEEPEST_CONDITION = 40

_COMPARE: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}


class Operand:
    """What a field's name stands for in a condition: its typed column and the element that reads constants for it."""

    def __init__(self, column: ops.Column, element: Element) -> None:
        self.column = column
        self.element = element


class _Reader:
    def __init__(self, operands: Mapping[str, Operand], place: str) -> None:
        self.operands = operands
        self.place = place

    def refuse(self, node: exp.Expr) -> InputError:
        return InputError("data.condition_form", place=self.place, part=node.sql()[:80])

    def boolean(self, node: exp.Expr, depth: int = 0) -> ops.Expression:  # noqa: PLR0911 - one return for each form
        if depth > DEEPEST_CONDITION:
            raise self.refuse(node)
        inner = node.this
        match node:
            case exp.Paren():
                return self.boolean(inner, depth + 1)
            case exp.And() | exp.Or():
                parts = (self.boolean(inner, depth + 1), self.boolean(node.expression, depth + 1))
                return ops.And(parts) if isinstance(node, exp.And) else ops.Or(parts)
            case exp.Not():
                return ops.Not(self.boolean(inner, depth + 1))
            case exp.Is() if isinstance(node.expression, exp.Null):
                return ops.IsNull(self.value(inner, None, depth + 1))
            case exp.In() if node.expressions and not node.args.get("query"):
                return self.membership(node, depth)
            case exp.Between():
                low, high = node.args["low"], node.args["high"]
                return ops.And((self.compared(">=", inner, low, depth), self.compared("<=", inner, high, depth)))
            case _ if type(node) in _COMPARE:
                return self.compared(_COMPARE[type(node)], inner, node.expression, depth)
        raise self.refuse(node)

    def membership(self, node: exp.In, depth: int) -> ops.Expression:
        return ops.Or(tuple(self.compared("=", node.this, choice, depth) for choice in node.expressions))

    def compared(self, operator: str, left: exp.Expr, right: exp.Expr, depth: int) -> ops.Expression:
        element = self.element_in(left) or self.element_in(right)
        return ops.Compare(operator, self.value(left, element, depth + 1), self.value(right, element, depth + 1))

    def element_in(self, node: exp.Expr) -> Element | None:
        found = [column for column in node.find_all(exp.Column) if column.name in self.operands]
        return self.operands[found[0].name].element if found else None

    def value(self, node: exp.Expr, element: Element | None, depth: int) -> ops.Expression:
        if depth > DEEPEST_CONDITION:
            raise self.refuse(node)
        match node:
            case exp.Paren():
                return self.value(node.this, element, depth + 1)
            case exp.Column() if not node.table:
                return self.column(node)
            case exp.Literal():
                return self.constant(node, element)
            case exp.Neg() if isinstance(node.this, exp.Literal) and not node.this.is_string:
                return ops.Arithmetic("-", ops.Literal(0), self.value(node.this, element, depth + 1))
            case exp.Length():
                return ops.Length(self.value(node.this, None, depth + 1))
            case _ if type(node) in _ARITHMETIC:
                left, right = self.value(node.this, element, depth + 1), self.value(node.expression, element, depth + 1)
                return ops.Arithmetic(_ARITHMETIC[type(node)], left, right)
        raise self.refuse(node)

    def column(self, node: exp.Column) -> ops.Expression:
        if node.name not in self.operands:
            raise InputError("data.schema_absent", place=self.place, name=node.name, known=", ".join(self.operands))
        return self.operands[node.name].column

    def constant(self, node: exp.Literal, element: Element | None) -> ops.Expression:
        if not node.is_string:
            number = Decimal(node.name)
            whole = number == number.to_integral_value() and abs(number) < 2**63
            digits = -int(number.as_tuple().exponent)
            return ops.Literal(int(number)) if whole else ops.Literal(number, ops.decimal(38, max(digits, 0)))
        if element is None:
            return ops.Literal(node.name)
        reading = element.read(node.name)
        if not reading.valid:
            raise InputError("data.condition_constant", place=self.place, value=node.name, element=element.name)
        return ops.Literal(reading.value, element.type)


def parse_condition(text: str, operands: Mapping[str, Operand], *, place: str) -> ops.Expression:
    """The boolean expression that a condition stands for; `place` names it in errors.

    Raises InputError for anything outside the language: functions but LENGTH, sub-queries, unknown columns.
    """
    if len(text) > LONGEST_CONDITION:
        raise InputError("data.condition_form", place=place, part=text[:80])
    try:
        node = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError) as fault:
        raise InputError("data.condition_form", place=place, part=text[:80]) from fault
    return _Reader(operands, place).boolean(node)
