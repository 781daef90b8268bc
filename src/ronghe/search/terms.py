"""How a text becomes terms: Chinese in overlapping pairs, everything else in words, all of it folded."""

import re
from collections.abc import Iterator
from unicodedata import normalize

from ronghe.standards.folding import FULL_WIDTH, HALF_WIDTH

__all__ = ["document", "fold", "terms"]

# Ideographs with extensions and compatibility forms; each is a sign of its own, so pairs overlap.
HAN = "㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff〇々"
_RUNS = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+)")
# Within a Chinese text blanks and the end of a line part no words: titles are spaced out, lines end anywhere.
_GAPS = re.compile(rf"(?<=[{HAN}])(?=\s)[^\S\n]*\n?[^\S\n]*(?=[{HAN}])")
_LONGEST_WORD = 64
_RADICALS = range(0x2F00, 0x2FD6)
_FOLDED = str.maketrans(FULL_WIDTH, HALF_WIDTH) | {sign: normalize("NFKC", chr(sign)) for sign in _RADICALS}


def fold(text: str) -> str:
    """Wide letters and digits as plain ones, Kangxi radicals as characters, letters in lower case.

    Never whole NFKC: it would turn ① into 1 and ㎡ into m2, which are other words.
    """
    return text.translate(_FOLDED).casefold()


def _pairs(run: str) -> Iterator[str]:
    yield from (run[place : place + 2] for place in range(len(run) - 1))


def terms(text: str) -> list[str]:
    """The terms of a text in their order: `低保户12` gives 低保, 保户, 12. A character alone is its own term."""
    found: list[str] = []
    for han, word in _RUNS.findall(fold(text)):
        if word:
            found.append(word[:_LONGEST_WORD])
        else:
            found.extend(_pairs(han) if len(han) > 1 else han)
    return found


def document(text: str) -> tuple[str, str]:
    """What a store indexes of a text: its terms, and its single characters, which one-character queries look for.

    A word that is spaced out (通 知), or broken at the end of a line, is found whole.
    """
    folded = _GAPS.sub("", fold(text))
    return " ".join(terms(folded)), " ".join(dict.fromkeys("".join(han for han, _ in _RUNS.findall(folded))))
