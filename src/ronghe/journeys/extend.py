"""Put a delivery into the clusters that an existing table has: only what it touches is read again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ronghe.data.integrate.incremental import Extended, extend_clusters
from ronghe.data.integrate.known import Known, segments_of
from ronghe.data.integrate.model import read_model
from ronghe.data.integrate.review import check_decisions, read_decisions, review_table
from ronghe.data.integrate.statements import drawn, fetch, make
from ronghe.journeys.linked_files import LinkedFiles, beside, check_targets, write_model
from ronghe.journeys.linked_records import Remembered, beside_clusters, mark_of, recalled
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
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.plain_arrays import as_arrow
from ronghe.tables.staged import Note, Staged
from ronghe.tables.write import append_parquet, write_table
from ronghe.terms import InputError

__all__ = ["extend_files"]


def _clusters_in(path: Path) -> pa.Table:
    """side, id and cluster of what was linked before; InputError where that is not in the file."""
    try:
        # `read_table` would import all of pyarrow.dataset, which costs more CPU than reading a million clusters.
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowInvalid) as fault:
        raise InputError("tables.unreadable_file", path=str(path), detail=type(fault).__name__) from fault
    if not {"id", "cluster"} <= set(table.column_names):
        raise InputError("integrate.not_clusters", path=str(path))
    if "side" in table.column_names and len(pc.unique(table["id"])) < table.num_rows:
        # Two tables may number their rows alike; of what a delivery left, the first is the one that it joined.
        table = table.filter(pc.equal(table["side"], 0))
    return _of_side(table, 0)


def _of_side(table: pa.Table, side: int) -> pa.Table:
    ids = {name: table[name].cast(pa.string()) for name in ("id", "cluster")}
    return pa.table({"side": as_arrow(np.full(table.num_rows, side, np.int32)), **ids})


def _known_before(engine: DuckDB, known: pa.Table, columns: int, path: Path, source: str) -> Known:
    """The left side with its clusters; InputError when a record of it is in none, or in two."""
    engine.connection.register("made", known)
    joined = "SELECT s.*, c.cluster FROM _side AS s LEFT JOIN made AS c ON s.id = c.id"
    make(engine, "before", drawn(joined, side=SIDES[0]))
    engine.connection.unregister("made")
    missing = fetch(engine, drawn("SELECT count(*) AS n FROM before WHERE cluster IS NULL")).column("n")[0].as_py()
    twice = known.num_rows - len(pc.unique(known["id"]))
    if missing or twice:
        raise InputError("integrate.clusters_differ", path=str(path), source=source, missing=missing, twice=twice)
    return Known(list(segments_of(engine, "before", columns)), columns, known["cluster"])


@dataclass(frozen=True, slots=True)
class _Before:
    """The records that were linked, and how to write their clusters with those of a delivery behind them."""

    known: Known
    rows: int
    groups: int
    write: Callable[[pa.Table, Path], int]


def _read_before(engine: DuckDB, keep: Callable[[int], None], job: LinkJob, path: Path) -> _Before:
    """The left side read once more, and its clusters."""
    assert job.model is not None
    found = _clusters_in(path)
    keep(0)
    known = _known_before(engine, found, len(job.model.columns), path, job.sources[0])

    def write(rows: pa.Table, target: Path) -> int:
        return write_table(pa.concat_tables([found, rows]), target)

    return _Before(known, found.num_rows, len(pc.unique(found["cluster"])), write)


def _recalled_before(remembered: Remembered, path: Path) -> _Before:
    known, groups = remembered

    def write(rows: pa.Table, target: Path) -> int:
        return append_parquet(path, rows, target)

    return _Before(known, sum(batch.num_rows for batch in known.batches), groups, write)


def _extended(
    engine: DuckDB, staged: Callable[[int], Staged], job: LinkJob, clusters: Path, catalog: Catalog, scratch: Path
) -> tuple[Extended, _Before, list[Note]]:
    """The delivery, which is the right side, in the clusters of the left one: remembered, or read once more."""
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
    with recalled(len(columns), mark, beside_clusters(clusters)) as remembered:
        before = _recalled_before(remembered, clusters) if remembered else _read_before(engine, keep, job, clusters)
        keep(1)
        extended = extend_clusters(
            engine, before.known, SIDES[1], model=job.model, catalog=catalog, decisions=job.decisions
        )
    return extended, before, notes


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

    Written are the pairs by which records of the delivery joined, and the clusters of both tables (side 1 is the
    delivery); no existing record changes its cluster. Raises InputError for input that does not fit together; nothing
    is written then.
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

        with duckdb_engine(scratch / "spill", linkage_resources(resources), reorder_joins=True) as engine:
            extended, before, notes = _extended(engine, staged, job, clusters, catalog, scratch)
    target = beside(out, "clusters.parquet")
    assert job.model is not None
    write_model(job.model, beside(out, "model.json"))
    before.write(_of_side(extended.clusters, 1), target)
    if review is not None:
        write_table(review_table(extended.doubtful, reviewed), review)
    write_table(extended.pairs, out)
    return LinkedFiles(
        out=out,
        model=beside(out, "model.json"),
        clusters=target,
        review=review,
        rows=(before.rows, extended.clusters.num_rows),
        pairs=extended.pairs.num_rows,
        groups=before.groups + extended.new_groups,
        doubtful=extended.doubtful.num_rows,
        one_to_one=False,
        candidates=extended.candidates,
        columns=tuple((column.label, str(column.kind)) for column in job.model.columns),
        left_out=(),
        notes=(*notes, *(Note(code, params) for code, params in extended.notes)),
    )
