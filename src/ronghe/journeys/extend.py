"""Put a delivery into the clusters that an existing table has: only what it touches is read again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.integrate.incremental import Extended, extend_clusters
from ronghe.data.integrate.known import Known
from ronghe.data.integrate.model import read_model
from ronghe.data.integrate.review import check_decisions, read_decisions, review_table
from ronghe.data.integrate.statements import drawn, drop, fetch, make
from ronghe.journeys.linked_files import LinkedFiles, beside, check_targets, write_model
from ronghe.journeys.linked_records import (
    Remembered,
    beside_clusters,
    mark_of,
    recalled,
    remember_delivery,
    write_records,
)
from ronghe.journeys.linked_sides import (
    SIDES,
    LinkJob,
    keep_side,
    linkage_resources,
    model_columns,
    read_side,
    review_rows,
)
from ronghe.standards.catalog import Catalog
from ronghe.tables.atomic import write_atomic
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.plain_arrays import as_arrow
from ronghe.tables.staged import Note, Staged
from ronghe.tables.write import append_parquet, write_table
from ronghe.terms import InputError

__all__ = ["extend_files"]

DELIVERED = "delivered.arrow"
_READ = "read once more"
"""The mark of records that are no memory of an earlier run."""


def _clusters_in(path: Path) -> pa.Table:
    """side, id and cluster of what was linked before, side 0 where the file has none; InputError for other files."""
    try:
        # `read_table` would import all of pyarrow.dataset, which costs more CPU than reading a million clusters.
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowInvalid) as fault:
        raise InputError("tables.unreadable_file", path=str(path), detail=type(fault).__name__) from fault
    if not {"id", "cluster"} <= set(table.column_names):
        raise InputError("integrate.not_clusters", path=str(path))
    if "side" in table.column_names and pa.types.is_integer(table.schema.field("side").type):
        return _of_side(table, table["side"].cast(pa.int32()))
    return _of_side(table, as_arrow(np.zeros(table.num_rows, np.int32)))


def _of_side(table: pa.Table, side: pa.Array | pa.ChunkedArray) -> pa.Table:
    return pa.table({"side": side, **{name: table[name].cast(pa.string()) for name in ("id", "cluster")}})


def _keep_before(engine: DuckDB, known: pa.Table, path: Path, source: str) -> int:
    """Keep `before`, all that has clusters, with the values of the left side; gives how many are not in that, and so
    have none. InputError when a record of the side has no cluster, or two."""
    # Tables that were delivered one after the other may number their rows alike; the first is the one to be joined.
    first = known if len(pc.unique(known["id"])) == known.num_rows else known.filter(pc.equal(known["side"], 0))
    engine.connection.register("made", known)
    engine.connection.register("first", first)
    joined = (
        "SELECT c.id, c.cluster, s.* EXCLUDE (id), s.id IS NOT NULL AS here FROM made AS c"
        " LEFT JOIN _side AS s ON s.id = c.id AND (_every OR c.side = 0)"
    )
    make(engine, "before", drawn(joined, side=SIDES[0], every=exp.convert(first is known)))
    missed = fetch(
        engine, drawn("SELECT count(*) AS n FROM _side AS s ANTI JOIN first AS c ON s.id = c.id", side=SIDES[0])
    )
    unread = fetch(engine, drawn("SELECT count(*) AS n FROM before WHERE NOT here"))
    engine.connection.unregister("made")
    engine.connection.unregister("first")
    missing, absent = (int(found["n"][0].as_py()) for found in (missed, unread))
    twice = first.num_rows - len(pc.unique(first["id"]))
    if missing or twice:
        raise InputError("integrate.clusters_differ", path=str(path), source=source, missing=missing, twice=twice)
    return absent


@dataclass(frozen=True, slots=True)
class _Before:
    """The records that were linked, and how to write their clusters with those of a delivery behind them."""

    known: Known
    groups: int
    sides: int
    write: Callable[[pa.Table, Path], int]
    notes: tuple[Note, ...] = ()


@contextmanager
def _read_before(
    engine: DuckDB, keep: Callable[[int], None], job: LinkJob, path: Path, scratch: Path
) -> Iterator[_Before]:
    """The left side read once more, and all clusters; on the disk, for it may be larger than the memory."""
    assert job.model is not None
    found, columns = _clusters_in(path), len(job.model.columns)
    keep(0)
    unread = _keep_before(engine, found, path, job.sources[0])
    said = {"path": str(path), "source": job.sources[0], "rows": unread}
    groups, file = len(pc.unique(found["cluster"])), scratch / "records.arrow"
    write_records(engine, "before", columns, file, mark=_READ, groups=groups)
    drop(engine, "before", SIDES[0])

    def write(rows: pa.Table, target: Path) -> int:
        return write_table(pa.concat_tables([found, rows]), target)

    with recalled(columns, _READ, file) as read:
        assert read is not None
        notes = (Note("integrate.clusters_unread", said),) if unread else ()
        yield _Before(read[0], groups, _sides(found), write, notes)


def _recalled_before(remembered: Remembered, path: Path) -> _Before:
    known, groups = remembered

    def write(rows: pa.Table, target: Path) -> int:
        return append_parquet(path, rows, target)

    return _Before(known, groups, _sides(pq.ParquetFile(path).read(columns=["side"])), write)


def _sides(clusters: pa.Table) -> int:
    """How many tables were clustered: side 0 is the first, and each delivery is the next."""
    return 1 + int(pc.max(clusters["side"]).as_py() or 0)


@contextmanager
def _extended(
    engine: DuckDB, staged: Callable[[int], Staged], job: LinkJob, clusters: Path, catalog: Catalog, scratch: Path
) -> Iterator[tuple[Extended, _Before, list[Note]]]:
    """The delivery, which is the right side, in the clusters of the left one: remembered, or read once more.

    Its own records are kept in `scratch`, for the next delivery.
    """
    assert job.model is not None
    notes: list[Note] = []

    def keep(number: int) -> None:
        assert job.model is not None
        table = staged(number)
        offered = model_columns(job.model, table, job.sources[number], number)
        notes.extend(read_side(engine, table, number, job, scratch))
        keep_side(engine, table, number, job, offered)

    columns = [column.left for column in job.model.columns]
    mark = mark_of(job.sources[0], job.ids[0], columns, clusters)
    with ExitStack() as opened:
        remembered = opened.enter_context(recalled(len(columns), mark, beside_clusters(clusters)))
        if remembered:
            before = _recalled_before(remembered, clusters)
        else:
            before = opened.enter_context(_read_before(engine, keep, job, clusters, scratch))
        keep(1)
        extended = extend_clusters(
            engine, before.known, SIDES[1], model=job.model, catalog=catalog, decisions=job.decisions
        )
        joined = "SELECT s.*, c.cluster FROM _side AS s JOIN _clusters AS c ON s.id = c.id"
        engine.connection.register("made", extended.clusters)
        make(engine, "delivered", drawn(joined, side=SIDES[1], clusters="made"))
        engine.connection.unregister("made")
        write_records(engine, "delivered", len(columns), scratch / DELIVERED, mark=_READ, groups=extended.new_groups)
        yield extended, before, [*before.notes, *notes]


def _write_extended(job: LinkJob, extended: Extended, before: _Before, out: Path, delivered: Path) -> None:
    """Write what the next delivery needs: the model, the clusters of all, and the records that they are of."""
    assert job.model is not None
    write_model(job.model, beside(out, "model.json"))
    target = beside(out, "clusters.parquet")
    side = as_arrow(np.full(extended.clusters.num_rows, before.sides, np.int32))
    before.write(_of_side(extended.clusters, side), target)
    mark = mark_of(job.sources[0], job.ids[0], [column.left for column in job.model.columns], target)
    if mark:
        groups = before.groups + extended.new_groups
        with write_atomic(beside_clusters(target)) as path:
            remember_delivery(before.known, delivered, path, mark=mark, groups=groups)


def extend_files(
    existing: str,
    delivery: str,
    *,
    id_column: str,
    right_id: str | None = None,
    clusters: Path,
    model: Path,
    review: Path | None = None,
    out: Path,
    resources: Resources,
    catalog: Catalog,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> LinkedFiles:
    """Put a delivery into the clusters that an existing table has, by the model that found those.

    Written are the pairs by which records of the delivery joined, the clusters of all (side 1 is the first delivery,
    side 2 the next) and what the next delivery needs of them; no existing record changes its cluster. Raises InputError
    for input that does not fit together; nothing is written then.
    """
    check_targets(out, review, read=[existing, delivery, str(clusters)])
    reviewed = review_rows(review)
    decisions = read_decisions(reviewed, str(review))
    check_decisions(decisions, one_side=False, one_to_one=False, where=str(review))
    job = LinkJob((existing, delivery), (id_column, right_id or id_column), (), None, read_model(model), decisions)
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)

        def staged(number: int) -> Staged:
            (scratch / str(number)).mkdir()
            return stage(job.sources[number], scratch / str(number), options=options, progress=progress)

        spill = scratch / "spill"
        with (
            duckdb_engine(spill, linkage_resources(resources), reorder_joins=True) as engine,
            _extended(engine, staged, job, clusters, catalog, scratch) as (extended, before, notes),
        ):
            _write_extended(job, extended, before, out, scratch / DELIVERED)
    assert job.model is not None
    if review is not None:
        write_table(review_table(extended.doubtful, reviewed), review)
    write_table(extended.pairs, out)
    return LinkedFiles(
        out=out,
        model=beside(out, "model.json"),
        clusters=beside(out, "clusters.parquet"),
        review=review,
        rows=(sum(batch.num_rows for batch in before.known.batches), extended.clusters.num_rows),
        pairs=extended.pairs.num_rows,
        groups=before.groups + extended.new_groups,
        doubtful=extended.doubtful.num_rows,
        one_to_one=False,
        candidates=extended.candidates,
        columns=tuple((column.label, str(column.kind)) for column in job.model.columns),
        left_out=(),
        notes=(*notes, *(Note(code, params) for code, params in extended.notes)),
    )
