"""Known weaknesses of the packages that run here, from a snapshot of OSV records that an operator brought along.

No network is asked. The snapshot is a JSON list, a file of JSON lines, or OSV's own archive of one JSON file for each
record (https://ossf.github.io/osv-schema/). What was not checked must never look like what is well: no snapshot, no
packages or no records are findings of their own.
"""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from ronghe.terms import InputError, LimitReached

__all__ = ["Advisory", "Matched", "installed", "match", "read_snapshot"]

_LARGEST = 1 << 30
"""Bytes that a snapshot may hold; all of PyPI's records take some 100 million."""


@dataclass(frozen=True, slots=True)
class Advisory:
    """A record that names an installed version."""

    id: str
    package: str
    version: str
    summary: str


@dataclass(frozen=True, slots=True)
class Matched:
    """How many packages and records were compared, and what was found."""

    packages: int
    records: int
    found: tuple[Advisory, ...]


def installed() -> dict[str, str]:
    """Every distribution that this Python can import, by normalized name, with its version."""
    return {_plain(one.metadata["Name"]): one.version for one in distributions() if one.metadata["Name"]}


def _plain(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_snapshot(path: Path) -> Iterator[Mapping[str, Any]]:
    """The records of a snapshot. InputError for a file that is none, LimitReached for one that is too large."""
    try:
        texts = _texts(path)
        for text in texts:
            value = json.loads(text)
            yield from value if isinstance(value, list) else [value]
    except (OSError, ValueError, zipfile.BadZipFile) as fault:
        raise InputError("platform.advisories_unreadable", path=str(path), what=type(fault).__name__) from fault


def _texts(path: Path) -> Iterator[bytes]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if one.filename.endswith(".json")]
            _check_size(path, sum(one.file_size for one in members))
            yield from map(archive.read, members)
        return
    _check_size(path, path.stat().st_size)
    data = path.read_bytes()
    yield from [data] if data.lstrip().startswith(b"[") else (line for line in data.splitlines() if line.strip())


def _check_size(path: Path, size: int) -> None:
    if size > _LARGEST:
        raise LimitReached("platform.advisories_large", path=str(path), largest=_LARGEST)


def match(records: Iterable[Mapping[str, Any]], packages: Mapping[str, str]) -> Matched:
    """Compare records with packages; a record that was withdrawn counts for nothing, one that cannot be understood as
    one that names the package."""
    count, found = 0, []
    for record in records:
        if record.get("withdrawn"):
            continue
        count += 1
        for affected in record.get("affected", ()):
            name = _of_python(affected)
            if name in packages and _affects(affected, packages[name]):
                summary = str(record.get("summary") or record.get("details") or "")[:200]
                found.append(Advisory(str(record.get("id", "?")), name, packages[name], summary))
                break
    return Matched(len(packages), count, tuple(sorted(found, key=lambda one: (one.package, one.id))))


def _of_python(affected: Mapping[str, Any]) -> str:
    package = affected.get("package", {})
    return _plain(str(package.get("name", ""))) if package.get("ecosystem") == "PyPI" else ""


def _affects(affected: Mapping[str, Any], version: str) -> bool:
    if version in affected.get("versions", ()):
        return True
    try:
        at = Version(version)
        return any(_in_range(one, at) for one in affected.get("ranges", ()) if one.get("type") == "ECOSYSTEM")
    except (InvalidVersion, TypeError, AttributeError):
        return True


def _in_range(said: Mapping[str, Any], at: Version) -> bool:
    """OSV's events in their order: introduced opens, fixed closes before itself, last_affected after itself."""
    inside = False
    events = [(kind, text) for event in said.get("events", ()) for kind, text in event.items()]
    placed = [(Version("0.dev0") if text == "0" else Version(text), kind) for kind, text in events if kind != "limit"]
    for edge, kind in sorted(placed):
        if kind == "introduced" and at >= edge:
            inside = True
        elif (kind == "fixed" and at >= edge) or (kind == "last_affected" and at > edge):
            inside = False
    return inside
