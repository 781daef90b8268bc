"""Integrate tables by a plan: each step a resumable one, all of them one publication, old or new, never half."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from ronghe import __version__
from ronghe.data.integrate.fuse.fuse import fuse
from ronghe.data.integrate.fuse.join import join
from ronghe.data.integrate.fuse.lineage import run_event
from ronghe.data.integrate.fuse.plan import FuseStep, JoinStep, LinkStep, Plan, Source, Step, UnionStep, parse_plan
from ronghe.data.integrate.fuse.table import Made, Table
from ronghe.data.integrate.fuse.union import union
from ronghe.data.scan.carried import Regraded
from ronghe.journeys.integration_grades import Grading, graded_steps, keep_sample, samples_folder, with_grades
from ronghe.journeys.integration_links import link_tables
from ronghe.journeys.integration_sources import broken_files_told, opened
from ronghe.journeys.publication import fingerprint
from ronghe.standards.catalog import Catalog
from ronghe.standards.catalog import catalog as standard_catalog
from ronghe.standards.grading import GradeProfile, grade_profile
from ronghe.tables.address import is_database
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.package import Resource, manifest
from ronghe.tables.publish import Workspace, workspace
from ronghe.tables.staged import Note
from ronghe.terms import InputError, content_id, legal_day

__all__ = ["Integrated", "integrate_files", "opened", "read_plan", "run_plan"]

LINEAGE = "lineage.ndjson"


@dataclass(frozen=True, slots=True)
class Integrated:
    """What each step made, by its name: counts, the files with their rows, and the grade."""

    out: Path
    steps: Mapping[str, Made]
    grades: Mapping[str, Regraded]
    """The grade of each step's table, with the grades of what it was made of."""
    profile: GradeProfile

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        steps = {
            name: {
                "counts": dict(m.counts),
                "files": dict(m.files),
                "notes": [{"code": note.code, **note.params} for note in m.notes],
                "grade": self.grades[name].to_json(),
            }
            for name, m in self.steps.items()
        }
        return {"out": str(self.out), "steps": steps, "profile": self.profile.name}


def read_plan(path: Path) -> Plan:
    """The plan in a file; InputError when it cannot be read or followed."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("journeys.plan_unreadable", path=str(path), detail=type(fault).__name__) from fault
    plan = parse_plan(text, where=path.name)
    return replace(plan, steps=tuple(_with_files(step, path) for step in plan.steps))


def _with_files(step: Step, plan: Path) -> Step:
    """A step whose answers and model are meant beside the plan."""
    if not isinstance(step, LinkStep):
        return step
    review, model = (None if path is None else str(plan.parent / path) for path in (step.review, step.model))
    return replace(step, review=review, model=model)


def _beside(source: Source, plan: Path) -> str:
    """A relative path is meant beside the plan."""
    return source.path if is_database(source.path) else str(plan.parent / source.path)


Address = Callable[[Source], str]
"""Where the rows of a source are read."""


def _run(
    work: Workspace,
    step: Step,
    plan: Plan,
    address: Address,
    resources: Resources,
    catalog: Catalog | None,
    progress: Progress,
    sampled: Sequence[str],
) -> Any:
    scratch = work.scratch / step.name
    path = work.folder / f"{step.name}.parquet"
    read = {}
    for name in step.of:
        source = plan.sources.get(name)
        read[name] = str(work.folder / f"{name}.parquet") if source is None else address(source)
    # Of a join only the engine knows which table is large, and which it should hold in memory.
    joins = isinstance(step, JoinStep)
    with duckdb_engine(scratch / "spill", resources, reorder_joins=joins) as engine, broken_files_told(read):
        tables = {}
        for number, (name, place) in enumerate(read.items()):
            source = plan.sources.get(name) or Source(name, "", name)
            into = scratch / f"t{number}"
            tables[name] = opened(engine, source, place, f"t{number}", into, progress)
            if name in sampled:
                keep_sample(engine, source, tables[name], place, into=into, folder=samples_folder(work))
        if isinstance(step, LinkStep):
            listed = list(tables.values())
            made = link_tables(
                engine, step, listed, path, scratch=scratch, resources=resources, catalog=catalog or standard_catalog()
            )
        else:
            made = _made(engine, step, tables, path)
    return {
        "files": dict(made.files),
        "counts": dict(made.counts),
        "origins": dict(made.origins),
        "others": list(made.others),
        "notes": [[note.code, dict(note.params)] for note in made.notes],
    }


def _made(engine: DuckDB, step: Step, tables: Mapping[str, Table], path: Path) -> Made:
    if isinstance(step, UnionStep):
        return union(engine, step, [tables[name] for name in step.of], path)
    if isinstance(step, JoinStep):
        return join(engine, step, [tables[name] for name in step.of], path)
    if not isinstance(step, FuseStep):
        raise TypeError(step)
    clusters = tables[step.clusters] if step.clusters else None
    return fuse(engine, step, [tables[name] for name in step.tables], clusters, path)


def _theirs(plan: Plan, origins: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, list[tuple[str, str]]]:
    """The origins of each column under the names that the sources' own columns have."""
    own = {name: {ours: theirs for theirs, ours in source.columns.items()} for name, source in plan.sources.items()}
    return {
        column: [(table, own.get(table, {}).get(field, field)) for table, field in found]
        for column, found in origins.items()
    }


def run_plan(
    work: Workspace,
    plan: Plan,
    *,
    address: Address,
    marks: Mapping[str, str],
    now: datetime,
    resources: Resources,
    catalog: Catalog | None = None,
    progress: Progress = silent,
    samples: bool = False,
) -> tuple[dict[str, Made], list[Resource]]:
    """Do the steps of a plan in a workspace: what each made, and its files with the lineage as resources.

    `marks` has for each source what must be equal for finished work to be taken again, "" where nothing is known. With
    `samples` the first step that reads a source keeps a sample of it, by which `graded_steps` grades.
    """
    known_marks, made, events, seen = dict(marks), dict[str, Made](), [], set[str]()
    for number, step in enumerate(plan.steps):
        progress("steps", number, len(plan.steps))
        known = all(known_marks[name] for name in step.of)
        given = (step.review, step.model) if isinstance(step, LinkStep) else ()
        answers = "".join(fingerprint(path) for path in given if path)
        first = [name for name in step.of if samples and name in plan.sources and name not in seen]
        seen.update(first)
        of = (known_marks[name] for name in step.of)
        mark = content_id(repr(step), answers, repr(first), *of) if known else ""
        known_marks[step.name] = mark
        run = partial(_run, work, step, plan, address, resources, catalog, progress, first)
        value: Any = work.step(step.name, mark, run) if mark else run()
        told = tuple(Note(*note) for note in value["notes"])
        made[step.name] = replace(Made(**value), origins=_theirs(plan, value["origins"]), notes=told)
        # Not the mark of the inputs: it knows when and where the files lay, which is no part of what was done.
        what = json.dumps([dict(made[step.name].counts), dict(made[step.name].files)])
        events.append(run_event(step.name, step.of, made[step.name].origins, mark=what, now=now))
    progress("steps", len(plan.steps), len(plan.steps))
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    (work.folder / LINEAGE).write_text(lines, "utf-8")
    listed = [Resource(file, {"ronghe:rows": rows}) for m in made.values() for file, rows in m.files.items()]
    others = [Resource(file) for m in made.values() for file in m.others]
    return made, [*listed, *others, Resource(LINEAGE)]


def integrate_files(
    plan: Path,
    *,
    out: Path,
    now: datetime,
    resources: Resources,
    catalog: Catalog | None = None,
    grades: GradeProfile | None = None,
    progress: Progress = silent,
) -> Integrated:
    """Do the steps of the plan in a file and publish their tables in `out`, each with its grade; `now` is the time of
    the lineage events, and its day the one on which children are under fourteen.

    A step that was finished before a stop is not done again. Raises InputError, Refused, LimitReached.
    """
    read = read_plan(plan)
    grading = Grading(grades or grade_profile(), catalog or standard_catalog(), legal_day(now))
    marks = {
        name: fingerprint(_beside(source, plan), __version__, repr(source)) for name, source in read.sources.items()
    }
    with workspace(out) as work:
        made, listed = run_plan(
            work,
            read,
            address=lambda source: _beside(source, plan),
            marks=marks,
            now=now,
            resources=resources,
            catalog=grading.catalog,
            progress=progress,
            samples=bool(grading.profile.kinds),
        )
        graded = graded_steps(work, read, made, grading, resources)
        listed = with_grades(listed, made, graded, grading.profile)
        work.publish(manifest(work.folder, out.name.lower(), sorted(listed, key=lambda r: r.path), {}))
    return Integrated(out, made, graded, grading.profile)
