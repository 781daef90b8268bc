"""A new delivery against clusters that exist: only what it touches is read again, everybody else stays who they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pyarrow as pa
from sqlglot import exp

from ronghe.data.integrate.linking import Linked, Note, link_records
from ronghe.data.integrate.model import Model
from ronghe.data.integrate.review import Reviewed
from ronghe.data.integrate.statements import drawn, fetch, make, union
from ronghe.data.integrate.training import NOT_EXCLUSIVE
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["Extended", "extend_clusters"]

MOST_SHARED = 5
"""Existing records that share a value, or two values together, and still are read again: a birth on 1900-01-01 leads
nowhere, the same birth with the same name to somebody."""


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


def _leading(existing: str, delivery: str, places: Sequence[int]) -> exp.Expr:
    """The ids of existing records that share the values at these places with the delivery, where few do."""
    key = exp.Anonymous(this="hash", expressions=[name(f"v{place}") for place in places])
    filled = exp.and_(*(drawn("_v IS NOT NULL", v=name(f"v{place}")) for place in places))
    return drawn(
        """
        SELECT id FROM (SELECT id, _key AS key FROM _existing WHERE _filled) AS e
        SEMI JOIN (SELECT DISTINCT _key AS key FROM _delivery WHERE _filled) AS d ON e.key = d.key
        QUALIFY count(*) OVER (PARTITION BY e.key) <= _most
        """,
        key=key,
        filled=filled,
        existing=existing,
        delivery=delivery,
        most=MOST_SHARED,
    )


def _near(engine: DuckDB, existing: str, delivery: str, columns: int) -> int:
    """Keep `near`: the existing records that share a value, or two, with the delivery, where few do."""
    keys = [(place,) for place in range(columns)] + list(combinations(range(columns), 2))
    for number, places in enumerate(keys):
        make(engine, f"leading{number}", _leading(existing, delivery, places))
    asked = [drawn("SELECT id FROM _t", t=f"leading{number}") for number in range(len(keys))]
    ids = union([*asked, drawn("SELECT left_id AS id FROM decided_pairs")])
    near = drawn("SELECT e.* FROM _existing AS e SEMI JOIN _ids AS i ON e.id = i.id", existing=existing, ids=_sub(ids))
    make(engine, "near", near)
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
_BEST = """
SELECT id, cluster, left_id, probability, count(DISTINCT cluster) OVER (PARTITION BY id) AS clusters FROM offers
QUALIFY row_number() OVER (PARTITION BY id ORDER BY probability DESC, left_id) = 1
"""
EMPTY = pa.schema([("left_id", pa.string()), ("right_id", pa.string()), ("probability", pa.float64())])


def _keep_rows(engine: DuckDB, table: str, rows: pa.Table) -> None:
    engine.connection.register("made", rows)
    make(engine, table, drawn("SELECT * FROM made"))
    engine.connection.unregister("made")


def _keep_decisions(engine: DuckDB, existing: str, delivery: str, decisions: Sequence[Reviewed]) -> None:
    """Keep `said` (left_id, right_id, same): the decisions about an existing record and one of the delivery."""
    rows = {
        "left_id": pa.array([pair.left for pair in decisions], pa.string()),
        "right_id": pa.array([pair.right for pair in decisions], pa.string()),
        "same": pa.array([pair.same for pair in decisions], pa.bool_()),
    }
    _keep_rows(engine, "all_said", pa.table(rows))
    both = "SELECT s.* FROM all_said AS s SEMI JOIN _e AS e ON s.left_id = e.id SEMI JOIN _d AS d ON s.right_id = d.id"
    make(engine, "decided_pairs", drawn(both, e=existing, d=delivery))
    make(engine, "forbidden", drawn("SELECT left_id, right_id FROM decided_pairs WHERE NOT same"))


def _concerned(engine: DuckDB) -> tuple[Reviewed, ...]:
    rows = fetch(engine, drawn("SELECT * FROM decided_pairs ORDER BY left_id, right_id")).to_pylist()
    return tuple(Reviewed(row["left_id"], row["right_id"], same=row["same"]) for row in rows)


def _keep_joined(engine: DuckDB, clusters: str, linked: Linked | None) -> list[Note]:
    """Keep `joined` (id, cluster, left_id, probability): the most probable cluster that no decision forbids.

    What two people decided to keep apart no delivery brings together: a record that belongs to several clusters joins
    one of them, and that is told.
    """
    pairs = EMPTY.empty_table() if linked is None else linked.pairs.select(EMPTY.names)
    _keep_rows(engine, "offered", pairs)
    make(engine, "offers", drawn(_OFFERS, clusters=clusters))
    make(engine, "joined", drawn(_BEST))
    between = fetch(engine, drawn("SELECT id FROM joined WHERE clusters > 1 ORDER BY id")).column("id").to_pylist()
    if not between:
        return []
    return [("integrate.delivery_between", {"rows": len(between), "ids": ", ".join(between[:SHOWN])})]


def extend_clusters(
    engine: DuckDB,
    existing: str,
    clusters: str,
    delivery: str,
    *,
    model: Model,
    catalog: Catalog,
    decisions: Sequence[Reviewed] = (),
) -> Extended:
    """Put the records of `delivery` into clusters: one of the table `clusters` (`id`, `cluster`), or new ones.

    `existing` and `delivery` hold `id` and the model's columns as v0, v1, ... of text. No record of `existing` changes
    its cluster: a person who gains a record keeps the number that others know. What joins nothing is clustered among
    itself. `decisions` hold: about an existing record (left) and one of the delivery (right), or two of the delivery.
    """
    model = replace(model, exclusive=NOT_EXCLUSIVE)
    _keep_decisions(engine, existing, delivery, decisions)
    read = _near(engine, existing, delivery, len(model.columns))
    linked = None
    if read:
        linked = link_records(
            engine,
            ["near", delivery],
            model.columns,
            catalog=catalog,
            model=model,
            budget=_budget(read),
            decisions=_concerned(engine),
        )
    notes = [*(linked.notes if linked else ()), *_keep_joined(engine, clusters, linked)]
    pairs = fetch(engine, drawn("SELECT left_id, id AS right_id, probability FROM joined ORDER BY id"))
    doubtful = linked.doubtful.select(EMPTY.names) if linked else EMPTY.empty_table()
    known = fetch(engine, drawn("SELECT id, cluster FROM joined ORDER BY id"))
    make(engine, "rest", drawn("SELECT d.* FROM _d AS d ANTI JOIN joined AS j ON d.id = j.id", d=delivery))
    alone = int(fetch(engine, drawn("SELECT count(*) AS n FROM rest")).column("n")[0].as_py())
    whole = known
    if alone:
        own = _own_decisions(engine)
        fresh = link_records(
            engine, ["rest"], model.columns, catalog=catalog, model=model, budget=_budget(alone), decisions=own
        )
        whole = pa.concat_tables([known, fresh.clusters.select(["id", "cluster"]).cast(known.schema)]).sort_by("id")
        notes += fresh.notes
    candidates = linked.blocking.candidates if linked else 0
    return Extended(whole, known.num_rows, read, pairs, doubtful, candidates, tuple(notes))


def _own_decisions(engine: DuckDB) -> tuple[Reviewed, ...]:
    """The decisions about two records of the delivery that joined nothing."""
    both = (
        "SELECT s.* FROM all_said AS s SEMI JOIN rest AS l ON s.left_id = l.id SEMI JOIN rest AS r ON s.right_id = r.id"
    )
    rows = fetch(engine, drawn(both)).to_pylist()
    return tuple(Reviewed(row["left_id"], row["right_id"], same=row["same"]) for row in rows)
