"""Output folders: a Frictionless Data Package with row counts and hashes, published whole or not at all.

Source: https://datapackage.org/standard/data-package/ (version 2.0). Our properties stand under `ronghe:`.
"""

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ronghe import __version__
from ronghe.terms import InputError

__all__ = ["FORMAT", "MANIFEST", "Fault", "Resource", "file_hash", "manifest", "read_manifest", "verify_package"]

MANIFEST = "datapackage.json"
FORMAT = "tables@1"
_FORMATS_READ = (FORMAT,)
_LARGEST_MANIFEST = 50_000_000
_COUNTS = ("rows_in", "rows_published", "rows_quarantined")
_PARTS = ("duckdb", "pyarrow", "sqlglot")


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the package: `path` relative to it, and what stands beside `bytes` and `hash` in the manifest."""

    path: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a package: a code of `messages` with its parameters."""

    code: str
    params: Mapping[str, object]


def file_hash(path: Path) -> str:
    """`sha256:` and 64 hexadecimal digits."""
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _versions() -> dict[str, str]:
    found = {"ronghe": __version__, "python": platform.python_version()}
    for part in _PARTS:
        try:
            found[part] = version(part)
        except PackageNotFoundError:
            continue
    return found


def manifest(folder: Path, name: str, resources: list[Resource], properties: Mapping[str, Any]) -> str:
    """The text of datapackage.json for files that lie in `folder`; the same files give the same text."""
    listed = []
    for resource in resources:
        path = folder / resource.path
        stem = resource.path.removesuffix(path.suffix).replace("/", ".").lower()
        fixed = {"name": stem, "path": resource.path, "format": path.suffix[1:], "bytes": path.stat().st_size}
        listed.append({**fixed, "hash": file_hash(path), **resource.properties})
    document = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "format": FORMAT,
        "versions": _versions(),
        **properties,
        "resources": listed,
    }
    return json_text(document)


def json_text(value: object) -> str:
    """JSON as our files hold it: indented, Chinese as Chinese, one line end at the end."""
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a package; InputError when it is missing, too large, no JSON, or of a format not read."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _LARGEST_MANIFEST:
            raise InputError("tables.manifest_large", path=str(path))
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError("tables.manifest_unreadable", path=str(path), detail=type(fault).__name__) from fault
    if not isinstance(document, dict) or document.get("format") not in _FORMATS_READ:
        raise InputError("tables.manifest_format", path=str(path), known=", ".join(_FORMATS_READ))
    if not _lists_files(document.get("resources")):
        raise InputError("tables.manifest_unreadable", path=str(path), detail="resources")
    return document


def _lists_files(resources: object) -> bool:
    """True for a list of objects that each name a file, with whole numbers where rows are counted."""
    return isinstance(resources, list) and all(
        isinstance(resource, dict)
        and isinstance(resource.get("path"), str)
        and "\0" not in resource["path"]
        and all(resource.get(key) is None or type(resource[key]) is int for key in _COUNTS)
        for resource in resources
    )


def _resource_faults(folder: Path, resource: Mapping[str, Any]) -> list[Fault]:
    path = folder / resource["path"]
    if not path.resolve().is_relative_to(folder.resolve()):
        return [Fault("tables.verify_outside", {"path": resource["path"]})]
    if not path.is_file():
        return [Fault("tables.verify_missing", {"path": resource["path"]})]
    if file_hash(path) != resource.get("hash"):
        return [Fault("tables.verify_changed", {"path": resource["path"]})]
    return []


def verify_package(folder: Path) -> list[Fault]:
    """What is wrong with a package: files missing or changed, counts that do not add up; empty when all is well."""
    document = read_manifest(folder)
    faults = [fault for resource in document["resources"] for fault in _resource_faults(folder, resource)]
    for table in document["resources"]:
        counts = [table.get(key) for key in _COUNTS]
        if None not in counts and counts[0] != counts[1] + counts[2]:
            faults.append(Fault("tables.verify_counts", {"path": table["path"]}))
    return faults
