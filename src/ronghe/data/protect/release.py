"""The rows that leave: what the engine computed, with the tokens that no engine makes, under the names of the fields.

This is the only door: file, preview, Python and SQL read what comes out of it, and nothing else of the table.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ronghe.data.protect.compile import Compiled, Output
from ronghe.tables.engine import DuckDB
from ronghe.tables.plan import Plan
from ronghe.tables.sql import name
from ronghe.terms import InternalFault, Refused
from ronghe.trust.access.obligations import SmallGroups, Token

__all__ = ["Tokens", "place_of", "released", "suppressed"]


class Rows(Protocol):
    """Runs a plan: an engine, or what holds a few rows itself."""

    def batches(self, plan: Plan, source: str, /) -> Iterator[pa.RecordBatch]:
        """See Engine."""


class Tokens(Protocol):
    """Makes tokens: one for each text, NULL for NULL, by the key of the consumer and of the token's request."""

    def __call__(self, values: pa.Array, domain: str, request: str, /) -> pa.Array:
        """As many tokens as values, in their order."""


def released(engine: Rows, compiled: Compiled, source: str, tokens: Tokens | None) -> Iterator[pa.RecordBatch]:
    """The rows of an attached source that leave, in its order; at least one batch. Columns are called f0, f1, ...: of
    the names of fields two may differ in case alone, which SQL does not tell apart.

    Raises Refused, before any row is read, when a column needs tokens and there is no key to make them with.
    """
    if compiled.needs_key and tokens is None:
        raise Refused("data.protect_key_missing")
    for batch in engine.batches(compiled.plan, source):
        columns = [_column(batch, output, tokens) for output in compiled.outputs]
        yield pa.RecordBatch.from_arrays(columns, [place_of(place) for place in range(len(columns))])


def place_of(number: int) -> str:
    """The column of the field with this number."""
    return f"f{number}"


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


def _without_small_groups(below: exp.Select, fields: Sequence[str], rule: SmallGroups) -> exp.Select:
    places = {place_of(number) for number, field in enumerate(fields) if field in rule.fields}
    if not places:
        return below
    window = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[name(place) for place in sorted(places)])
    counted = exp.select("*", exp.alias_(window, _COUNT)).from_(below.subquery("below"))
    small = exp.LT(this=exp.column(_COUNT), expression=exp.Literal.number(rule.least))
    shown: list[exp.Expr] = [exp.column(_ORDER)]
    for place in map(place_of, range(len(fields))):
        value: exp.Expr = name(place)
        if place in places and not rule.rows:
            value = exp.Case(ifs=[exp.If(this=small.copy(), true=exp.Null())], default=value)
        shown.append(exp.alias_(value, place))
    select = exp.select(*shown).from_(counted.subquery("counted"))
    return select.where(exp.Not(this=small)) if rule.rows else select


_ORDER = "_order"


def suppressed(engine: DuckDB, view: str, into: str, fields: Sequence[str], rules: Sequence[SmallGroups]) -> None:
    """Make the view `into` of the rows of `view`, which has these fields, without what would show a small group; in
    the same order."""
    select = exp.select("*", exp.alias_(exp.Window(this=exp.RowNumber()), _ORDER)).from_(view)
    for rule in rules:
        select = _without_small_groups(select, fields, rule)
    every = [name(place_of(number)) for number in range(len(fields))]
    engine.view(into, exp.select(*every).from_(select.subquery("kept")).order_by(exp.column(_ORDER)))
