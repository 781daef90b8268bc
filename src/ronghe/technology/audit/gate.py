"""A gate: which findings keep a technology out, as a list of reasons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ronghe.technology.audit.audit import Audit
from ronghe.technology.audit.licenses import USES, Use
from ronghe.technology.audit.severity import SEVERITIES
from ronghe.terms import InputError

__all__ = ["Gate", "Reason", "judged", "parse_gate"]

_KEYS: Mapping[str, frozenset[str]] = {
    "vulnerabilities": frozenset({"fail_from", "fail_unknown", "accept"}),
    "licenses": frozenset({"use", "fail_on", "forbid"}),
    "lifetimes": frozenset({"fail_on"}),
    "coverage": frozenset({"least"}),
    "advisories": frozenset({"oldest_days"}),
}
_LICENSE_FAILS = {"deny": ("deny",), "review": ("deny", "review"), "never": ()}
_LIFETIME_FAILS = {"ended": ("ended",), "ends_soon": ("ended", "ends_soon"), "never": ()}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the gate stays shut: a code of `messages` with its parameters."""

    code: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Gate:
    """What keeps a technology out.

    `fail_from` is the least severity ("low" to "critical"); an advisory that says none counts as the gravest unless
    `fail_unknown` is False, and so does a version that nobody can compare. `accept` has the last day on which each
    accepted advisory is tolerated.
    """

    fail_from: str = "low"
    fail_unknown: bool = True
    accept: Mapping[str, date] = field(default_factory=dict)
    use: Use = "internal"
    license_fails: tuple[str, ...] = ("deny",)
    forbid: frozenset[str] = frozenset()
    lifetime_fails: tuple[str, ...] = ("ended",)
    least_coverage: float = 0.0
    oldest_days: int = 90


def _choice(where: str, key: str, value: object, known: Any) -> Any:
    if value not in tuple(known):
        raise InputError("technology.gate_value", path=where, key=key, value=str(value), known=", ".join(known))
    return value


def _number(where: str, key: str, value: object, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise InputError("technology.gate_value", path=where, key=key, value=str(value), known=f"0 – {most:g}")
    return float(value)


def parse_gate(document: Mapping[str, Any], *, where: str) -> Gate:
    """Read a gate; InputError for a key or value that does not exist: a misspelled rule would never hold anything."""
    for table, keys in document.items():
        if table not in _KEYS:
            raise InputError("technology.gate_key", path=where, key=table, known=", ".join(_KEYS))
        if not isinstance(keys, dict):
            raise InputError("technology.gate_value", path=where, key=table, value=str(keys), known=f"[{table}]")
        for key in keys:
            if key not in _KEYS[table]:
                listed = ", ".join(sorted(_KEYS[table]))
                raise InputError("technology.gate_key", path=where, key=f"{table}.{key}", known=listed)
    found = {table: document.get(table, {}) for table in _KEYS}
    grave, licenses = found["vulnerabilities"], found["licenses"]
    accept = grave.get("accept", {})
    if not isinstance(accept, dict) or not all(type(day) is date for day in accept.values()):
        raise InputError("technology.gate_accept", path=where)
    unknown = grave.get("fail_unknown", True)
    if not isinstance(unknown, bool):
        key = "vulnerabilities.fail_unknown"
        raise InputError("technology.gate_value", path=where, key=key, value=str(unknown), known="true, false")
    forbid = licenses.get("forbid", [])
    if not isinstance(forbid, list) or not all(isinstance(one, str) for one in forbid):
        raise InputError("technology.gate_value", path=where, key="licenses.forbid", value=str(forbid), known='["MIT"]')
    on_license = _choice(where, "licenses.fail_on", licenses.get("fail_on", "deny"), _LICENSE_FAILS)
    on_end = _choice(where, "lifetimes.fail_on", found["lifetimes"].get("fail_on", "ended"), _LIFETIME_FAILS)
    return Gate(
        _choice(where, "vulnerabilities.fail_from", grave.get("fail_from", "low"), SEVERITIES),
        unknown,
        accept,
        _choice(where, "licenses.use", licenses.get("use", "internal"), USES),
        _LICENSE_FAILS[on_license],
        frozenset(one.casefold() for one in forbid),
        _LIFETIME_FAILS[on_end],
        _number(where, "coverage.least", found["coverage"].get("least", 0.0), 1),
        int(_number(where, "advisories.oldest_days", found["advisories"].get("oldest_days", 90), 36_500)),
    )


def _vulnerabilities(made: Audit, gate: Gate, today: date) -> list[Reason]:
    found = []
    least = SEVERITIES.index(gate.fail_from)
    for hit in made.hits:
        known = hit.affected
        accepted = [gate.accept[name] for name in (known.advisory, *known.aliases) if name in gate.accept]
        if any(today <= day for day in accepted):
            continue
        grave = SEVERITIES.index(known.severity) >= least if known.severity else gate.fail_unknown
        if grave:
            params = {
                "component": hit.component.name,
                "version": hit.component.version,
                "advisory": known.advisory,
                "severity": known.severity or "?",
                "fixed": hit.fixed or "–",
            }
            found.append(Reason("technology.gate_hit" if hit.sure else "technology.gate_maybe_hit", params))
    return found


def judged(made: Audit, gate: Gate, today: date) -> tuple[Reason, ...]:
    """Every reason for which the gate stays shut; none when it opens."""
    reasons = _vulnerabilities(made, gate, today)
    if gate.fail_unknown:
        unread = made.unchecked.get("unreadable_version", ())
        reasons += [Reason("technology.gate_unread", {"component": o.name, "version": o.version}) for o in unread]
    for one in made.licenses:
        params = {"component": one.component.name, "version": one.component.version, "use": made.use}
        said = one.license.spdx or one.license.written or "–"
        if one.license.spdx.casefold() in gate.forbid and one.license.spdx:
            reasons.append(Reason("technology.gate_forbidden", {**params, "license": said}))
        elif one.verdict in gate.license_fails:
            reasons.append(Reason("technology.gate_license", {**params, "license": said, "verdict": one.verdict}))
    for life in made.lifetimes:
        if life.state in gate.lifetime_fails:
            ended = str(life.ends) if isinstance(life.ends, date) else "–"
            params = {"component": life.component.name, "version": life.component.version, "ends": ended}
            reasons.append(Reason("technology.gate_lifetime", params))
    if made.coverage < gate.least_coverage:
        params = {"coverage": f"{made.coverage:.1%}", "least": f"{gate.least_coverage:.1%}"}
        reasons.append(Reason("technology.gate_coverage", params))
    return tuple(reasons)
