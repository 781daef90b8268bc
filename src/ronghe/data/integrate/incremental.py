"""A new delivery against clusters that exist: only what it touches is read again, everybody else stays who they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ronghe.data.integrate.known import Known, hashed, records_near
from ronghe.data.integrate.linking import Linked, Note, link_records
from ronghe.data.integrate.model import Model
from ronghe.data.integrate.prepare import deciding_column
from ronghe.data.integrate.review import Reviewed
from ronghe.data.integrate.statements import drawn, drop, fetch, make
from ronghe.data.integrate.training import NOT_EXCLUSIVE
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import DuckDB
from ronghe.tables.plain_arrays import as_numpy, booleans, texts
from ronghe.tables.sql import name
from ronghe.terms import content_id

__all__ = ["Extended", "extend_clusters"]

SHOWN = 5
LEAST_PAIRS = 10_000
PAIRS_PER_RECORD = 4
"""Pairs that may be compared for each record that is read again: far fewer than in a first run, which has to learn."""


@dataclass(frozen=True, slots=True)
class Extended:
    """The delivery's records with their clusters (`id`, `cluster`), how many of them joined one that was there, and how
    many new clusters (`new_groups`) the others make.

    `pairs` and `doubtful` are of an existing record (left_id) and one of the delivery (right_id), with probability.
    """

    clusters: pa.Table
    joined: int
    new_groups: int
    read_again: int
    pairs: pa.Table
    doubtful: pa.Table
    candidates: int = 0
    notes: tuple[Note, ...] = ()


def _near(engine: DuckDB, known: Known, delivery: str, ids: pa.Array) -> int:
    """Keep `near`: the known records that share something with the delivery, and those with these ids; and
    `near_clusters` (id, known, cluster), those that they belong to.

    Tables that were delivered one after the other may number their rows alike, so what `known` calls by one id has as
    many here.
    """
    values = [name(f"v{place}") for place in range(known.columns)]
    found = records_near(known, fetch(engine, hashed(delivery, known.columns, *values)), ids)
    _keep_rows(engine, "found", found)
    make(engine, "numbered_found", drawn(_ONE_ID_EACH))
    make(engine, "near", exp.select(name("id"), *values).from_("numbered_found"))
    make(engine, "near_clusters", drawn("SELECT id, known, cluster FROM numbered_found"))
    drop(engine, "found", "numbered_found")
    return int(found.num_rows)


def _budget(records: int) -> int:
    return max(LEAST_PAIRS, PAIRS_PER_RECORD * records)


_ONE_ID_EACH = """
SELECT * EXCLUDE (id, place), id AS known, CASE WHEN place = 1 THEN id ELSE id || chr(31) || place END AS id
FROM (SELECT *, row_number() OVER (PARTITION BY id ORDER BY cluster) AS place FROM found)
"""
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


def _keep_said(engine: DuckDB, delivery: str, decisions: Sequence[Reviewed]) -> pa.Array:
    """Keep `all_said` (left_id, right_id, same) and `own_pairs`, the decisions about two records of the delivery; gives
    the left ids of those about one record of the delivery and another."""
    rows = {
        "left_id": texts([pair.left for pair in decisions]),
        "right_id": texts([pair.right for pair in decisions]),
        "same": booleans(np.array([pair.same for pair in decisions], bool)),
    }
    _keep_rows(engine, "all_said", pa.table(rows))
    both = "SELECT s.* FROM all_said AS s SEMI JOIN _d AS e ON s.left_id = e.id SEMI JOIN _d AS d ON s.right_id = d.id"
    make(engine, "own_pairs", drawn(both, d=delivery))
    left = "SELECT DISTINCT left_id FROM all_said AS s SEMI JOIN _d AS d ON s.right_id = d.id"
    return texts(fetch(engine, drawn(left, d=delivery)).column("left_id").to_pylist())


def _keep_decided(engine: DuckDB, delivery: str) -> None:
    """Keep `decided_pairs`, the decisions about a known record and one of the delivery, and those that `forbid`."""
    both = (
        "SELECT e.id AS left_id, s.right_id, s.same FROM all_said AS s JOIN near_clusters AS e ON s.left_id = e.known"
        " SEMI JOIN _d AS d ON s.right_id = d.id"
    )
    make(engine, "decided_pairs", drawn(both, d=delivery))
    make(engine, "forbidden", drawn("SELECT left_id, right_id FROM decided_pairs WHERE NOT same"))


def _said(engine: DuckDB, table: str) -> tuple[Reviewed, ...]:
    rows = fetch(engine, drawn("SELECT * FROM _t ORDER BY left_id, right_id", t=table)).to_pylist()
    return tuple(Reviewed(row["left_id"], row["right_id"], same=row["same"]) for row in rows)


def _of_both(pairs: pa.Table, read: int) -> pa.Table:
    """The pairs of an existing record and one of the delivery: those that were read again have the first numbers."""
    both = (as_numpy(pairs["n_l"]) <= read) & (as_numpy(pairs["n_r"]) > read)
    return pairs.filter(booleans(both)).select(EMPTY.names)


def _as_known(engine: DuckDB, pairs: pa.Table) -> pa.Table:
    """Pairs with the ids that the known records have outside."""
    told = fetch(engine, drawn("SELECT id, known FROM near_clusters WHERE id <> known"))
    names = dict(zip(told["id"].to_pylist(), told["known"].to_pylist(), strict=True))
    left = texts([names.get(found, found) for found in pairs["left_id"].to_pylist()])
    return pairs.set_column(pairs.schema.get_field_index("left_id"), "left_id", left)


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


def _free(names: pa.ChunkedArray, known: Known) -> dict[str, str]:
    """Another name for those that a cluster has already: a later delivery may use the ids of an earlier one again."""
    renamed: dict[str, str] = {}
    asked = {made: made for made in known.taken(pc.unique(names))}
    while asked:
        asked = {first: content_id(last) for first, last in asked.items()}
        renamed |= asked
        taken = known.taken(texts(sorted(asked.values())))
        asked = {first: last for first, last in asked.items() if last in taken}
    return renamed


def _keep_new(engine: DuckDB, known: Known) -> None:
    """Keep `new` (id, cluster): whoever joins nobody, under names that no cluster has."""
    make(engine, "named", drawn(_NEW))
    renamed = _free(fetch(engine, drawn("SELECT cluster FROM named")).column("cluster"), known)
    _keep_rows(engine, "renamed", pa.table({"was": texts(list(renamed)), "now": texts(list(renamed.values()))}))
    named = "SELECT n.id, coalesce(r.now, n.cluster) AS cluster FROM named AS n LEFT JOIN renamed AS r"
    make(engine, "new", drawn(f"{named} ON n.cluster = r.was"))


def extend_clusters(
    engine: DuckDB,
    known: Known,
    delivery: str,
    *,
    model: Model,
    catalog: Catalog,
    decisions: Sequence[Reviewed] = (),
) -> Extended:
    """Put the records of `delivery` into clusters: those of `known` records, or new ones.

    `delivery` holds `id` and the model's columns as v0, v1, ... of text. Of a cluster only the near records are asked.
    No known record changes its cluster: a person who gains a record keeps the number that others know. What joins
    nothing is clustered among itself. `decisions` hold: about a known record (left) and one of the delivery (right), or
    two of the delivery.
    """
    read = _near(engine, known, delivery, _keep_said(engine, delivery, decisions))
    _keep_decided(engine, delivery)
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
    delivered = booleans(as_numpy(linked.clusters["side"]) == 1)
    fresh = linked.clusters.filter(delivered).select(["id", "cluster"])
    _keep_rows(engine, "fresh", fresh)
    make(engine, "led_to", drawn(_THROUGH_ANOTHER, clusters=clusters))
    _keep_new(engine, known)
    whole = fetch(engine, drawn("SELECT id, cluster FROM led_to UNION ALL SELECT id, cluster FROM new")).sort_by("id")
    counts = "SELECT (SELECT count(*) FROM led_to) AS joined, (SELECT count(DISTINCT cluster) FROM new) AS groups"
    counted = fetch(engine, drawn(counts)).to_pylist()[0]
    pairs = fetch(engine, drawn("SELECT left_id, id AS right_id, probability FROM joined"))
    return Extended(
        clusters=whole,
        joined=int(counted["joined"]),
        new_groups=int(counted["groups"]),
        read_again=read,
        pairs=_as_known(engine, pairs).sort_by("right_id"),
        doubtful=_as_known(engine, _of_both(linked.doubtful, read)),
        candidates=linked.blocking.candidates,
        notes=tuple(notes),
    )
