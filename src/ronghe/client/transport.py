"""Send a call and read its answer; try again where that can do no harm."""

import http.client
import json
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote, urlencode, urlsplit
from uuid import uuid4

from ronghe.client.errors import Unreachable, error_of
from ronghe.terms import UsageError

__all__ = ["PAUSES", "Transport", "path_of"]

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds before a call is tried again."""
LONGEST_WAIT = 60.0
"""A server that asks for more patience than this is not waited for."""
_AGAIN = (429, 502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)
_NEAR = ("127.0.0.1", "localhost", "::1")
_PRINTABLE = re.compile("[!-~]+")
Told = TypeVar("Told")


def path_of(*parts: object) -> str:
    """The path of a resource: whatever stands in an id or a code stays within its part."""
    return "".join(f"/{quote(str(part), safe='', errors='replace')}" for part in parts)


def _is_address(url: str) -> bool:
    """A scheme that we speak, a host, and nothing of which a path could not be made."""
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return known and not (parts.username or parts.query or parts.fragment) and " " not in url and url.isprintable()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like any other: the token must not travel to another host."""

    def redirect_request(self, *_given: Any, **_named: Any) -> None:
        """Never."""


@dataclass(frozen=True)
class Transport:
    """Calls to one server with one token. `plain` lets the token travel without TLS to another machine."""

    url: str
    token: str = field(repr=False)
    lang: str = "en"
    timeout: float = 30.0
    plain: bool = False
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def __post_init__(self) -> None:
        """UsageError for an address that is none, or to which the token must not travel, and for what is no token."""
        if not _is_address(self.url):
            raise UsageError("client.url_form", url=self.url)
        if not _PRINTABLE.fullmatch(self.token):
            raise UsageError("client.token_form")
        parts = urlsplit(self.url)
        if parts.scheme == "http" and parts.hostname not in _NEAR and not self.plain:
            raise UsageError("client.url_plain", url=self.url)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        again: bool = True,
        key: str = "",
    ) -> Any:
        """What a call gives. `again`: it is tried again when it gets lost, under one key if it changes something; `key`
        is one that the caller chose.

        Raises Answered for an error of the server's, Unreachable when nobody answers, or something that is no platform.
        """
        said = {name: str(value) for name, value in (query or {}).items() if value not in (None, "")}
        target = f"/api{path}" + (f"?{urlencode(said, errors='replace')}" if said else "")
        headers = {"Accept": "application/json"}
        if body is not None or method != "GET":
            headers["Content-Type"] = "application/json"
        if (again or key) and method != "GET":
            headers["Idempotency-Key"] = key or uuid4().hex
        data = json.dumps(body or {}).encode() if method != "GET" else None
        return self._tried(self._request(target, data, headers, method), self.read, again=again)

    def opened(
        self,
        target: str,
        data: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        method: str = "GET",
        again: bool = True,
    ) -> http.client.HTTPResponse:
        """The answer to a request for a path below the server, to be read and closed."""
        return self._tried(self._request(target, data, headers, method), lambda answer: answer, again=again)

    def read(self, answer: http.client.HTTPResponse) -> Any:
        """The JSON object of an answer; Unreachable for anything else, which is no platform's."""
        with answer:
            body = answer.read()
        try:
            told = json.loads(body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise Unreachable("client.no_platform", url=self.url)
        return told

    def _request(
        self, target: str, data: bytes | BinaryIO | None, headers: Mapping[str, str] | None, method: str
    ) -> urllib.request.Request:
        sent = {"Authorization": f"Bearer {self.token}", "Accept-Language": self.lang, **(headers or {})}
        return urllib.request.Request(  # noqa: S310 - the scheme was checked
            self.url.rstrip("/") + target, data=data, headers=sent, method=method
        )

    def _tried(
        self, request: urllib.request.Request, read: Callable[[http.client.HTTPResponse], Told], *, again: bool
    ) -> Told:
        pauses = iter(PAUSES if again else ())
        while True:
            try:
                return read(self._sent(request))
            except urllib.error.HTTPError as fault:
                if moved := fault.code in _MOVED and fault.headers.get("Location"):
                    raise UsageError("client.moved", url=self.url, to=moved) from None
                error = error_of(fault.code, _problem(fault))
                wait = _asked_to_wait(fault) if fault.code in _AGAIN else None
                pause = next(pauses, None) if wait is not None and wait <= LONGEST_WAIT else None
                if pause is None:
                    raise error from None
                self.sleep(max(pause, wait or 0.0))
            except (OSError, http.client.HTTPException) as fault:
                pause = next(pauses, None)
                if pause is None or isinstance(getattr(fault, "reason", None), ssl.SSLError):
                    raise Unreachable("client.unreachable", url=self.url, why=_why(fault)) from fault
                self.sleep(pause)

    def _sent(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        answer: http.client.HTTPResponse = urllib.request.build_opener(_NoRedirect).open(request, timeout=self.timeout)
        return answer


def _problem(fault: urllib.error.HTTPError) -> Mapping[str, Any]:
    try:
        told = json.loads(fault.read(1_000_000))
    except (ValueError, RecursionError, OSError, http.client.HTTPException):
        return {"detail": str(fault.reason)}
    if not isinstance(told, dict):
        return {}
    inner = told.get("error")
    return {"code": inner.get("code"), "detail": inner.get("message")} if isinstance(inner, dict) else told


def _asked_to_wait(fault: urllib.error.HTTPError) -> float:
    said = fault.headers.get("Retry-After", "0")
    return float(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0.0


def _why(fault: BaseException) -> str:
    reason = getattr(fault, "reason", fault)
    return str(reason) or type(reason).__name__
