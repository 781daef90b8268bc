"""A new delivery against clusters that exist: only what it touches is read again, everybody else stays who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

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

MOST_SHARED = 100
"""Records of the existing table that a value may have and still lead to them: a birth on 1900-01-01 leads nowhere."""


@dataclass(frozen=True, slots=True)
class Extended:
    """The delivery's records with their clusters (`id`, `cluster`), and how many of them joined one that was there."""

    clusters: pa.Table
    joined: int
    read_again: int


def _near(engine: DuckDB, existing: str, delivery: str, columns: int) -> int:
    """Keep `near`: the existing records that share a value, not too frequent a one, with the delivery."""
    values = [name(f"v{place}") for place in range(columns)]
    for place, value in enumerate(values):
        make(
            engine,
            f"leading{place}",
            drawn(
                """
                SELECT e.id FROM _existing AS e
                SEMI JOIN (SELECT DISTINCT _v AS value FROM _delivery WHERE _v IS NOT NULL) AS d ON _ev = d.value
                QUALIFY count(*) OVER (PARTITION BY _ev) <= _most
                """,
                existing=existing,
                delivery=delivery,
                v=value,
                ev=name(f"v{place}", "e"),
                most=MOST_SHARED,
            ),
        )
    ids = union([drawn("SELECT id FROM _t", t=f"leading{place}") for place in range(columns)])
    near = drawn("SELECT e.* FROM _existing AS e SEMI JOIN _ids AS i ON e.id = i.id", existing=existing, ids=_sub(ids))
    make(engine, "near", near)
    return int(fetch(engine, drawn("SELECT count(*) AS n FROM near")).column("n")[0].as_py())


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
        linked = link_records(engine, ["near", delivery], model.columns, catalog=catalog, model=model)
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
    fresh = link_records(engine, ["rest"], model.columns, catalog=catalog, model=model).clusters
    whole = pa.concat_tables([known, fresh.select(["id", "cluster"]).cast(known.schema)]).sort_by("id")
    return Extended(whole, known.num_rows, read)
