"""Link two files, or the rows of one: pairs, clusters, the trained model beside them, and a review that goes round."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.integrate.columns import Chosen, choose_columns, columns_in_common
from ronghe.data.integrate.counterparts import counterparts, look_into
from ronghe.data.integrate.day_first import settle_dates
from ronghe.data.integrate.explain import Explained, explain_pair, with_evidence
from ronghe.data.integrate.incremental import Extended, extend_clusters, keyed
from ronghe.data.integrate.linking import Linked, link_records
from ronghe.data.integrate.model import Model, model_json, read_model
from ronghe.data.integrate.review import Reviewed, check_decisions, read_decisions, review_table
from ronghe.data.integrate.statements import drawn, fetch, make
from ronghe.journeys.linked_records import beside_clusters, mark_of, recall_records, remember_records
from ronghe.standards.catalog import Catalog
from ronghe.tables.atomic import write_atomic
from ronghe.tables.delimited import Progress, separate, silent
from ronghe.tables.engine import DuckDB, MalformedRecords, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.package import json_text
from ronghe.tables.sql import name
from ronghe.tables.staged import Note, Staged
from ronghe.tables.write import write_table
from ronghe.terms import InputError

__all__ = ["LinkedFiles", "explain_file", "extend_files", "link_files"]

SIDES = ("side_0", "side_1")
SHOWN_IDS = 5


@dataclass(frozen=True, slots=True)
class LinkedFiles:
    """What was linked, and where it lies."""

    out: Path
    model: Path
    clusters: Path
    review: Path | None
    rows: tuple[int, ...]
    pairs: int
    groups: int
    doubtful: int
    one_to_one: bool
    candidates: int
    columns: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {
            "out": str(self.out),
            "model": str(self.model),
            "clusters": str(self.clusters),
            "review": None if self.review is None else str(self.review),
            "rows": list(self.rows),
            "pairs": self.pairs,
            "groups": self.groups,
            "doubtful": self.doubtful,
            "one_to_one": self.one_to_one,
            "candidates": self.candidates,
            "columns": [{"column": column, "kind": kind} for column, kind in self.columns],
            "left_out": [{"column": column, "why": why} for column, why in self.left_out],
            "notes": [{"code": note.code, **note.params} for note in self.notes],
        }


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f"{out.stem}.{what}")


def _attached(engine: DuckDB, table: str, staged: Staged, scratch: Path) -> Staged:
    """Keep a staged table; records that cannot be read as one are told apart and counted, as everywhere."""
    try:
        engine.attach("given", staged)
        make(engine, table, drawn("SELECT * FROM given"))
    except MalformedRecords:
        staged = separate(staged, scratch)
        engine.attach("given", staged)
        make(engine, table, drawn("SELECT * FROM given"))
    return staged


def _check_id(staged: Staged, column: str, source: str) -> None:
    if column not in staged.columns:
        raise InputError("integrate.id_absent", path=source, name=column, known=", ".join(staged.columns))


def _check_ids(engine: DuckDB, side: str, source: str, column: str) -> None:
    """InputError for a side without rows, without an id somewhere, or with ids that repeat: all of it before work."""
    counts = fetch(engine, drawn("SELECT count(*) AS n, count(id) AS filled FROM _side", side=side)).to_pylist()[0]
    if not counts["n"]:
        raise InputError("integrate.side_empty", path=source)
    if counts["filled"] < counts["n"]:
        raise InputError("integrate.id_missing", path=source, name=column, rows=counts["n"] - counts["filled"])
    repeated = fetch(
        engine,
        drawn("SELECT id FROM _side GROUP BY id HAVING count(*) > 1 ORDER BY count(*) DESC, id", side=side),
    ).column("id")
    if len(repeated):
        shown = ", ".join(repeated.slice(0, SHOWN_IDS).to_pylist())
        raise InputError("integrate.id_repeats", path=source, name=column, count=len(repeated), ids=shown)


def _keep_side(engine: DuckDB, side: str, raw: str, place: int, places: Sequence[int]) -> None:
    """Keep a side: its id, and the offered columns as v0, v1, ..."""
    columns = [
        exp.alias_(drawn("nullif(trim(_c), '')", c=name(f"c{at}")), f"v{number}") for number, at in enumerate(places)
    ]
    key = exp.alias_(drawn("nullif(trim(_c), '')", c=name(f"c{place}")), "id")
    make(engine, side, exp.select(key, *columns).from_(raw))


def _only(engine: DuckDB, sides: Sequence[str], places: Sequence[int]) -> None:
    """Leave the sides with the chosen columns only."""
    for side in sides:
        columns = [exp.alias_(name(f"v{at}"), f"v{number}") for number, at in enumerate(places)]
        make(engine, f"{side}_chosen", exp.select(name("id"), *columns).from_(side))
        make(engine, side, drawn("SELECT * FROM _s", s=f"{side}_chosen"))


def _from_model(model: Model, table: Staged, source: str, number: int) -> list[tuple[str, str]]:
    """The columns of a model; InputError when the side of this number does not have one of them."""
    pairs = [(column.left, column.right) for column in model.columns]
    for pair in pairs:
        if pair[number] not in table.columns:
            raise InputError("integrate.model_column", path=source, name=pair[number])
    return pairs


def _review_rows(path: Path | None) -> list[dict[str, str | None]]:
    """The rows of a review file that came back; none where there is no file yet."""
    if path is None or not path.exists():
        return []
    with TemporaryDirectory(prefix="ronghe-") as folder, duckdb_engine(Path(folder) / "spill", Resources()) as engine:
        staged = stage(str(path), Path(folder))
        for wanted in ("left_id", "right_id", "decision"):
            if wanted not in staged.columns:
                raise InputError("integrate.review_column", path=str(path), name=wanted)
        _attached(engine, "reviewed", staged, Path(folder))
        rows = fetch(engine, drawn("SELECT * FROM reviewed")).to_pylist()
    return [{name: row[f"c{place}"] for place, name in enumerate(staged.columns)} for row in rows]


@dataclass(frozen=True, slots=True)
class _Job:
    """Everything that one linkage was asked for."""

    sources: tuple[str, ...]
    ids: tuple[str, ...]
    columns: tuple[str, ...]
    one_to_one: bool | None
    model: Model | None
    decisions: tuple[Reviewed, ...]


def _read(engine: DuckDB, table: Staged, number: int, job: _Job, scratch: Path) -> list[Note]:
    """Keep a side as it is read, `raw_N`, and say which records of it could not be."""
    _check_id(table, job.ids[number], job.sources[number])
    read = _attached(engine, f"raw_{number}", table, scratch)
    said = {"path": job.sources[number], "rows": len(read.malformed)}
    return [Note("integrate.malformed", said)] if read.malformed else []


def _keep(engine: DuckDB, table: Staged, number: int, job: _Job, offered: Sequence[tuple[str, str]]) -> None:
    """Keep a side with its id and its offered columns, dates in one form."""
    side, key = SIDES[number], job.ids[number]
    places = [table.columns.index(pair[number]) for pair in offered]
    _keep_side(engine, side, f"raw_{number}", table.columns.index(key), places)
    _check_ids(engine, side, job.sources[number], key)
    settle_dates(engine, side, len(places))


def _offered(engine: DuckDB, staged: Sequence[Staged], job: _Job, catalog: Catalog) -> list[tuple[str, str]]:
    """The pairs of columns to compare: asked for, or of equal names and then those that hold the same things."""
    ids = (job.ids[0], job.ids[-1])
    offered = columns_in_common(staged[0].columns, staged[-1].columns, ids, job.columns)
    if job.columns or len(staged) == 1:
        return offered
    sides = []
    for number, table in enumerate(staged):
        known = {ids[number], *(pair[number] for pair in offered)}
        others = [(place, column) for place, column in enumerate(table.columns) if column not in known]
        sides.append([look_into(engine, catalog, f"raw_{number}", column, place) for place, column in others])
    left, right = ([held for held in side if held is not None] for side in sides)
    return offered + counterparts(left, right)


def _linked(
    engine: DuckDB, staged: Sequence[Staged], job: _Job, catalog: Catalog, scratch: Path
) -> tuple[Linked, Chosen, list[Note]]:
    notes: list[Note] = []
    for number, table in enumerate(staged):
        notes += _read(engine, table, number, job, scratch)
    if job.model:
        for number, (table, source) in enumerate(zip(staged, job.sources, strict=True)):
            offered = _from_model(job.model, table, source, number)
    else:
        offered = _offered(engine, staged, job, catalog)
    for number, table in enumerate(staged):
        _keep(engine, table, number, job, offered)
    sides = SIDES[: len(staged)]
    if job.model:
        chosen = Chosen(job.model.columns, tuple(range(len(offered))), ())
    else:
        chosen = choose_columns(engine, sides, offered, catalog, asked=bool(job.columns))
        _only(engine, sides, chosen.places)
    linked = link_records(
        engine,
        sides,
        chosen.columns,
        catalog=catalog,
        one_to_one=job.one_to_one,
        model=job.model,
        decisions=job.decisions,
    )
    return linked, chosen, notes


def _keep_clusters(engine: DuckDB, path: Path, source: str) -> pa.Table:
    """Keep `known_clusters` (id, cluster) of the left side; InputError when a record of it is in none, or in two."""
    try:
        # `read_table` would import all of pyarrow.dataset, which costs more CPU than reading a million clusters.
        table = pq.ParquetFile(path).read()
    except (OSError, pa.ArrowInvalid) as fault:
        raise InputError("tables.unreadable_file", path=str(path), detail=type(fault).__name__) from fault
    if not {"id", "cluster"} <= set(table.column_names):
        raise InputError("integrate.not_clusters", path=str(path))
    if "side" in table.column_names:
        table = table.filter(pc.equal(table["side"], 0))
    table = table.select(["id", "cluster"])
    engine.connection.register("made", table)
    make(engine, "known_clusters", drawn("SELECT id, cluster FROM made"))
    engine.connection.unregister("made")
    asked = "SELECT count(*) AS n FROM before AS s LEFT JOIN known_clusters AS c ON s.id = c.id WHERE c.id IS NULL"
    missing = fetch(engine, drawn(asked)).column("n")[0].as_py()
    twice = table.num_rows - len(pc.unique(table["id"]))
    if missing or twice:
        raise InputError("integrate.clusters_differ", path=str(path), source=source, missing=missing, twice=twice)
    return table


def _kept_delivery(
    engine: DuckDB, staged: Callable[[int], Staged], job: _Job, clusters: Path, scratch: Path
) -> list[Note]:
    """Keep the delivery as `side_1`, and as `before` the records that were linked: remembered, or read once more."""
    assert job.model is not None
    columns = len(job.model.columns)
    mark = mark_of(job.sources[0], job.ids[0], [column.left for column in job.model.columns])
    known = recall_records(engine, "before", columns, mark, beside_clusters(clusters))
    notes: list[Note] = []
    for number in (1,) if known else (0, 1):
        table = staged(number)
        offered = _from_model(job.model, table, job.sources[number], number)
        notes += _read(engine, table, number, job, scratch)
        _keep(engine, table, number, job, offered)
    if not known:
        make(engine, "before", keyed(SIDES[0], columns))
    return notes


def _extended(
    engine: DuckDB, staged: Callable[[int], Staged], job: _Job, clusters: Path, catalog: Catalog, scratch: Path
) -> tuple[Extended, pa.Table, list[Note], tuple[int, ...]]:
    """The delivery, which is the right side, in the clusters of the left one."""
    assert job.model is not None
    notes = _kept_delivery(engine, staged, job, clusters, scratch)
    known = _keep_clusters(engine, clusters, job.sources[0])
    extended = extend_clusters(
        engine, "before", "known_clusters", SIDES[1], model=job.model, catalog=catalog, decisions=job.decisions
    )
    sides = ((0, known), (1, extended.clusters))
    whole = pa.concat_tables(
        pa.table(
            {
                "side": pa.array(np.full(table.num_rows, side), pa.int32()),
                "id": table["id"].cast(pa.string()),
                "cluster": table["cluster"].cast(pa.string()),
            }
        )
        for side, table in sides
    )
    return extended, whole, notes, (known.num_rows, extended.clusters.num_rows)


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
    before = _review_rows(review)
    decisions = read_decisions(before, str(review))
    check_decisions(decisions, one_side=False, one_to_one=False, where=str(review))
    job = _Job((existing, delivery), (id_column, right_id or id_column), (), None, read_model(model), decisions)
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)

        def staged(number: int) -> Staged:
            (scratch / str(number)).mkdir()
            return stage(job.sources[number], scratch / str(number), options=options, progress=progress)

        with duckdb_engine(scratch / "spill", resources, reorder_joins=True) as engine:
            extended, whole, notes, rows = _extended(engine, staged, job, clusters, catalog, scratch)
    target = _beside(out, "clusters.parquet")
    assert job.model is not None
    _write_model(job.model, _beside(out, "model.json"))
    write_table(whole, target)
    if review is not None:
        write_table(review_table(extended.doubtful, before), review)
    write_table(extended.pairs, out)
    return LinkedFiles(
        out=out,
        model=_beside(out, "model.json"),
        clusters=target,
        review=review,
        rows=rows,
        pairs=extended.pairs.num_rows,
        groups=len(pc.unique(whole["cluster"])),
        doubtful=extended.doubtful.num_rows,
        one_to_one=False,
        candidates=extended.candidates,
        columns=tuple((column.label, str(column.kind)) for column in job.model.columns),
        left_out=(),
        notes=(*notes, *(Note(code, params) for code, params in extended.notes)),
    )


def _write_model(model: Model, target: Path) -> None:
    with write_atomic(target) as path:
        path.write_text(json_text(model_json(model)), "utf-8")


def _plain(pairs: pa.Table) -> pa.Table:
    return pairs.select(["left_id", "right_id", "probability"])


def link_files(
    left: str,
    right: str | None = None,
    *,
    id_column: str,
    right_id: str | None = None,
    columns: Sequence[str] = (),
    one_to_one: bool | None = None,
    explain: bool = False,
    review: Path | None = None,
    model: Path | None = None,
    out: Path,
    resources: Resources,
    catalog: Catalog,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> LinkedFiles:
    """Link the rows of two files, or of one, that are the same thing, and write the pairs to `out`.

    Beside them go the trained model and the clusters. With `review` the decisions of that file hold, and the least
    certain pairs are added to it. With `model` nothing is learnt. Raises InputError for input that cannot be linked;
    nothing is written then.
    """
    sources = (left,) if right is None else (left, right)
    ids = (id_column,) if right is None else (id_column, right_id or id_column)
    before = _review_rows(review)
    decisions = read_decisions(before, str(review))
    check_decisions(decisions, one_side=right is None, one_to_one=bool(one_to_one), where=str(review))
    known = None if model is None else read_model(model)
    job = _Job(sources, ids, tuple(columns), one_to_one, known, decisions)
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = []
        for number, source in enumerate(sources):
            (scratch / str(number)).mkdir()
            staged.append(stage(source, scratch / str(number), options=options, progress=progress))
        with duckdb_engine(scratch / "spill", resources, reorder_joins=True) as engine:
            linked, chosen, notes = _linked(engine, staged, job, catalog, scratch)
            pairs = with_evidence(engine, linked.pairs, linked.model) if explain else _plain(linked.pairs)
            doubt = None if review is None else with_evidence(engine, linked.doubtful, linked.model)
            mark = mark_of(left, id_column, [column.left for column in chosen.columns]) if right is None else ""
            if mark:
                remember_records(engine, SIDES[0], len(chosen.columns), mark, scratch / "records.parquet")
        done = _written(linked, chosen, pairs, doubt, before, review, out, notes)
        if mark:
            with write_atomic(beside_clusters(done.clusters)) as path:
                shutil.copyfile(scratch / "records.parquet", path)
    return done


def _written(
    linked: Linked,
    chosen: Chosen,
    pairs: pa.Table,
    doubt: pa.Table | None,
    before: Sequence[Mapping[str, str | None]],
    review: Path | None,
    out: Path,
    read: Sequence[Note],
) -> LinkedFiles:
    """Write every file, each whole or not at all; the pairs last, so that what lies beside them is never older."""
    model, clusters = _beside(out, "model.json"), _beside(out, "clusters.parquet")
    _write_model(linked.model, model)
    write_table(linked.clusters, clusters)
    if review is not None and doubt is not None:
        write_table(review_table(doubt, before), review)
    write_table(pairs, out)
    return LinkedFiles(
        out=out,
        model=model,
        clusters=clusters,
        review=review,
        rows=linked.rows,
        pairs=pairs.num_rows,
        groups=len(set(linked.clusters.column("cluster").to_pylist())),
        doubtful=linked.doubtful.num_rows,
        one_to_one=linked.exclusive.left and linked.exclusive.right,
        candidates=linked.blocking.candidates,
        columns=tuple((column.label, str(column.kind)) for column in chosen.columns),
        left_out=chosen.left_out,
        notes=(*read, *(Note(code, params) for code, params in linked.notes)),
    )


def explain_file(pairs: Path, left_id: str, right_id: str) -> Explained:
    """The evidence for a pair in a file that `link_files` wrote with `explain`; InputError where there is none."""
    try:
        table = pq.read_table(pairs)
    except (OSError, pa.ArrowInvalid) as fault:
        raise InputError("tables.unreadable_file", path=str(pairs), detail=type(fault).__name__) from fault
    return explain_pair(table, left_id, right_id, where=str(pairs))
