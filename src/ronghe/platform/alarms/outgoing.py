"""Calls to addresses that somebody typed: allowed ones only, to the very machine that was checked, and no further.

The name is resolved once and the connection goes to that address, so that a name which changes in between (DNS
rebinding) leads nowhere; a redirect is an answer like any other and never followed.
"""

import http.client
import ipaddress
import os
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ronghe.terms import InputError, Refused
from ronghe.trust.egress import Address, led_to

__all__ = ["Allowed", "Target", "allowed_by", "check_address", "post", "target_of"]

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Sequence[Address]]
VARIABLE = "RONGHE_OUTGOING"
SECONDS = 10.0
_MOST_READ = 64 * 1024


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where the platform may call: names, name endings (`.gov.cn`), and networks of addresses inside."""

    names: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    def has_name(self, host: str) -> bool:
        """Whether a host of this name may be called, if its address may be."""
        return host in self.names or host.endswith(self.endings or ("\0",)) or self.has_network(host)

    def has_network(self, host: str) -> bool:
        """Whether the host is written as an address in one of the networks."""
        try:
            return self.has_inside(ipaddress.ip_address(host))
        except ValueError:
            return False

    def has_inside(self, address: Address) -> bool:
        """Whether an address that is not public may be called."""
        return any(address in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: `host` is what it calls itself, `address` the machine that was checked."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


def allowed_by(environ: Mapping[str, str]) -> Allowed:
    """What RONGHE_OUTGOING lists: names, `.endings` and networks in CIDR form, separated by commas; empty is nothing.

    InputError for a network that is none.
    """
    names, endings, networks = set(), [], []
    for part in filter(None, (text.strip().lower() for text in environ.get(VARIABLE, "").split(","))):
        if part.startswith("."):
            endings.append(part)
        elif "/" in part:
            try:
                networks.append(ipaddress.ip_network(part))
            except ValueError as fault:
                raise InputError("platform.outgoing_form", variable=VARIABLE, part=part) from fault
        else:
            names.add(part)
    return Allowed(frozenset(names), tuple(endings), tuple(networks))


def resolve(host: str, port: int) -> Sequence[Address]:
    """The addresses of a name, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(entry[4][0]) for entry in found]


def _may_be_called(address: Address, allowed: Allowed) -> bool:
    plain = led_to(address)
    public = plain.is_global and not plain.is_multicast
    return public or allowed.has_inside(plain)


def check_address(url: str, allowed: Allowed) -> None:
    """What can be said without resolving: InputError for another scheme, a user in the address, or no host; Refused
    for a host that is not allowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as fault:
        raise InputError("platform.outgoing_url") from fault
    host = (parts.hostname or "").lower()
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.password or port == 0:
        raise InputError("platform.outgoing_url")
    if any(ord(letter) <= 32 or ord(letter) > 126 for letter in url):
        raise InputError("platform.outgoing_url")
    # Inside a network that is listed as an address the traffic may go in the clear; elsewhere it is encrypted.
    if parts.scheme == "http" and not allowed.has_network(host):
        raise InputError("platform.outgoing_https")
    if not allowed.has_name(host):
        raise Refused("platform.outgoing_host", host=host, variable=VARIABLE)


def target_of(url: str, allowed: Allowed, *, resolved: Resolve = resolve) -> Target:
    """Check an address and resolve it, once. InputError and Refused as `check_address`, Refused where any address of
    the name is one that may not be called: whoever mixes them in means no good."""
    check_address(url, allowed)
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = resolved(host, port)
    except (OSError, UnicodeError) as fault:
        raise InputError("platform.outgoing_unknown", host=host) from fault
    if not addresses or not all(_may_be_called(address, allowed) for address in addresses):
        raise Refused("platform.outgoing_inside", host=host, variable=VARIABLE)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port, path, str(addresses[0]))


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, under the name that was typed."""

    def __init__(self, target: Target, seconds: float, trust: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._target, self._trust = target, trust

    def connect(self) -> None:
        """Connect to the pinned address; the certificate must be that of the name."""
        self.sock = socket.create_connection((self._target.address, self._target.port), self.timeout)
        if self._trust is not None:
            self.sock = self._trust.wrap_socket(self.sock, server_hostname=self._target.host)


def _trust() -> ssl.SSLContext:
    """The system's certificates, and those that SSL_CERT_FILE names: a city has its own authority."""
    context = ssl.create_default_context(cafile=os.environ.get("SSL_CERT_FILE"))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def post(target: Target, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> int:
    """Send a body and give the status; OSError or HTTPException when there was no answer. Redirects are not followed.

    What comes back is read up to 64 KiB and dropped.
    """
    ends = time.monotonic() + seconds
    connection = _Pinned(target, seconds, _trust() if target.scheme == "https" else None)
    try:
        connection.request("POST", target.path, body, dict(headers))
        answer: Any = connection.getresponse()
        read = 0
        while read < _MOST_READ and time.monotonic() < ends and (data := answer.read1(4096)):
            read += len(data)
        return int(answer.status)
    finally:
        connection.close()
