"""Addresses of databases: where they come from, which driver they need, and how to show one without its password."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ronghe.terms import InputError

__all__ = ["database_url", "masked", "open_engine", "shown"]

_DRIVERS = {
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "oracle": "oracle+oracledb",
}
_PACKAGES = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "pymysql": "pymysql",
    "oracledb": "oracledb",
    "dm": "dmPython dmSQLAlchemy",
    "dmpython": "dmPython dmSQLAlchemy",
    "kingbase": "ksycopg2",
    "ksycopg2": "ksycopg2",
    "mssql": "pyodbc",
    "mysqldb": "mysqlclient",
}
"""What to install for a driver that is missing; DM and Kingbase hand theirs out with the server."""

_SECRET = re.compile(r"pass|pwd|secret|token|key", re.IGNORECASE)


def _resolved(source: str, environment: Mapping[str, str]) -> str:
    """The address itself, from an environment variable or a file when it is kept there."""
    if source.startswith("env:"):
        name = source.removeprefix("env:")
        if not environment.get(name):
            raise InputError("tables.url_variable", name=name)
        return environment[name].strip()
    if source.startswith("url-file:"):
        path = Path(source.removeprefix("url-file:"))
        try:
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as fault:
            raise InputError("tables.unreadable_file", path=str(path), detail=type(fault).__name__) from fault
    return source


def _sqlite(address: str, table: str | None) -> tuple[URL, str | None] | None:
    """The file of a `sqlite:///` address and the table; None where there is no such file.

    A file may have `?`, `#` or `%` in its name, as it is or spelled `%3F`: whatever is there is meant, the longest name
    first, before `?` begins options and `#` a table.
    """
    driver, mark, rest = address.partition(":///")
    if not mark or driver.partition("+")[0] != "sqlite":
        return None
    before, _, after = rest.rpartition("#")
    whole = ((rest, table), (before, after or table))
    without = ((name.rpartition("?")[0], named) for name, named in whole)
    for name, named in sorted((*whole, *without), key=lambda pair: -len(pair[0])):
        for path in (name, unquote(name)):
            if path and "\0" not in path and Path(path).is_file():
                return URL.create(driver, database=path), named
    return None


def database_url(source: str, environment: Mapping[str, str] | None = None) -> tuple[URL, str | None]:
    """The address and the table after `#`, if one is named.

    `source` is a SQLAlchemy URL, `env:NAME` for one in an environment variable, or `url-file:PATH` for one in a file:
    these keep a password off the command line. Raises InputError without repeating what may be a password.
    """
    address, _, table = source.partition("#") if source.startswith(("env:", "url-file:")) else (source, "", "")
    address = _resolved(address, os.environ if environment is None else environment)
    if (lite := _sqlite(address, table or None)) is not None:
        return lite
    if not table and "#" in address:
        address, _, table = address.rpartition("#")
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as fault:
        raise InputError("tables.url_form", example="postgresql://user@host:5432/db#table") from fault
    return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername)), table or None


def shown(url: URL) -> str:
    """The address without its password and without secrets among its options."""
    query = {name: "***" if _SECRET.search(name) else value for name, value in url.query.items()}
    return url.set(query=query).render_as_string(hide_password=True)


def masked(text: str, url: URL) -> str:
    """The first line of a driver's message with every secret of the address blotted out."""
    line = (text.strip().splitlines() or [""])[0]
    secrets = [url.password, *(value for name, value in url.query.items() if _SECRET.search(name))]
    for secret in secrets:
        for known in (secret,) if isinstance(secret, str) else secret or ():
            line = line.replace(known, "***") if known else line
    return line


def _readonly(url: URL) -> URL:
    """SQLite is asked for a read-only file; the others are told within the session."""
    if url.get_backend_name() != "sqlite":
        return url
    path = Path(url.database or "")
    if not url.database or url.database == ":memory:" or not path.is_file():
        raise InputError("tables.missing_file", path=url.database or ":memory:")
    return url.set(database=f"{path.resolve().as_uri()}", query={"mode": "ro", "uri": "true"})


def open_engine(url: URL) -> Engine:
    """An engine for the address; InputError names the package to install when the driver is missing."""
    url = _readonly(url)
    driver = url.drivername.rpartition("+")[2]
    try:
        return create_engine(url, poolclass=NullPool, hide_parameters=True)
    except (ImportError, NoSuchModuleError) as fault:
        package = _PACKAGES.get(driver.lower(), driver)
        raise InputError("tables.driver_missing", driver=driver, package=package) from fault
    except (SQLAlchemyError, ValueError, TypeError) as fault:
        raise InputError("tables.database_fault", url=shown(url), detail=masked(str(fault), url)) from fault
