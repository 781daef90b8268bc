"""The schema of the database and this version of the program: bring the one to the other, or refuse."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from ronghe.terms import InputError, LimitReached, Refused

__all__ = ["check_schema", "known_changes", "pending", "upgrade"]

_ROOM = 1_000_000
"""Bytes without which a disk is full: what SQLite keeps beside its file while it is open is some tens of thousands."""
_LOCK = 0x526F6E68
"""Of two upgrades at once in PostgreSQL one waits; SQLite has one writer anyway."""


def _executor() -> MigrationExecutor:
    return MigrationExecutor(connection)


def pending() -> list[str]:
    """The changes of the schema that this version needs and the database does not have yet."""
    executor = _executor()
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def known_changes() -> frozenset[tuple[str, str]]:
    """Every change of the schema that this version knows, by app and name."""
    return frozenset(_executor().loader.disk_migrations)


def _from_later(executor: MigrationExecutor) -> list[str]:
    """Changes that a later version made: they are in the database, and not in this program."""
    loader = executor.loader
    return sorted(
        f"{app}.{name}"
        for app, name in loader.applied_migrations
        if app in loader.migrated_apps and (app, name) not in loader.disk_migrations
    )


@contextmanager
def _usable() -> Iterator[None]:
    """InputError for a database that is away, damaged, or closed to us, LimitReached where the disk is full: SQLite
    needs room even to read. Without its text, which may name people."""
    try:
        yield
    except DatabaseError as fault:
        if connection.vendor == "sqlite" and shutil.disk_usage(settings.HOME).free < _ROOM:
            raise LimitReached("platform.disk_full", path=str(settings.HOME)) from fault
        raise InputError("platform.database_unreadable", what=type(fault).__name__) from fault


@_usable()
def check_schema() -> None:
    """Refused where a later version has been here, whose data this one would not understand; InputError where the
    database is empty, cannot be used, or waits for its upgrade."""
    executor = _executor()
    later = _from_later(executor)
    if later:
        raise Refused("platform.schema_newer", change=later[-1])
    if not executor.loader.applied_migrations:
        raise InputError("platform.database_empty")
    if pending():
        raise InputError("platform.schema_older")


@contextmanager
def _one_transaction() -> Iterator[None]:
    """All changes or none: killed in between, the database is what it was."""
    if connection.vendor == "sqlite":
        # SQLite rebuilds tables; it must not check references meanwhile, which cannot be said inside a transaction.
        connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            yield
            connection.check_constraints()
    finally:
        if connection.vendor == "sqlite":
            connection.enable_constraint_checking()


@_usable()
def upgrade() -> list[str]:
    """Bring the database to this version; gives the changes that were made, none when it is there already.

    Refused where a later version has been here, InputError for a database that cannot be used. Killed at any point it
    can be done again.
    """
    if not pending():
        later = _from_later(_executor())
        if later:
            raise Refused("platform.schema_newer", change=later[-1])
        return []
    with _one_transaction():
        later = _from_later(_executor())
        if later:
            raise Refused("platform.schema_newer", change=later[-1])
        made = pending()
        call_command("migrate", verbosity=0, interactive=False)
    return made
