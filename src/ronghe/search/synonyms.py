"""What departments call the same thing: 低保 is 最低生活保障."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from ronghe.search.terms import fold
from ronghe.terms import InputError

__all__ = ["Synonyms", "known_synonyms", "read_synonyms"]

LARGEST_FILE = 5_000_000


@dataclass(frozen=True, slots=True)
class Synonyms:
    """Groups of words that mean the same, by word."""

    groups: Mapping[str, frozenset[str]]

    def of(self, word: str) -> frozenset[str]:
        """The other words for a word."""
        folded = fold(word)
        return self.groups.get(folded, frozenset()) - {folded}

    def within(self, phrase: str) -> frozenset[str]:
        """The phrase with each known word in it in the place of another: 低保户 also as 最低生活保障户."""
        folded = fold(phrase)
        told = {folded.replace(word, other) for word, group in self.groups.items() if word in folded for other in group}
        return frozenset(told - {folded})


def _read(lines: Iterable[str], where: str) -> Synonyms:
    groups: dict[str, frozenset[str]] = {}
    for number, line in enumerate(lines, 1):
        words = frozenset(fold(word.strip()) for word in line.partition("#")[0].split("=") if word.strip())
        if not words:
            continue
        if len(words) < 2:
            raise InputError("search.synonyms_form", path=where, line=number)
        whole = words.union(*(groups.get(word, frozenset()) for word in words))
        for word in whole:
            groups[word] = whole
    return Synonyms(groups)


def read_synonyms(path: Path) -> Synonyms:
    """Synonyms from a text file, one group a line: `低保 = 最低生活保障`. Raises InputError naming the line."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError("search.synonyms_form", path=str(path), line=0)
        return _read(path.read_text("utf-8-sig").splitlines(), str(path))
    except (OSError, UnicodeDecodeError) as fault:
        raise InputError("search.synonyms_unreadable", path=str(path), detail=type(fault).__name__) from fault


@cache
def known_synonyms() -> Synonyms:
    """The synonyms that come with this version."""
    return _read((files("ronghe.search") / "synonyms.txt").read_text("utf-8").splitlines(), "synonyms.txt")
