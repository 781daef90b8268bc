"""What the SQL engines have in common: expressions become sqlglot trees, never pasted text.

An engine is a table from operation to the function that renders it; where engines differ, its table overrides `COMMON`.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache, reduce
from typing import Any

from sqlglot import exp

from ronghe.tables import expressions as ops
from ronghe.terms import content_id

__all__ = [
    "ARITHMETIC",
    "COMMON",
    "LARGEST_CASE",
    "Renderer",
    "Rules",
    "call",
    "cases",
    "cast",
    "integer",
    "let",
    "literal_pattern",
    "masked",
    "multiple",
    "name",
    "null",
    "of_the_calendar",
    "parens",
    "text",
    "when",
]

Node = exp.Expr
Rules = Mapping[type[ops.Expression], Callable[["Renderer", Any], Node]]

LARGEST_CASE = 32
"""Mappings up to this size are rendered as CASE."""


def name(column: str, table: str | None = None) -> exp.Column:
    """A quoted column name."""
    return exp.column(exp.to_identifier(column, quoted=True), table=table and exp.to_identifier(table, quoted=True))


def text(value: str) -> Node:
    """A text constant, escaped by the generator of the engine."""
    return exp.Literal.string(value)


def integer(value: int) -> Node:
    """An integer constant; negative ones in parentheses."""
    literal = exp.Literal.number(abs(value))
    return literal if value >= 0 else exp.Paren(this=exp.Neg(this=literal))


def of_the_calendar(moment: Node) -> Node:
    """The moment where its year is one of 1-9999, NULL outside: engines end their time at different ages."""
    first, last = (cast(text(bound), "TIMESTAMP") for bound in ("0001-01-01 00:00:00", "9999-12-31 23:59:59"))
    return when(exp.Between(this=moment.copy(), low=first, high=last), moment.copy())


def null() -> Node:
    """NULL."""
    return exp.Null()


def call(function: str, *arguments: Node) -> Node:
    """A function of the engine, by its own name: sqlglot must not translate it."""
    return exp.Anonymous(this=function, expressions=list(arguments))


def cast(operand: Node, to: str, *, safe: bool = False) -> Node:
    """CAST, or TRY_CAST when `safe`: NULL instead of an error."""
    kind = exp.DataType.build(to, dialect="duckdb")
    return exp.TryCast(this=operand, to=kind) if safe else exp.Cast(this=operand, to=kind)


def parens(operand: Node) -> Node:
    """The operand in parentheses."""
    return exp.Paren(this=operand)


def when(condition: Node, then: Node, otherwise: Node | None = None) -> Node:
    """CASE WHEN condition THEN then ELSE otherwise END."""
    return exp.Case(ifs=[exp.If(this=condition, true=then)], default=otherwise or null())


def cases(operand: Node, mapping: Sequence[tuple[str, str]], otherwise: Node) -> Node:
    """CASE operand WHEN key THEN value ... ELSE otherwise END; short keys, which are usual, are asked first."""
    ordered = sorted(mapping, key=lambda pair: len(pair[0]))
    branches = [exp.If(this=text(key), true=text(value)) for key, value in ordered]
    return exp.Case(this=operand.copy(), ifs=branches, default=otherwise)


def literal_pattern(pattern: str) -> str | None:
    """The text that a pattern without special characters stands for, else None."""
    if not re.fullmatch(r"(?:[^\\.^$*+?{}\[\]|()]|\\[^0-9A-Za-z])+", pattern):
        return None
    return re.sub(r"\\(.)", r"\1", pattern)


@dataclass
class Renderer:
    """Renders the expressions of one plan.

    `dialect` is sqlglot's name of the engine, `source` the table that columns are read from. Large mappings are
    collected: those in `joins` by the alias under which the SELECT must join a table of `key` and `value`, those in
    `tables` by the name of a table of one row that must stand beside the source. `prepared` are columns that the SELECT
    must compute below its own, for expressions that cost too much inside CASE.
    """

    dialect: str
    rules: Rules
    source: str | None = None
    joins: dict[str, ops.Lookup] = field(default_factory=dict)
    tables: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    prepared: dict[str, Node] = field(default_factory=dict)
    bound: dict[str, Node] = field(default_factory=dict)
    asked: set[ops.Matches] = field(default_factory=set)
    counter: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, expression: ops.Expression) -> Node:
        """The sqlglot tree of an expression."""
        return self.rules[type(expression)](self, expression)

    def joined(self, node: ops.Lookup) -> Node:
        """The value column of the table that holds a large mapping; one join for each distinct look-up of a layer."""
        return name("value", _alias(self.joins, node, "lookup"))

    def prepare(self, column: Node) -> Node:
        """The column that holds what `column` computes in the SELECT below."""
        alias = next((known for known, other in self.prepared.items() if other == column), None)
        if alias is None:
            alias = f"prepared_{next(self.counter)}"
            self.prepared[alias] = column
        return name(alias, self.source)

    def table(self, mapping: tuple[tuple[str, str], ...]) -> str:
        """The name of the table that holds a large mapping: the same for the same mapping."""
        alias = _table_name(mapping)
        self.tables[alias] = mapping
        return alias


@lru_cache(maxsize=64)
def _table_name(mapping: tuple[tuple[str, str], ...]) -> str:
    return f"table_{content_id(*(part for pair in mapping for part in pair))}"


def _alias(known: dict[str, ops.Lookup], node: ops.Lookup, prefix: str) -> str:
    alias = next((key for key, other in known.items() if other == node), f"{prefix}_{len(known) + 1}")
    known[alias] = node
    return alias


SQL_TYPES = {
    ops.Name.TEXT: "VARCHAR",
    ops.Name.INTEGER: "BIGINT",
    ops.Name.NUMBER: "DOUBLE",
    ops.Name.DATE: "DATE",
    ops.Name.TIMESTAMP: "TIMESTAMP",
    ops.Name.BOOLEAN: "BOOLEAN",
}


def sql_type(kind: ops.Type) -> str:
    """The type's name in SQL."""
    return f"DECIMAL({kind.precision}, {kind.scale})" if kind.name is ops.Name.DECIMAL else SQL_TYPES[kind.name]


def _column(render: Renderer, node: ops.Column) -> Node:
    bound = render.bound.get(node.name)
    return name(node.name, render.source) if bound is None else bound.copy()


def let(
    once: Callable[[Renderer, Node, Callable[[Node], Node]], Node],
) -> Callable[[Renderer, ops.Let], Node]:
    """The rule for Let of an engine, from its way to name an operand that is computed once."""

    def rule(render: Renderer, node: ops.Let) -> Node:
        def body(named: Node) -> Node:
            render.bound[node.name] = named
            rendered = render(node.body)
            del render.bound[node.name]
            return rendered

        return once(render, render(node.value), body)

    return rule


def _literal(_: Renderer, node: ops.Literal) -> Node:
    value = node.value
    if value is None:
        return null() if node.type == ops.TEXT else cast(null(), sql_type(node.type))
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return integer(value)
    if isinstance(value, str):
        return text(value)
    return cast(text(str(value)), sql_type(node.type))


def _lookup(render: Renderer, node: ops.Lookup) -> Node:
    if len(node.mapping) > LARGEST_CASE:
        return render.joined(node)
    return cases(render(node.text), node.mapping, null())


def _chained(join: type[exp.Binary]) -> Callable[[Renderer, Any], Node]:
    def rule(render: Renderer, node: Any) -> Node:
        return parens(reduce(lambda left, right: join(this=left, expression=right), map(render, node.operands)))

    return rule


ARITHMETIC: Mapping[str, type[exp.Binary]] = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul, "%": exp.Mod}
_COMPARE: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "!=": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
}


def _compare(render: Renderer, node: ops.Compare) -> Node:
    return parens(_COMPARE[node.operator](this=render(node.left), expression=render(node.right)))


def _case(render: Renderer, node: ops.Case) -> Node:
    branches = [exp.If(this=render(condition), true=render(value)) for condition, value in node.branches]
    return exp.Case(ifs=branches, default=render(node.otherwise))


def _is_in(render: Renderer, node: ops.IsIn) -> Node:
    values = [_literal(render, ops.Literal(value)) for value in node.values]
    return parens(exp.In(this=render(node.operand), expressions=values))


def _is_null(render: Renderer, node: ops.IsNull) -> Node:
    return parens(exp.Is(this=render(node.operand), expression=null()))


def masked(operand: Node, node: ops.Masked) -> Node:
    """The mask over an operand that is computed once."""
    size, shown = call("LENGTH", operand.copy()), node.first + node.last
    hidden = call("REPEAT", text(node.mark), parens(exp.Sub(this=size.copy(), expression=integer(shown))))
    first = call("SUBSTRING", operand.copy(), integer(1), integer(node.first))
    parts = [first, hidden, call("RIGHT", operand.copy(), integer(node.last))]
    wanted = [part for part, there in zip(parts, (node.first, True, node.last), strict=True) if there]
    long = exp.GT(this=size.copy(), expression=integer(shown))
    # Named conditions both ways: of NULL neither holds, and NULL comes out.
    short = exp.LTE(this=size.copy(), expression=integer(shown))
    whole = call("REPEAT", text(node.mark), size)
    return when(long, call("CONCAT", *wanted), when(short, whole))


def multiple(render: "Renderer", operand: Node, node: ops.Multiple) -> Node:
    """The multiple not above an operand that is computed once, by remainders: exact, and no division is."""

    kind = ops.decimal(20 + node.operand_scale, node.operand_scale)

    def sized(size: Decimal) -> Node:
        return cast(render(ops.Literal(size, kind)), sql_type(kind))

    wide = f"DECIMAL(38, {node.operand_scale})"
    value = parens(exp.Add(this=operand, expression=sized(node.step / 2))) if node.nearest else operand
    over = parens(exp.Mod(this=parens(value), expression=sized(node.step)))
    below = exp.LT(this=over.copy(), expression=integer(0))
    floor = cast(parens(exp.Sub(this=value.copy(), expression=over)), wide)
    return when(below, cast(parens(exp.Sub(this=floor.copy(), expression=sized(node.step))), wide), floor)


COMMON: Rules = {
    ops.Column: _column,
    ops.Literal: _literal,
    ops.Lookup: _lookup,
    ops.Slice: lambda render, node: call("SUBSTRING", render(node.text), integer(node.start), integer(node.length)),
    ops.Ending: lambda render, node: call("RIGHT", render(node.text), integer(node.length)),
    ops.Length: lambda render, node: cast(call("LENGTH", render(node.text)), "BIGINT"),
    ops.IsIn: _is_in,
    ops.IsNull: _is_null,
    ops.And: _chained(exp.And),
    ops.Or: _chained(exp.Or),
    ops.Not: lambda render, node: parens(exp.Not(this=render(node.operand))),
    ops.Holds: lambda render, node: exp.Coalesce(this=render(node.operand), expressions=[exp.false()]),
    ops.Coalesce: lambda render, node: call("COALESCE", *map(render, node.operands)),
    ops.Case: _case,
    ops.Compare: _compare,
}
