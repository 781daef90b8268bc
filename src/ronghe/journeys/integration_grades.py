"""Grade what a plan made: its sources are sampled while they are open, and what they hold is carried along."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.integrate.fuse.plan import Plan, Source
from ronghe.data.integrate.fuse.table import Made, Table, column, count_rows, named
from ronghe.data.scan.carried import Regraded, carry, regrade
from ronghe.data.scan.grades import grade_table
from ronghe.data.scan.result import ScannedTable
from ronghe.data.scan.sample import ROW, Sample, row_groups_read, scan_samples, take_sample
from ronghe.journeys.integration_sources import parquet_of
from ronghe.standards.catalog import Catalog
from ronghe.standards.grading import GradeProfile
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.package import Resource
from ronghe.tables.publish import Workspace
from ronghe.terms import InternalFault

__all__ = ["Grading", "graded_steps", "keep_sample", "samples_folder", "with_grades"]

_SAMPLES = "samples"
_FACTS = b"ronghe:sample"


@dataclass(frozen=True, slots=True)
class Grading:
    """By what, with which elements and for which day the tables of a plan are graded."""

    profile: GradeProfile
    catalog: Catalog
    as_of: date


def samples_folder(work: Workspace) -> Path:
    """Where samples lie until the publication, beside what is published: they hold clear values, and none stays."""
    return work.scratch.parent / _SAMPLES


def _ranges(metadata: pq.FileMetaData) -> list[tuple[int, int]]:
    """The rows of the row groups that a sample reads."""
    ends = [0]
    for number in range(metadata.num_row_groups):
        ends.append(ends[-1] + metadata.row_group(number).num_rows)
    return [(ends[number], ends[number + 1]) for number in row_groups_read(metadata.num_row_groups)]


def _numbered(engine: DuckDB, path: Path, wanted: Sequence[str], names: Sequence[str], view: str) -> bool:
    """Make the view of a Parquet file with the numbers of its rows; False where a column has the name of these."""
    if any(name.lower() == "file_row_number" for name in names):
        return False
    relation = engine.connection.read_parquet(str(path), file_row_number=True)
    places = [names.index(name) for name in wanted]
    shown = [duckdb.ColumnExpression(relation.columns[n]).alias(f"c{to}") for to, n in enumerate(places)]
    relation.select(*shown, duckdb.ColumnExpression("file_row_number").alias(ROW)).create_view(view, replace=True)
    return True


def _sample(engine: DuckDB, source: Source, table: Table, address: str, into: Path) -> Sample:
    theirs = {ours: own for own, ours in source.columns.items()}
    wanted = [theirs.get(name, name) for name in table.types]
    view = f"{table.view}_sampled"
    path = parquet_of(address, into)
    if path is not None:
        metadata = pq.read_metadata(path)
        if _numbered(engine, path, wanted, metadata.schema.to_arrow_schema().names, view):
            return take_sample(engine, view, source.name, wanted, metadata.num_rows, _ranges(metadata))
    rows = count_rows(engine, exp.select(exp.Count(this=exp.Star())).from_(table.view))
    number = exp.Sub(this=exp.Window(this=exp.RowNumber()), expression=exp.Literal.number(1))
    shown = [named(column(name), f"c{place}") for place, name in enumerate(table.types)]
    engine.view(view, exp.select(*shown, named(number, ROW)).from_(table.view))
    return take_sample(engine, view, source.name, wanted, rows, None)


def keep_sample(engine: DuckDB, source: Source, table: Table, address: str, *, into: Path, folder: Path) -> None:
    """Write a sample of an open source into `folder`, for when everything is made and graded together."""
    sample = _sample(engine, source, table, address, into)
    facts = {"columns": sample.columns, "rows": sample.rows, "whole": sample.whole}
    folder.mkdir(parents=True, exist_ok=True)
    schema = sample.values.schema.with_metadata({_FACTS: json.dumps(facts).encode()})
    pq.write_table(sample.values.cast(schema), folder / f"{source.name}.parquet")


def _kept(folder: Path, name: str) -> Sample:
    """The sample of a source that a step took; InternalFault where there is none, for nothing goes ungraded."""
    path = folder / f"{name}.parquet"
    if not path.exists():
        raise InternalFault("journeys.sample_missing", table=name)
    # `read_table` would import all of pyarrow.dataset.
    values = pq.ParquetFile(path).read()
    facts = json.loads(values.schema.metadata[_FACTS])
    return Sample(name, tuple(facts["columns"]), facts["rows"], facts["whole"], values.replace_schema_metadata())


def _scanned(
    work: Workspace, sources: Sequence[str], grading: Grading, resources: Resources
) -> Mapping[str, ScannedTable]:
    """What the sources hold; nothing is asked for a profile that grades nothing."""
    if not grading.profile.kinds:
        return {name: ScannedTable(name, 0, 0, 0, 0, ()) for name in sources}
    samples = [_kept(samples_folder(work), name) for name in sources]
    scratch = work.scratch / "grades"
    scratch.mkdir(parents=True, exist_ok=True)
    with duckdb_engine(scratch / "spill", resources) as engine:
        return scan_samples(engine, samples, grading.catalog, scratch, as_of=grading.as_of)


def graded_steps(
    work: Workspace, plan: Plan, made: Mapping[str, Made], grading: Grading, resources: Resources
) -> dict[str, Regraded]:
    """The grade of each step's table, by the steps' names."""
    read = [name for name in plan.sources if any(name in step.of for step in plan.steps)]
    scanned = _scanned(work, read, grading, resources)
    known = {name: grade_table(one, grading.profile) for name, one in scanned.items()}
    regraded = {}
    for step in plan.steps:
        done = made[step.name]
        rows = done.files[f"{step.name}.parquet"]
        parts = [known[name] for name in step.of]
        regraded[step.name] = regrade(carry(step.name, rows, done.origins, known), parts, grading.profile)
        known[step.name] = regraded[step.name].scanned
    return regraded


def _properties(one: Regraded, profile: GradeProfile) -> dict[str, Any]:
    told = one.to_json()
    kept = ("grade", "parts", "raised", "by", "persons_at_most", "reasons")
    return {"ronghe:grade": {"profile": profile.name, **{key: told[key] for key in kept}}}


def with_grades(
    listed: Sequence[Resource], made: Mapping[str, Made], grades: Mapping[str, Regraded], profile: GradeProfile
) -> list[Resource]:
    """The resources of the manifest, each table with its grade: what a step wrote beside it holds rows and values of
    its parts as they were, so that it has the highest grade of all."""
    given: dict[str, dict[str, Any]] = {}
    for step, one in grades.items():
        highest = profile.highest([one.scanned.grade, *one.parts.values()])
        for file in (*made[step].files, *made[step].others):
            given[file] = {"ronghe:grade": {"profile": profile.name, "grade": highest}}
        given[f"{step}.parquet"] = _properties(one, profile)
    return [Resource(one.path, {**one.properties, **given.get(one.path, {})}) for one in listed]
