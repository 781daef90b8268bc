"""Linkage as a step of a plan: the tables on their way into it, and its clusters as a table that a fusion can take."""

from collections.abc import Sequence
from pathlib import Path

from sqlglot import exp

from ronghe.data.integrate.fuse.entities import connect
from ronghe.data.integrate.fuse.plan import LEAST_THRESHOLD, LinkStep
from ronghe.data.integrate.fuse.table import (
    Origin,
    Table,
    call,
    column,
    named,
    need,
    one_thread,
    parquet_at,
    row_name,
    text_of,
    write,
)
from ronghe.tables.engine import DuckDB

__all__ = ["KEY", "origins_of", "write_clusters", "write_sides"]

KEY = "_key"
"""The column that names a row in the files that are linked."""

_SEPARATOR = "/"


def _key(step: LinkStep, table: Table) -> exp.Expr:
    """The id of a row, its content where no column is one; in a pile the name of its table stands before it."""
    if table.source.id is None:
        own = row_name(table)
    else:
        need(table, (table.source.id,), step.name)
        own = text_of(column(table.source.id))
    if len(step.of) < 3:
        return own
    return exp.DPipe(this=exp.Literal.string(f"{table.source.name}{_SEPARATOR}"), expression=own, safe=False)


def _side(step: LinkStep, table: Table, names: Sequence[str]) -> exp.Select:
    shown = [named(text_of(column(name) if name in table.types else exp.Null()), name) for name in names]
    return exp.select(named(_key(step, table), KEY), *shown).from_(exp.to_identifier(table.view))


def _compared(table: Table) -> list[str]:
    """What may be compared: an id is the name that one department gave, and says nothing of another's."""
    return [name for name in table.types if name != table.source.id]


def write_sides(engine: DuckDB, step: LinkStep, tables: Sequence[Table], folder: Path) -> list[Path]:
    """Write what is to be linked: a file for each of at most two tables, or one pile of more."""
    folder.mkdir(parents=True, exist_ok=True)
    if len(tables) < 3:
        selects = [_side(step, table, _compared(table)) for table in tables]
    else:
        names = list(dict.fromkeys(name for table in tables for name in _compared(table)))
        pile = exp.union(*(_side(step, table, names) for table in tables), distinct=False)
        selects = [exp.select("*").from_(pile.subquery("u"))]
    paths = [folder / f"side_{place}.parquet" for place in range(len(selects))]
    for select, path in zip(selects, paths, strict=True):
        write(engine, select, path)
    return paths


def _named_rows(step: LinkStep) -> list[exp.Expr]:
    """Source and id of a row of the clusters that linkage wrote (side, id, cluster)."""
    if len(step.of) > 2:
        place = call("strpos", column("id"), exp.Literal.string(_SEPARATOR))
        before = exp.Sub(this=place, expression=exp.Literal.number(1))
        after = exp.Add(this=place.copy(), expression=exp.Literal.number(1))
        source: exp.Expr = call("substr", column("id"), exp.Literal.number(1), before)
        return [named(source, "source"), named(call("substr", column("id"), after), "id")]
    source = exp.Literal.string(step.of[0])
    if len(step.of) == 2:
        first = exp.EQ(this=column("side"), expression=exp.Literal.number(0))
        source = exp.Case().when(first, source).else_(exp.Literal.string(step.of[1]))
    return [named(source, "source"), named(column("id"), "id")]


def _label(side: exp.Expr, key: str) -> exp.Expr:
    return exp.DPipe(
        this=exp.DPipe(this=text_of(side), expression=exp.Literal.string(":"), safe=False),
        expression=column(key),
        safe=False,
    )


def _recluster(engine: DuckDB, step: LinkStep, clusters: Path, pairs: Path) -> exp.Select:
    """The clusters of the pairs that reach the step's threshold, in the place of those of all pairs."""
    right = exp.Literal.number(1 if len(step.of) == 2 else 0)
    ends = [_label(exp.Literal.number(0), "left_id"), _label(right, "right_id")]
    sure = exp.GTE(this=column("probability"), expression=exp.Literal.number(step.threshold))
    both = [
        exp.select(named(one.copy(), "a"), named(other.copy(), "b")).from_(parquet_at(pairs)).where(sure.copy())
        for one, other in (ends, reversed(ends))
    ]
    engine.keep("links", exp.select("*").from_(exp.union(*both, distinct=True).subquery("u")))
    connect(engine)
    label = _label(column("side"), "id")
    root = exp.Coalesce(this=column("root", "r"), expressions=[label])
    digest = call("substr", call("sha256", root), exp.Literal.number(1), exp.Literal.number(32))
    select = exp.select("c.* exclude (cluster)", named(digest, "cluster"))
    select = select.from_(exp.select("*").from_(parquet_at(clusters)).subquery("c"))
    on = exp.EQ(this=column("node", "r"), expression=label.copy())
    return select.join(exp.to_table("roots").as_("r"), on=on, join_type="left")


def write_clusters(engine: DuckDB, step: LinkStep, clusters: Path, pairs: Path, path: Path) -> int:
    """Write `entity`, `source` and `id` of every row that was linked; gives their number."""
    made = exp.select("*").from_(parquet_at(clusters))
    if step.threshold > LEAST_THRESHOLD:
        made = _recluster(engine, step, clusters, pairs)
    select = exp.select(named(column("cluster"), "entity"), *_named_rows(step)).from_(made.subquery("m"))
    with one_thread(engine):
        return write(engine, select.order_by(column("entity"), column("source"), column("id")), path)


def origins_of(tables: Sequence[Table], compared: Sequence[str]) -> dict[str, list[Origin]]:
    """Where each column of the clusters comes from: an entity from all that was compared."""
    ids = [(table.source.name, table.source.id) for table in tables if table.source.id]
    said = [(table.source.name, name) for table in tables for name in compared if name in table.types]
    return {"entity": [*ids, *said], "source": [], "id": ids}
