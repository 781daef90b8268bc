"""Share a folder of files: profile, propose, standardize, publish, index, report; one publication comes out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from ronghe import __version__
from ronghe.data.propose import propose_schema
from ronghe.data.standardize.result import from_json, to_json
from ronghe.data.standardize.run import Job, Target, standardize_table
from ronghe.journeys.decisions import Clock, DecisionLog, decision_log, system_clock
from ronghe.journeys.integration_grades import Grading
from ronghe.journeys.mappings import files_of, read_departments, read_shares, unmatched
from ronghe.journeys.publication import (
    REJECTS,
    fingerprint,
    json_text,
    open_engine,
    published_path,
    rejects_path,
    table_name,
    table_names,
    table_resources,
)
from ronghe.journeys.share_integration import Wish, integrate_tables
from ronghe.journeys.share_protection import (
    KEPT,
    MODES,
    leaving_files,
    leaving_resources,
    protect_tables,
    restore_clear,
)
from ronghe.journeys.share_report import report_page
from ronghe.journeys.shared import Shared, SharedTable
from ronghe.messages import Language
from ronghe.report import echarts_source, render
from ronghe.sharing_index import TableFacts, degree, readiness
from ronghe.standards.catalog import Catalog
from ronghe.standards.grading import grade_profile
from ronghe.tables.address import is_database
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import Resources
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.package import Resource, file_hash, manifest
from ronghe.tables.publish import Workspace, workspace
from ronghe.tables.sniff import locate
from ronghe.terms import Department, UsageError, legal_day

__all__ = ["share_files"]

REPORT = "report.html"
RECEIPT = "receipt.json"
INDEX = "index.json"
# Notes on reading a table after which something may be missing, or too much.
LOOK = ("data.total_row_doubtful", "data.no_rows", "tables.other_sheets")


@dataclass(frozen=True, slots=True)
class _Setting:
    """What every table of a run has in common."""

    resources: Resources
    engine: str
    catalog: Catalog
    options: ReadOptions
    as_of: date
    progress: Progress


def _file_name(source: str) -> str:
    """What the map calls a source: the name of its file, or of the table that a database becomes."""
    return table_name(source) if is_database(source) else locate(source)[0].name


def _department(source: str, departments: Mapping[str, Department]) -> Department:
    """The department that the map gives for the file's name, else one named after the file."""
    name = _file_name(source)
    return departments.get(name) or Department(Path(name).stem, Path(name).stem)


def _standardized(work: Workspace, source: str, name: str, setting: _Setting) -> dict[str, Any]:
    """Propose a schema and standardize by it: one resumable step, its result as a JSON value."""
    scratch = work.scratch / name
    scratch.mkdir(parents=True, exist_ok=True)
    label = Path(source).name
    staged = stage(source, scratch, options=setting.options, progress=setting.progress)
    with open_engine(setting.engine, scratch, setting.resources) as engine:
        proposal, staged = propose_schema(engine, staged, setting.catalog, scratch, as_of=setting.as_of)
        schema_path = work.folder / "schemas" / f"{name}.schema.json"
        schema_path.parent.mkdir(exist_ok=True)
        schema_path.write_text(json_text(proposal.schema_json()), "utf-8")
        target = Target(published_path(work, name), rejects_path(work, name))
        job = Job(name, label, proposal.schema, setting.catalog, target, scratch, where=f"{name}.schema.json")
        result = standardize_table(job, engine, staged, lambda rows: setting.progress(label, rows, staged.rows or 0))
    return to_json(result)


def _facts(table: SharedTable) -> TableFacts:
    """What the index may know of a table: counts, nothing else."""
    result = table.result
    columns = [column for column in result.columns if column.element]
    # These four say how a value is written, not what it means: no element of the standard was recognized.
    recognized = sum(1 for column in columns if column.element not in ("text", "code", "number", "integer"))
    filled = sum(column.filled for column in columns)
    # Emptied and kept values broke a rule too, though their rows were published.
    broken = sum(column.failures + column.nulled for column in columns)
    return TableFacts(
        department=table.department.name,
        table=result.name,
        items=len(columns),
        items_with_element=recognized,
        rows_in=result.rows_in,
        rows_published=result.rows_published,
        values_filled=sum(column.present for column in columns),
        values_checked=filled + broken,
        values_valid=filled - sum(column.kept for column in columns),
    )


def share_files(
    sources: Sequence[str],
    *,
    out: Path,
    departments: Path | None = None,
    shares: Path | None = None,
    key: str | None = None,
    plan: Path | None = None,
    personal: str = "mask",
    now: datetime,
    resources: Resources,
    engine: str = "duckdb",
    catalog: Catalog,
    options: ReadOptions | None = None,
    lang: Language = "zh",
    progress: Progress = silent,
    log: Path | None = None,
    keys: Path = Path("keys"),
    clock: Clock = system_clock,
) -> Shared:
    """Take tables of departments the whole road and publish them in `out`; one file is one department unless mapped.

    The tables are integrated by the `key` that they have in common, by a `plan`, or by what identifies people and
    organizations in them; `now` is the time of the lineage. Personal columns leave masked, their own values staying in
    `private/clear`, unless `personal` is "keep". A table that was finished before a stop is not made again.
    With a `log` the publication is written down there, signed by its key in the keystore `keys` at the time of `clock`,
    before anything is published; the receipt lies beside the tables. Where it cannot be written nothing is published.
    Without `shares` there is no degree, only readiness: files alone hold no requests. Raises InputError naming the
    file, Refused, LimitReached, UsageError.
    """
    wish = Wish(now, key, plan)
    wish.check()
    if personal not in MODES:
        raise UsageError("journeys.personal_unknown", value=personal, known=", ".join(MODES))
    sources = files_of(sources)
    if not sources:
        raise UsageError("journeys.no_files")
    mapped = read_departments(departments) if departments else {}
    read = read_shares(shares) if shares else None
    reached = None if read is None else degree(read.amounts, read.shares)
    setting = _Setting(resources, engine, catalog, options or ReadOptions(), legal_day(now), progress)
    tables: list[SharedTable] = []
    marks: dict[str, str] = {}
    with decision_log(log, keys=keys, clock=clock) as decisions, workspace(out) as work:
        if decisions is not None:
            decisions.check_clock()
        restore_clear(work)
        for number, (source, name) in enumerate(zip(sources, table_names(sources), strict=True)):
            progress("tables", number, len(sources))
            mark = fingerprint(
                source, __version__, engine, repr(setting.options), catalog.fingerprint, str(setting.as_of)
            )
            done = _step(work, name, mark, partial(_standardized, work, source, name, setting))
            tables.append(SharedTable(from_json(done), _department(source, mapped)))
            marks[name] = mark
        progress("tables", len(sources), len(sources))
        integrated, listed = integrate_tables(work, tables, marks, wish, resources=resources, progress=progress)
        protection = protect_tables(
            work,
            leaving_files([table.result.name for table in tables], integrated.tables),
            personal,
            grading=Grading(grade_profile(), catalog, setting.as_of),
            resources=resources,
            progress=progress,
        )
        shared = Shared(
            out=out,
            tables=tuple(tables),
            readiness=readiness([_facts(t) for t in tables]),
            degree=reached,
            integrated=integrated,
            protection=protection,
            warnings=(
                *unmatched(
                    map(_file_name, sources),
                    [table.department for table in tables],
                    departments=(departments, mapped),
                    shares=(shares, read.shares if read else ()),
                ),
                *(note for table in tables for note in table.result.notes if note.code in LOOK),
                *(note for table in integrated.tables for note in table.notes),
            ),
        )
        _publish(work, shared, listed, lang, decisions)
    return shared


def _step(work: Workspace, name: str, mark: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    if not mark:
        return make()
    value = work.step(name, mark, make)
    assert isinstance(value, dict)
    return value


def _recorded(work: Workspace, shared: Shared, listed: Sequence[Resource], decisions: DecisionLog) -> Resource:
    """Tell the log what becomes public, and put the receipt beside it."""
    paths = [work.folder / one.path for one in listed if not one.path.startswith(f"{REJECTS}/")]
    files = [
        {"path": str(path.relative_to(work.folder)), "bytes": path.stat().st_size, "hash": file_hash(path)}
        for path in paths
    ]
    tables = [
        {"table": one.table, "grade": one.scanned.grade, "left": {c: how for c, how in one.left.items() if how != KEPT}}
        for one in shared.protection.tables
    ]
    said = {"publication": shared.out.name, "personal": shared.protection.mode, "rows": shared.rows[1]}
    receipt = decisions.published({**said, "tables": tables}, files)
    (work.folder / RECEIPT).write_text(json_text(receipt.to_json()), "utf-8")
    return Resource(RECEIPT)


def _publish(
    work: Workspace,
    shared: Shared,
    integrated: Sequence[Resource],
    lang: Language,
    decisions: DecisionLog | None,
) -> None:
    (work.folder / REPORT).write_text(render(report_page(shared), lang=lang, echarts=echarts_source()), "utf-8")
    (work.folder / INDEX).write_text(json_text(index_json(shared)), "utf-8")
    listed = [Resource(REPORT), Resource(INDEX), *integrated]
    for table in shared.tables:
        listed += table_resources(table.result, {"ronghe:department": table.department.code})
        listed.append(Resource(f"schemas/{table.result.name}.schema.json"))
    listed = sorted(leaving_resources(work, listed, shared.protection), key=lambda resource: resource.path)
    if decisions is not None:
        listed.append(_recorded(work, shared, listed, decisions))
    work.publish(manifest(work.folder, shared.out.name.lower(), sorted(listed, key=lambda r: r.path), {}))


def index_json(shared: Shared) -> dict[str, Any]:
    """Readiness, and the degree where shares were given, as a JSON value with exact fractions as text."""
    return {
        "readiness": _plain(asdict(shared.readiness)),
        "degree": None if shared.degree is None else _plain(asdict(shared.degree)),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Fraction):
        return {"exact": str(value), "value": float(value)}
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
