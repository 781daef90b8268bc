"""A new delivery against clusters that exist: only what it touches is read again, everybody else stays who they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ronghe.data.integrate.linking import Linked, Note, link_records
from ronghe.data.integrate.model import Model
from ronghe.data.integrate.prepare import deciding_column
from ronghe.data.integrate.review import Reviewed
from ronghe.data.integrate.statements import drawn, fetch, make, union
from ronghe.data.integrate.training import NOT_EXCLUSIVE
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["Extended", "extend_clusters", "keyed"]

MOST_SHARED = 5
"""Clusters that share a value, or two values together, and whose records still are read again: a birth on 1900-01-01
leads nowhere, the same birth with the same name to somebody."""
SHOWN = 5
LEAST_PAIRS = 10_000
PAIRS_PER_RECORD = 4
"""Pairs that may be compared for each record that is read again: far fewer than in a first run, which has to learn."""


@dataclass(frozen=True, slots=True)
class Extended:
    """The delivery's records with their clusters (`id`, `cluster`), and how many of them joined one that was there.

    `pairs` and `doubtful` are of an existing record (left_id) and one of the delivery (right_id), with probability.
    """

    clusters: pa.Table
    joined: int
    read_again: int
    pairs: pa.Table
    doubtful: pa.Table
    candidates: int = 0
    notes: tuple[Note, ...] = ()


def keyed(table: str, columns: int) -> exp.Expr:
    """The SELECT of a side with k0, k1, ...: the hash of each value, by which a later delivery finds its records."""
    # A hash of nothing is a number too: records that lack a value would all share it.
    hashes = [drawn("CASE WHEN _v IS NOT NULL THEN hash(_v) END", v=name(f"v{place}")) for place in range(columns)]
    shown = [exp.alias_(made, f"k{place}") for place, made in enumerate(hashes)]
    return exp.select("*", *shown).from_(table)


def _filled(places: Sequence[int]) -> exp.Expr:
    return exp.and_(*(drawn("_k IS NOT NULL", k=name(f"k{place}")) for place in places))


def _hits(existing: str, columns: int) -> exp.Expr:
    """The SELECT of existing records that share a value with the delivery, without the values that they do not."""
    shared = [
        exp.alias_(
            drawn("CASE WHEN _k IN (SELECT _k FROM delivered_keys WHERE _k IS NOT NULL) THEN _k END", k=name(f"k{n}")),
            f"k{n}",
        )
        for n in range(columns)
    ]
    hits = exp.select(name("id"), name("cluster"), *shared).from_(existing)
    return exp.select("*").from_(hits.subquery("h")).where(exp.or_(*(_filled([place]) for place in range(columns))))


def _leading(places: Sequence[int]) -> exp.Expr:
    """The ids of existing records that share the values at these places with the delivery, where few clusters do."""
    if len(places) == 1:
        one = "SELECT id FROM hits SEMI JOIN (SELECT _k AS key FROM hits WHERE _k IS NOT NULL GROUP BY 1"
        few = " HAVING count(DISTINCT cluster) <= _most) AS f ON _k = f.key"
        return drawn(one + few, k=name(f"k{places[0]}"), most=MOST_SHARED)
    key = exp.Anonymous(this="hash", expressions=[name(f"k{place}") for place in places])
    return drawn(
        """
        SELECT id FROM (SELECT id, cluster, _key AS key FROM hits WHERE _filled) AS e
        SEMI JOIN (SELECT DISTINCT _key AS key FROM delivered_keys WHERE _filled) AS d ON e.key = d.key
        QUALIFY count(DISTINCT e.cluster) OVER (PARTITION BY e.key) <= _most
        """,
        key=key,
        filled=_filled(places),
        most=MOST_SHARED,
    )


def _near(engine: DuckDB, existing: str, delivery: str, columns: int) -> int:
    """Keep `near`: the existing records that share a value, or two, with the delivery, where few clusters do; and
    `near_clusters` (id, cluster), those that they and the reviewed ones belong to."""
    make(engine, "delivered_keys", keyed(delivery, columns))
    make(engine, "hits", _hits(existing, columns))
    places = [(place,) for place in range(columns)] + list(combinations(range(columns), 2))
    ids = union([*map(_leading, places), drawn("SELECT left_id AS id FROM decided_pairs")])
    make(engine, "near_ids", drawn("SELECT DISTINCT id FROM _ids", ids=_sub(ids)))
    near = drawn("SELECT e.id, e.cluster FROM _existing AS e SEMI JOIN near_ids AS i ON e.id = i.id", existing=existing)
    values = [name(f"v{place}") for place in range(columns)]
    make(engine, "near_records", cast("exp.Select", near).select(*values))
    make(engine, "near", exp.select(name("id"), *values).from_("near_records"))
    make(engine, "near_clusters", drawn("SELECT id, cluster FROM near_records"))
    return int(fetch(engine, drawn("SELECT count(*) AS n FROM near")).column("n")[0].as_py())


def _budget(records: int) -> int:
    return max(LEAST_PAIRS, PAIRS_PER_RECORD * records)


def _sub(select: exp.Expr) -> exp.Expr:
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("i")))


_OFFERS = """
SELECT p.right_id AS id, p.left_id, p.probability, c.cluster FROM offered AS p JOIN _clusters AS c ON p.left_id = c.id
ANTI JOIN (
    SELECT f.right_id, k.cluster FROM forbidden AS f JOIN _clusters AS k ON f.left_id = k.id
) AS f ON f.right_id = p.right_id AND f.cluster = c.cluster
"""
_OTHER_PEOPLE = """
WITH proven AS (
    SELECT k.cluster, r.h FROM records AS r JOIN numbered AS n ON r.n = n.n AND n.side = 0
    JOIN _clusters AS k ON k.id = n.id WHERE r.h IS NOT NULL
)
SELECT o.* FROM offers AS o JOIN numbered AS n ON n.id = o.id AND n.side = 1 LEFT JOIN records AS r ON r.n = n.n
WHERE r.h IS NULL OR o.cluster NOT IN (SELECT cluster FROM proven)
    OR EXISTS (SELECT 1 FROM proven AS p WHERE p.cluster = o.cluster AND p.h = r.h)
"""
_BEST = """
SELECT id, cluster, left_id, probability, count(DISTINCT cluster) OVER (PARTITION BY id) AS clusters FROM offers
QUALIFY row_number() OVER (PARTITION BY id ORDER BY probability DESC, left_id) = 1
"""
_THROUGH_ANOTHER = """
WITH own AS (SELECT id, cluster FROM fresh),
led AS (
    SELECT o.cluster, min(j.cluster) AS known, count(DISTINCT j.cluster) AS clusters
    FROM own AS o JOIN joined AS j ON o.id = j.id GROUP BY o.cluster
)
SELECT j.id, j.cluster FROM joined AS j
UNION ALL SELECT o.id, l.known AS cluster FROM own AS o JOIN led AS l ON o.cluster = l.cluster AND l.clusters = 1
ANTI JOIN joined AS j ON o.id = j.id
ANTI JOIN (
    SELECT f.right_id, k.cluster FROM forbidden AS f JOIN _clusters AS k ON f.left_id = k.id
) AS f ON f.right_id = o.id AND f.cluster = l.known
"""
_NEW = """
SELECT o.id, left(sha256(string_agg(length(o.id) || ':' || o.id, ',' ORDER BY o.id) OVER (
    PARTITION BY o.cluster ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)), 32) AS cluster
FROM fresh AS o ANTI JOIN led_to AS l ON o.id = l.id
"""
"""Whoever joins nobody is named by those who do not either, whatever was read again beside them."""
EMPTY = pa.schema([("left_id", pa.string()), ("right_id", pa.string()), ("probability", pa.float64())])


def _keep_rows(engine: DuckDB, table: str, rows: pa.Table) -> None:
    engine.connection.register("made", rows)
    make(engine, table, drawn("SELECT * FROM made"))
    engine.connection.unregister("made")


def _keep_decisions(engine: DuckDB, existing: str, delivery: str, decisions: Sequence[Reviewed]) -> None:
    """Keep `decided_pairs` and `own_pairs` (left_id, right_id, same): the decisions about an existing record and one of
    the delivery, and about two of the delivery."""
    rows = {
        "left_id": pa.array([pair.left for pair in decisions], pa.string()),
        "right_id": pa.array([pair.right for pair in decisions], pa.string()),
        "same": pa.array([pair.same for pair in decisions], pa.bool_()),
    }
    _keep_rows(engine, "all_said", pa.table(rows))
    both = "SELECT s.* FROM all_said AS s SEMI JOIN _e AS e ON s.left_id = e.id SEMI JOIN _d AS d ON s.right_id = d.id"
    make(engine, "decided_pairs", drawn(both, e=existing, d=delivery))
    make(engine, "own_pairs", drawn(both, e=delivery, d=delivery))
    make(engine, "forbidden", drawn("SELECT left_id, right_id FROM decided_pairs WHERE NOT same"))


def _said(engine: DuckDB, table: str) -> tuple[Reviewed, ...]:
    rows = fetch(engine, drawn("SELECT * FROM _t ORDER BY left_id, right_id", t=table)).to_pylist()
    return tuple(Reviewed(row["left_id"], row["right_id"], same=row["same"]) for row in rows)


def _of_both(pairs: pa.Table, read: int) -> pa.Table:
    """The pairs of an existing record and one of the delivery: those that were read again have the first numbers."""
    both = pc.and_(pc.less_equal(pairs["n_l"], read), pc.greater(pairs["n_r"], read))
    return pairs.filter(both).select(EMPTY.names)


def _keep_joined(engine: DuckDB, clusters: str, linked: Linked, read: int) -> list[Note]:
    """Keep `joined` (id, cluster, left_id, probability): the most probable cluster that nothing forbids.

    What two people decided to keep apart no delivery brings together, nor two identifiers: a record that belongs to
    several clusters joins one of them, and that is told.
    """
    _keep_rows(engine, "offered", _of_both(linked.pairs, read))
    make(engine, "offers", drawn(_OFFERS, clusters=clusters))
    if deciding_column(linked.model.columns) is not None:
        make(engine, "possible_offers", drawn(_OTHER_PEOPLE, clusters=clusters))
        make(engine, "offers", drawn("SELECT * FROM possible_offers"))
    make(engine, "joined", drawn(_BEST))
    between = fetch(engine, drawn("SELECT id FROM joined WHERE clusters > 1 ORDER BY id")).column("id").to_pylist()
    if not between:
        return []
    return [("integrate.delivery_between", {"rows": len(between), "ids": ", ".join(between[:SHOWN])})]


def extend_clusters(
    engine: DuckDB,
    existing: str,
    delivery: str,
    *,
    model: Model,
    catalog: Catalog,
    decisions: Sequence[Reviewed] = (),
) -> Extended:
    """Put the records of `delivery` into clusters: those of `existing`, or new ones.

    `delivery` holds `id` and the model's columns as v0, v1, ... of text; `existing` the same with `cluster` and the
    hashes that `keyed` gives. Of a cluster that is near only the near records are asked. No
    record of `existing` changes its cluster: a person who gains a record keeps the number that others know. What joins
    nothing is clustered among itself. `decisions` hold: about an existing record (left) and one of the delivery
    (right), or two of the delivery.
    """
    _keep_decisions(engine, existing, delivery, decisions)
    read = _near(engine, existing, delivery, len(model.columns))
    clusters = "near_clusters"
    count = int(fetch(engine, drawn("SELECT count(*) AS n FROM _d", d=delivery)).column("n")[0].as_py())
    linked = link_records(
        engine,
        ["near", delivery],
        model.columns,
        catalog=catalog,
        model=replace(model, exclusive=NOT_EXCLUSIVE),
        budget=_budget(read + count),
        decisions=_said(engine, "decided_pairs"),
        own=_said(engine, "own_pairs"),
        within=True,
    )
    notes = [*linked.notes, *_keep_joined(engine, clusters, linked, read)]
    fresh = linked.clusters.filter(pc.equal(linked.clusters["side"], 1)).select(["id", "cluster"])
    _keep_rows(engine, "fresh", fresh)
    make(engine, "led_to", drawn(_THROUGH_ANOTHER, clusters=clusters))
    whole = fetch(engine, union([drawn("SELECT id, cluster FROM led_to"), drawn(_NEW)])).sort_by("id")
    joined = int(fetch(engine, drawn("SELECT count(*) AS n FROM led_to")).column("n")[0].as_py())
    pairs = fetch(engine, drawn("SELECT left_id, id AS right_id, probability FROM joined ORDER BY id"))
    doubtful = _of_both(linked.doubtful, read)
    return Extended(whole, joined, read, pairs, doubtful, linked.blocking.candidates, tuple(notes))
