"""What is looked for: phrases that must stand together, each with its synonyms, or the initials of a name."""

import re
from dataclasses import dataclass

from ronghe.search.synonyms import Synonyms
from ronghe.search.terms import fold, terms

__all__ = ["Phrase", "Query", "parse"]

LONGEST = 200
MOST_PHRASES = 8
MOST_READINGS = 8


@dataclass(frozen=True, slots=True)
class Phrase:
    """One thing asked for: any of `readings` will do, each a row of terms that stand together.

    `initials` is what was typed when it may be first letters of syllables.
    """

    text: str
    readings: tuple[tuple[str, ...], ...]
    initials: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """All phrases must be found."""

    phrases: tuple[Phrase, ...]

    def __bool__(self) -> bool:
        return bool(self.phrases)


def parse(text: str, synonyms: Synonyms) -> Query:
    """The query that somebody typed; words apart are separate phrases. Whatever is typed is one, if an empty one."""
    words = re.split(r"\s+", fold(text[:LONGEST]).strip())[:MOST_PHRASES]
    return Query(tuple(phrase for word in words if (phrase := _phrase(word, synonyms)) is not None))


def _phrase(word: str, synonyms: Synonyms) -> Phrase | None:
    others = sorted(synonyms.of(word) | synonyms.within(word), key=lambda other: (len(other), other))
    readings = [tuple(found) for text in [word, *others[: MOST_READINGS - 1]] if (found := terms(text))]
    if not readings:
        return None
    letters = word if word.isascii() and word.isalnum() and len(word) > 1 else None
    return Phrase(word, tuple(dict.fromkeys(readings)), letters)
