"""Make one probe: resolve, ask whether the address is allowed, connect to exactly that one, and say what came of it.

No proxy of the environment is used and no redirect followed, so nothing is reached but the addresses that
`trust.egress` admits. One clock runs over all of it, names and handshakes included: a service that answers slowly for
ever costs one timeout. What is read is bounded.
"""

import asyncio
import io
import json
import math
import os
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

from ronghe.technology.monitor.probes import Probe
from ronghe.trust.egress import Allowed

__all__ = ["LARGEST_BODY", "LARGEST_HEAD", "Outcome", "attempt"]

LARGEST_HEAD = 65_536
LARGEST_BODY = 1_000_000
"""Bytes of a response: a status is short."""
_LAST_CHUNK = b"0\r\n\r\n"
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a probe found: `passed` is None where nothing was measured, since the probe itself could not be made.

    `at` is when it ended (seconds since 1970), `took` in milliseconds, `reason` a code of `technology.probe_*` with a
    `detail` that holds no secret and no body.
    """

    probe: str
    at: int
    passed: bool | None
    took: float
    value: float
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a probe ended: why, passed or not, a detail, a value."""

    reason: str
    detail: str = ""
    passed: bool | None = False
    value: float = math.nan


class _EndedError(Exception):
    """The probe is over before its last step."""

    def __init__(self, reason: str, detail: str = "", *, passed: bool | None = False) -> None:
        super().__init__(reason)
        self.ended = _Ended(reason, detail, passed)


async def _addresses(probe: Probe, allowed: Allowed) -> list[str]:
    """The allowed ones among the addresses that the name has now."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(probe.host, probe.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as fault:
        raise _EndedError("name", probe.host) from fault
    listed = list(dict.fromkeys(str(one[4][0]) for one in found))
    kept = [address for address in listed if allowed.admits(probe.host, address)]
    if not kept:
        raise _EndedError("address", f"{probe.host} → {', '.join(listed[:4])}", passed=None)
    return kept


def _context(probe: Probe) -> ssl.SSLContext | None:
    if not probe.secure:
        return None
    try:
        context = ssl.create_default_context(cafile=probe.ca or None)
    except (OSError, ssl.SSLError) as fault:
        raise _EndedError("ca", probe.ca, passed=None) from fault
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def _connected(probe: Probe, addresses: list[str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the first address that takes one, with the certificate checked against the name."""
    context, failed = _context(probe), ""
    for address in addresses:
        try:
            return await asyncio.open_connection(
                address,
                probe.port,
                ssl=context,
                server_hostname=probe.host if context else None,
                limit=LARGEST_HEAD,
            )
        except ssl.SSLCertVerificationError as fault:
            raise _EndedError("certificate", fault.verify_message) from fault
        except ssl.SSLError as fault:
            raise _EndedError("handshake", fault.reason or "") from fault
        except OSError as fault:
            failed = os.strerror(fault.errno) if fault.errno else type(fault).__name__
    raise _EndedError("connection", failed)


def _days_left(writer: asyncio.StreamWriter, now: float) -> float:
    """Days until the certificate of the service ends."""
    certificate = writer.get_extra_info("peercert") or {}
    ends = certificate.get("notAfter")
    return (ssl.cert_time_to_seconds(ends) - now) / 86_400 if ends else math.nan


def _asked(probe: Probe) -> bytes:
    standard = 443 if probe.secure else 80
    host = f"[{probe.host}]" if ":" in probe.host else probe.host
    lines = [
        f"{probe.method} {probe.target} HTTP/1.1",
        f"Host: {host}" if probe.port == standard else f"Host: {host}:{probe.port}",
        "User-Agent: ronghe-monitor",
        "Accept: application/json" if probe.kind == "json" else "Accept: */*",
        "Accept-Encoding: identity",
        "Connection: close",
    ]
    if probe.bearer_env:
        secret = os.environ.get(probe.bearer_env, "").strip()
        if not secret or not secret.isascii() or not secret.isprintable():
            raise _EndedError("secret", probe.bearer_env, passed=None)
        lines.append(f"Authorization: Bearer {secret}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class _Received:
    """Bytes that were received, as the standard library's reader of responses wants them."""

    def __init__(self, received: bytes) -> None:
        self._received = received

    def makefile(self, _mode: str) -> io.BytesIO:
        """All of them."""
        return io.BytesIO(self._received)


def _response(received: bytes, method: str) -> HTTPResponse:
    response = HTTPResponse(cast("socket.socket", _Received(received)), method=method)
    try:
        response.begin()
    except (HTTPException, ValueError) as fault:
        raise _EndedError("not_http", type(fault).__name__) from fault
    return response


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as fault:
        raise _EndedError("large", f"> {LARGEST_HEAD}") from fault
    except asyncio.IncompleteReadError as fault:
        raise _EndedError("not_http" if fault.partial else "closed") from fault


async def _rest(reader: asyncio.StreamReader, wanted: int | None, *, chunked: bool) -> bytes:
    """The body as it is sent: its length, its last chunk or the end of the connection, whichever it goes by."""
    body = bytearray()
    while wanted is None or len(body) < wanted:
        piece = await reader.read(65_536)
        body += piece
        if len(body) > 2 * LARGEST_BODY:
            raise _EndedError("large", f"> {LARGEST_BODY}")
        if not piece or (chunked and body.endswith(_LAST_CHUNK)):
            break
    return bytes(body)


def _document(response: HTTPResponse) -> Any:
    declared = response.length
    try:
        body = response.read(LARGEST_BODY + 1)
    except (HTTPException, ValueError) as fault:
        raise _EndedError("closed", type(fault).__name__) from fault
    if len(body) > LARGEST_BODY:
        raise _EndedError("large", f"> {LARGEST_BODY}")
    if declared is not None and len(body) < declared:
        raise _EndedError("closed", f"{len(body)} / {declared}")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise _EndedError("not_json") from fault


def _judged_body(probe: Probe, document: Any) -> _Ended:
    for wanted in probe.wanted:
        if not wanted.met(document):
            return _Ended("json_value", wanted.pointer, value=probe.wanted[0].number(document))
    numbers = (wanted.number(document) for wanted in probe.wanted)
    return _Ended("ok", passed=True, value=next((one for one in numbers if math.isfinite(one)), math.nan))


async def _http(probe: Probe, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> _Ended:
    writer.write(sent)
    await writer.drain()
    head = await _head(reader)
    response = _response(head, probe.method)
    code = response.status
    if not any(least <= code <= most for least, most in probe.status):
        return _Ended("redirect" if code in _REDIRECTS else "status", str(code))
    if probe.kind != "json":
        return _Ended("ok", str(code), passed=True)
    # The length is asked of the head alone: with the body behind it, it would be what is left to read.
    rest = await _rest(reader, response.length, chunked=bool(response.chunked))
    return _judged_body(probe, _document(_response(head + rest, probe.method)))


async def _made(probe: Probe, allowed: Allowed) -> _Ended:
    sent = _asked(probe) if probe.kind in ("http", "json") else b""
    reader, writer = await _connected(probe, await _addresses(probe, allowed))
    try:
        if probe.kind == "tcp":
            return _Ended("ok", passed=True)
        if probe.kind == "tls":
            return _Ended("ok", passed=True, value=_days_left(writer, time.time()))
        return await _http(probe, reader, writer, sent)
    finally:
        # Not closed politely: a service that never answers the farewell would hold the probe.
        with suppress(OSError, RuntimeError):
            writer.transport.abort()


async def attempt(probe: Probe, allowed: Allowed) -> Outcome:
    """Make a probe once, within its timeout. Whatever the service does is an outcome, never an error."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(probe.timeout):
            ended = await _made(probe, allowed)
    except _EndedError as early:
        ended = early.ended
    except TimeoutError:
        ended = _Ended("timeout", f"{probe.timeout:g} s")
    except (OSError, ValueError) as fault:
        ended = _Ended("closed", type(fault).__name__)
    took = (time.monotonic() - began) * 1000
    return Outcome(probe.name, int(time.time()), ended.passed, took, ended.value, ended.reason, ended.detail)
