"""The step of a share that makes its tables fit to leave: scanned, graded, masked; the clear ones stay private."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from ronghe.data.integrate.fuse.table import call, column, named, parquet_at, write
from ronghe.data.protect.publishing import Masks, compile_masks, masks_of, narrowed, redacted
from ronghe.data.protect.release import released
from ronghe.data.scan.carried import Regraded, carry, merged, regrade
from ronghe.data.scan.grades import grade_table
from ronghe.data.scan.result import ScannedTable
from ronghe.data.scan.scan import scan_table
from ronghe.data.scan.telling import listed
from ronghe.journeys.integration_grades import Grading
from ronghe.journeys.publication import REJECTS
from ronghe.journeys.share_narrowing import Door, doors_of, without_few
from ronghe.journeys.typed_source import attach_typed
from ronghe.standards.grading import GradeProfile
from ronghe.tables import expressions as ops
from ronghe.tables.delimited import Progress
from ronghe.tables.engine import DuckDB, Resources, duckdb_engine
from ronghe.tables.open import stage
from ronghe.tables.package import Resource
from ronghe.tables.publish import Workspace
from ronghe.tables.staged import Note
from ronghe.tables.write import write_parquet

__all__ = [
    "CLEAR",
    "KEPT",
    "MODES",
    "Leaving",
    "Protection",
    "TableProtection",
    "clear_path",
    "protect_tables",
    "restore_clear",
]

CLEAR = f"{REJECTS}/clear"
"""Where the tables lie as they were, in the folder that is never delivered."""
MODES = ("mask", "names", "keep")
"""All that may tell of a person; only what names one; nothing."""
KEPT, MASKED, REDACTED, NARROWED = "kept", "masked", "redacted", "narrowed"
ENTITY = ("_entity", "entity")
"""What integration calls a thing: a digest of its key, by which a list of citizen ids would find its rows again."""
_SECRET = "entity_secret"  # noqa: S105 - the name of a variable


class IntegratedStep(Protocol):
    """What is read here of an integrated table."""

    @property
    def name(self) -> str:
        """The name of the step."""

    @property
    def files(self) -> Mapping[str, int]:
        """Its tables, with their rows."""

    @property
    def of(self) -> Sequence[str]:
        """The tables that it was made of."""

    @property
    def origins(self) -> Mapping[str, Sequence[Sequence[str]]]:
        """The tables and columns that made each of its columns."""

    @property
    def others(self) -> Sequence[str]:
        """Its other files."""


@dataclass(frozen=True, slots=True)
class TableProtection:
    """What was found in a published table, and how each of its personal columns left: masked, redacted, narrowed, or
    kept.

    Of an integrated table `regraded` has the grades of what it was made of. `emptied` counts the rows whose narrowed
    columns left empty, since fewer than `smallest_group` rows agree in them.
    """

    table: str
    scanned: ScannedTable
    left: Mapping[str, str]
    regraded: Regraded | None = None
    emptied: int = 0
    smallest_group: int = 0

    @property
    def narrowed(self) -> tuple[str, ...]:
        """The columns that single people out together, and left narrower."""
        return tuple(column for column, how in self.left.items() if how == NARROWED)

    @property
    def note(self) -> Note | None:
        """What was done to them, in words; None where nothing was."""
        said = {"table": self.table, "columns": listed(self.narrowed), "least": self.smallest_group}
        return Note("journeys.narrowed", {**said, "emptied": f"{self.emptied:,}"}) if self.narrowed else None

    def told_narrowed(self) -> dict[str, Any]:
        """What was narrowed as a JSON value; empty where nothing was."""
        if not self.narrowed:
            return {}
        found = {"columns": list(self.narrowed), "smallest_group": self.smallest_group, "rows_emptied": self.emptied}
        return {"narrowed": found}


@dataclass(frozen=True, slots=True)
class Protection:
    """The tables of a publication with their grades; `private` names files that did not leave as they hold values.

    `beside` has the files that integration wrote beside its tables, each with its grade.
    """

    mode: str
    tables: tuple[TableProtection, ...] = ()
    private: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    def properties(self, file: str) -> dict[str, Any]:
        """The grade of a file as properties of the manifest; none of a file that holds no rows."""
        if file in self.beside:
            return {"ronghe:grade": {"profile": self.tables[0].scanned.profile, "grade": self.beside[file]}}
        one = next((one for one in self.tables if f"{one.table}.parquet" == file), None)
        if one is None:
            return {}
        told: dict[str, Any] = {"profile": one.scanned.profile, "grade": one.scanned.grade}
        told["reasons"] = [{"code": note.code, **note.params} for note in one.scanned.reasons]
        if one.regraded is not None:
            told |= {"parts": dict(one.regraded.parts), "raised": one.regraded.raised}
            told["by"] = list(one.regraded.columns)
        told |= one.told_narrowed()
        return {"ronghe:grade": told}

    def left(self, table: str) -> Mapping[str, str]:
        """How the columns of a table that hold personal data left; those of an unknown table: none."""
        return next((one.left for one in self.tables if one.table == table), {})

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        tables = [
            {
                "table": one.table,
                "grade": one.scanned.grade,
                "children": one.scanned.children,
                "reasons": [{"code": note.code, **note.params} for note in one.scanned.reasons],
                **({"parts": dict(one.regraded.parts), "raised": one.regraded.raised} if one.regraded else {}),
                **one.told_narrowed(),
                "columns": [
                    {"column": found.column, "kind": found.kind, "grade": found.grade, "left": one.left[found.column]}
                    for found in one.scanned.found
                ],
            }
            for one in self.tables
        ]
        return {"mode": self.mode, "tables": tables, "private": list(self.private)}


@dataclass(frozen=True, slots=True)
class Leaving:
    """Files of a workspace: `tables` are scanned and masked, and of them the `integrated` ones name entities.

    The keys of `within` hold values of an integrated table, which is named beside each, in another form, so that they
    cannot leave beside masked tables.
    """

    tables: Sequence[str]
    integrated: Mapping[str, IntegratedStep] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)


def clear_path(publication: Path, file: str) -> Path:
    """Where a table lies with its own values, whether it was masked or not."""
    clear = publication / CLEAR / file
    return clear if clear.exists() else publication / file


def restore_clear(work: Workspace) -> None:
    """Undo what a stopped run masked already, so that every step finds its tables as it left them."""
    for path in sorted((work.folder / CLEAR).glob("*")):
        path.replace(work.folder / path.name)


def protect_tables(
    work: Workspace,
    leaving: Leaving,
    mode: str,
    *,
    grading: Grading,
    resources: Resources,
    progress: Progress,
) -> Protection:
    """Scan and grade the tables, and with the modes `mask` and `names` put masked ones in their place.

    An integrated table is taken to hold what its parts were found to hold, whatever else is seen in it. Columns that
    single people out together leave in one table, narrower, and empty where few rows agree; with `names`, as they are.

    The clear tables, and all that holds values of them, then lie under `private/clear`.
    """
    made: list[TableProtection] = []
    secret = _secret_of(work, leaving.tables)
    for number, file in enumerate(leaving.tables):
        progress("protect", number, len(leaving.tables))
        made.append(_found(work, file, grading, resources, leaving.integrated.get(file), made))
    if mode != "keep":
        origins = {step.name: step.origins for step in leaving.integrated.values()}
        doors = doors_of([one.scanned for one in made], origins) if mode == "mask" else {}
        made = [_masked(work, one, doors.get(one.table, Door()), grading.profile, resources) for one in made]
    progress("protect", len(leaving.tables), len(leaving.tables))
    masked = any(how != KEPT for one in made for how in one.left.values())
    for file in leaving.integrated if masked else ():
        _name_anew(work, file, secret, resources)
    moved = tuple(leaving.within) if masked else ()
    for file in moved:
        _to_clear(work, file)
    return Protection(mode, tuple(made), moved, _beside(leaving.within, made, grading.profile))


def _beside(within: Mapping[str, str], made: Sequence[TableProtection], profile: GradeProfile) -> Mapping[str, str]:
    """The grades of files that hold rows and values of an integrated table or of its parts: the highest of all."""
    highest = {
        f"{one.table}.parquet": profile.highest([one.scanned.grade, *one.regraded.parts.values()])
        for one in made
        if one.regraded is not None
    }
    return {file: highest[table] for file, table in within.items()}


def _secret_of(work: Workspace, tables: Sequence[str]) -> str:
    """What only somebody who has every table whole can know; the same tables give the same, so a share repeats itself.

    The manifest tells the hash of each table by itself, from which this one cannot be continued.
    """
    whole = hashlib.sha256(b"ronghe: names of entities\0")
    for file in tables:
        with (work.folder / file).open("rb") as content:
            whole.update(hashlib.file_digest(content, lambda: hashlib.sha256(b"entity\0")).digest())
    return whole.hexdigest()


def _name_anew(work: Workspace, file: str, secret: str, resources: Resources) -> None:
    """Give the entities of a table that leaves other names, and its rows their order: by the old ones they could be
    found again from the keys, which are digested in them."""
    path = work.folder / file
    columns = pq.read_schema(path).names
    if not set(ENTITY) & set(columns):
        return
    scratch = work.scratch / f"entities_{path.stem}"
    scratch.mkdir(parents=True, exist_ok=True)
    with duckdb_engine(scratch / "spill", resources) as engine:
        # Bound, so that no error text and no log can hold it.
        engine.connection.execute(f"SET VARIABLE {_SECRET} = ?", [secret])
        chosen = [named(_anew(name) if name in ENTITY else column(name), name) for name in columns]
        ordered = exp.select(*chosen).from_(parquet_at(path)).order_by(*map(_anew, set(ENTITY) & set(columns)))
        write(engine, ordered, scratch / path.name)
    if not (work.folder / CLEAR / file).exists():
        _to_clear(work, file)
    (scratch / path.name).replace(path)


def _anew(name: str) -> exp.Expr:
    keyed = exp.DPipe(this=call("getvariable", exp.Literal.string(_SECRET)), expression=column(name), safe=False)
    return call("substr", call("sha256", keyed), exp.Literal.number(1), exp.Literal.number(32))


def _to_clear(work: Workspace, file: str) -> None:
    clear = work.folder / CLEAR / file
    clear.parent.mkdir(parents=True, exist_ok=True)
    (work.folder / file).replace(clear)


def _graded(
    scanned: ScannedTable, step: IntegratedStep | None, before: Sequence[TableProtection], profile: GradeProfile
) -> tuple[ScannedTable, Regraded | None]:
    """The table with its grade; one that was made of others also with theirs."""
    if step is None:
        return grade_table(scanned, profile), None
    known = {one.table: one.scanned for one in before}
    carried = carry(step.name, scanned.rows, step.origins, known)
    regraded = regrade(merged(scanned, carried, but=ENTITY), [known[name] for name in step.of], profile)
    return regraded.scanned, regraded


def _found(
    work: Workspace,
    file: str,
    grading: Grading,
    resources: Resources,
    step: IntegratedStep | None,
    before: Sequence[TableProtection],
) -> TableProtection:
    scratch = work.scratch / f"protect_{Path(file).stem}"
    scratch.mkdir(parents=True, exist_ok=True)
    path, name = work.folder / file, Path(file).stem
    with duckdb_engine(scratch / "spill", resources) as engine:
        seen = scan_table(engine, stage(str(path), scratch), grading.catalog, scratch, source=name, as_of=grading.as_of)
    scanned, regraded = _graded(seen, step, before, grading.profile)
    left = dict.fromkeys((column.column for column in scanned.found), KEPT)
    return TableProtection(name, scanned, left, regraded, smallest_group=grading.profile.smallest_group)


def _masked(
    work: Workspace, one: TableProtection, door: Door, grades: GradeProfile, resources: Resources
) -> TableProtection:
    """Put the masked table in the place of the clear one; nothing moves where nothing is to be masked."""
    file, scratch = f"{one.table}.parquet", work.scratch / f"protect_{one.table}"
    path, written, left = work.folder / file, scratch / "masked.parquet", dict[str, str]()
    kinds = {column.column: column.kinds for column in one.scanned.found}
    emptied = 0

    with duckdb_engine(scratch / "spill", resources) as engine:

        def run(columns: Mapping[str, ops.Column]) -> None:
            types = {name: column.type for name, column in columns.items()}
            masks = masks_of(one.scanned.found, grades, types)
            masks = narrowed(masks, kinds, types, together=door.together, elsewhere=door.elsewhere)
            left.update(dict.fromkeys(masks.columns, MASKED))
            left.update(dict.fromkeys(masks.redacted, REDACTED))
            left.update(dict.fromkeys(door.together, NARROWED))
            if left:
                _write(engine, masks, columns, written, table=one.table)

        attach_typed(engine, "leaving", str(path), scratch, None, lambda *_: None, run)
        if door.together:
            emptied = without_few(engine, written, door.together, grades.smallest_group)
    if left:
        _to_clear(work, file)
        written.replace(path)
    return replace(one, left={**one.left, **left}, emptied=emptied)


def _write(engine: DuckDB, masks: Masks, columns: Mapping[str, ops.Column], path: Path, *, table: str) -> None:
    compiled = compile_masks(masks, columns, table=table)
    names = [output.name for output in compiled.outputs]
    batches = released(engine, compiled, "leaving", None)

    def leaving(batch: pa.RecordBatch) -> pa.RecordBatch:
        return redacted(batch.rename_columns(names), masks)

    first = leaving(next(batches))

    def every() -> Iterator[pa.RecordBatch]:
        yield first
        yield from map(leaving, batches)

    write_parquet(pa.RecordBatchReader.from_batches(first.schema, every()), path)


def leaving_files(tables: Sequence[str], integrated: Sequence[IntegratedStep]) -> Leaving:
    """What of a publication is a table, and what holds values of one; members and origins do, as digests."""
    own = {f"{step.name}.parquet": step for step in integrated}
    within = {f: f"{step.name}.parquet" for step in integrated for f in (*step.files, *step.others) if f not in own}
    return Leaving([*(f"{table}.parquet" for table in tables), *own], own, within)


def leaving_resources(work: Workspace, listed: Sequence[Resource], protection: Protection) -> list[Resource]:
    """The resources of the manifest as the files lie now, with the clear ones and with the columns that left masked."""
    found = []
    for resource in listed:
        graded = protection.properties(resource.path)
        if resource.path in protection.private:
            found.append(Resource(f"{CLEAR}/{resource.path}", {**resource.properties, **graded}))
            continue
        resource = Resource(resource.path, {**resource.properties, **graded})  # noqa: PLW2901 - the same, graded
        left = {name: how for name, how in protection.left(Path(resource.path).stem).items() if how != KEPT}
        if resource.path.endswith(".parquet") and (work.folder / CLEAR / resource.path).exists():
            found.append(Resource(f"{CLEAR}/{resource.path}", {"ronghe:clearOf": resource.path}))
            found.append(Resource(resource.path, {**resource.properties, **_as_it_left(resource.properties, left)}))
        else:
            found.append(resource)
    return found


def _as_it_left(properties: Mapping[str, Any], left: Mapping[str, str]) -> dict[str, Any]:
    """The properties of a masked table that changed: what was a date or a number and is masked is a text now."""
    made: dict[str, Any] = {"ronghe:masked": dict(left)} if left else {}
    if "schema" in properties:
        fields = [
            {"name": one["name"], "title": one.get("title", ""), "type": "string"} if one["name"] in left else one
            for one in properties["schema"]["fields"]
        ]
        made["schema"] = {"fields": fields}
    return made
