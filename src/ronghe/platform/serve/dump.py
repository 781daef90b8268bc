"""The database as lines of JSON, table by table: the same from SQLite and PostgreSQL, into either."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from ronghe.terms import InputError

__all__ = ["dump_tables", "load_tables", "snapshot"]

LEFT_OUT = frozenset({"sessions.Session", "contenttypes.ContentType", "auth.Permission", "auth.Group", "jobs.Beat"})
"""Sessions must not come back to life; the rest is made by the schema, or says who works now."""
_AT_ONCE = 1_000


def kept_models() -> list[type[models.Model]]:
    """The tables of a backup, each after those that it points at."""
    listed = [model for config in apps.get_app_configs() for model in config.get_models()]
    ordered = serializers.sort_dependencies([(config, None) for config in apps.get_app_configs()])
    assert set(listed) == set(ordered)
    return [model for model in _by_reference(ordered) if model._meta.label not in LEFT_OUT]  # noqa: SLF001 - public API


def _by_reference(ordered: list[type[models.Model]]) -> list[type[models.Model]]:
    """Django orders by natural keys only; ours point by id."""
    placed: list[type[models.Model]] = []

    def place(model: type[models.Model]) -> None:
        if model in placed or model not in ordered:
            return
        for field in model._meta.get_fields():  # noqa: SLF001
            if isinstance(field, models.ForeignKey) and field.related_model is not model:
                place(field.related_model)
        placed.append(model)

    for model in ordered:
        place(model)
    return placed


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read inside is of one instant, and writers go on."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            # Django's own transactions keep writers out from the beginning; a reader of the WAL need not.
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


class _Exact(DjangoJSONEncoder):
    """Instants to the microsecond; Django's own encoder cuts them to milliseconds, and the log would not agree."""

    def default(self, o: Any) -> Any:
        """See `json.JSONEncoder.default`."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class _Counted:
    """A file of lines that counts and hashes them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.rows, self.hash = file, 0, hashlib.sha256()

    def write(self, text: str) -> None:
        data = text.encode()
        self.rows += data.count(b"\n")
        self.hash.update(data)
        self._file.write(data)


def dump_tables(folder: Path) -> dict[str, dict[str, Any]]:
    """Write each table to `folder`; gives its rows and SHA-256 by file name."""
    said = {}
    for model in kept_models():
        name = f"{model._meta.label_lower}.jsonl"  # noqa: SLF001
        with (folder / name).open("wb") as file:
            counted = _Counted(file)
            rows = model._default_manager.order_by("pk").iterator(chunk_size=_AT_ONCE)  # noqa: SLF001
            serializers.serialize("jsonl", rows, stream=counted, cls=_Exact)
        said[name] = {"rows": counted.rows, "sha256": counted.hash.hexdigest()}
    return said


def load_tables(folder: Path) -> int:
    """Put the tables of `folder` in the place of what the database holds, in the caller's transaction; gives the rows.

    A column that this version no longer has is left out, one that is new has its default. InputError for a line that
    is none of a backup.
    """
    if not connection.in_atomic_block:
        raise AssertionError("a half restored database must not be seen")
    kept = kept_models()
    for model in reversed(kept):
        model._default_manager.all()._raw_delete(using="default")  # noqa: SLF001
    rows = 0
    for model in kept:
        path = folder / f"{model._meta.label_lower}.jsonl"  # noqa: SLF001
        if path.exists():
            rows += _load(model, path)
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), kept):
            cursor.execute(statement)
    return rows


def _load(model: type[models.Model], path: Path) -> int:
    waiting: list[models.Model] = []
    rows = 0
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                found = next(iter(serializers.deserialize("json", f"[{line}]", ignorenonexistent=True)))
            except (json.JSONDecodeError, serializers.base.DeserializationError, StopIteration) as fault:
                raise InputError("platform.backup_line", file=path.name, line=number) from fault
            if not isinstance(found.object, model):
                raise InputError("platform.backup_line", file=path.name, line=number)
            waiting.append(found.object)
            if len(waiting) == _AT_ONCE:
                model._default_manager.bulk_create(waiting)  # noqa: SLF001
                waiting = []
            rows += 1
    model._default_manager.bulk_create(waiting)  # noqa: SLF001
    return rows
