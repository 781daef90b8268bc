"""The step of a plan that links: its tables as files, linked as `ronghe data link` does it."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from ronghe.data.integrate.fuse.keys import masked
from ronghe.data.integrate.fuse.link import KEY, origins_of, write_clusters, write_sides
from ronghe.data.integrate.fuse.plan import LinkStep
from ronghe.data.integrate.fuse.table import Made, Table
from ronghe.journeys.link import LinkedFiles, link_files
from ronghe.standards.catalog import Catalog
from ronghe.tables.engine import DuckDB, Resources
from ronghe.tables.staged import Note
from ronghe.terms import InputError

__all__ = ["link_tables"]


def _answers(step: LinkStep, scratch: Path) -> Path:
    """A copy of the answers, or a file that is still to be: what was decided is never written over."""
    answers = scratch / "answers.csv"
    answers.unlink(missing_ok=True)
    if step.review is None:
        return answers
    if not Path(step.review).is_file():
        raise InputError("data.integrate_review_absent", step=step.name, path=step.review)
    copied = answers.with_suffix(Path(step.review).suffix)
    shutil.copyfile(step.review, copied)
    return copied


def link_tables(
    engine: DuckDB,
    step: LinkStep,
    tables: Sequence[Table],
    path: Path,
    *,
    scratch: Path,
    resources: Resources,
    catalog: Catalog,
) -> Made:
    """Write the clusters of the tables, and beside them the pairs, the model and the pairs that people should decide.

    Raises InputError as linkage does.
    """
    sides = write_sides(engine, step, tables, scratch / "sides")
    review = _answers(step, scratch)
    linked = link_files(
        str(sides[0]),
        str(sides[1]) if len(sides) > 1 else None,
        id_column=KEY,
        columns=step.columns,
        one_to_one=step.one_to_one,
        explain=True,
        review=review,
        model=None if step.model is None else Path(step.model),
        out=scratch / "pairs.parquet",
        resources=resources,
        catalog=catalog,
    )
    rows = write_clusters(engine, step, linked.clusters, linked.out, path)
    return _published(step, tables, linked, review, path, rows)


def _published(
    step: LinkStep, tables: Sequence[Table], linked: LinkedFiles, review: Path, path: Path, rows: int
) -> Made:
    """Move what linkage wrote beside the clusters, under the names of the step."""
    pairs = path.with_name(f"{step.name}.pairs.parquet")
    others = {linked.model: f"{step.name}.model.json", review: f"{step.name}.review{review.suffix}"}
    shutil.move(linked.out, pairs)
    for made, name in others.items():
        shutil.move(made, path.with_name(name))
    counts = {"rows": rows, "pairs": linked.pairs, "clusters": linked.groups, "to_review": linked.doubtful}
    compared = [part for label, _ in linked.columns for part in label.split(" / ")]
    origins = origins_of(tables, compared)
    told = tuple(_without_ids(note) for note in linked.notes)
    return Made({path.name: rows, pairs.name: linked.pairs}, counts, origins, tuple(others.values()), told)


def _without_ids(note: Note) -> Note:
    """What is told of a plan ends in reports and logs, and the id of a row may be somebody's: its ends tell enough."""
    return Note(note.code, {k: masked(v) if k in ("left", "right") else v for k, v in note.params.items()})
