"""The policy file: TOML that says who is guaranteed what, who lends and borrows, and which tiers are served first."""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ronghe.resources.allocate.problem import Policy, ProjectRule, Rule
from ronghe.terms import InputError

__all__ = ["policy_from", "policy_json", "read_policy"]

_KEYS = {"tiers", "share_by", "half_life_hours", "debt_limit", "departments"}
_AMOUNTS = ("quota", "lend", "borrow", "cap")
_LARGEST = 1_000_000


def read_policy(path: Path | None) -> Policy | None:
    """The policy in a file; None without one. InputError with path and key for what it should not have."""
    if path is None:
        return None
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError("resources.policy_unreadable", path=str(path), detail="> 1 MB")
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as fault:
        raise InputError("resources.policy_unreadable", path=str(path), detail=str(fault)) from fault
    return policy_from(document, str(path))


def _keys(given: Any, known: set[str], path: str, place: str) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise InputError("resources.policy_value", path=path, key=place, wanted="a table")
    for key in given:
        if key not in known:
            raise InputError("resources.policy_key", path=path, key=f"{place}.{key}", known=", ".join(sorted(known)))
    return given


def _number(value: Any, path: str, key: str, *, above: bool = False) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not usable or value < 0 or (above and value == 0):
        wanted = "a number above 0" if above else "a number from 0 on"
        raise InputError("resources.policy_value", path=path, key=key, wanted=wanted)
    return float(value)


def _amounts(given: Any, path: str, place: str) -> dict[str, float]:
    if not isinstance(given, dict):
        raise InputError("resources.policy_value", path=path, key=place, wanted="{ resource = amount }")
    return {name: _number(value, path, f"{place}.{name}") for name, value in given.items()}


def _bounds(table: Mapping[str, Any], path: str, place: str) -> dict[str, dict[str, float]]:
    """The amounts of a department or project: a cap holds the quota, and no more of a quota is lent than there is."""
    amounts = {name: _amounts(table.get(name, {}), path, f"{place}.{name}") for name in _AMOUNTS}
    for name, cap in amounts["cap"].items():
        if cap < amounts["quota"].get(name, 0.0):
            raise InputError("resources.policy_value", path=path, key=f"{place}.cap.{name}", wanted=">= quota")
    for name, lend in amounts["lend"].items():
        if lend > amounts["quota"].get(name, math.inf):
            raise InputError("resources.policy_value", path=path, key=f"{place}.lend.{name}", wanted="<= quota")
    return amounts


def _project(given: Any, path: str, place: str) -> ProjectRule:
    table = _keys(given, {"weight", *_AMOUNTS}, path, place)
    weight = _number(table.get("weight", 1), path, f"{place}.weight", above=True)
    return ProjectRule(weight, **_bounds(table, path, place))


def _rule(given: Any, path: str, place: str) -> Rule:
    table = _keys(given, {"weight", "projects", *_AMOUNTS}, path, place)
    projects = table.get("projects", {})
    named = _keys(projects, set(projects) if isinstance(projects, dict) else set(), path, f"{place}.projects")
    return Rule(
        _number(table.get("weight", 1), path, f"{place}.weight", above=True),
        **_bounds(table, path, place),
        projects={name: _project(one, path, f"{place}.projects.{name}") for name, one in named.items()},
    )


def policy_from(document: Mapping[str, Any], path: str) -> Policy:
    """The policy that a document says; InputError with path and key otherwise."""
    table = _keys(document, _KEYS, path, "policy")
    tiers = table.get("tiers", ["normal"])
    good = isinstance(tiers, list) and tiers and all(isinstance(one, str) and one for one in tiers)
    if not good or len(set(tiers)) < len(tiers):
        raise InputError("resources.policy_value", path=path, key="tiers", wanted="a list of names, none twice")
    share_by = table.get("share_by", "demand")
    if share_by not in ("demand", "department"):
        raise InputError("resources.policy_value", path=path, key="share_by", wanted="demand, department")
    departments = table.get("departments", {})
    named = _keys(departments, set(departments) if isinstance(departments, dict) else set(), path, "departments")
    return Policy(
        tiers=tuple(tiers),
        departments={name: _rule(one, path, f"departments.{name}") for name, one in sorted(named.items())},
        share_by=share_by,
        half_life=_number(table.get("half_life_hours", 168), path, "half_life_hours", above=True),
        debt_limit=_number(table.get("debt_limit", 4), path, "debt_limit"),
    )


def policy_json(policy: Policy) -> dict[str, Any]:
    """The document that a policy says, as `policy_from` reads it."""
    fields = asdict(policy)
    return {
        "tiers": list(policy.tiers),
        "share_by": policy.share_by,
        "half_life_hours": policy.half_life,
        "debt_limit": policy.debt_limit,
        "departments": fields["departments"],
    }
