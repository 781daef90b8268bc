"""Which rows are one entity: rows that share a key, across keys, or rows that a clusters table puts together."""

from dataclasses import replace

from sqlglot import exp

from ronghe.data.integrate.fuse.keys import check_unique
from ronghe.data.integrate.fuse.plan import FuseStep
from ronghe.data.integrate.fuse.table import Table, call, column, count_rows, named, need, text_of
from ronghe.tables.engine import DuckDB
from ronghe.terms import InputError

__all__ = ["by_clusters", "by_keys", "connect"]


def _label(number: int, key: str) -> exp.Expr:
    """The value with the number of its key before it, so that 7 as one key is not 7 as another."""
    return exp.DPipe(this=exp.Literal.string(f"{number:03}:"), expression=text_of(column(key)), safe=False)


def _links(engine: DuckDB, keys: tuple[str, ...]) -> int:
    """Keep `links`: two labels that stand in one row, in both directions; gives their number."""
    parts: list[exp.Select] = []
    for number, key in enumerate(keys):
        for later in range(number + 1, len(keys)):
            one, two = _label(number, key), _label(later, keys[later])
            present = exp.and_(*(column(k).is_(exp.Null()).not_() for k in (key, keys[later])))
            for a, b in ((one, two), (two, one)):
                parts.append(exp.select(named(a.copy(), "a"), named(b.copy(), "b")).from_("rows").where(present))
    whole = exp.union(*parts, distinct=True).subquery("u")
    engine.keep("links", exp.select("*").from_(whole))
    return count_rows(engine, exp.select("count(*)").from_("links"))


def connect(engine: DuckDB) -> None:
    """Keep `roots` (node, root): each label of `links` (a, b, both ways) with the smallest that it is connected with.

    Each round takes the smallest root of the neighbours, then the root of that root, so long chains end soon.
    """
    engine.keep("roots", exp.select(named(column("a"), "node"), named(column("a"), "root")).from_("links").distinct())
    changed = 1
    while changed:
        near = exp.select(
            named(column("node", "s"), "node"),
            named(column("root", "s"), "was"),
            named(call("least", column("root", "s"), call("min", column("root", "t"))), "root"),
        )
        near = near.from_(exp.to_table("roots").as_("s"))
        near = near.join(
            exp.to_table("links").as_("e"), on=exp.EQ(this=column("a", "e"), expression=column("node", "s"))
        )
        near = near.join(
            exp.to_table("roots").as_("t"), on=exp.EQ(this=column("node", "t"), expression=column("b", "e"))
        )
        engine.keep("nearer", near.group_by(column("node", "s"), column("root", "s")))
        jump = exp.select(
            named(column("node", "n"), "node"), named(column("was", "n"), "was"), named(column("root", "m"), "root")
        )
        jump = jump.from_(exp.to_table("nearer").as_("n"))
        jump = jump.join(
            exp.to_table("nearer").as_("m"), on=exp.EQ(this=column("node", "m"), expression=column("root", "n"))
        )
        engine.keep("jumped", jump)
        differs = exp.NEQ(this=column("was"), expression=column("root"))
        changed = count_rows(engine, exp.select("count(*)").from_("jumped").where(differs))
        engine.keep("roots", exp.select("node", "root").from_("jumped"))


def _digest(label: exp.Expr) -> exp.Expr:
    return call("substr", call("sha256", label), exp.Literal.number(1), exp.Literal.number(32))


def by_keys(engine: DuckDB, step: FuseStep, tables: list[Table]) -> None:
    """Keep `members`: the kept `rows` with the column `_entity`, NULL for a row without any key."""
    for table in tables:
        own = [key for key in step.keys if key in table.types]
        if not own:
            need(table, step.keys[:1], step.name)
        filled = (
            exp.select("count(*)")
            .from_("rows")
            .where(
                exp.and_(
                    exp.EQ(this=column("_source"), expression=exp.Literal.string(table.source.name)),
                    exp.or_(*(column(key).is_(exp.Null()).not_() for key in own)),
                )
            )
        )
        if not count_rows(engine, filled):
            raise InputError("data.integrate_no_keys", step=step.name, table=table.source.name, name=", ".join(own))
    labels = [_label(number, key) for number, key in enumerate(step.keys)]
    first = exp.Coalesce(this=labels[0], expressions=labels[1:])
    engine.view("labelled", exp.select("*", named(first, "_label")).from_("rows"))
    if len(step.keys) == 1 or not _links(engine, step.keys):
        select = exp.select(named(_digest(column("_label")), "_entity"), "* exclude (_label)").from_("labelled")
    else:
        connect(engine)
        root = exp.Coalesce(this=column("root", "r"), expressions=[column("_label", "l")])
        select = exp.select(named(_digest(root), "_entity"), "l.* exclude (_label)")
        select = select.from_(exp.to_table("labelled").as_("l"))
        on = exp.EQ(this=column("node", "r"), expression=column("_label", "l"))
        select = select.join(exp.to_table("roots").as_("r"), on=on, join_type="left")
    engine.keep("members", select)


def _with_sources(engine: DuckDB, tables: list[Table], clusters: Table) -> Table:
    """Clusters that `ronghe data link` wrote (side, id, cluster) as a table of `entity`, `source` and `id`.

    Side n is the n-th table of the fusion: the first that was linked, then each delivery.
    """
    if not {"side", "id", "cluster"} <= set(clusters.types):
        return clusters
    source = exp.Case()
    for place, table in enumerate(tables):
        side = exp.EQ(this=text_of(column("side")), expression=exp.Literal.string(str(place)))
        source = source.when(side, exp.Literal.string(table.source.name))
    shown = [named(column("cluster"), "entity"), named(source, "source"), column("id")]
    engine.view("clustered", exp.select(*shown).from_(exp.to_identifier(clusters.view)))
    types = {"entity": clusters.types["cluster"], "source": "VARCHAR", "id": clusters.types["id"]}
    return replace(clusters, view="clustered", types=types)


def by_clusters(engine: DuckDB, step: FuseStep, tables: list[Table], clusters: Table) -> None:
    """Keep `members` by a table of `entity`, `source` and `id`; the `id` of a row is in the column that its source
    declares, or else it is named by its content."""
    clusters = _with_sources(engine, tables, clusters)
    need(clusters, ("entity", "source", "id"), step.name)
    check_unique(engine, clusters, ("source", "id"), step.name)
    for table in tables:
        if table.source.id is not None:
            need(table, (table.source.id,), step.name)
    select = exp.select(named(text_of(column("entity", "c")), "_entity"), "l.*")
    select = select.from_(exp.to_table("rows").as_("l"))
    same = exp.and_(
        exp.EQ(this=text_of(column("source", "c")), expression=column("_source", "l")),
        exp.EQ(this=text_of(column("id", "c")), expression=column("_id", "l")),
    )
    engine.keep("members", select.join(exp.to_table(clusters.view).as_("c"), on=same, join_type="left"))
    for table in tables:
        if table.source.id is None and not _known(engine, table):
            raise InputError("data.integrate_no_id", step=step.name, table=table.source.name)


def _known(engine: DuckDB, table: Table) -> int:
    """How many rows of a table the clusters name: none, when they name them by a column that nobody declared."""
    own = exp.EQ(this=column("_source"), expression=exp.Literal.string(table.source.name))
    known = column("_entity").is_(exp.Null()).not_()
    return count_rows(engine, exp.select("count(*)").from_("members").where(exp.and_(own, known)))
