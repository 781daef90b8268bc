"""Tables into a publication: names, fingerprints, engines, and the manifest that lists what was made."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ronghe.data.standardize.result import Standardized
from ronghe.tables.address import is_database
from ronghe.tables.engine import Engine, Resources, duckdb_engine
from ronghe.tables.package import Resource, json_text
from ronghe.tables.publish import Workspace
from ronghe.tables.spark_engine import spark_engine
from ronghe.terms import UsageError, content_id

__all__ = [
    "REJECTS",
    "fingerprint",
    "json_text",
    "open_engine",
    "published_path",
    "rejects_path",
    "table_name",
    "table_names",
    "table_resources",
]

REJECTS = "private"
LONGEST_NAME = 200
"""Bytes of a table's name; file systems take 255, `.rejects.parquet` and a part file's marks come behind it."""


def table_name(source: str) -> str:
    """The name of the table that a source becomes: `data/税务 2025.xlsx#表1` is `税务_2025_表1`."""
    path, _, part = source.partition("#")
    stem = Path(path.rstrip("/")).name
    stem = stem.partition("?")[0] if is_database(source) else stem
    stem = stem[: stem.rindex(".")] if "." in stem[1:] else stem
    named = re.sub(r"[^\w.-]+", "_", f"{stem}_{part}" if part else stem).strip("._")
    return _short(named) or "table"


def _short(named: str) -> str:
    """The name, or its beginning and an id of all of it: files beside the table's have longer names than its own."""
    whole = named.encode("utf-8", "replace")
    if len(whole) <= LONGEST_NAME:
        return named
    return whole[: LONGEST_NAME - 9].decode("utf-8", "ignore") + "_" + content_id(whole.decode())[:8]


def table_names(sources: Sequence[str]) -> list[str]:
    """A name for each source; the second of two equal ones gets `_2`."""
    names: list[str] = []
    for source in sources:
        name, number = table_name(source), 2
        # Two names that differ in case alone are one file on Windows and macOS.
        while name.casefold() in (known.casefold() for known in names):
            name, number = f"{table_name(source)}_{number}", number + 1
        names.append(name)
    return names


def fingerprint(source: str, *settings: str) -> str:
    """What must be equal for finished work on a source to be taken again; a database has no fingerprint but now."""
    path = Path(source.partition("#")[0])
    if "://" in source or not path.is_file():
        return ""
    status = path.stat()
    # A name that is not UTF-8 is refused by the reader, with a line of its own.
    named = (text.encode("utf-8", "backslashreplace").decode() for text in (str(path.resolve()), source))
    return content_id(*named, str(status.st_size), str(status.st_mtime_ns), *settings)


def published_path(workspace: Workspace, name: str) -> Path:
    """Where the published rows of a table go."""
    return workspace.folder / f"{name}.parquet"


def rejects_path(workspace: Workspace, name: str) -> Path:
    """Where the quarantined rows of a table go: never delivered."""
    folder = workspace.folder / REJECTS
    folder.mkdir(exist_ok=True)
    return folder / f"{name}.rejects.parquet"


def table_resources(result: Standardized, extra: Mapping[str, Any] | None = None) -> list[Resource]:
    """The two files of a table as resources of the manifest."""
    broken = {
        column.name: {"nulled": column.nulled, "kept": column.kept}
        for column in result.columns
        if column.nulled or column.kept
    }
    properties = {
        "schema": result.schema,
        "rows_in": result.rows_in,
        "rows_published": result.rows_published,
        "rows_quarantined": result.rows_quarantined,
        "ronghe:source": result.source,
        "ronghe:encoding": result.encoding,
        **({"ronghe:imputed": dict(result.constants)} if result.constants else {}),
        **({"ronghe:broken": broken} if broken else {}),
        **(extra or {}),
    }
    rejects = {"ronghe:rejectsOf": f"{result.name}.parquet", "ronghe:rows": result.rows_quarantined}
    return [
        Resource(f"{result.name}.parquet", properties),
        Resource(f"{REJECTS}/{result.name}.rejects.parquet", rejects),
    ]


@contextmanager
def open_engine(engine: str, scratch: Path, resources: Resources) -> Iterator[Engine]:
    """The engine of this name; UsageError when there is none."""
    if engine == "duckdb":
        with duckdb_engine(scratch / "spill", resources) as opened:
            yield opened
    elif engine == "spark":
        with spark_engine(scratch / "spark", resources) as opened_spark:
            yield opened_spark
    else:
        raise UsageError("journeys.engine_unknown", value=engine)
