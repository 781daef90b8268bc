"""The reference page of the operations that plans are made of: what each means, with an example."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal

from ronghe.cli.markdown import row
from ronghe.tables import expressions as ops
from ronghe.tables.in_memory import evaluate

__all__ = ["EXAMPLES", "operations_page"]

A, B, N = ops.Column("a"), ops.Column("b"), ops.Column("n", ops.INTEGER)
_DECIMAL = ops.Column("d", ops.decimal(26, 6))


def _texts(*values: str | None) -> tuple[Mapping[str, str | None], ...]:
    return tuple({"a": value} for value in values)


def _pairs(*values: tuple[str | None, str | None]) -> tuple[Mapping[str, str | None], ...]:
    return tuple({"a": a, "b": b} for a, b in values)


_IS_X, _IS_NULL = ops.Compare("=", A, ops.Literal("x")), ops.IsNull(B)
_LOGIC = _pairs(("x", None), ("y", "y"), (None, "y"))

EXAMPLES: tuple[tuple[ops.Expression, tuple[Mapping[str, object], ...]], ...] = (
    (A, _texts("张三", None)),
    (ops.Literal("它's"), _texts("张三")),
    (ops.Trim(A), _texts(" 张 三　", "")),
    (ops.Translate(A, "１（）", "1()"), _texts("（１）")),
    (ops.Replace(A, "[ \u3000]+", " "), _texts("张 　三")),
    (ops.Upper(A), _texts("é1x")),
    (ops.Lower(A), _texts("É1X")),
    (ops.Slice(A, 2, 2), _texts("𠮷野家", "a")),
    (ops.Ending(A, 2), _texts("𠮷野家", "a")),
    (ops.Masked(A, 3, 4), _texts("13800138000", "110")),
    (ops.Length(A), _texts("𠮷野", "")),
    (ops.Concat((A, ops.Literal("-"), B)), _pairs(("x", "y"), ("x", None))),
    (ops.Matches(A, "[0-9]{4}"), _texts("2024", "2024年", None)),
    (ops.Found(A, "[0-9]{4}"), _texts("2024年", "年")),
    (ops.Extract(A, "年([0-9]+)月", 1), _texts("2024年5月", "2024")),
    (ops.Lookup(A, (("男", "1"), ("女", "2"))), _texts("女", "x")),
    (ops.Listed(((_IS_X, ops.Literal("a is x")), (_IS_NULL, ops.Literal("b is NULL")))), _LOGIC),
    (ops.Let("half", ops.Slice(A, 1, 2), ops.Concat((ops.Column("half"), ops.Column("half")))), _texts("𠮷野家", None)),
    (ops.Together((A, B)), _pairs(("x", None), ("x", "y"))),
    (ops.IsIn(A, ("无", "-")), _texts("-", "0", None)),
    (ops.WeightedSum(A, (1, 2, 3), "0123456789"), _texts("135")),
    (ops.IntegerOf(A), _texts("007", "9223372036854775808", "1.0")),
    (ops.DecimalOf(A, 5, 2), _texts("1.5", "1.005", "1000")),
    (
        ops.Rescale(_DECIMAL, 6, 2000, 3, 4),
        tuple({"d": evaluate(ops.DecimalOf(A, 26, 6), {"a": text})} for text in ("10", "-0.000075")),
    ),
    (
        ops.Multiple(_DECIMAL, 6, Decimal(10)),
        tuple({"d": evaluate(ops.DecimalOf(A, 26, 6), {"a": text})} for text in ("39.5", "-1")),
    ),
    (ops.NumberOf(A), _texts("1e3", "1e999")),
    (ops.DateOf(A), _texts("2024-2-29", "2023-02-29")),
    (ops.TimestampOf(A), _texts("2024-02-29 8:30:00", "2024-02-29 24:00:00")),
    (
        ops.Later(ops.TimestampOf(A), N),
        ({"a": "2024-02-28 16:00:00", "n": 480}, {"a": "9999-12-31 23:59:59", "n": 1}),
    ),
    (ops.TextOf(N, ops.INTEGER), ({"n": -7},)),
    (ops.Arithmetic("%", N, ops.Literal(3)), ({"n": 7}, {"n": -7})),
    (ops.Compare("<", A, B), _pairs(("B", "a"), ("a", None))),
    (ops.And((_IS_X, _IS_NULL)), _LOGIC),
    (ops.Or((_IS_X, _IS_NULL)), _LOGIC),
    (ops.Not(_IS_X), _texts("x", "y", None)),
    (ops.IsNull(A), _texts("", None)),
    (ops.Holds(_IS_X), _texts("x", "y", None)),
    (ops.Coalesce((A, B)), _pairs((None, "y"), (None, None))),
    (ops.Case(((_IS_X, ops.Literal("yes")),), ops.Literal("no")), _texts("x", "y", None)),
)
"""One example of each operation, with rows to read."""


def _shown(value: object) -> str:
    return "NULL" if value is None else f"`{value!r}`" if isinstance(value, str | list) else f"`{value}`"


def _one(expression: ops.Expression, rows: tuple[Mapping[str, object], ...]) -> Iterator[str]:
    kind = type(expression)
    yield f"## {kind.__name__}"
    yield ""
    yield inspect.cleandoc(kind.__doc__ or "").replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n\n")
    yield ""
    yield f"Made of: {', '.join(f'`{part.name}`' for part in fields(expression))}."
    yield ""
    names = list(rows[0])
    yield row(*names, "becomes")
    yield "|---" * (len(names) + 1) + "|"
    for cells in rows:
        yield row(*map(_shown, cells.values()), _shown(evaluate(expression, cells)))
    yield ""


def operations_page() -> Iterator[str]:
    """Every operation of the closed set, in the order in which it is defined."""
    yield "# Operations"
    yield ""
    yield "Data elements, rules and schemas are compiled to these operations and nothing else; each is rendered for"
    yield "DuckDB and for Spark. The examples are evaluated by the reference, which both engines are tested against in"
    yield "`tests/spec`: the same tables, cell by cell. How patterns may be written:"
    yield ""
    yield inspect.cleandoc(ops.__doc__ or "").split("\n\n")[-1].replace("\n", " ")
    yield ""
    for expression, rows in EXAMPLES:
        yield from _one(expression, rows)
