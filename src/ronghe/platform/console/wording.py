"""An error as a page says it: the names of states, moves and roles in it are the words that the page has for them."""

import re

from ronghe.messages import Language, known, render
from ronghe.terms import RongheError

__all__ = ["error_text"]

_GROUPS = {"state": "state", "move": "move", "allowed": "move", "role": "role", "roles": "role"}
"""The parameters that hold a name of a closed list, or several."""
_LABELED = frozenset(
    {
        "until",
        "since",
        "days",
        "legal_basis",
        "department",
        "owner",
        "parent",
        "approval_steps",
        "code",
        "rows_a_minute",
    }
)
"""Fields whose label on a page has the code of their name."""


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
    if error.code == "platform.field_value" and said["name"] in _LABELED:
        said["name"] = render(f"platform.{said['name']}", lang)
    return render(error.code, lang, **said)
