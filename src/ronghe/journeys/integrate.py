"""Integrate tables by a plan: each step a resumable one, all of them one publication, old or new, never half."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlglot import exp

from ronghe import __version__
from ronghe.data.integrate.fuse.fuse import fuse
from ronghe.data.integrate.fuse.join import join
from ronghe.data.integrate.fuse.lineage import run_event
from ronghe.data.integrate.fuse.plan import FuseStep, JoinStep, Plan, Source, Step, UnionStep, parse_plan
from ronghe.data.integrate.fuse.table import Made, Table, column, named
from ronghe.data.integrate.fuse.union import union
from ronghe.journeys.publication import fingerprint
from ronghe.tables.address import is_database
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import DuckDB, MalformedRecords, Resources, duckdb_engine
from ronghe.tables.limits import Limits
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.package import Resource, manifest
from ronghe.tables.parquet import renamed_columns
from ronghe.tables.publish import Workspace, workspace
from ronghe.tables.sniff import locate, sniff
from ronghe.tables.staged import Staged
from ronghe.terms import InputError, content_id

__all__ = ["Integrated", "integrate_files", "opened", "read_plan", "run_plan"]

LINEAGE = "lineage.ndjson"


@dataclass(frozen=True, slots=True)
class Integrated:
    """What each step made, by its name: counts and the files with their rows."""

    out: Path
    steps: Mapping[str, Made]

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        steps = {name: {"counts": dict(m.counts), "files": dict(m.files)} for name, m in self.steps.items()}
        return {"out": str(self.out), "steps": steps}


def read_plan(path: Path) -> Plan:
    """The plan in a file; InputError when it cannot be read or followed."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("journeys.plan_unreadable", path=str(path), detail=type(fault).__name__) from fault
    return parse_plan(text, where=path.name)


def _beside(source: Source, plan: Path) -> str:
    """A relative path is meant beside the plan."""
    return source.path if is_database(source.path) else str(plan.parent / source.path)


def _staged(address: str, into: Path, progress: Progress) -> Staged:
    """A table for the engine: Parquet as it lies, with its types; anything else as text."""
    if not is_database(address):
        path, _ = locate(address)
        if sniff(path).kind == "parquet":
            import pyarrow.parquet as pq

            stage(address, into, options=ReadOptions(), progress=progress)  # a broken file says so here
            names, notes = renamed_columns(pq.read_schema(path).names, Limits(), str(path))
            return Staged(columns=names, path=path, kind="parquet", rows=None, notes=tuple(notes))
    return stage(address, into, options=ReadOptions(), progress=progress)


def opened(engine: DuckDB, source: Source, address: str, view: str, into: Path, progress: Progress = silent) -> Table:
    """The table of a source as a view of the engine, with the columns that the plan wants; InputError for a broken
    record or a column that is not there."""
    into.mkdir(parents=True, exist_ok=True)
    staged = _staged(address, into, progress)
    if staged.malformed:
        first = staged.malformed[0]
        raise InputError("data.integrate_malformed", table=source.name, line=first.line, count=len(staged.malformed))
    engine.attach(f"{view}_read", staged)
    for theirs in source.columns:
        if theirs not in staged.columns:
            known = ", ".join(staged.columns)
            raise InputError("data.integrate_column", step="source", table=source.name, name=theirs, known=known)
    shown = []
    for place, (read, kind) in enumerate(engine.types(f"{view}_read").items()):
        theirs = staged.columns[place]
        if source.columns and theirs not in source.columns:
            continue
        value: exp.Expr = column(read)
        if kind == "VARCHAR":
            value = exp.Nullif(this=value, expression=exp.Literal.string(""))  # an empty text is a missing value
        shown.append(named(value, source.columns.get(theirs, theirs)))
    engine.view(view, exp.select(*shown).from_(f"{view}_read"))
    return Table(view, engine.types(view), source)


Address = Callable[[Source], str]
"""Where the rows of a source are read."""


def _run(work: Workspace, step: Step, plan: Plan, address: Address, resources: Resources, progress: Progress) -> Any:
    scratch = work.scratch / step.name
    with duckdb_engine(scratch / "spill", resources) as engine:
        tables = {}
        for number, name in enumerate(step.of):
            source = plan.sources.get(name) or Source(name, "", name)
            read = address(source) if source.path else str(work.folder / f"{name}.parquet")
            try:
                tables[name] = opened(engine, source, read, f"t{number}", scratch / f"t{number}", progress)
            except MalformedRecords as fault:
                raise InputError("data.integrate_malformed", table=name, line=0, count=1) from fault
        path = work.folder / f"{step.name}.parquet"
        made = _made(engine, step, tables, path)
    return {"files": dict(made.files), "counts": dict(made.counts), "origins": dict(made.origins)}


def _made(engine: DuckDB, step: Step, tables: Mapping[str, Table], path: Path) -> Made:
    if isinstance(step, UnionStep):
        return union(engine, step, [tables[name] for name in step.of], path)
    if isinstance(step, JoinStep):
        return join(engine, step, [tables[step.left], tables[step.right]], path)
    assert isinstance(step, FuseStep)
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
    progress: Progress = silent,
) -> tuple[dict[str, Made], list[Resource]]:
    """Do the steps of a plan in a workspace: what each made, and its files with the lineage as resources.

    `marks` has for each source what must be equal for finished work to be taken again, "" where nothing is known.
    """
    known_marks, made, events = dict(marks), dict[str, Made](), []
    for number, step in enumerate(plan.steps):
        progress("steps", number, len(plan.steps))
        known = all(known_marks[name] for name in step.of)
        mark = content_id(repr(step), *(known_marks[name] for name in step.of)) if known else ""
        known_marks[step.name] = mark
        run = partial(_run, work, step, plan, address, resources, progress)
        value: Any = work.step(step.name, mark, run) if mark else run()
        made[step.name] = replace(Made(**value), origins=_theirs(plan, value["origins"]))
        events.append(run_event(step.name, step.of, made[step.name].origins, mark=mark, now=now))
    progress("steps", len(plan.steps), len(plan.steps))
    lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    (work.folder / LINEAGE).write_text(lines, "utf-8")
    listed = [Resource(file, {"ronghe:rows": rows}) for m in made.values() for file, rows in m.files.items()]
    return made, [*listed, Resource(LINEAGE)]


def integrate_files(
    plan: Path, *, out: Path, now: datetime, resources: Resources, progress: Progress = silent
) -> Integrated:
    """Do the steps of the plan in a file and publish their tables in `out`; `now` is the time of the lineage events.

    A step that was finished before a stop is not done again. Raises InputError, Refused, LimitReached.
    """
    read = read_plan(plan)
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
            progress=progress,
        )
        work.publish(manifest(work.folder, out.name.lower(), sorted(listed, key=lambda r: r.path), {}))
    return Integrated(out, made)
