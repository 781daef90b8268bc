"""Bring an installation up: database as this version wants it, then the server until it is stopped."""

import os
import socket
from importlib.util import find_spec

from ronghe.terms import InputError, UsageError

__all__ = ["prepare", "serve"]

NEEDED = ("django", "allauth", "granian", "starlette", "a2wsgi")
THREADS = 4


def prepare() -> None:
    """Load Django and bring the database to this version; nothing happens where it is. InputError without Django."""
    for name in NEEDED:
        if find_spec(name) is None:
            raise InputError("platform.extra_missing", name=name)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronghe.platform.settings")
    import django
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    django.setup()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)


def serve(host: str, port: int) -> None:
    """Serve the console until the process is stopped; UsageError for a port that somebody else has."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as fault:
            raise UsageError("platform.port_taken", port=port) from fault
    from granian import Granian
    from granian.constants import Interfaces

    Granian(
        "ronghe.platform.serve.application:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        runtime_threads=THREADS,
        log_enabled=False,
    ).serve()
