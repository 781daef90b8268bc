"""A new delivery against clusters that exist: only what it touches is read again, everybody else stays who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations

import pyarrow as pa
from sqlglot import exp

from ronghe.data.integrate.linking import link_records
from ronghe.data.integrate.model import Model
from ronghe.data.integrate.statements import drawn, fetch, make, union
from ronghe.data.integrate.training import NOT_EXCLUSIVE
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name

__all__ = ["Extended", "extend_clusters"]

MOST_SHARED = 5
"""Existing records that share a value, or two values together, and still are read again: a birth on 1900-01-01 leads
nowhere, the same birth with the same name to somebody."""


LEAST_PAIRS = 10_000
PAIRS_PER_RECORD = 4
"""Pairs that may be compared for each record that is read again: far fewer than in a first run, which has to learn."""


@dataclass(frozen=True, slots=True)
class Extended:
    """The delivery's records with their clusters (`id`, `cluster`), and how many of them joined one that was there."""

    clusters: pa.Table
    joined: int
    read_again: int


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
    ids = union([drawn("SELECT id FROM _t", t=f"leading{number}") for number in range(len(keys))])
    near = drawn("SELECT e.* FROM _existing AS e SEMI JOIN _ids AS i ON e.id = i.id", existing=existing, ids=_sub(ids))
    make(engine, "near", near)
    return int(fetch(engine, drawn("SELECT count(*) AS n FROM near")).column("n")[0].as_py())


def _budget(records: int) -> int:
    return max(LEAST_PAIRS, PAIRS_PER_RECORD * records)


def _sub(select: exp.Expr) -> exp.Expr:
    return exp.Subquery(this=select, alias=exp.TableAlias(this=exp.to_identifier("i")))


def _best(pairs: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """For each record of the delivery the existing one that it most probably is; equal ones by their id."""

    def better(found: dict[str, tuple[float, str]], pair: Mapping[str, object]) -> dict[str, tuple[float, str]]:
        key, offer = str(pair["right_id"]), (-float(str(pair["probability"])), str(pair["left_id"]))
        found[key] = min(found.get(key, offer), offer)
        return found

    best: dict[str, tuple[float, str]] = reduce(better, pairs, {})
    return {key: left for key, (_, left) in best.items()}


def extend_clusters(
    engine: DuckDB, existing: str, clusters: str, delivery: str, *, model: Model, catalog: Catalog
) -> Extended:
    """Put the records of `delivery` into clusters: one of the table `clusters` (`id`, `cluster`), or new ones.

    `existing` and `delivery` hold `id` and the model's columns as v0, v1, ... of text. No record of `existing` changes
    its cluster: a person who gains a record keeps the number that others know. What joins nothing is clustered among
    itself.
    """
    model = replace(model, exclusive=NOT_EXCLUSIVE)
    read = _near(engine, existing, delivery, len(model.columns))
    found: dict[str, str] = {}
    if read:
        linked = link_records(
            engine, ["near", delivery], model.columns, catalog=catalog, model=model, budget=_budget(read)
        )
        found = _best(linked.pairs.to_pylist())
    joined = pa.table({"id": pa.array(list(found), pa.string()), "of": pa.array(list(found.values()), pa.string())})
    engine.connection.register("made", joined)
    make(engine, "joined", drawn("SELECT m.id, c.cluster FROM made AS m JOIN _c AS c ON m.of = c.id", c=clusters))
    engine.connection.unregister("made")
    rest = drawn("SELECT d.* FROM _delivery AS d ANTI JOIN joined AS j ON d.id = j.id", delivery=delivery)
    make(engine, "rest", rest)
    known = fetch(engine, drawn("SELECT id, cluster FROM joined ORDER BY id"))
    if known.num_rows == fetch(engine, drawn("SELECT id FROM _d", d=delivery)).num_rows:
        return Extended(known, known.num_rows, read)
    alone = fetch(engine, drawn("SELECT count(*) AS n FROM rest")).column("n")[0].as_py()
    fresh = link_records(engine, ["rest"], model.columns, catalog=catalog, model=model, budget=_budget(alone)).clusters
    whole = pa.concat_tables([known, fresh.select(["id", "cluster"]).cast(known.schema)]).sort_by("id")
    return Extended(whole, known.num_rows, read)
