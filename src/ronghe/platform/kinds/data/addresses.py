"""Which folders and servers a source may be read from: those that the operator named, and no others.

An address is what somebody typed into a form, so it must not reach the platform's own files, its own database or what
answers only to this machine. A name is resolved once and the answer is what is connected to: otherwise a name that
changes between the check and the connection would reach anything.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from ronghe.terms import InputError, Refused
from ronghe.trust.egress import Address, led_to

__all__ = ["Allowed", "allowed_file", "allowed_path", "allowed_url", "last_of", "resolved"]

_BACKENDS = ("postgresql", "postgres", "mysql", "mariadb", "oracle", "mssql", "dm", "kingbase", "sqlite")
Resolve = Callable[[str], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator lets sources be: below these folders, on these hosts (names, addresses or networks)."""

    folders: tuple[Path, ...] = ()
    hosts: tuple[str, ...] = ()


def resolved(host: str) -> list[str]:
    """The addresses of a host; empty where it has none."""
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except (OSError, UnicodeError):
        return []


def allowed_path(text: str, allowed: Allowed) -> Path:
    """The path with every link followed, if it lies below a folder that the operator named; else Refused."""
    if "\0" in text or not text.strip():
        raise InputError("platform.folder_form", path=text.replace("\0", "�"))
    path = Path(text.strip()).resolve()
    if not any(path.is_relative_to(root.resolve()) for root in allowed.folders):
        raise Refused("platform.folder_outside", path=str(path), variable="RONGHE_FOLDERS")
    return path


def last_of(folder: Path, pattern: str) -> Path:
    """The last file of a folder whose name fits, by name: drops are named by their day. InputError without any."""
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    fitting = [name for name in names if fnmatchcase(name, pattern or "*") and not name.startswith(".")]
    if not fitting:
        raise InputError("platform.folder_empty", path=str(folder), pattern=pattern or "*")
    return folder / fitting[-1]


def allowed_file(folder: str, pattern: str, allowed: Allowed) -> Path:
    """The file that a folder source means now; asked at every reading, for a link may have been put there since."""
    path = allowed_path(folder, allowed)
    return allowed_path(str(last_of(path, pattern)), allowed) if path.is_dir() else path


def _inside(given: Address, names: Sequence[str]) -> bool:
    for name in names:
        try:
            if given in ipaddress.ip_network(name, strict=False):
                return True
        except ValueError:
            continue
    return False


def _reached(host: str, allowed: Allowed, resolve: Resolve) -> str:
    """The address to connect to: every one that the name has must be allowed, or the name itself be named and lead
    nowhere that only this machine answers."""
    found = list(resolve(host))
    if not found:
        raise InputError("platform.host_unknown", host=host)
    named = host.lower() in {name.lower() for name in allowed.hosts}
    for address in found:
        given = led_to(ipaddress.ip_address(address.partition("%")[0]))
        local = given.is_loopback or given.is_link_local or given.is_unspecified or given.is_multicast
        if not _inside(given, allowed.hosts) and (local or not named):
            raise Refused("platform.host_outside", host=host, variable="RONGHE_SOURCE_HOSTS")
    return found[0]


def _url(text: str) -> URL:
    # `env:` and `url-file:` would read what belongs to the server.
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as fault:
        raise InputError("platform.database_address") from fault
    if url.get_backend_name() not in _BACKENDS:
        raise InputError("platform.database_kind", known=", ".join(_BACKENDS))
    return url


def allowed_url(text: str, allowed: Allowed, resolve: Resolve = resolved) -> URL:
    """The address of a database with the host resolved; Refused for one that the operator did not allow, for options
    that name files or hosts, and for a password."""
    url = _url(text)
    if url.password:
        raise Refused("platform.password_in_address")
    if url.query:
        raise Refused("platform.address_options")
    if url.get_backend_name() == "sqlite":
        return url.set(database=str(allowed_path(url.database or "", allowed)))
    if not url.host or not url.database:
        raise InputError("platform.database_address")
    address = _reached(url.host, allowed, resolve)
    if url.get_backend_name() in ("postgresql", "postgres", "kingbase"):
        # The name stays for the certificate, the address is where it goes.
        return url.update_query_dict({"hostaddr": address})
    return url.set(host=address)
