"""Audit an SBOM offline: read everything that the audit needs, judge it, and say what a gate makes of it."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ronghe.journeys.policy_rules import read_rules_file
from ronghe.journeys.technology_advisories import check_age, read_advisories, read_lifetimes
from ronghe.journeys.technology_yaml import read_sbom, read_text
from ronghe.rules import RuleSet
from ronghe.tables.staged import Note
from ronghe.technology.audit.advisories import Hit
from ronghe.technology.audit.audit import Audit, Licensed, audit
from ronghe.technology.audit.components import parse_sbom
from ronghe.technology.audit.gate import Gate, Reason, judged, parse_gate
from ronghe.technology.audit.rule_gate import check_rules, judged_by_rules
from ronghe.terms import InputError

__all__ = ["Audited", "audit_file"]


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit with what the gate says of it; `gated` is False where no gate was given."""

    path: Path
    audit: Audit
    reasons: tuple[Reason, ...]
    gated: bool
    newest: date
    records: int
    notes: tuple[Note, ...]

    def to_json(self) -> dict[str, Any]:
        """Everything that was found as a JSON value."""
        made = self.audit
        return {
            "sbom": str(self.path),
            "format": made.sbom.form,
            "components": len(made.sbom.components),
            "checked": made.checked,
            "coverage": made.coverage,
            "unchecked": {why: [_named(one) for one in listed] for why, listed in made.unchecked.items()},
            "advisories": {"records": self.records, "newest": str(self.newest)},
            "vulnerabilities": [_hit(one) for one in made.hits],
            "licenses": {"use": made.use, **made.by_verdict, "listed": [_license(one) for one in made.licenses]},
            "lifetimes": [
                {**_named(one.component), "product": one.product, "cycle": one.cycle, "state": one.state}
                | {"ends": None if one.ends is None else str(one.ends)}
                for one in made.lifetimes
            ],
            "hygiene": {
                "score": made.hygiene.score,
                "applied": made.hygiene.applied,
                "checks": {
                    one.name: {"state": one.state, "good": one.good, "of": one.looked_at} for one in made.hygiene.checks
                },
            },
            "gate": {
                "given": self.gated,
                "open": not self.reasons if self.gated else None,
                "reasons": [{"code": one.code, **one.params} for one in self.reasons],
            },
            "notes": [{"code": note.code, **note.params} for note in self.notes],
        }


def _named(component: Any) -> dict[str, Any]:
    return {"component": component.name, "version": component.version}


def _hit(hit: Hit) -> dict[str, Any]:
    known = hit.affected
    return {
        **_named(hit.component),
        "advisory": known.advisory,
        "aliases": list(known.aliases),
        "severity": known.severity or None,
        "fixed": hit.fixed,
        "sure": hit.sure,
    }


def _license(one: Licensed) -> dict[str, Any]:
    read = one.license
    named = {**_named(one.component), "written": read.written, "spdx": read.spdx or None}
    return {**named, "class": read.kind, "sure": read.sure, "verdict": one.verdict}


def _rules(path: Path | None, today: date) -> RuleSet | None:
    """The gate as rules where it is written in YAML, None where it is a table of limits."""
    if path is None or path.suffix.lower() not in (".yaml", ".yml"):
        return None
    rules = read_rules_file(path)
    check_rules(rules, where=path.name, today=today)
    return rules


def _gate(path: Path | None) -> Gate:
    if path is None:
        return Gate()
    try:
        document = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as fault:
        raise InputError("technology.gate_unreadable", path=str(path), detail=str(fault)) from fault
    return parse_gate(document, where=path.name)


def audit_file(
    sbom: Path, *, advisories: Path, today: date, eol: Path | None = None, gate: Path | None = None
) -> Audited:
    """Audit the SBOM in a file on a day.

    Raises InputError for files that cannot be used, an SBOM of which nothing could be checked, and advisories that are
    older than the gate allows: none of these may look like a clean bill.
    """
    written = _rules(gate, today)
    rules = Gate() if written is not None else _gate(gate)
    read = parse_sbom(read_sbom(sbom), where=str(sbom))
    if not read.components:
        raise InputError("technology.sbom_empty", path=str(sbom))
    known, notes = read_advisories(advisories)
    check_age(known, where=advisories, today=today, oldest_days=rules.oldest_days)
    lifetimes, more = read_lifetimes(eol)
    made = audit(read, known, lifetimes, use=rules.use, today=today)
    if not made.checked:
        why = ", ".join(f"{name} {len(listed)}" for name, listed in made.unchecked.items())
        raise InputError("technology.nothing_checked", path=str(sbom), count=len(read.components), why=why)
    assert known.newest is not None
    newest = known.newest.date()
    reasons: tuple[Reason, ...] = ()
    if written is not None:
        reasons = judged_by_rules(made, written, newest=newest, today=today)
    elif gate is not None:
        reasons = judged(made, rules, today)
    odd = (Note("technology.note_odd_components", {"count": read.odd}),) if read.odd else ()
    return Audited(sbom, made, reasons, gate is not None, newest, known.records, (*notes, *more, *odd))
