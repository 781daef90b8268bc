"""One file with what an installation is: its database, its log, its keys. Copies of departments' data are not in it:
they live as long as a grant, and are made again."""

import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from ronghe import __version__
from ronghe.platform.audit.models import SealedHead
from ronghe.platform.audit.store import has_log, log_folder
from ronghe.platform.serve.dump import dump_tables, snapshot
from ronghe.tables.atomic import sync, write_atomic
from ronghe.terms import InputError
from ronghe.trust.log.records import ENTRIES, HEADER

__all__ = ["FORMAT", "Backup", "back_up", "opened_backup"]

FORMAT = "ronghe.backup@1"
MANIFEST = "manifest.json"
_MOST_FILES = 10_000
_LARGEST = 1 << 40
"""Bytes that a backup may unpack to."""


@dataclass(frozen=True, slots=True)
class Backup:
    """An unpacked backup: `head` is the last head of the log that its database knew, None before the first."""

    folder: Path
    made: datetime
    version: str
    migrations: frozenset[tuple[str, str]]
    head: Mapping[str, Any] | None
    rows: int


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _copy_files(home: Path, folder: Path) -> None:
    """After the tables: the log only grows, so it has all that they know of it."""
    if has_log(home):
        (folder / "log").mkdir()
        for name in (HEADER, ENTRIES):
            if (log_folder(home) / name).exists():
                shutil.copyfile(log_folder(home) / name, folder / "log" / name)
        # The authority's replies cannot be asked for again: they say when a head existed.
        if (stamps := log_folder(home) / "stamps").is_dir():
            shutil.copytree(stamps, folder / "log" / "stamps", ignore=shutil.ignore_patterns(".*"))
    if (home / "keys").is_dir():
        shutil.copytree(home / "keys", folder / "keys")


def back_up(home: Path, target: Path, *, at: datetime) -> dict[str, Any]:
    """Write the backup, closed to other users of the machine; gives what its manifest says.

    The platform goes on meanwhile. The file holds the keys of the installation, so it belongs where they may be.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=home) as made:
        folder = Path(made)
        (folder / "tables").mkdir()
        with snapshot():
            tables = dump_tables(folder / "tables")
            newest = SealedHead.objects.first()
            applied = sorted(MigrationRecorder(connection).applied_migrations())
        _copy_files(home, folder)
        files = {str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "made": at.isoformat(),
            "migrations": applied,
            "head": newest.head if newest else None,
            "rows": sum(table["rows"] for table in tables.values()),
            "files": files,
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False), "utf-8")
        with write_atomic(target) as path:
            path.touch(mode=0o600)
            path.chmod(0o600)
            with tarfile.open(path, "w:gz", compresslevel=5) as archive:
                for name in (MANIFEST, *files):
                    archive.add(folder / name, arcname=name)
            sync(path)
    return {name: value for name, value in manifest.items() if name not in ("files", "migrations")} | {
        "path": str(target),
        "bytes": target.stat().st_size,
    }


@contextmanager
def opened_backup(path: Path, beside: Path) -> Iterator[Backup]:
    """Unpack a backup into a folder beside `beside` and check every byte of it; the folder goes away at the end.

    InputError for a file that is none, is cut, or was changed.
    """
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=beside) as made:
        folder = Path(made)
        try:
            _unpack(path, folder)
            said = json.loads((folder / MANIFEST).read_bytes())
            whole = said["format"] == FORMAT and all(_is_whole(folder, *one) for one in said["files"].items())
            backup = Backup(
                folder,
                datetime.fromisoformat(said["made"]),
                str(said["version"]),
                frozenset((app, name) for app, name in said["migrations"]),
                said["head"],
                int(said["rows"]),
            )
        except (OSError, tarfile.TarError, EOFError, ValueError, KeyError, TypeError) as fault:
            raise InputError("platform.backup_unreadable", path=str(path), what=type(fault).__name__) from fault
        if not whole:
            raise InputError("platform.backup_changed", path=str(path))
        yield backup


def _unpack(path: Path, folder: Path) -> None:
    size = 0
    with tarfile.open(path, "r:gz") as archive:
        for count, member in enumerate(archive, 1):
            size += member.size
            if not member.isfile() or count > _MOST_FILES or size > _LARGEST:
                raise ValueError(member.name)
            # The filter refuses names that lead out of the folder.
            archive.extract(member, folder, filter="data")


def _is_whole(folder: Path, name: str, digest: str) -> bool:
    return _digest(folder / name) == digest
