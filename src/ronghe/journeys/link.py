"""Link two files, or the rows of one: pairs, clusters, the trained model beside them, and a review that goes round."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from sqlglot import exp

from ronghe.data.integrate.columns import Chosen, choose_columns
from ronghe.data.integrate.explain import NUMBERS, WEIGHT, Explained, explain_pair, with_evidence
from ronghe.data.integrate.linking import Linked, link_records
from ronghe.data.integrate.model import read_model
from ronghe.data.integrate.review import check_decisions, read_decisions, review_table
from ronghe.journeys.linked_files import LinkedFiles, beside, check_targets, write_model
from ronghe.journeys.linked_records import beside_clusters, mark_of, remember_records
from ronghe.journeys.linked_sides import (
    SIDES,
    LinkJob,
    attached,
    keep_side,
    linkage_resources,
    model_columns,
    offered_columns,
    only_columns,
    read_side,
    review_rows,
)
from ronghe.standards.catalog import Catalog
from ronghe.tables.atomic import write_atomic
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.sql import name
from ronghe.tables.staged import Note, Staged
from ronghe.tables.write import write_table
from ronghe.terms import UsageError

__all__ = ["LinkedFiles", "explain_file", "link_files"]


def _linked(
    engine: DuckDB, staged: Sequence[Staged], job: LinkJob, catalog: Catalog, scratch: Path
) -> tuple[Linked, Chosen, list[Note]]:
    notes: list[Note] = []
    for number, table in enumerate(staged):
        notes += read_side(engine, table, number, job, scratch)
    if job.model:
        for number, (table, source) in enumerate(zip(staged, job.sources, strict=True)):
            offered = model_columns(job.model, table, source, number)
    else:
        offered = offered_columns(engine, staged, job, catalog)
    for number, table in enumerate(staged):
        keep_side(engine, table, number, job, offered)
    sides = SIDES[: len(staged)]
    if job.model:
        chosen = Chosen(job.model.columns, tuple(range(len(offered))), ())
    else:
        chosen = choose_columns(engine, sides, offered, catalog, asked=bool(job.columns))
        only_columns(engine, sides, chosen.places)
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
    certain pairs are added to it. With `model` nothing is learnt. Raises InputError for input that cannot be linked,
    UsageError for options that one table cannot have; nothing is written then.
    """
    if right is None and (one_to_one or right_id):
        raise UsageError("integrate.one_table")
    sources = (left,) if right is None else (left, right)
    ids = (id_column,) if right is None else (id_column, right_id or id_column)
    check_targets(out, review, read=sources)
    before = review_rows(review)
    decisions = read_decisions(before, str(review))
    check_decisions(decisions, one_side=right is None, one_to_one=bool(one_to_one), where=str(review))
    known = None if model is None else read_model(model)
    job = LinkJob(sources, ids, tuple(columns), one_to_one, known, decisions)
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = []
        for number, source in enumerate(sources):
            (scratch / str(number)).mkdir()
            staged.append(stage(source, scratch / str(number), options=options, progress=progress))
        with duckdb_engine(scratch / "spill", linkage_resources(resources), reorder_joins=True) as engine:
            linked, chosen, notes = _linked(engine, staged, job, catalog, scratch)
            pairs = with_evidence(engine, linked.pairs, linked.model) if explain else _plain(linked.pairs)
            doubt = None if review is None else with_evidence(engine, linked.doubtful, linked.model)
            write_table(linked.clusters, scratch / "clusters.parquet")
            mark = (
                ""
                if right
                else mark_of(left, id_column, [c.left for c in chosen.columns], scratch / "clusters.parquet")
            )
            if mark:
                remember_records(engine, SIDES[0], linked, mark, scratch / "records.arrow")
        return _written(linked, chosen, pairs, doubt, before, review, out, notes, scratch)


def _written(
    linked: Linked,
    chosen: Chosen,
    pairs: pa.Table,
    doubt: pa.Table | None,
    before: Sequence[Mapping[str, str | None]],
    review: Path | None,
    out: Path,
    read: Sequence[Note],
    scratch: Path,
) -> LinkedFiles:
    """Write every file, each whole or not at all; the pairs last, so that what lies beside them is never older."""
    model, clusters = beside(out, "model.json"), beside(out, "clusters.parquet")
    write_model(linked.model, model)
    for made, target in (
        (scratch / "clusters.parquet", clusters),
        (scratch / "records.arrow", beside_clusters(clusters)),
    ):
        if made.exists():
            with write_atomic(target) as path:
                shutil.copyfile(made, path)
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
        groups=linked.groups,
        doubtful=linked.doubtful.num_rows,
        one_to_one=linked.exclusive.left and linked.exclusive.right,
        candidates=linked.blocking.candidates,
        columns=tuple((column.label, str(column.kind)) for column in chosen.columns),
        left_out=chosen.left_out,
        notes=(*read, *(Note(code, params) for code, params in linked.notes)),
    )


def _as_written(place: int, column: str) -> exp.Expr:
    """A column of a file of pairs with the type that it had when it was made: CSV and Excel know texts only."""
    number = column in NUMBERS or column.startswith(WEIGHT)
    value = exp.TryCast if number else exp.Cast
    kept = value(this=name(f"c{place}"), to=exp.DataType.build("DOUBLE" if number else "TEXT"))
    return exp.alias_(kept, column, quoted=True)


def explain_file(pairs: Path, left_id: str, right_id: str) -> Explained:
    """The evidence for a pair in a file that `link_files` wrote with `explain`, in whichever format; InputError where
    there is none."""
    with TemporaryDirectory(prefix="ronghe-") as made:
        scratch = Path(made)
        staged = stage(str(pairs), scratch)
        with duckdb_engine(scratch / "spill", Resources()) as engine:
            staged = attached(engine, "pairs", staged, scratch)
            columns = [_as_written(place, column) for place, column in enumerate(staged.columns)]
            table = engine.query(exp.select(*columns).from_("pairs"))
    return explain_pair(table, left_id, right_id, where=str(pairs))
