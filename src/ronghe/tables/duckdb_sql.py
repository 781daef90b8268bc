"""Expressions as SQL for DuckDB 2.0.

The guards (`CASE WHEN ... THEN x ELSE slow(x) END`) are there because translating, trimming by a set of characters and
upper-casing cost 5 to 30 times a test that they would change nothing; measured in `docs/decisions`.
"""

import re
from collections.abc import Callable, Sequence
from functools import reduce
from string import ascii_lowercase, ascii_uppercase

from sqlglot import exp

from ronghe.tables import expressions as ops
from ronghe.tables.alternatives import alternatives
from ronghe.tables.hashed import HALF, KEYS, VALUES, Mapping, slots
from ronghe.tables.sql import (
    ARITHMETIC,
    COMMON,
    LARGEST_CASE,
    Node,
    Renderer,
    Rules,
    call,
    cases,
    cast,
    integer,
    let,
    literal_pattern,
    masked,
    multiple,
    name,
    null,
    of_the_calendar,
    parens,
    text,
    when,
)

__all__ = ["DUCKDB", "duckdb"]

OFTEN_FULL_WIDTH = "０１２３４５６７８９，．－（）：／＋￥\u3000"
"""What input methods leave in codes, numbers and dates."""
_DAY = "(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})-[0-9]{1,2}-[0-9]{1,2}"
CERTAIN = {_DAY: ("[1-9][0-9]{3}-[0-9]{1,2}-[0-9]{1,2}", "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}")}
"""Narrower patterns by the pattern that a cast asks for."""
FEW = 8
"""Up to so many texts, comparing with each costs less than a pattern."""
SOME = 200
"""Up to so many texts of any script, a pattern keeps to its automaton."""
_SPACE_AT_AN_END = f"^[{ops.WHITESPACE}]|[{ops.WHITESPACE}]$"


def duckdb() -> Renderer:
    """A renderer for one SELECT on DuckDB."""
    return Renderer("duckdb", DUCKDB)


def _once(render: Renderer, operand: Node, body: Callable[[Node], Node]) -> Node:
    """`body` of an operand that is computed once: DuckDB shares no work inside CASE, so a lambda names it.

    Measured: naming costs 0.1 s for 2M rows, computing a cast 17 times instead of once costs 2 s.
    """
    if isinstance(operand, exp.Column):
        return body(operand)
    variable = exp.column(f"once_{next(render.counter)}")
    bound = exp.Lambda(this=body(variable), expressions=[exp.to_identifier(variable.name)])
    return call("LIST_EXTRACT", call("LIST_TRANSFORM", exp.Array(expressions=[operand]), bound), integer(1))


def _ascii_only(operand: Node) -> Node:
    return exp.EQ(this=call("STRLEN", operand), expression=call("LENGTH", operand.copy()))


def _trim(render: Renderer, node: ops.Trim) -> Node:
    def trimmed(operand: Node) -> Node:
        dirty = call("REGEXP_MATCHES", operand.copy(), text(_SPACE_AT_AN_END))
        return when(dirty, call("TRIM", operand.copy(), text(ops.WHITESPACE)), operand.copy())

    return _once(render, render(node.text), trimmed)


def _has_one_of(operand: Node, characters: str) -> Node:
    return call("REGEXP_MATCHES", operand.copy(), text(f"[{re.escape(characters)}]"))


def _translation(operand: Node, pairs: Sequence[tuple[str, str]]) -> Node:
    source, target = ("".join(pair[side] for pair in pairs) for side in (0, 1))
    return call("TRANSLATE", operand.copy(), text(source), text(target))


def _of_ascii(operand: Node, pairs: Sequence[tuple[str, str]]) -> Node | None:
    """What a translation makes of a text of ASCII alone; None where only TRANSLATE can tell."""
    ascii_pairs = {pair for pair in pairs if pair[0].isascii()}
    if ascii_pairs == set(zip(ascii_lowercase, ascii_uppercase, strict=True)):
        return call("UPPER", operand.copy())
    return None if ascii_pairs else operand.copy()


def _translate(render: Renderer, node: ops.Translate) -> Node:
    """TRANSLATE takes 40 ns for each character that it might change, so what is rarely there is asked for first."""
    pairs = list(zip(node.source, node.target, strict=True))
    often = [pair for pair in pairs if pair[0] in OFTEN_FULL_WIDTH]
    rare = "".join(source for source, _ in pairs if source not in OFTEN_FULL_WIDTH)

    def translated(operand: Node) -> Node:
        changed = _translation(operand, pairs)
        if often and rare:
            changed = when(_has_one_of(operand, rare), changed, _translation(operand, often))
        found = _has_one_of(operand, node.source)
        guarded = when(found, changed, operand.copy())
        of_ascii = _of_ascii(operand, pairs)
        return guarded if of_ascii is None else when(_ascii_only(operand), of_ascii, guarded)

    return _once(render, render(node.text), translated)


def _cased(render: Renderer, node: ops.Upper | ops.Lower) -> Node:
    small, large = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    upper = isinstance(node, ops.Upper)
    source, target, function = (small, large, "UPPER") if upper else (large, small, "LOWER")

    def cased(operand: Node) -> Node:
        translated = call("TRANSLATE", operand.copy(), text(source), text(target))
        changed = when(_ascii_only(operand), call(function, operand.copy()), translated)
        found = call("REGEXP_MATCHES", operand.copy(), text(f"[{source[0]}-{source[-1]}]"))
        return when(found, changed, operand.copy())

    return _once(render, render(node.text), cased)


def _replace(render: Renderer, node: ops.Replace) -> Node:
    literal = literal_pattern(node.pattern)
    if literal is not None:
        return call("REPLACE", render(node.text), text(literal), text(node.by))
    by = node.by.replace("\\", "\\\\")
    return call("REGEXP_REPLACE", render(node.text), text(node.pattern), text(by), text("g"))


def _extract(render: Renderer, node: ops.Extract) -> Node:
    def group(operand: Node) -> Node:
        found = call("REGEXP_MATCHES", operand.copy(), text(node.pattern))
        return when(found, call("REGEXP_EXTRACT", operand.copy(), text(node.pattern), integer(node.group)))

    return _once(render, render(node.text), group)


def _asked(condition: ops.Expression) -> set[ops.Matches]:
    """The patterns that a text is known to match where the condition holds."""
    match condition:
        case ops.Matches():
            return {condition}
        case ops.Case(branches=((ops.Column(), ops.Literal(value=True)),), otherwise=ops.Matches() as again):
            # The answer of an earlier layer, or else the question itself: see the usual form in compile.py.
            return {again}
        case ops.And(operands=operands):
            return {question for operand in operands for question in _asked(operand)}
    return set()


def _case(render: Renderer, node: ops.Case) -> Node:
    """CASE that remembers in each branch what it has asked, so that a cast need not ask again."""
    branches, outside = [], render.asked
    for condition, value in node.branches:
        when_true = render(condition)
        render.asked = outside | _asked(condition)
        branches.append(exp.If(this=when_true, true=render(value)))
        render.asked = outside
    return exp.Case(ifs=branches, default=render(node.otherwise))


def _is_certain(render: Renderer, operand: ops.Expression, pattern: str) -> bool:
    wide_enough = (pattern, *CERTAIN.get(pattern, ()))
    return any(question.text == operand and question.pattern in wide_enough for question in render.asked)


def _parsed(render: Renderer, operand: ops.Expression, pattern: str, to: str) -> Node:
    if _is_certain(render, operand, pattern):
        return cast(render(operand), to, safe=True)

    def parsed(operand: Node) -> Node:
        shaped = call("REGEXP_FULL_MATCH", operand.copy(), text(pattern))
        return when(shaped, cast(operand.copy(), to, safe=True))

    return _once(render, render(operand), parsed)


def _decimal_of(render: Renderer, node: ops.DecimalOf) -> Node:
    return _parsed(render, node.text, node.pattern, f"DECIMAL({node.precision}, {node.scale})")


def _number_of(render: Renderer, node: ops.NumberOf) -> Node:
    number = _parsed(render, node.text, node.pattern, "DOUBLE")
    return _once(render, number, lambda value: when(call("ISFINITE", value.copy()), value.copy()))


_TIME = "([01]?[0-9]|2[0-3]):[0-9]{2}:[0-9]{2}"  # DuckDB takes 24:00:00 for the next day


def _rescale(render: Renderer, node: ops.Rescale) -> Node:
    ratio = node.fraction
    wide = cast(render(node.operand), f"DECIMAL({20 + node.operand_scale}, {node.operand_scale})")
    mantissa = cast(parens(exp.Mul(this=wide, expression=integer(10**node.operand_scale))), "HUGEINT")
    unit = cast(text(f"{10**-node.scale:.{node.scale}f}"), f"DECIMAL({node.scale + 1}, {node.scale})")

    def scaled(whole: Node) -> Node:
        doubled = exp.Mul(this=call("ABS", whole.copy()), expression=integer(2 * ratio.numerator))
        shifted = parens(exp.Add(this=doubled, expression=integer(ratio.denominator)))
        rounded = parens(exp.IntDiv(this=shifted, expression=integer(2 * ratio.denominator)))
        signed = exp.Mul(this=rounded, expression=call("SIGN", whole.copy()))
        product = parens(exp.Mul(this=cast(signed, "DECIMAL(28, 0)", safe=True), expression=unit))
        return cast(product, f"DECIMAL({28 + node.scale}, {node.scale})")

    return _once(render, mantissa, scaled)


def _digits(operand: Node, alphabet: str, count: int) -> list[Node]:
    places = [call("SUBSTRING", operand.copy(), integer(place + 1), integer(1)) for place in range(count)]
    if "0123456789".startswith(alphabet):
        return [parens(exp.Sub(this=call("ASCII", place), expression=integer(48))) for place in places]
    return [parens(exp.Sub(this=call("STRPOS", text(alphabet), place), expression=integer(1))) for place in places]


def _places(whole: Node, count: int) -> list[Node]:
    divided = [exp.IntDiv(this=whole.copy(), expression=integer(10 ** (count - 1 - place))) for place in range(count)]
    return [parens(exp.Mod(this=parens(place), expression=integer(10))) for place in divided]


def _digit_sum(product: Node) -> Node:
    tens = parens(exp.IntDiv(this=product, expression=integer(10)))
    return parens(exp.Add(this=tens, expression=parens(exp.Mod(this=product.copy(), expression=integer(10)))))


def _sum(terms: Sequence[Node]) -> Node:
    return cast(parens(reduce(lambda left, right: exp.Add(this=left, expression=right), terms)), "BIGINT")


def _by_quotients(whole: Node, weights: Sequence[int]) -> Node | None:
    """The weighted sum without remainders: digit k is q[k] - 10 q[k-1] of the quotients q by powers of ten.

    None where a sum of that many digits may not fit in 64 bits.
    """
    powers = [10**place for place in reversed(range(len(weights)))]
    factors = [weight - 10 * after for weight, after in zip(weights, (*weights[1:], 0), strict=True)]
    if sum(abs(factor) * (10 ** len(weights) // power) for factor, power in zip(factors, powers, strict=True)) >= 2**63:
        return None
    quotients = [parens(exp.IntDiv(this=whole.copy(), expression=integer(power))) for power in powers]
    return _sum([exp.Mul(this=q, expression=integer(factor)) for q, factor in zip(quotients, factors, strict=True)])


def _by_digits(digits: Sequence[Node], node: ops.WeightedSum) -> Node:
    pairs = zip(digits, node.weights, strict=True)
    products: list[Node] = [parens(exp.Mul(this=digit, expression=integer(weight))) for digit, weight in pairs]
    return _sum([_digit_sum(product) for product in products] if node.fold else products)


def _of_number(whole: Node, node: ops.WeightedSum) -> Node:
    places = _places(whole, len(node.weights))
    quick = _by_quotients(whole, node.weights)
    if quick is None or not node.fold:
        return quick or _by_digits(places, node)
    # The two digits of a product v sum up to v - 9 (v // 10), and most products have one digit only.
    products = [(place, weight) for place, weight in zip(places, node.weights, strict=True) if 9 * weight >= 10]
    if not products:
        return quick
    tens = [
        parens(exp.IntDiv(this=parens(exp.Mul(this=place, expression=integer(weight))), expression=integer(10)))
        for place, weight in products
    ]
    return parens(exp.Sub(this=quick, expression=exp.Mul(this=integer(9), expression=_sum(tens))))


def _weighted_sum(render: Renderer, node: ops.WeightedSum) -> Node:
    operand, count = render(node.text), len(node.weights)
    if count == 1:
        return _by_digits(_digits(operand, node.alphabet, count), node)
    if node.alphabet != "0123456789" or count > 18:
        alphabet = node.alphabet
        return _once(render, operand, lambda bound: _by_digits(_digits(bound, alphabet, count), node))
    # One cast and integer divisions: half the cost of cutting the text into characters.
    whole = cast(call("SUBSTRING", operand, integer(1), integer(count)), "BIGINT", safe=True)
    if isinstance(node.text, ops.Column) and node.text.name not in render.bound:
        return _of_number(render.prepare(whole), node)
    return _once(render, whole, lambda bound: _of_number(bound, node))


def _kept(operand: Node, keys: Sequence[str], otherwise: Node) -> Node:
    """The operand where it is one of the keys: codes that mean themselves need no table.

    Most texts that are no key lie outside of them all, which is cheaper to ask than a pattern.
    """
    among = exp.Between(this=operand.copy(), low=text(min(keys)), high=text(max(keys)))
    known = call("REGEXP_FULL_MATCH", operand.copy(), text(alternatives(keys)))
    return when(exp.And(this=among, expression=known), operand.copy(), otherwise)


def _held(render: Renderer, operand: Node, mapping: Mapping) -> Node:
    """The value that the table of a large mapping has for the operand: see hashed.py."""
    table, size = render.table(mapping), slots(mapping)

    def in_slot(number: Node) -> exp.If:
        # Slots count from 1, and a list's index is signed.
        place = cast(
            parens(exp.Add(this=exp.Mod(this=parens(number), expression=integer(size)), expression=integer(1))),
            "BIGINT",
        )
        key, value = (call("LIST_EXTRACT", name(side, table), place.copy()) for side in (KEYS, VALUES))
        return exp.If(this=exp.EQ(this=key, expression=operand.copy()), true=value)

    whole = call("HASH", operand.copy())
    upper = exp.IntDiv(this=whole.copy(), expression=integer(HALF))
    return exp.Case(ifs=[in_slot(whole), in_slot(upper)], default=null())


def _lookup(render: Renderer, node: ops.Lookup) -> Node:
    """Codes that mean themselves as a pattern, a few pairs as CASE, many by a table that holds them."""
    operand, rest = render(node.text), node.mapping
    same = tuple(key for key, value in rest if key == value and key.isascii())
    if len(same) > LARGEST_CASE:
        rest = tuple((key, value) for key, value in rest if key != value or not key.isascii())
    if len(rest) > LARGEST_CASE:
        found = _once(render, operand.copy(), lambda named: _held(render, named, rest))
    else:
        # CASE computes its operand again for each branch that it asks.
        found = _once(render, operand.copy(), lambda named: cases(named, rest, null())) if rest else null()
    return _kept(operand, same, found) if len(same) > LARGEST_CASE else found


def _is_in(render: Renderer, node: ops.IsIn) -> Node:
    """Comparisons, a pattern or a look-up; never IN, which may become a join, and joins put rows out of order."""
    texts = tuple(value for value in node.values if isinstance(value, str))
    if len(node.values) <= FEW or len(texts) < len(node.values):
        return render(ops.Or(tuple(ops.Compare("=", node.operand, ops.Literal(value)) for value in node.values)))
    operand = render(node.operand)
    if len(texts) <= SOME or all(value.isascii() for value in texts):
        return call("REGEXP_FULL_MATCH", operand, text(alternatives(texts)))
    pairs = tuple((value, value) for value in texts)
    found = _once(render, operand, lambda named: _held(render, named, pairs))
    known = exp.Not(this=exp.Is(this=found, expression=null()))
    return when(exp.Not(this=exp.Is(this=operand.copy(), expression=null())), known)


def _operand(render: Renderer, node: ops.Expression) -> Node:
    # DuckDB reckons with constants in 32 bits.
    whole = isinstance(node, ops.Literal) and isinstance(node.value, int)
    return cast(render(node), "BIGINT") if whole else render(node)


def _arithmetic(render: Renderer, node: ops.Arithmetic) -> Node:
    """NULL on overflow and for a remainder by zero, which DuckDB takes for errors; TRY costs 2 ns (measured)."""
    plain = parens(ARITHMETIC[node.operator](this=_operand(render, node.left), expression=_operand(render, node.right)))
    return plain if _is_safe(node) else call("TRY", plain)


def _later(render: Renderer, node: ops.Later) -> Node:
    minutes = call("TO_MINUTES", cast(render(node.minutes), "BIGINT"))
    moved = call("TRY", exp.Add(this=render(node.moment), expression=minutes))
    return _once(render, moved, of_the_calendar)


def _is_safe(node: ops.Arithmetic) -> bool:
    if node.operator == "%":
        return isinstance(node.right, ops.Literal) and bool(node.right.value)
    # Each is far below the square root of what 64 bits hold.
    return node.operator == "+" and all(isinstance(side, ops.WeightedSum) for side in (node.left, node.right))


def _listed(render: Renderer, node: ops.Listed) -> Node:
    parts = exp.Array(expressions=[when(render(condition), render(value)) for condition, value in node.parts])
    present = exp.Lambda(
        this=exp.Not(this=exp.Is(this=exp.column("part"), expression=exp.Null())),
        expressions=[exp.to_identifier("part")],
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
    ops.IntegerOf: lambda render, node: _parsed(render, node.text, node.pattern, "BIGINT"),
    ops.DecimalOf: _decimal_of,
    ops.NumberOf: _number_of,
    ops.Listed: _listed,
    ops.Masked: lambda render, node: _once(render, render(node.text), lambda named: masked(named, node)),
    ops.Multiple: lambda render, node: _once(render, render(node.operand), lambda named: multiple(render, named, node)),
    ops.Together: lambda render, node: exp.Array(expressions=[render(part) for part in node.parts]),
    ops.DateOf: lambda render, node: _parsed(render, node.text, _DAY, "DATE"),
    ops.Later: _later,
    ops.TimestampOf: lambda render, node: _parsed(render, node.text, f"{_DAY} {_TIME}", "TIMESTAMP"),
    ops.Case: _case,
    ops.Let: let(_once),
    ops.Lookup: _lookup,
    ops.IsIn: _is_in,
    ops.Arithmetic: _arithmetic,
    ops.Rescale: _rescale,
    ops.WeightedSum: _weighted_sum,
    ops.TextOf: lambda render, node: cast(render(node.operand), "VARCHAR"),
}
