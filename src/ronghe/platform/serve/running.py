"""Bring an installation up: Django loaded, the database as this version wants it, then the processes."""

import os
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

from ronghe.terms import InputError, UsageError

__all__ = ["load", "prepare", "seal_here", "serve_parts", "serve_web", "serve_worker"]

NEEDED = ("django", "allauth", "ninja", "granian", "starlette", "a2wsgi", "dbos", "prometheus_client")
THREADS = 4


def load() -> Path:
    """Load Django; gives the home of the installation. InputError where the extra is missing."""
    for name in NEEDED:
        if find_spec(name) is None:
            raise InputError("platform.extra_missing", name=name)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronghe.platform.settings")
    import django
    from django.conf import settings

    django.setup()
    home: Path = settings.HOME
    return home


def prepare(*, change: bool = False) -> Path:
    """Load Django and see to the database; gives the home. With `change` the database is brought to this version and
    the log is made where there never was one; without, InputError or Refused where that would be needed."""
    home = load()
    from ronghe.platform.serve.schema import check_schema, upgrade

    if not change:
        check_schema()
        return home
    upgrade()
    from ronghe.platform.audit.store import make_log

    make_log(home)
    # Entries may have waited since the platform was stopped; nothing would be done until they are sealed.
    seal_here(home)
    return home


def seal_here(home: Path) -> None:
    """Put what waits into the log, where this machine has it: what a command did is in it when the command ends."""
    from ronghe.platform.audit.sealing import seal_all
    from ronghe.platform.audit.store import has_log

    if has_log(home):
        seal_all(home)


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as fault:
            raise UsageError("platform.port_taken", port=port) from fault


def serve_web(host: str, port: int) -> None:
    """Serve the console in this process until it is stopped; UsageError for a port that somebody else has."""
    _check_port(host, port)
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


def serve_worker(home: Path) -> None:
    """Run jobs in this process until it is stopped."""
    from ronghe.platform.serve.working import work

    work(home)


def serve_parts(host: str, port: int, *, workers: int) -> int:
    """Run the console and workers under a supervisor until SIGTERM or Ctrl-C; gives the exit code."""
    from ronghe.platform.serve.supervisor import Part, Supervisor

    _check_port(host, port)
    start = ("-m", "ronghe", "serve", "--only")
    web = Part("web", (*start, "web", "--host", host, "--port", str(port)))
    supervisor = Supervisor([web, *(Part(f"worker {n}", (*start, "worker")) for n in range(1, workers + 1))])
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stop.set())
    return supervisor.run()
