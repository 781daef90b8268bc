"""What is probed: the probes of a TOML document, each checked for itself, and the addresses that they may reach.

A mistake in one probe leaves the others as they are; a mistake in what may be reached, or in what holds for all, is one
of the whole document: nothing is probed by a list that was half understood.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from ronghe.technology.monitor.pointers import Wanted, parse_wanted
from ronghe.terms import InputError
from ronghe.trust.egress import Allowed, parse_allowed, plain_host

__all__ = ["KINDS", "Fault", "Plan", "Probe", "parse_plan"]

KINDS = ("http", "json", "tcp", "tls")
LARGEST_PLAN = 5_000
"""Probes of one document: a city has some hundreds."""
_SCHEMES = {"http": 80, "https": 443}
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_PATH = re.compile(r"[\x21-\x7e]*")


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe. Times are in seconds, `status` holds ranges of HTTP codes, ends included; days are of certificates.

    `bearer_env` names the environment variable with the token: secrets stand in no file. `calls_per_day` 0 is no quota.
    """

    name: str
    kind: str
    host: str
    port: int
    technology: str = ""
    secure: bool = False
    target: str = "/"
    method: str = "GET"
    status: tuple[tuple[int, int], ...] = ((200, 299),)
    wanted: tuple[Wanted, ...] = ()
    bearer_env: str = ""
    ca: str = ""
    warn_days: float = 21.0
    page_days: float = 7.0
    interval: float = 60.0
    timeout: float = 10.0
    down_after: int = 3
    up_after: int = 3
    slo: float = 0.999
    calls_per_day: int = 0

    @property
    def slowest_page(self) -> float:
        """Seconds after which an outage is told at the latest, by its own thresholds."""
        return 1.1 * self.interval * self.down_after + self.timeout


@dataclass(frozen=True, slots=True)
class Fault:
    """A probe that cannot be used: which one, and a code of `messages` with its parameters."""

    place: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What may be reached, the probes that can be used, those that cannot, and the days that a history keeps."""

    allowed: Allowed
    probes: tuple[Probe, ...]
    faults: tuple[Fault, ...]
    keep_days: int = 35


class _BadError(ValueError):
    """A key of one probe cannot be used; code and parameters are its arguments."""


def _bad(key: str, value: object, known: str) -> _BadError:
    return _BadError("technology.probe_value", {"key": key, "value": str(value)[:80], "known": known})


def _text(key: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 2_000 or not value.isprintable():
        raise _bad(key, value, '"..."')
    return value.strip()


def _number(key: str, value: object, least: float, most: float, *, whole: bool = False) -> float:
    right = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    if not right or not math.isfinite(float(str(value))) or not least <= float(str(value)) <= most:
        raise _bad(key, value, f"{least:g} – {most:g}")
    return float(str(value))


_TIMES: Mapping[str, tuple[str, float, float, bool]] = {
    "interval_seconds": ("interval", 1, 86_400, False),
    "timeout_seconds": ("timeout", 0.1, 300, False),
    "down_after": ("down_after", 1, 100, True),
    "up_after": ("up_after", 1, 100, True),
    "slo": ("slo", 0.5, 0.999999, False),
    "calls_per_day": ("calls_per_day", 1, 10_000_000, True),
    "warn_days": ("warn_days", 0, 3_650, False),
    "page_days": ("page_days", 0, 3_650, False),
}
"""Numbers that a probe and `[defaults]` may give: field, least, most, whole."""
_KEYS = {
    "http": ("url", "method", "status", "bearer_env", "ca"),
    "json": ("url", "status", "json", "bearer_env", "ca"),
    "tcp": ("host", "port"),
    "tls": ("host", "port", "ca", "warn_days", "page_days"),
}
_ALL = ("name", "technology", "kind", "interval_seconds", "timeout_seconds", "down_after", "up_after", "slo")


def _numbers(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, (name, least, most, whole) in _TIMES.items():
        if key in given:
            value = _number(key, given[key], least, most, whole=whole)
            found[name] = int(value) if whole else value
    return found


def _host(key: str, text: str) -> str:
    try:
        return plain_host(text)
    except ValueError as fault:
        raise _bad(key, text, "example.gov.cn") from fault


def _address(given: Mapping[str, Any]) -> dict[str, Any]:
    """Where a probe of an URL goes. The user part and the fragment are refused, not dropped: somebody meant them."""
    text = _text("url", given.get("url"))
    try:
        parts = urlsplit(text)
        port = parts.port or _SCHEMES.get(parts.scheme, 0)
    except ValueError as fault:
        raise _bad("url", text, "https://host/path") from fault
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    odd = parts.username is not None or parts.password is not None or parts.fragment
    if parts.scheme not in _SCHEMES or not parts.hostname or not port or not _PATH.fullmatch(target):
        raise _bad("url", text if not odd else "…", "https://host/path")
    if odd:
        raise _BadError("technology.probe_url", {})
    return {"host": _host("url", parts.hostname), "port": port, "secure": parts.scheme == "https", "target": target}


def _statuses(value: object) -> tuple[tuple[int, int], ...]:
    listed = value if isinstance(value, list) else [value]
    codes = [int(_number("status", one, 100, 599, whole=True)) for one in listed]
    if not codes:
        raise _bad("status", value, "[200, 204]")
    return tuple((code, code) for code in codes)


def _of_http(given: Mapping[str, Any], kind: str) -> dict[str, Any]:
    found = _address(given)
    if "status" in given:
        found["status"] = _statuses(given["status"])
    if "method" in given:
        if given["method"] not in ("GET", "HEAD"):
            raise _bad("method", given["method"], "GET, HEAD")
        found["method"] = given["method"]
    if "bearer_env" in given:
        found["bearer_env"] = _text("bearer_env", given["bearer_env"])
        if not _ENVIRONMENT.fullmatch(found["bearer_env"]):
            raise _bad("bearer_env", "…", "NAME_OF_A_VARIABLE")
        if not found["secure"]:
            raise _BadError("technology.probe_plain_secret", {})
    if kind == "json":
        try:
            found["wanted"] = parse_wanted(given.get("json"))
        except ValueError as fault:
            raise _bad("json", fault, '[{ pointer = "/status", equals = "UP" }]') from fault
    return found


def _of_socket(given: Mapping[str, Any], kind: str) -> dict[str, Any]:
    port = _number("port", given.get("port", 443 if kind == "tls" else None), 1, 65_535, whole=True)
    return {"host": _host("host", _text("host", given.get("host"))), "port": int(port), "secure": kind == "tls"}


def _probe(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> Probe:
    kind = given.get("kind")
    if kind not in KINDS:
        raise _bad("kind", kind, ", ".join(KINDS))
    known = (*_ALL, "calls_per_day", *_KEYS[kind])
    for key in given:
        if key not in known:
            raise _BadError("technology.probe_key", {"key": key, "known": ", ".join(known)})
    name = _text("name", given.get("name"))
    where = _of_http(given, kind) if kind in ("http", "json") else _of_socket(given, kind)
    if "ca" in given:
        where["ca"] = _text("ca", given["ca"])
    technology = _text("technology", given["technology"]) if "technology" in given else name
    made = Probe(name=name, kind=kind, technology=technology, **where)
    made = replace(made, **{**_numbers(defaults), **_numbers(given)})
    if made.timeout > made.interval:
        raise _bad("timeout_seconds", made.timeout, f"≤ interval_seconds ({made.interval:g})")
    if made.page_days > made.warn_days:
        raise _bad("page_days", made.page_days, f"≤ warn_days ({made.warn_days:g})")
    return made


def _table(document: Mapping[str, Any], name: str, keys: tuple[str, ...], where: str) -> Mapping[str, Any]:
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise InputError("technology.probes_key", path=where, key=name, known=f"[{name}]")
    for key in found:
        if key not in keys:
            raise InputError("technology.probes_key", path=where, key=f"{name}.{key}", known=", ".join(keys))
    return found


def _texts(table: Mapping[str, Any], key: str, where: str) -> list[str]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise InputError("technology.probes_key", path=where, key=f"allowed.{key}", known='["..."]')
    return found


def _listed(document: Mapping[str, Any], where: str) -> list[Any]:
    listed = document.get("probes")
    if not isinstance(listed, list) or not listed:
        raise InputError("technology.probes_none", path=where)
    if len(listed) > LARGEST_PLAN:
        raise InputError("technology.probes_many", path=where, count=len(listed), most=LARGEST_PLAN)
    return listed


def parse_plan(document: Mapping[str, Any], *, where: str) -> Plan:
    """Read the probes of a document. InputError for what concerns all of them; a fault for each that cannot be used."""
    for key in document:
        if key not in ("allowed", "defaults", "history", "probes"):
            raise InputError(
                "technology.probes_key", path=where, key=key, known="[allowed], [defaults], [history], [[probes]]"
            )
    reach = _table(document, "allowed", ("hosts", "networks"), where)
    allowed = parse_allowed(_texts(reach, "hosts", where), _texts(reach, "networks", where), where=where)
    defaults = _table(document, "defaults", tuple(_TIMES), where)
    history = _table(document, "history", ("keep_days",), where)
    try:
        _numbers(defaults)
        keep = int(_number("keep_days", history.get("keep_days", 35), 4, 3_650, whole=True))
    except _BadError as bad:
        params = bad.args[1]
        raise InputError("technology.probes_key", path=where, key=params["key"], known=params["known"]) from bad
    probes: dict[str, Probe] = {}
    faults: list[Fault] = []
    for place, given in enumerate(_listed(document, where), 1):
        named = str(given.get("name", "")).strip() if isinstance(given, dict) else ""
        label = f"{place} ({named[:60]})" if named else str(place)
        try:
            if not isinstance(given, dict):
                raise _bad("probes", given, "[[probes]]")
            made = _probe(given, defaults)
            if made.name in probes:
                raise _BadError("technology.probe_twice", {"name": made.name})
            probes[made.name] = made
        except _BadError as bad:
            faults.append(Fault(label, *bad.args))
    return Plan(allowed, tuple(probes.values()), tuple(faults), keep)
