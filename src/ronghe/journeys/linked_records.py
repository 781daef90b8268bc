"""What a link remembers of its table, so that a later delivery need not read it again: `NAME.records.parquet`.

It holds id, cluster and compared values of every record with the hash of each value, by which a delivery finds the few
records that share something with it. It is as confidential as the table itself and lies beside the clusters.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe import __version__
from ronghe.data.integrate.fuse.table import write
from ronghe.data.integrate.incremental import keyed
from ronghe.data.integrate.linking import Linked
from ronghe.data.integrate.statements import drawn, fetch, make
from ronghe.journeys.publication import fingerprint
from ronghe.tables.engine import DuckDB
from ronghe.tables.sql import name
from ronghe.tables.staged import Staged

__all__ = ["beside_clusters", "mark_of", "recall_records", "remember_records"]

CLUSTERS, RECORDS = "clusters.parquet", "records.parquet"
FORMAT = "linked-records@2"


def beside_clusters(clusters: Path) -> Path:
    """Where the records lie whose clusters these are."""
    return clusters.with_name(f"{clusters.name.removesuffix(CLUSTERS)}{RECORDS}")


def mark_of(source: str, id_column: str, columns: Sequence[str], clusters: Path) -> str:
    """What must be equal for the records to be those of a source and in these clusters; "" for a database, which may
    change unseen."""
    try:
        with clusters.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return fingerprint(source, FORMAT, __version__, digest, id_column, *columns)


def remember_records(engine: DuckDB, side: str, linked: Linked, mark: str, path: Path) -> None:
    """Write the records of a side with their clusters."""
    engine.connection.register("found", linked.clusters)
    columns = len(linked.model.columns)
    make(engine, "keyed", keyed(side, columns))
    wanted = [name("id", "k"), *(name(f"{letter}{place}", "k") for letter in "vk" for place in range(columns))]
    joined = exp.select(*wanted, name("cluster", "c"), exp.alias_(exp.Literal.string(mark), "of"))
    joined = joined.from_("keyed AS k").join("found AS c", on="k.id = c.id")
    write(engine, joined, path)
    engine.connection.unregister("found")


def recall_records(engine: DuckDB, side: str, columns: int, mark: str, path: Path) -> bool:
    """Give `side` the records that were remembered; False where there are none of this very source."""
    names = ["id", *(f"v{place}" for place in range(columns)), *(f"k{place}" for place in range(columns))]
    names += ["cluster", "of"]
    try:
        if not mark or pq.read_schema(path).names != names:
            return False
    except (OSError, pa.ArrowInvalid):
        return False
    engine.attach("remembered", Staged(columns=tuple(names), path=path, kind="parquet", rows=None))
    of = fetch(engine, drawn("SELECT _of AS of FROM remembered LIMIT 1", of=name(f"c{len(names) - 1}"))).column("of")
    if of.to_pylist() != [mark]:
        return False
    shown = [exp.alias_(name(f"c{place}"), known) for place, known in enumerate(names[:-1])]
    engine.view(side, exp.select(*shown).from_("remembered"))
    return True
