"""The orders of versions: each ecosystem has its own, and the wrong one finds what is not there.

Source: PEP 440 (PyPI); Semantic Versioning 2.0.0, section 11 (npm, crates.io, Go); Maven, POM Reference, "Version Order
Specification"; Debian Policy Manual, section 5.6.12.
"""

import re
from collections.abc import Callable
from functools import cmp_to_key, lru_cache
from itertools import zip_longest
from typing import Any

from packaging.version import InvalidVersion, Version

__all__ = ["ORDERED", "Key", "version_key"]

Key = Any
"""Something to compare with keys of the same ecosystem only."""

LONGEST = 200
"""Characters of a version; a longer one is no version."""
_SEMVER = re.compile(
    r"[v=\s]*(\d{1,18})(?:\.(\d{1,18}))?(?:\.(\d{1,18}))?(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]*)?\s*"
)
_DEBIAN = re.compile(r"(?:(\d{1,9}):)?([A-Za-z0-9.+~:-]+?)(?:-([A-Za-z0-9.+~]+))?")


def _pypi(text: str) -> Key | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _semver(text: str) -> Key | None:
    found = _SEMVER.fullmatch(text)
    if not found:
        return None
    numbers = tuple(int(part or 0) for part in found.groups()[:3])
    if found[4] is None:
        return (*numbers, (1,))
    # A numeric identifier is smaller than a word, fewer identifiers are smaller than more.
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in found[4].split("."))
    return (*numbers, (0, parts))


_MAVEN_WORDS = ("alpha", "beta", "milestone", "rc", "snapshot", "", "sp")
_MAVEN_ALIASES = {"cr": "rc", "ga": "", "final": "", "release": ""}
_MAVEN_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
_MAVEN_TOKENS = re.compile(r"([.-]?)(\d+|[^\d.-]*)")


def _maven_tokens(text: str) -> list[tuple[str, int | str]]:
    """Separator and number or word of each token, without the trailing ones that mean nothing."""
    tokens: list[tuple[str, int | str]] = []
    place, lowered = 0, text.casefold()
    while place < len(lowered):
        found = _MAVEN_TOKENS.match(lowered, place)
        assert found is not None
        separator, word = found[1] or ("-" if tokens else ""), found[2]
        place = found.end()
        if word.isdigit() or not word:
            tokens.append((separator, int(word or 0)))
            continue
        followed = place < len(lowered) and lowered[place].isdigit()
        word = _MAVEN_SHORT.get(word, word) if followed else word
        tokens.append((separator, _MAVEN_ALIASES.get(word, word)))
    kept: list[tuple[str, int | str]] = []
    # Before each hyphen and each word, and at the end, zeros and empty words are as if they were not there.
    for at, token in enumerate(tokens):
        kept.append(token)
        if at + 1 == len(tokens) or tokens[at + 1][0] == "-" or isinstance(tokens[at + 1][1], str):
            while len(kept) > 1 and kept[-1][1] in (0, ""):
                kept.pop()
    return kept


def _maven_rank(token: tuple[str, int | str]) -> tuple[int, int, str]:
    """Words first, in their order and then by letters; then a number behind a hyphen, then one behind a dot."""
    separator, word = token
    if isinstance(word, str):
        known = word in _MAVEN_WORDS
        return (0, _MAVEN_WORDS.index(word) if known else len(_MAVEN_WORDS), "" if known else word)
    return (1 if separator == "-" else 2, word, "")


def _maven_compare(left: list[tuple[str, int | str]], right: list[tuple[str, int | str]]) -> int:
    for one, other in zip_longest(left, right):
        first, second = one or _maven_padding(other), other or _maven_padding(one)
        ranks = _maven_rank(first), _maven_rank(second)
        if ranks[0] != ranks[1]:
            return -1 if ranks[0] < ranks[1] else 1
    return 0


def _maven_padding(token: tuple[str, int | str] | None) -> tuple[str, int | str]:
    assert token is not None
    return (token[0], 0 if isinstance(token[1], int) else "")


_maven_order = cmp_to_key(_maven_compare)


def _maven(text: str) -> Key | None:
    return _maven_order(_maven_tokens(text)) if re.match(r"[0-9A-Za-z]", text) else None


def _debian_part(text: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Words and numbers in turn; `~` sorts before the end, letters before other characters."""
    parts = re.findall(r"(\D*)(\d*)", text)[:-1]
    return (*((_debian_word(word), int(number or 0)) for word, number in parts), ((0,), 0))


def _debian_word(word: str) -> tuple[int, ...]:
    order = (-1 if char == "~" else ord(char) if char.isalpha() else ord(char) + 256 for char in word)
    return (*order, 0)


def _debian(text: str) -> Key | None:
    found = _DEBIAN.fullmatch(text)
    if not found or not found[2][0].isdigit():
        return None
    return int(found[1] or 0), _debian_part(found[2]), _debian_part(found[3] or "0")


ORDERED: dict[str, Callable[[str], Key | None]] = {
    "PyPI": _pypi,
    "npm": _semver,
    "crates.io": _semver,
    "Go": _semver,
    "Maven": _maven,
    "Debian": _debian,
    "Ubuntu": _debian,
}
"""How to read a version, by ecosystem as OSV names it."""


@lru_cache(maxsize=200_000)
def version_key(ecosystem: str, text: str) -> Key | None:
    """What a version sorts by within its ecosystem; None where it does not parse or nobody gave an order."""
    reader = ORDERED.get(ecosystem)
    if reader is None or not text or len(text) > LONGEST:
        return None
    return reader(text.strip())
