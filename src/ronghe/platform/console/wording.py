"""Errors and facts as a page says them: what they name by its code is named by the word that the page has for it."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ronghe.messages import Language, known, render
from ronghe.platform.console.checks import check_text
from ronghe.platform.law import profile
from ronghe.terms import RongheError

__all__ = ["error_text", "facts_text"]

_GROUPS = {"state": "state", "move": "move", "allowed": "move", "role": "role", "roles": "role"}
"""The parameters that hold a name of a closed list, or several."""
_LABELS = {
    "approval_steps": "approval_steps",
    "asset": "entry",
    "code": "code",
    "days": "days",
    "department": "department",
    "expires": "until",
    "legal_basis": "legal_basis",
    "owner": "owner",
    "parent": "parent",
    "purpose": "purpose",
    "requester": "asker",
    "role": "role",
    "rows_a_minute": "rows_a_minute",
    "scenario": "scenario",
    "since": "from",
    "until": "until",
    "username": "username",
    "wanted_from": "from",
    "wanted_until": "until",
    "window": "hours",
}
"""The code of the label that a page has for a field."""


def _words(group: str, names: str, lang: Language) -> str:
    def word(found: re.Match[str]) -> str:
        code = f"platform.{group}_{found[0]}"
        return render(code, lang) if known(code) else found[0]

    return re.sub(r"[a-z]+(?:_[a-z]+)*", word, names)


def error_text(error: RongheError, lang: Language) -> str:
    """What a reader of a page reads of an error."""
    said = {
        name: _words(_GROUPS[name], str(value), lang) if name in _GROUPS else value
        for name, value in error.params.items()
    }
    if error.code == "platform.field_value" and said["name"] in _LABELS:
        said["name"] = render(f"platform.{_LABELS[said['name']]}", lang)
    if error.code == "platform.condition_unmet":
        told = check_text(str(said["check"]), lang)
        said |= {"check": told, **({"condition": told} if said["condition"] == said["check"] else {})}
    return render(error.code, lang, **said)


_WORDS = {
    "after": "state",
    "before": "state",
    "changed": "person",
    "channel": "way",
    "kind": "kind",
    "role": "role",
    "rung": "rung",
    "scopes": "scope",
    "sharing_class": "sharing",
    "update_period": "period",
    "why": "why",
}
"""The facts whose values are of a closed list, with the group of its words."""
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d[\d:.]*(\+00:00|Z)")


def _fact(name: str, value: object, lang: Language) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return render(f"platform.fact_is_{value}".lower(), lang)
    text = str(value)
    if name in _WORDS and known(code := f"platform.{_WORDS[name]}_{text}"):
        return render(code, lang)
    if _INSTANT.fullmatch(text):
        return datetime.fromisoformat(text).astimezone(profile().zone).strftime("%Y-%m-%d %H:%M")
    return text


def _lines(name: str, value: object, lang: Language) -> list[str]:
    if isinstance(value, Mapping):
        return [f"{_label(key, lang)}: {'; '.join(_lines(key, one, lang))}" for key, one in sorted(value.items())]
    if isinstance(value, list):
        parts = [" · ".join(_lines(name, one, lang)) for one in value]
        return parts if any(isinstance(one, list) for one in value) else [" · ".join(parts) or "–"]
    return [_fact(name, value, lang)]


def _label(name: str, lang: Language) -> str:
    code = f"platform.fact_{name}"
    return render(code, lang) if known(code) else name


def facts_text(facts: Mapping[str, Any], lang: Language) -> list[tuple[str, list[str]]]:
    """What a reader of the trail reads of an entry's facts: label and lines, in the order of the labels' codes."""
    return [(_label(name, lang), _lines(name, value, lang)) for name, value in sorted(facts.items())]
