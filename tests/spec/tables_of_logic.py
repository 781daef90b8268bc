"""What is true, false and unknown."""

import datetime as dt
from decimal import Decimal

from ronghe.tables import expressions as ops
from tests.spec.drawn import A, B, Drawn, of_text

BOTH = {"a": ops.TEXT, "b": ops.TEXT}
FLAGS = {"p": ops.BOOLEAN, "q": ops.BOOLEAN}
P, Q = ops.Column("p", ops.BOOLEAN), ops.Column("q", ops.BOOLEAN)
ALL_PAIRS = tuple((p, q) for p in (True, False, None) for q in (True, False, None))


def kleene(name: str, expression: ops.Expression, *expected: bool | None) -> Drawn:
    return Drawn(name, expression, FLAGS, tuple((*pair, out) for pair, out in zip(ALL_PAIRS, expected, strict=True)))


def compare(name: str, operator: str, kind: ops.Type, *rows: tuple[object, object, object]) -> Drawn:
    expression = ops.Compare(operator, ops.Column("v", kind), ops.Column("w", kind))
    return Drawn(f"compare {name} {operator}", expression, {"v": kind, "w": kind}, rows)


def literal(name: str, value: ops.Scalar, kind: ops.Type) -> Drawn:
    return of_text(f"literal {name}", ops.Literal(value, kind), ("", value), (None, value))


MONEY = ops.decimal(30, 2)
TABLES = (
    of_text("column", A, ("张", "张"), ("", ""), ("'\\\"`\n\0", "'\\\"`\n\0"), (None, None)),
    literal("text", "张'\\\n\r\t\b\0\x1a\"`${HOME}%_\\u0041𠮷", ops.TEXT),
    literal("empty text", "", ops.TEXT),
    literal("NULL", None, ops.TEXT),
    literal("NULL day", None, ops.DATE),
    literal("integer", -(2**63) + 1, ops.INTEGER),
    literal("decimal", Decimal("-123456789012345678901234567890.12"), ops.decimal(38, 2)),
    literal("number", 1e-7, ops.NUMBER),
    literal("day", dt.date(1, 2, 3), ops.DATE),
    literal("moment", dt.datetime(2024, 2, 29, 8, 5, 9), ops.TIMESTAMP),  # noqa: DTZ001 - TIMESTAMP has no zone
    literal("boolean", False, ops.BOOLEAN),
    compare(
        "texts",
        "<",
        ops.TEXT,
        ("a", "b", True),
        ("B", "a", True),
        ("a", "a ", True),
        ("", "a", True),
        ("\uffff", "𠮷", True),
        ("𠮷", "\uffff", False),
        ("张", "李", True),
        ("é", "f", False),
        (None, "a", None),
        ("a", None, None),
    ),
    compare("texts", "=", ops.TEXT, ("a", "a", True), ("a", "A", False), ("a", "a ", False), ("é", "e\u0301", False)),
    compare("texts", "!=", ops.TEXT, ("a", "b", True), ("", "", False), (None, None, None)),
    compare("integers", "<=", ops.INTEGER, (1, 1, True), (2, 1, False), (None, 1, None)),
    compare(
        "decimals", ">", MONEY, (Decimal("0.01"), Decimal("0.00"), True), (Decimal("-1.00"), Decimal("1.00"), False)
    ),
    compare(
        "days",
        ">=",
        ops.DATE,
        (dt.date(2024, 2, 29), dt.date(2024, 2, 29), True),
        (dt.date(1, 1, 1), dt.date(9999, 12, 31), False),
        (None, dt.date(1, 1, 1), None),
    ),
    of_text(
        "is in",
        ops.IsIn(A, ("", "-", "无", "N'A", "\\N", "𠮷")),
        ("", True),
        ("无", True),
        ("N'A", True),
        ("\\N", True),
        ("𠮷", True),
        ("无 ", False),
        (None, None),
    ),
    Drawn(
        "integer is in",
        ops.IsIn(ops.Column("n", ops.INTEGER), (1, -2)),
        {"n": ops.INTEGER},
        ((1, True), (-2, True), (3, False), (None, None)),
    ),
    kleene("and", ops.And((P, Q)), True, False, None, False, False, False, None, False, None),
    kleene("or", ops.Or((P, Q)), True, True, True, True, False, None, True, None, None),
    kleene("and of three", ops.And((P, Q, P)), True, False, None, False, False, False, None, False, None),
    kleene("not", ops.Not(ops.And((P, Q))), False, True, None, True, True, True, None, True, None),
    kleene("holds", ops.Holds(ops.And((P, Q))), True, False, False, False, False, False, False, False, False),
    kleene("not holds", ops.Not(ops.Holds(ops.Or((P, Q)))), False, False, False, False, True, True, False, True, True),
    of_text("is null", ops.IsNull(A), ("", False), ("NULL", False), (None, True)),
    Drawn(
        "coalesce", ops.Coalesce((A, B, ops.Literal("无"))), BOTH, (("", "b", ""), (None, "b", "b"), (None, None, "无"))
    ),
    Drawn(
        "case",
        ops.Case(((ops.Compare("=", A, B), ops.Literal("同")), (ops.IsNull(A), B)), ops.Literal("异")),
        BOTH,
        (("x", "x", "同"), ("x", "y", "异"), (None, "y", "y"), (None, None, None), ("x", None, "异")),
    ),
    of_text(
        "case without otherwise",
        ops.Case(((ops.Matches(A, "[0-9]+"), ops.DecimalOf(A, 4, 1)),)),
        ("12", Decimal("12.0")),
        ("12345", None),
        ("x", None),
        (None, None),
    ),
    of_text(
        "case evaluates only the branch that holds",
        ops.Case(((ops.Matches(A, "[0-9]{4}"), ops.WeightedSum(A, (1, 2, 3, 4))),), ops.Literal(-1)),
        ("1111", 10),
        ("xxxx", -1),
        ("", -1),
        (None, -1),
    ),
)
