"""Expressions as SQL for Spark 4.3 in ANSI mode, where a failed cast or an overflow is an error unless it is tried.

Spark reads regular expressions as Java does, counts characters as code points, and keeps no order of rows: large
look-ups can be joined.
"""

from collections.abc import Callable
from decimal import Context, Decimal
from functools import reduce

from sqlglot import exp
from sqlglot.dialects.spark import Spark as SparkDialect

from ronghe.tables import expressions as ops
from ronghe.tables.pattern_classes import java_pattern
from ronghe.tables.sql import (
    COMMON,
    Node,
    Renderer,
    Rules,
    call,
    cast,
    integer,
    let,
    masked,
    multiple,
    of_the_calendar,
    parens,
    text,
    when,
)

__all__ = ["SPARK", "exact_median", "spark", "statement"]

WIDE = Context(prec=80)
_SMALL, _LARGE = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class _Dialect(SparkDialect):
    # Spark reads up to three digits after a backslash: "\\0" before a digit would be another character.
    UNESCAPED_SEQUENCES = {  # noqa: RUF012 - sqlglot's own way to say it
        **{written: char for written, char in SparkDialect.UNESCAPED_SEQUENCES.items() if char != "\0"},
        "\\000": "\0",
    }


def spark() -> Renderer:
    """A renderer for one SELECT on Spark."""
    return Renderer("spark", SPARK)


def statement(select: exp.Expr) -> str:
    """The text of a SELECT as Spark reads it."""
    return select.sql(dialect=_Dialect)


def exact_median(select: exp.Select) -> exp.Select:
    """A SELECT of one discrete median as one that counts values; others as they are.

    Spark's own percentiles go through floating point or approximate, and know no days.
    """
    wanted = select.expressions[0]
    median = wanted.this if isinstance(wanted, exp.Alias) else wanted
    if not (isinstance(median, exp.WithinGroup) and isinstance(median.this, exp.PercentileDisc)):
        return select
    value = median.expression.expressions[0].this
    counted = select.copy().select(
        exp.alias_(value.copy(), "value"), exp.alias_(exp.Count(this=exp.Star()), "count"), append=False
    )
    counted = counted.where(exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))).group_by(value.copy())
    running = exp.select("value", "SUM(count) OVER (ORDER BY value) AS reached", "SUM(count) OVER () AS total")
    running = running.from_(counted.subquery("counted"))
    return (
        exp.select(exp.alias_(exp.Min(this=exp.column("value")), wanted.alias_or_name))
        .from_(running.subquery("running"))
        .where("2 * reached >= total")
    )


def _tried(operand: Node, to: str) -> Node:
    """TRY_CAST; sqlglot writes a plain CAST for Spark unless it is told that NULL is meant."""
    return exp.TryCast(this=operand, to=exp.DataType.build(to, dialect="duckdb"), safe=True)


def _whole(pattern: str) -> Node:
    return text(f"^(?:{java_pattern(pattern)})\\z")


def _once(render: Renderer, operand: Node, body: Callable[[Node], Node]) -> Node:
    """`body` of an operand that is computed once: inside CASE Spark shares no work."""
    if isinstance(operand, exp.Column):
        return body(operand)
    variable = exp.column(f"once_{next(render.counter)}")
    bound = exp.Lambda(this=body(variable), expressions=[exp.to_identifier(variable.name)])
    return call("GET", call("TRANSFORM", call("ARRAY", operand), bound), integer(0))


def _translate(render: Renderer, node: ops.Translate) -> Node:
    return call("TRANSLATE", render(node.text), text(node.source), text(node.target))


def _cased(render: Renderer, node: ops.Upper | ops.Lower) -> Node:
    source, target = (_SMALL, _LARGE) if isinstance(node, ops.Upper) else (_LARGE, _SMALL)
    return call("TRANSLATE", render(node.text), text(source), text(target))


def _replace(render: Renderer, node: ops.Replace) -> Node:
    by = node.by.replace("\\", "\\\\").replace("$", "\\$")
    return call("REGEXP_REPLACE", render(node.text), text(java_pattern(node.pattern)), text(by))


def _extract(render: Renderer, node: ops.Extract) -> Node:
    # REGEXP_EXTRACT gives "" where nothing matches; the list of all matches is empty there.
    groups = call("REGEXP_EXTRACT_ALL", render(node.text), text(java_pattern(node.pattern)), integer(node.group))
    return call("GET", groups, integer(0))


def _parsed(render: Renderer, operand: ops.Expression, pattern: str, to: str) -> Node:
    """The whole text cast, NULL where it has another form: REGEXP_SUBSTR is NULL where nothing matches."""
    return _tried(call("REGEXP_SUBSTR", render(operand), _whole(pattern)), to)


def _decimal_of(render: Renderer, node: ops.DecimalOf) -> Node:
    return _parsed(render, node.text, node.pattern, f"DECIMAL({node.precision}, {node.scale})")


def _number_of(render: Renderer, node: ops.NumberOf) -> Node:
    number = _parsed(render, node.text, node.pattern, "DOUBLE")
    infinite = cast(text("Infinity"), "DOUBLE")
    return _once(
        render, number, lambda value: when(exp.LT(this=call("ABS", value.copy()), expression=infinite), value.copy())
    )


_DAY = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{1,2}-[0-9]{1,2}"
_TIME = "[0-9]{1,2}:[0-9]{2}:[0-9]{2}"


def _rescale(render: Renderer, node: ops.Rescale) -> Node:
    """Whole numbers of at most 38 digits: what does not fit into them is far beyond the result's 28, so NULL is right.

    Spark's quotients keep few digits, so only multiples of the divisor are divided: those are exact.
    """
    ratio = node.fraction
    double = _whole_decimal(2 * ratio.denominator)
    plain = cast(render(node.operand), f"DECIMAL({20 + node.operand_scale}, {node.operand_scale})")
    mantissa = _tried(call("REPLACE", cast(plain, "VARCHAR"), text("."), text("")), "DECIMAL(38, 0)")
    product = call("TRY_MULTIPLY", mantissa, _whole_decimal(2 * ratio.numerator))

    def rounded(doubled: Node) -> Node:
        shifted = call("TRY_ADD", call("ABS", doubled.copy()), _whole_decimal(ratio.denominator))
        multiple = exp.Sub(this=shifted, expression=call("MOD", shifted.copy(), double.copy()))
        quotient = _tried(call("TRY_DIVIDE", parens(multiple), double.copy()), "DECIMAL(28, 0)")
        negative = exp.LT(this=doubled.copy(), expression=integer(0))
        return when(negative, exp.Neg(this=quotient), quotient.copy())

    result = _once(render, product, rounded)
    return cast(call("TRY_DIVIDE", result, _whole_decimal(10**node.scale)), f"DECIMAL({28 + node.scale}, {node.scale})")


def _whole_decimal(value: int) -> Node:
    return cast(text(str(value)), f"DECIMAL({len(str(abs(value)))}, 0)")


def _digit_sum(product: Node) -> Node:
    tens = parens(exp.IntDiv(this=product, expression=integer(10)))
    return parens(exp.Add(this=tens, expression=parens(exp.Mod(this=product.copy(), expression=integer(10)))))


def _weighted_sum(render: Renderer, node: ops.WeightedSum) -> Node:
    def product(operand: Node, place: int, weight: int) -> Node:
        character = call("SUBSTRING", operand.copy(), integer(place), integer(1))
        digit = parens(exp.Sub(this=call("INSTR", text(node.alphabet), character), expression=integer(1)))
        multiplied = parens(exp.Mul(this=cast(digit, "BIGINT"), expression=integer(weight)))
        return _digit_sum(multiplied) if node.fold else multiplied

    def weighted(operand: Node) -> Node:
        products = [product(operand, place, weight) for place, weight in enumerate(node.weights, start=1)]
        return cast(parens(reduce(lambda left, right: exp.Add(this=left, expression=right), products)), "BIGINT")

    return _once(render, render(node.text), weighted)


def _lookup(render: Renderer, node: ops.Lookup) -> Node:
    # What the text itself looks up must be joined before it.
    render(node.text)
    return COMMON[ops.Lookup](render, node)


def _listed(render: Renderer, node: ops.Listed) -> Node:
    return call(
        "ARRAY_COMPACT", call("ARRAY", *(when(render(condition), render(value)) for condition, value in node.parts))
    )


_TRIED = {"+": "TRY_ADD", "-": "TRY_SUBTRACT", "*": "TRY_MULTIPLY", "%": "TRY_MOD"}


def _arithmetic(render: Renderer, node: ops.Arithmetic) -> Node:
    return call(_TRIED[node.operator], render(node.left), render(node.right))


def _later(render: Renderer, node: ops.Later) -> Node:
    # An interval of days and seconds: its minutes would be 32 bits wide, and a sum that does not fit an error.
    seconds = exp.Mul(this=parens(render(node.minutes)), expression=integer(60))
    interval = call("MAKE_DT_INTERVAL", integer(0), integer(0), integer(0), cast(seconds, "DECIMAL(18, 6)"))
    return _once(render, call("TRY_ADD", render(node.moment), interval), of_the_calendar)


def _literal(render: Renderer, node: ops.Literal) -> Node:
    """Constants with no more digits than they have: Spark counts digits to find a type, and drops what is beyond 38."""
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool):
        whole = exp.Literal.number(f"{abs(value)}L")
        return whole if value >= 0 else parens(exp.Neg(this=whole))
    if isinstance(value, Decimal) and node.type.name is ops.Name.DECIMAL:
        scale = node.type.scale
        digits = len(str(abs(int(value.scaleb(scale, WIDE)))))
        return cast(text(f"{value:f}"), f"DECIMAL({max(digits, scale, 1)}, {scale})")
    return COMMON[ops.Literal](render, node)


def _text_of(render: Renderer, node: ops.TextOf) -> Node:
    return cast(render(node.operand), "VARCHAR")


SPARK: Rules = {
    **COMMON,
    ops.Trim: lambda render, node: exp.Trim(this=render(node.text), expression=text(ops.WHITESPACE), position="BOTH"),
    ops.Translate: _translate,
    ops.Upper: _cased,
    ops.Lower: _cased,
    ops.Replace: _replace,
    ops.Extract: _extract,
    ops.Concat: lambda render, node: call("CONCAT", *map(render, node.parts)),
    ops.Matches: lambda render, node: call("REGEXP_LIKE", render(node.text), _whole(node.pattern)),
    ops.Found: lambda render, node: call("REGEXP_LIKE", render(node.text), text(java_pattern(node.pattern))),
    ops.IntegerOf: lambda render, node: _parsed(render, node.text, node.pattern, "BIGINT"),
    ops.DecimalOf: _decimal_of,
    ops.NumberOf: _number_of,
    ops.DateOf: lambda render, node: _parsed(render, node.text, _DAY, "DATE"),
    ops.Later: _later,
    ops.TimestampOf: lambda render, node: _parsed(render, node.text, f"{_DAY} {_TIME}", "TIMESTAMP"),
    ops.Let: let(_once),
    ops.Listed: _listed,
    ops.Masked: lambda render, node: _once(render, render(node.text), lambda named: masked(named, node)),
    ops.Multiple: lambda render, node: _once(render, render(node.operand), lambda named: multiple(render, named, node)),
    ops.Together: lambda render, node: call("ARRAY", *map(render, node.parts)),
    ops.Lookup: _lookup,
    ops.Rescale: _rescale,
    ops.WeightedSum: _weighted_sum,
    ops.Literal: _literal,
    ops.Arithmetic: _arithmetic,
    ops.TextOf: _text_of,
}
