"""Read the texts once, render them often."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

from ronghe.terms import RongheError

__all__ = [
    "LANGUAGES",
    "Bilingual",
    "Language",
    "both",
    "codes",
    "fields_of",
    "known",
    "render",
    "render_error",
]

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in both languages, for pages that carry the two."""

    zh: str
    en: str

    def __getitem__(self, lang: Language) -> str:
        return self.zh if lang == "zh" else self.en


@cache
def _texts() -> Mapping[str, Bilingual]:
    found: dict[str, Bilingual] = {}
    for entry in sorted(files("ronghe.messages").joinpath("texts").iterdir(), key=lambda file: file.name):
        for code, text in tomllib.loads(entry.read_text("utf-8")).items():
            if code in found:
                raise ValueError(f"{entry.name}: the code {code} is defined twice")
            found[code] = Bilingual(zh=text["zh"], en=text["en"])
    return MappingProxyType(found)


def codes() -> tuple[str, ...]:
    """All codes, sorted."""
    return tuple(sorted(_texts()))


def known(code: str) -> bool:
    """True when a text exists for this code."""
    return code in _texts()


def fields_of(text: str) -> frozenset[str]:
    """The names of the places in a text: `"{a} of {b}"` has a and b."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _worded(value: object, lang: Language) -> object:
    return value[lang] if isinstance(value, Bilingual) else value


def render(code: str, lang: Language, **params: object) -> str:
    """The text of `code` in `lang` with its places filled; a Bilingual parameter is worded in the same language.

    Raises KeyError for an unknown code or a place without a parameter.
    """
    return _texts()[code][lang].format(**{name: _worded(value, lang) for name, value in params.items()})


def both(code: str, **params: object) -> Bilingual:
    """The text of `code` in both languages."""
    return Bilingual(zh=render(code, "zh", **params), en=render(code, "en", **params))


def render_error(error: RongheError, lang: Language) -> str:
    """What a user reads of an error: what, where, and how to mend it."""
    return render(error.code, lang, **error.params)


def _in_english(error: RongheError) -> str | None:
    """The sentence, None where it cannot be made: showing an error must not fail."""
    try:
        return render_error(error, "en")
    except (KeyError, IndexError, ValueError, AttributeError):
        return None


RongheError.worded_by(_in_english)
