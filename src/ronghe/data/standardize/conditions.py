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

from ronghe.data.standardize.rules import canonical_text
from ronghe.standards.element import Element
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["Operand", "parse_condition"]

LONGEST_CONDITION = 4_000
DEEPEST_CONDITION = 40
MOST_DIGITS = 38
"""Digits of a number in a condition: those that a DECIMAL of the engines can have."""

_COMPARE: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}

_FAMILIES = {
    ops.Name.TEXT: "text",
    ops.Name.INTEGER: "number",
    ops.Name.DECIMAL: "number",
    ops.Name.NUMBER: "number",
    ops.Name.DATE: "time",
    ops.Name.TIMESTAMP: "time",
    ops.Name.BOOLEAN: "truth",
}


class Operand:
    """What a field's name stands for in a condition: its typed column and the element that reads constants for it."""

    def __init__(self, column: ops.Column, element: Element) -> None:
        self.column = column
        self.element = element


def _family(value: ops.Expression) -> str:
    """What kind of value an operand is; whatever is reckoned is a number."""
    return _FAMILIES[value.type.name] if isinstance(value, ops.Column | ops.Literal) else "number"


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
        one, other = self.value(left, element, depth + 1), self.value(right, element, depth + 1)
        # An engine would cast one side to the other's type, and fail at the first value that has no such form.
        if _family(one) != _family(other):
            part = f"{left.sql()} {operator} {right.sql()}"
            raise InputError("data.condition_kinds", place=self.place, part=part[:80])
        return ops.Compare(operator, one, other)

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
            case exp.Length(this=exp.Column() as measured) if not measured.table:
                column = self.column(measured)
                return ops.Length(canonical_text(column, column.type))
            case _ if type(node) in _ARITHMETIC:
                left, right = self.value(node.this, element, depth + 1), self.value(node.expression, element, depth + 1)
                # Engines differ on what a day minus a day is, so only numbers are reckoned with.
                if {_family(left), _family(right)} != {"number"}:
                    raise InputError("data.condition_kinds", place=self.place, part=node.sql()[:80])
                return ops.Arithmetic(_ARITHMETIC[type(node)], left, right)
        raise self.refuse(node)

    def column(self, node: exp.Column) -> ops.Column:
        if node.name not in self.operands:
            raise InputError("data.schema_absent", place=self.place, name=node.name, known=", ".join(self.operands))
        return self.operands[node.name].column

    def constant(self, node: exp.Literal, element: Element | None) -> ops.Expression:
        if not node.is_string:
            number = Decimal(node.name)
            whole = number == number.to_integral_value() and abs(number) < 2**63
            after_point = max(-int(number.as_tuple().exponent), 0)
            if number.adjusted() + 1 + after_point > MOST_DIGITS or after_point > MOST_DIGITS:
                raise self.refuse(node)
            kind = ops.INTEGER if whole else ops.decimal(MOST_DIGITS, after_point)
            return ops.Literal(int(number) if whole else number, kind)
        if element is None:
            return ops.Literal(node.name)
        reading = element.read(node.name)
        if not reading.valid:
            raise InputError("data.condition_constant", place=self.place, value=node.name, element=element.name)
        return ops.Literal(reading.value, element.type)


def parse_condition(text: str, operands: Mapping[str, Operand], *, place: str) -> ops.Expression:
    """The boolean expression that a condition stands for; `place` names it in errors.

    Raises InputError for anything outside the language: functions but LENGTH, sub-queries, unknown columns, and for
    comparisons of values of different kinds, which no engine could make.
    """
    if len(text) > LONGEST_CONDITION:
        raise InputError("data.condition_form", place=place, part=text[:80])
    try:
        node = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError) as fault:
        raise InputError("data.condition_form", place=place, part=text[:80]) from fault
    condition = _Reader(operands, place).boolean(node)
    # One that reads no column says nothing of a row, and its reason would have no subject.
    if not ops.columns_of(condition):
        raise InputError("data.condition_form", place=place, part=text[:80])
    return condition
