"""Standardize one file by a schema into a publication; other tables of the same publication stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ronghe.data.standardize.result import Standardized, shown_json
from ronghe.data.standardize.run import Job, Target, standardize_table
from ronghe.data.standardize.schema import LARGEST_SCHEMA, TableSchema, parse_schema
from ronghe.journeys.publication import open_engine, published_path, rejects_path, table_name, table_resources
from ronghe.standards.catalog import Catalog
from ronghe.tables.delimited import Progress, silent
from ronghe.tables.engine import Resources
from ronghe.tables.open import ReadOptions, stage
from ronghe.tables.package import Resource, manifest, read_manifest
from ronghe.tables.publish import Workspace, workspace
from ronghe.tables.staged import Staged
from ronghe.terms import InputError

__all__ = ["Published", "read_schema", "standardize_file"]


@dataclass(frozen=True, slots=True)
class Published:
    """A table and the folder in which it was published."""

    out: Path
    table: Standardized

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value."""
        return {"out": str(self.out), "table": shown_json(self.table)}


def read_schema(path: Path) -> TableSchema:
    """The schema in a file; InputError when the file cannot be read or does not hold one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read(LARGEST_SCHEMA + 1)
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("journeys.schema_unreadable", path=str(path), detail=type(fault).__name__) from fault
    return parse_schema(text, where=path.name)


def _parents(schema: TableSchema, beside: Path, out: Path, into: Path) -> dict[str, Staged]:
    """The tables that foreign keys reference, each once, whichever of its columns each key names."""
    found: dict[str, Staged] = {}
    for key in schema.foreign_keys:
        if not key.resource:
            continue
        if key.resource not in found:
            found[key.resource] = _parent(key.resource, beside, out, into / f"parent_{len(found)}")
        columns = found[key.resource].columns
        for name in key.reference_fields:
            if name not in columns:
                known = ", ".join(columns)
                raise InputError("journeys.parent_column", resource=key.resource, name=name, known=known)
    return found


def _parent(resource: str, beside: Path, out: Path, into: Path) -> Staged:
    """A table of the publication by name, or else a file beside the schema by path."""
    known = out / f"{resource}.parquet"
    path = known if known.is_file() else beside / resource
    if not path.is_file():
        raise InputError("journeys.parent_missing", resource=resource, folder=str(beside), out=str(out))
    into.mkdir(parents=True, exist_ok=True)
    return stage(str(path), into, options=ReadOptions(), progress=silent)


def _resources(out: Path, name: str) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The resources of the present publication that belong to other tables, and those of the table."""
    if not out.is_dir() or not any(out.iterdir()):
        return [], []
    own = {f"{name}.parquet", f"private/{name}.rejects.parquet"}
    listed = read_manifest(out)["resources"]
    return [one for one in listed if one["path"] not in own], [one for one in listed if one["path"] in own]


def _label(source: str, options: ReadOptions) -> str:
    """The source for people: the file's name, with the sheet or table that was asked for."""
    part = options.sheet or options.table
    return Path(f"{source.partition('#')[0]}#{part}" if part else source).name


def _check_own(others: list[Mapping[str, Any]], mine: list[Mapping[str, Any]], name: str, label: str) -> None:
    """Raise InputError where the table's files are those of another sheet or table, not of an earlier state of this."""
    for resource in mine:
        known = str(resource.get("ronghe:source", label))
        if known.partition("#")[2] != label.partition("#")[2]:
            raise InputError("journeys.table_taken", name=name, source=known)
    for resource in others:
        # Two names that differ in case alone are one file on Windows and macOS.
        if resource["path"].casefold() == f"{name}.parquet".casefold():
            raise InputError("journeys.table_taken", name=name, source=str(resource.get("ronghe:source", "")))


_FIXED = ("name", "path", "format", "bytes", "hash")


def standardize_file(
    source: str,
    *,
    schema: Path,
    out: Path,
    resources: Resources,
    engine: str = "duckdb",
    catalog: Catalog,
    options: ReadOptions | None = None,
    progress: Progress = silent,
) -> Published:
    """Standardize `source` by the schema in a file and publish it in the folder `out`, old or new, never half.

    A folder that is a publication already keeps its other tables; a table replaces an earlier state of itself, never
    that of another sheet whose name becomes the same. Raises InputError, Refused, LimitReached, UsageError.
    """
    parsed = read_schema(schema)
    name = table_name(source)
    options = options or ReadOptions()
    with workspace(out, resume=False) as work:
        others, mine = _resources(out, name)
        _check_own(others, mine, name, _label(source, options))
        result = _one_table(work, source, name, parsed, schema, resources, engine, catalog, options, progress)
        work.carry_over([resource["path"] for resource in others])
        kept = [Resource(r["path"], {key: r[key] for key in r if key not in _FIXED}) for r in others]
        listed = sorted([*kept, *table_resources(result)], key=lambda resource: resource.path)
        work.publish(manifest(work.folder, out.name.lower(), listed, {}))
    return Published(out, result)


def _one_table(
    work: Workspace,
    source: str,
    name: str,
    schema: TableSchema,
    schema_path: Path,
    resources: Resources,
    engine: str,
    catalog: Catalog,
    options: ReadOptions,
    progress: Progress,
) -> Standardized:
    staged = stage(source, work.scratch, options=options, progress=progress)
    job = Job(
        name=name,
        source=_label(source, options),
        schema=schema,
        catalog=catalog,
        target=Target(published_path(work, name), rejects_path(work, name)),
        scratch=work.scratch,
        where=schema_path.name,
        parents=_parents(schema, schema_path.parent, work.target, work.scratch),
    )
    with open_engine(engine, work.scratch, resources) as opened:
        return standardize_table(job, opened, staged, lambda rows: progress("standardize", rows, staged.rows or 0))
