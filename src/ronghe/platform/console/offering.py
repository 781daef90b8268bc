"""The obligation of an item in a few words, as one types it into a form: `mask 1 0`, `token citizen`.

What `policy@1` says with a table is said here with a word and its measures; the JSON of it is understood too.
"""

import json
from collections.abc import Mapping

from ronghe.platform.kinds.data.plans import obligation_of
from ronghe.terms import InputError

__all__ = ["OBLIGATIONS", "obligation_in", "obligation_words"]

OBLIGATIONS = (
    "mask",
    "mask 1 0",
    "first 6",
    "last 4",
    "token citizen",
    "bucket 10",
    "round 100",
    "bucket_date month",
    "generalize region city",
    "null",
    "drop",
)
"""Examples that a form offers; nothing typed keeps the value."""
_SIMPLE = ("keep", "null", "drop", "mask")
_NUMBERS = ("first", "last", "bucket", "round")


def _is_whole(text: str) -> bool:
    """Whether it is a number that one types: not a digit of another script, nor one that no measure reaches."""
    return text.isascii() and text.isdigit() and len(text) < 10


def _of_words(name: str, values: list[str], text: str) -> object:
    match name, values:
        case _, [] if name in _SIMPLE:
            return name
        case "mask", _ if all(map(_is_whole, values)) and len(values) <= 2:
            return {"mask": dict(zip(("first", "last"), map(int, values), strict=False))}
        case "generalize", [hierarchy, level]:
            return {"generalize": hierarchy, "level": level}
        case _, [value]:
            return {name: int(value) if name in _NUMBERS and _is_whole(value) else value}
    raise InputError("platform.obligation_form", value=text, detail=name)


def obligation_in(text: str) -> object:
    """The obligation that a text says; InputError for one that nobody understands."""
    words = text.split()
    if not words:
        return "keep"
    if text.strip().startswith("{"):
        try:
            said = json.loads(text)
        except (ValueError, RecursionError) as fault:
            raise InputError("platform.obligation_form", value=text, detail="JSON") from fault
    else:
        said = _of_words(words[0], words[1:], text)
    obligation_of(said, "check")
    return said


def obligation_words(said: object) -> str:
    """The text that says it again; empty for a value that is kept."""
    if not isinstance(said, Mapping):
        return "" if said == "keep" else str(said)
    if len(said) == 1:
        name, value = next(iter(said.items()))
        if not isinstance(value, Mapping):
            return f"{name} {value}"
        if name == "mask" and set(value) <= {"first", "last"}:
            return f"mask {value.get('first', 0)} {value.get('last', 0)}"
    if set(said) == {"generalize", "level"}:
        return f"generalize {said['generalize']} {said['level']}"
    return json.dumps(said, ensure_ascii=False)
