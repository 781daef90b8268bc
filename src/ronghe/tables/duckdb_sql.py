"""Expressions as SQL for DuckDB 2.0.

The guards (`CASE WHEN ... THEN x ELSE slow(x) END`) are there because translating, trimming by a set of characters and
upper-casing cost 5 to 30 times a test that they would change nothing; measured in `docs/decisions`.
"""

import re
from functools import reduce

from sqlglot import exp

from ronghe.tables import expressions as ops
from ronghe.tables.sql import (
    COMMON,
    Node,
    Renderer,
    Rules,
    call,
    cast,
    integer,
    literal_pattern,
    parens,
    text,
    when,
)

__all__ = ["DUCKDB", "duckdb"]

_SPACE_AT_AN_END = f"^[{ops.WHITESPACE}]|[{ops.WHITESPACE}]$"


def duckdb() -> Renderer:
    """A renderer for one SELECT on DuckDB."""
    return Renderer("duckdb", DUCKDB)


def _ascii_only(operand: Node) -> Node:
    return exp.EQ(this=call("STRLEN", operand), expression=call("LENGTH", operand.copy()))


def _trim(render: Renderer, node: ops.Trim) -> Node:
    operand = render(node.text)
    dirty = call("REGEXP_MATCHES", operand, text(_SPACE_AT_AN_END))
    return when(dirty, call("TRIM", operand.copy(), text(ops.WHITESPACE)), operand.copy())


def _translate(render: Renderer, node: ops.Translate) -> Node:
    operand = render(node.text)
    translated = call("TRANSLATE", operand.copy(), text(node.source), text(node.target))
    found = call("REGEXP_MATCHES", operand.copy(), text(f"[{re.escape(node.source)}]"))
    guarded = when(found, translated, operand.copy())
    return when(_ascii_only(operand), operand.copy(), guarded) if not re.search("[\0-\x7f]", node.source) else guarded


def _cased(render: Renderer, node: ops.Upper | ops.Lower) -> Node:
    small, large = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    upper = isinstance(node, ops.Upper)
    source, target, function = (small, large, "UPPER") if upper else (large, small, "LOWER")
    operand = render(node.text)
    changed = when(
        _ascii_only(operand.copy()),
        call(function, operand.copy()),
        call("TRANSLATE", operand.copy(), text(source), text(target)),
    )
    return when(call("REGEXP_MATCHES", operand, text(f"[{source[0]}-{source[-1]}]")), changed, operand.copy())


def _replace(render: Renderer, node: ops.Replace) -> Node:
    literal = literal_pattern(node.pattern)
    if literal is not None:
        return call("REPLACE", render(node.text), text(literal), text(node.by))
    by = node.by.replace("\\", "\\\\")
    return call("REGEXP_REPLACE", render(node.text), text(node.pattern), text(by), text("g"))


def _extract(render: Renderer, node: ops.Extract) -> Node:
    operand = render(node.text)
    group = call("REGEXP_EXTRACT", operand.copy(), text(node.pattern), integer(node.group))
    return when(call("REGEXP_MATCHES", operand, text(node.pattern)), group)


def _parsed(operand: Node, pattern: str, to: str) -> Node:
    shaped = call("REGEXP_FULL_MATCH", operand, text(pattern))
    return when(shaped, cast(operand.copy(), to, safe=True))


def _decimal_of(render: Renderer, node: ops.DecimalOf) -> Node:
    fraction = f"[0-9]{{1,{node.scale}}}0*" if node.scale else "0+"
    size = f"DECIMAL({node.precision}, {node.scale})"
    return _parsed(render(node.text), rf"[+-]?[0-9]+(\.{fraction})?", size)


def _number_of(render: Renderer, node: ops.NumberOf) -> Node:
    number = _parsed(render(node.text), r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", "DOUBLE")
    return when(call("ISFINITE", number), number.copy())


def _dated(render: Renderer, node: ops.DateOf | ops.TimestampOf) -> Node:
    day = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    pattern = day if isinstance(node, ops.DateOf) else f"{day} [0-9]{{1,2}}:[0-9]{{2}}:[0-9]{{2}}"
    value = _parsed(render(node.text), pattern, "DATE" if isinstance(node, ops.DateOf) else "TIMESTAMP")
    before_year_one = exp.GTE(this=value, expression=cast(text("0001-01-01"), "DATE"))
    return when(before_year_one, value.copy())


def _rescale(render: Renderer, node: ops.Rescale) -> Node:
    ratio = node.fraction
    wide = cast(render(node.operand), f"DECIMAL({20 + node.operand_scale}, {node.operand_scale})")
    scaled = cast(parens(exp.Mul(this=wide, expression=integer(10**node.operand_scale))), "HUGEINT")
    doubled = exp.Mul(this=call("ABS", scaled), expression=integer(2 * ratio.numerator))
    shifted = parens(exp.Add(this=doubled, expression=integer(ratio.denominator)))
    rounded = parens(exp.IntDiv(this=shifted, expression=integer(2 * ratio.denominator)))
    unit = cast(text(f"{10**-node.scale:.{node.scale}f}"), f"DECIMAL({node.scale + 1}, {node.scale})")
    signed = exp.Mul(this=rounded, expression=call("SIGN", scaled.copy()))
    return parens(exp.Mul(this=cast(signed, "DECIMAL(28, 0)", safe=True), expression=unit))


def _digit(operand: Node, place: int, alphabet: str) -> Node:
    character = call("SUBSTRING", operand.copy(), integer(place + 1), integer(1))
    if alphabet.startswith("0123456789"[: len(alphabet)]) and len(alphabet) <= 10:
        return parens(exp.Sub(this=call("ASCII", character), expression=integer(48)))
    return parens(exp.Sub(this=call("STRPOS", text(alphabet), character), expression=integer(1)))


def _weighted_sum(render: Renderer, node: ops.WeightedSum) -> Node:
    operand, count = render(node.text), len(node.weights)
    if node.alphabet == "0123456789" and count <= 18:
        # One cast and integer divisions: half the cost of cutting the text into characters.
        whole = cast(call("SUBSTRING", operand, integer(1), integer(count)), "BIGINT", safe=True)
        places = [exp.IntDiv(this=whole.copy(), expression=integer(10 ** (count - 1 - k))) for k in range(count)]
        digits: list[Node] = [parens(exp.Mod(this=parens(place), expression=integer(10))) for place in places]
    else:
        digits = [_digit(operand, place, node.alphabet) for place in range(count)]
    products: list[Node] = [
        parens(exp.Mul(this=digit, expression=integer(weight)))
        for digit, weight in zip(digits, node.weights, strict=True)
    ]
    if node.fold:
        products = [
            parens(
                exp.Add(
                    this=parens(exp.IntDiv(this=product, expression=integer(10))),
                    expression=parens(exp.Mod(this=product.copy(), expression=integer(10))),
                )
            )
            for product in products
        ]
    return cast(parens(reduce(lambda left, right: exp.Add(this=left, expression=right), products)), "BIGINT")


def _listed(render: Renderer, node: ops.Listed) -> Node:
    parts = exp.Array(expressions=[when(render(condition), render(value)) for condition, value in node.parts])
    present = exp.Lambda(
        this=exp.Not(this=exp.Is(this=exp.column("part"), expression=exp.Null())), expressions=[exp.to_identifier("part")]
    )
    return call("LIST_FILTER", parts, present)


DUCKDB: Rules = {
    **COMMON,
    ops.Trim: _trim,
    ops.Translate: _translate,
    ops.Upper: _cased,
    ops.Lower: _cased,
    ops.Replace: _replace,
    ops.Extract: _extract,
    ops.Concat: lambda render, node: parens(
        reduce(lambda left, right: exp.DPipe(this=left, expression=right), map(render, node.parts))
    ),
    ops.Matches: lambda render, node: call("REGEXP_FULL_MATCH", render(node.text), text(node.pattern)),
    ops.Found: lambda render, node: call("REGEXP_MATCHES", render(node.text), text(node.pattern)),
    ops.IntegerOf: lambda render, node: _parsed(render(node.text), "[+-]?[0-9]+", "BIGINT"),
    ops.DecimalOf: _decimal_of,
    ops.NumberOf: _number_of,
    ops.Listed: _listed,
    ops.DateOf: _dated,
    ops.TimestampOf: _dated,
    ops.Rescale: _rescale,
    ops.WeightedSum: _weighted_sum,
    ops.TextOf: lambda render, node: cast(render(node.operand), "VARCHAR"),
}
