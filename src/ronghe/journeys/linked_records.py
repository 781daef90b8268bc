"""What a link remembers of its table, and a delivery of all before it, so that the next one need not read them again:
`NAME.records.arrow`.

It holds the records as `data.integrate.known` searches them, and is mapped into memory. It is as confidential as the
table itself and lies beside the clusters.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from ronghe import __version__
from ronghe.data.integrate.known import Known, known_names, segments_of, with_segments
from ronghe.data.integrate.linking import Linked
from ronghe.data.integrate.statements import drawn, drop, make
from ronghe.journeys.publication import fingerprint
from ronghe.tables.engine import DuckDB

__all__ = [
    "Remembered",
    "beside_clusters",
    "mark_of",
    "recalled",
    "remember_delivery",
    "remember_records",
    "write_records",
]

CLUSTERS, RECORDS = "clusters.parquet", "records.arrow"
FORMAT = "linked-records@3"
_MARK, _GROUPS = b"ronghe:of", b"ronghe:groups"

Remembered = tuple[Known, int]
"""The records, and how many clusters they make."""


def beside_clusters(clusters: Path) -> Path:
    """Where the records lie whose clusters these are."""
    return clusters.with_name(f"{clusters.name.removesuffix(CLUSTERS)}{RECORDS}")


def mark_of(source: str, id_column: str, columns: Sequence[str], clusters: Path) -> str:
    """What must be equal for the records to be those of a source and in these clusters; "" for a database, which may
    change unseen. The engine's version is part of it, for its hashes may change with it."""
    try:
        with clusters.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
    return fingerprint(source, FORMAT, __version__, duckdb.__version__, digest, id_column, *columns)


def remember_records(engine: DuckDB, side: str, linked: Linked, mark: str, path: Path) -> None:
    """Write the records of a side with their clusters."""
    engine.connection.register("found", linked.clusters)
    make(engine, "clustered", drawn("SELECT s.*, c.cluster FROM _side AS s JOIN found AS c ON s.id = c.id", side=side))
    engine.connection.unregister("found")
    write_records(engine, "clustered", len(linked.model.columns), path, mark=mark, groups=linked.groups)
    drop(engine, "clustered")


def write_records(engine: DuckDB, table: str, columns: int, path: Path, *, mark: str, groups: int) -> None:
    """Write the rows of a table with `id`, `cluster` and values, so that they are `recalled` by the mark."""
    _write(segments_of(engine, table, columns), path, mark, groups)


def remember_delivery(known: Known, delivered: Path, path: Path, *, mark: str, groups: int) -> None:
    """Write the records that were known and, behind them, those of a delivery that `write_records` wrote."""
    with pa.memory_map(str(delivered)) as mapped:
        file = pa.ipc.open_file(mapped)
        more = (file.get_batch(number) for number in range(file.num_record_batches))
        _write(with_segments(known.batches, more), path, mark, groups)


def _write(segments: Iterable[pa.RecordBatch], path: Path, mark: str, groups: int) -> None:
    with ExitStack() as opened:
        writer = None
        for batch in segments:
            if writer is None:
                said = {_MARK: mark.encode(), _GROUPS: str(groups).encode()}
                writer = opened.enter_context(pa.ipc.new_file(str(path), batch.schema.with_metadata(said)))
            writer.write_batch(batch)


@contextmanager
def recalled(columns: int, mark: str, path: Path) -> Iterator[Remembered | None]:
    """The records that were remembered; None where there are none of this very source and these very clusters."""
    if not mark or not path.is_file():
        yield None
        return
    with pa.memory_map(str(path)) as mapped:
        yield _read(mapped, columns, mark)


def _read(mapped: pa.MemoryMappedFile, columns: int, mark: str) -> Remembered | None:
    try:
        file = pa.ipc.open_file(mapped)
        said = file.schema.metadata or {}
        if said.get(_MARK) != mark.encode() or file.schema.names != known_names(columns):
            return None
        batches = [file.get_batch(number) for number in range(file.num_record_batches)]
        return Known(batches, columns), int(said[_GROUPS])
    except (OSError, pa.ArrowInvalid, KeyError, ValueError):
        return None
