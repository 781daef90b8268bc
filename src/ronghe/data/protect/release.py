"""The rows that leave: what the engine computed, with the tokens that no engine makes, under the names of the fields.

This is the only door: file, preview, Python and SQL read what comes out of it, and nothing else of the table.
"""

from collections.abc import Iterator
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ronghe.data.protect.compile import Compiled, Output
from ronghe.tables.engine import DuckDB, Engine
from ronghe.tables.sql import name
from ronghe.terms import InternalFault, Refused
from ronghe.trust.access.obligations import SmallGroups, Token

__all__ = ["Tokens", "released", "suppressed"]


class Tokens(Protocol):
    """Makes tokens: one for each text, NULL for NULL, by the key of the consumer and of the token's request."""

    def __call__(self, values: pa.Array, domain: str, request: str, /) -> pa.Array:
        """As many tokens as values, in their order."""


def released(engine: Engine, compiled: Compiled, source: str, tokens: Tokens | None) -> Iterator[pa.RecordBatch]:
    """The rows of an attached source that leave, in its order; at least one batch.

    Raises Refused, before any row is read, when a column needs tokens and there is no key to make them with.
    """
    if compiled.needs_key and tokens is None:
        raise Refused("data.protect_key_missing")
    for batch in engine.batches(compiled.plan, source):
        columns = [_column(batch, output, tokens) for output in compiled.outputs]
        yield pa.RecordBatch.from_arrays(columns, [output.name for output in compiled.outputs])


def _column(batch: pa.RecordBatch, output: Output, tokens: Tokens | None) -> pa.Array:
    value = batch.column(output.value)
    if output.text:
        value = value.cast(pa.string())
    for place, token in output.tokens:
        assert tokens is not None
        value = pc.coalesce(value, _tokens(batch.column(place), token, tokens))
    return value


def _tokens(texts: pa.Array, token: Token, tokens: Tokens) -> pa.Array:
    """Tokens of distinct values, put where these stand; a blank text has none."""
    filled = pc.if_else(pc.equal(texts.cast(pa.string()), ""), None, texts)
    distinct = filled.cast(pa.string()).dictionary_encode()
    made = tokens(distinct.dictionary, token.domain, token.request)
    if len(made) != len(distinct.dictionary) or made.type != pa.string() or made.null_count:
        raise InternalFault("data.protect_tokens_wrong")
    return made.take(distinct.indices)


_COUNT = "_group"


def _without_small_groups(below: exp.Select, columns: list[str], rule: SmallGroups) -> exp.Select:
    keys = [name(field) for field in rule.fields if field in columns]
    if not keys:
        return below
    window = exp.Window(this=exp.Count(this=exp.Star()), partition_by=keys)
    counted = exp.select("*", exp.alias_(window, _COUNT)).from_(below.subquery("below"))
    small = exp.LT(this=exp.column(_COUNT), expression=exp.Literal.number(rule.least))
    if rule.rows:
        every = [name(column) for column in (*columns, _ORDER)]
        return exp.select(*every).from_(counted.subquery("counted")).where(exp.Not(this=small))
    shown: list[exp.Expr] = []
    for column in columns:
        value: exp.Expr = name(column)
        if column in rule.fields:
            value = exp.Case(ifs=[exp.If(this=small.copy(), true=exp.Null())], default=value)
        shown.append(exp.alias_(value, column, quoted=True))
    return exp.select(*shown, name(_ORDER)).from_(counted.subquery("counted"))


_ORDER = "_order"


def suppressed(engine: DuckDB, view: str, into: str, rules: tuple[SmallGroups, ...]) -> None:
    """Make the view `into` of the rows of `view` without what would show a small group, in the same order."""
    columns = list(engine.types(view))
    select = exp.select("*", exp.alias_(exp.Window(this=exp.RowNumber()), _ORDER)).from_(view)
    for rule in rules:
        select = _without_small_groups(select, columns, rule)
    every = [name(column) for column in columns]
    engine.view(into, exp.select(*every).from_(select.subquery("left")).order_by(name(_ORDER)))
