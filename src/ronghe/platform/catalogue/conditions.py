"""Conditions of sharing (政务数据共享条例 art. 14): a sentence for people, and after `=>` a check for a machine.

    仅用于救助核查
    期限不超过一年 => days <= 366
    限定到行 => rows_limited

The check is a condition of `ronghe.rules` over what a request says of itself; one whose value is unknown does not hold.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ronghe.rules import FORMAT, Bound, bind, decide, read_rules
from ronghe.rules.expressions import Expression

__all__ = ["ARROW", "FACTS", "Checked", "check_conditions", "checked", "expression_of", "parts"]

ARROW = "=>"
FACTS: Mapping[str, str] = {
    "requester": "text",
    "purpose": "text",
    "legal_basis": "text",
    "days": "number",
    "fields": "number",
    "personal": "boolean",
    "assessment": "boolean",
    "rows_limited": "boolean",
    "method": "text",
}
"""What a check may ask: the code of the department, why and on what basis, for how many days, how many items, whether
personal ones are among them, whether the impact assessment is there, whether rows were chosen, by which method."""

_ANY_DAY = date(2000, 1, 1)
"""No check has dated parameters or facts that are days: none depends on when it is asked."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition and whether it holds; None for one that only a person can check."""

    text: str
    check: str
    holds: bool | None


def parts(condition: str) -> tuple[str, str]:
    """The sentence for people, and the check; empty where only a person can tell."""
    text, arrow, check = condition.partition(ARROW)
    return (text.strip() or check.strip(), check.strip()) if arrow else (condition.strip(), "")


def _bound(check: str) -> Bound:
    document = {
        "format": FORMAT,
        "facts": {name: {"type": kind} for name, kind in FACTS.items()},
        "rules": {"condition": {"when": {"clause": "condition", "if": check}}},
    }
    return bind(read_rules(json.dumps(document, ensure_ascii=False), check), _ANY_DAY)


def expression_of(check: str) -> Expression:
    """What a check is made of; InputError for one that cannot be understood."""
    return _bound(check).active[0].formula.root


def check_conditions(conditions: Iterable[str]) -> None:
    """InputError for a check that cannot be understood or that no request could fulfill."""
    for condition in conditions:
        text, check = parts(condition)
        if text != condition.strip():
            _bound(check)


def checked(conditions: Iterable[str], facts: Mapping[str, Any]) -> tuple[Checked, ...]:
    """Each condition of an entry against what a request says of itself."""
    found = []
    for text, check in map(parts, conditions):
        holds = decide(_bound(check), facts)["condition"].result == "eligible" if check else None
        found.append(Checked(text, check, holds))
    return tuple(found)
