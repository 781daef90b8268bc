"""The folder of an installation: its secret, its database, its files; made on first use, closed to other users."""

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from ronghe.terms import InputError, UsageError

__all__ = [
    "DATABASE_VARIABLE",
    "DEMO_MADE",
    "DEMO_MARK",
    "INSTALLER_NAME",
    "Mail",
    "database",
    "demo_of",
    "mail",
    "private_folder",
    "secret_key",
]

DATABASE_VARIABLE = "RONGHE_DATABASE"
MAIL_VARIABLE = "RONGHE_MAIL"
INSTALLER_NAME = "installer"
"""Who the trail says began an installation."""
DEMO_MARK = "demo.json"
"""Lies in the home of a demo; holds the one password of its people."""
DEMO_MADE = "demo.made"
"""The entry of the trail by which a database tells that its people are made up, wherever it is taken."""
SECRET = "secret.key"  # noqa: S105 - the name of the file
_LEAST_BYTES = 48


def private_folder(home: Path, *names: str) -> Path:
    """A folder below the home that only its owner may enter; made where it is missing."""
    folder = home.joinpath(*names)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def demo_of(home: Path) -> dict[str, str] | None:
    """The `password` of a demo's people, empty where this home does not know it; None in an installation that is real.

    The database says which it is: a demo that was restored elsewhere is one, and a real city beside the mark of a demo
    that came to nothing is none.
    """
    # Settings load this file before there are models.
    from django.db import DatabaseError

    from ronghe.platform.audit.models import Entry

    try:
        mark = {name: str(value) for name, value in json.loads((home / DEMO_MARK).read_text("utf-8")).items()}
    except (OSError, ValueError, AttributeError):
        mark = {}
    try:
        made = Entry.objects.filter(person=INSTALLER_NAME, action=DEMO_MADE).exists()
    except DatabaseError:
        # Then an error is being told, on a page that looks as before.
        made = bool(mark)
    # Demos of before have the mark alone.
    return {"password": mark.get("password", "")} if made or (mark and "entry" not in mark) else None


def secret_key(home: Path) -> str:
    """The key that signs sessions and tickets, made once; InputError for one that others may read or that is short."""
    path = private_folder(home) / SECRET
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read_secret(path)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(_LEAST_BYTES))
        file.flush()
        os.fsync(file.fileno())
    return _read_secret(path)


def _read_secret(path: Path) -> str:
    if path.stat().st_mode & 0o077:
        raise InputError("platform.secret_open", path=str(path))
    text = path.read_text("ascii").strip()
    if len(text) < _LEAST_BYTES:
        raise InputError("platform.secret_short", path=str(path))
    return text


def database(home: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    """SQLite in the home, or the PostgreSQL that RONGHE_DATABASE names.

    SQLite waits for other writers from the beginning of a transaction: a lock that is taken later fails at once.
    """
    named = environ.get(DATABASE_VARIABLE)
    if not named:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": private_folder(home) / "ronghe.sqlite3",
            "ATOMIC_REQUESTS": True,
            # Opening the file and setting it up takes longer than most of what is read from it.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    url = urlsplit(named)
    if url.scheme not in ("postgresql", "postgres") or not url.path.strip("/"):
        raise UsageError("platform.database_form", variable=DATABASE_VARIABLE)
    # As libpq reads such an address: a socket's folder, certificates and password files stand behind the question mark.
    options = dict(parse_qsl(url.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": options.pop("host", unquote(url.hostname or "")),
        "PORT": options.pop("port", str(url.port or "")),
        "OPTIONS": options,
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server: `ssl` from the first byte, `starttls` after a greeting."""

    host: str
    port: int
    user: str
    sender: str
    ssl: bool
    starttls: bool
    password: str = field(default="", repr=False)


def mail(environ: Mapping[str, str]) -> Mail | None:
    """The server that RONGHE_MAIL names, `smtps://user@host:465?from=address` or `smtp://`, which turns to TLS after
    the greeting; None without it. The password lies in the file that RONGHE_MAIL_PASSWORD_FILE names.

    UsageError for another form, or a password in the address; InputError for a file that cannot be read.
    """
    named = environ.get(MAIL_VARIABLE)
    if not named:
        return None
    try:
        url = urlsplit(named)
        port = url.port
    except ValueError as fault:
        raise UsageError("platform.mail_form", variable=MAIL_VARIABLE) from fault
    options = dict(parse_qsl(url.query))
    if url.scheme not in ("smtp", "smtps") or not url.hostname or url.password or "from" not in options:
        raise UsageError("platform.mail_form", variable=MAIL_VARIABLE)
    return Mail(
        url.hostname,
        port or (465 if url.scheme == "smtps" else 587),
        unquote(url.username or ""),
        options["from"],
        ssl=url.scheme == "smtps",
        # A mail server on the same machine often speaks no TLS.
        starttls=url.scheme == "smtp" and options.get("tls") != "no",
        password=_password(environ.get(f"{MAIL_VARIABLE}_PASSWORD_FILE")),
    )


def _password(file: str | None) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, ValueError) as fault:
        raise InputError("platform.password_file", path=file) from fault
