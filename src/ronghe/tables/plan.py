"""A plan: what one pass over a table computes, layer upon layer, as values that any engine runs.

Each layer sees the columns of the layer below. Layers exist so that an expression that is used twice (a cleaned text, a
parsed value) is computed once: engines share work between the columns of a layer, not inside one expression.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlglot import exp

from ronghe.tables import expressions as ops
from ronghe.tables.sql import Renderer, name

__all__ = ["ROW", "Layer", "Plan", "RenderedPlan", "carrying_row", "render"]

ROW = "_row"
"""The number of the record as read, from 1; a plan that needs it says so, since numbering costs parallelism."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Columns computed from the layer below; the columns below that are named in `keep` pass through.

    Of `where` only the rows for which it is true: those of false and NULL are gone for every layer above.
    """

    computed: tuple[tuple[str, ops.Expression], ...]
    keep: tuple[str, ...] = ()
    where: ops.Expression | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Layers over a source; `numbered` gives the source the column ROW."""

    layers: tuple[Layer, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class RenderedPlan:
    """A SELECT, the mappings that it joins, and those of which it has the only row beside its rows, by table name."""

    select: exp.Select
    joins: tuple[tuple[str, ops.Lookup], ...]
    tables: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


def _named(column: exp.Expr, alias: str) -> exp.Expr:
    """`column AS alias`, of the tree itself: sqlglot's builders copy whatever they are given."""
    return exp.Alias(this=column, alias=exp.to_identifier(alias, quoted=True))


def _reads(column: exp.Expr, names: Iterable[str]) -> bool:
    return not {part.name for part in column.find_all(exp.Column)}.isdisjoint(names)


def _prepared(below: str, renderer: Renderer) -> exp.Expr:
    """The layer below, under its own name, with the columns that the renderer wants prepared, one above another."""
    prepared: exp.Expr = exp.to_identifier(below)
    waiting = dict(renderer.prepared)
    while waiting:
        ready = {alias: column for alias, column in waiting.items() if not _reads(column, waiting)}
        columns = [_named(column, alias) for alias, column in ready.items()]
        prepared = exp.select("*").select(*columns, copy=False).from_(prepared, copy=False).subquery(below, copy=False)
        waiting = {alias: column for alias, column in waiting.items() if alias not in ready}
    return prepared


def _layer(layer: Layer, below: str, renderer: Renderer) -> tuple[exp.Select, dict[str, ops.Lookup]]:
    renderer.joins, renderer.prepared, renderer.tables = {}, {}, {}
    renderer.source = below
    computed = [_named(renderer(node), alias) for alias, node in layer.computed]
    kept = [name(column, below) for column in layer.keep]
    condition = None if layer.where is None else renderer(layer.where)
    select = exp.Select(expressions=[*kept, *computed]).from_(_prepared(below, renderer), copy=False)
    if condition is not None:
        select = select.where(condition, copy=False)
    for table in renderer.tables:
        select = select.join(exp.to_table(table), join_type="cross", copy=False)
    tables = {}
    for alias, lookup in renderer.joins.items():
        table = f"{below}_{alias}"
        key = exp.EQ(this=name("key", alias), expression=renderer(lookup.text))
        select = select.join(exp.to_table(table).as_(alias), on=key, join_type="left", copy=False)
        tables[table] = lookup
    return select, tables


def render(plan: Plan, source: str, renderer: Renderer) -> RenderedPlan:
    """The plan over the table or view `source` as one SELECT with a common table expression for each layer."""
    below = source
    joins: dict[str, ops.Lookup] = {}
    tables: dict[str, tuple[tuple[str, str], ...]] = {}
    steps: list[tuple[str, exp.Select]] = []
    if plan.numbered:
        below = "numbered"
        rows = exp.alias_(exp.Window(this=exp.RowNumber()), ROW)
        steps.append((below, exp.select("*", rows).from_(exp.to_identifier(source))))
    for depth, layer in enumerate(plan.layers, start=1):
        step, joined = _layer(layer, below, renderer)
        joins |= joined
        tables |= renderer.tables
        below = f"layer_{depth}"
        steps.append((below, step))
    select = exp.select("*").from_(exp.to_identifier(below))
    for alias, step in steps:
        select = select.with_(alias, as_=step, copy=False)
    return RenderedPlan(select, tuple(joins.items()), tuple(tables.items()))


def carrying_row(plan: Plan) -> Plan:
    """The plan over a source that has the column ROW already, with that column passed through every layer."""
    layers = [layer if ROW in layer.keep else replace(layer, keep=(*layer.keep, ROW)) for layer in plan.layers]
    return Plan(tuple(layers))
