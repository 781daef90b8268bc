"""Read the texts once, render them often."""

import re
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


_CODE = re.compile(r'^\["([^"\n]+)"\]', re.MULTILINE)


@cache
def _files() -> Mapping[str, str]:
    """The name of the file that has each code."""
    found: dict[str, str] = {}
    for entry in sorted(files("ronghe.messages").joinpath("texts").iterdir(), key=lambda file: file.name):
        for code in _CODE.findall(entry.read_text("utf-8")):
            if code in found:
                raise ValueError(f"{entry.name}: the code {code} is defined twice")
            found[code] = entry.name
    return MappingProxyType(found)


@cache
def _texts_in(file: str) -> Mapping[str, Bilingual]:
    """The texts of one file: parsing all of them takes longer than most commands need."""
    read = tomllib.loads(files("ronghe.messages").joinpath("texts", file).read_text("utf-8"))
    return {code: Bilingual(zh=text["zh"], en=text["en"]) for code, text in read.items()}


def _text(code: str) -> Bilingual:
    return _texts_in(_files()[code])[code]


def codes() -> tuple[str, ...]:
    """All codes, sorted."""
    return tuple(sorted(_files()))


def known(code: str) -> bool:
    """True when a text exists for this code."""
    return code in _files()


def fields_of(text: str) -> frozenset[str]:
    """The names of the places in a text: `"{a} of {b}"` has a and b."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _worded(value: object, lang: Language) -> object:
    return value[lang] if isinstance(value, Bilingual) else value


def render(code: str, lang: Language, **params: object) -> str:
    """The text of `code` in `lang` with its places filled; a Bilingual parameter is worded in the same language.

    Raises KeyError for an unknown code or a place without a parameter.
    """
    return _text(code)[lang].format(**{name: _worded(value, lang) for name, value in params.items()})


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
