"""Which technologies are alike, and which match what somebody plans to build.

Texts are compared by words and, in Chinese, by pairs of characters, weighted by how rare they are: no dictionary, and a
word of two characters is always found.

Source: Salton and Buckley, "Term-weighting approaches in automatic text retrieval", Information Processing & Management
24 (1988).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from ronghe.technology.integrate.record import Technology

__all__ = ["Candidate", "Match", "candidates", "matches", "repository"]

ALIKE = 0.85
"""Cosine above which two descriptions say the same thing."""
SHORTEST = 4
"""Terms that a description needs before its likeness means anything."""
BLOCK = 500
MOST_PAIRS = 10_000
_WORD = re.compile(r"[a-z0-9][a-z0-9+#.-]*[a-z0-9+#]|[\u3400-\u9fff]+")
_COMMON = frozenset(
    {
        "the",
        "a",
        "an",
        "of",
        "for",
        "and",
        "to",
        "in",
        "on",
        "with",
        "is",
        "are",
        "this",
        "that",
        "it",
        "as",
        "by",
        "or",
        "from",
        "be",
        "at",
        "which",
        "can",
        "used",
        "using",
        "into",
        "its",
        "your",
        "you",
        "的",
        "和",
        "与",
        "及",
        "一个",
        "用于",
        "对",
        "在",
        "是",
        "系统",
        "平台",
    }
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two entries that may be one technology, and why: repository, purl or description."""

    left: int
    right: int
    why: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that matches a proposal: cosine and the terms that carry it."""

    entry: int
    score: float
    terms: tuple[str, ...]


def terms(text: str) -> list[str]:
    """Words in lower case; of Chinese every pair of neighboring characters."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if word[0] < "\u3400":
            found.append(word)
        elif len(word) == 1:
            continue
        else:
            found += [word[at : at + 2] for at in range(len(word) - 1)]
    return [word for word in found if word not in _COMMON]


def repository(url: str) -> str:
    """An address of a repository without what does not tell it from others; "" for none."""
    short = re.sub(r"^(?:git\+)?(?:(?:https?|ssh|git)://)?(?:www\.|git@)?", "", url.strip().casefold())
    short = re.sub(r"^([a-z0-9.-]+):(?![0-9/])", r"\1/", short)
    short = re.sub(r"(?:\.git)?/*$", "", short.split("#")[0].split("?")[0])
    return short if short.count("/") >= 2 else ""


def _text_of(one: Technology) -> str:
    return f"{one.name} {one.description} {one.categories}"


def _groups(keys: Sequence[str], why: str) -> list[Candidate]:
    first: dict[str, int] = {}
    found = []
    for at, key in enumerate(keys):
        if key and key in first:
            found.append(Candidate(first[key], at, why, 1.0))
        elif key:
            first[key] = at
    return found


def _vectors(texts: Sequence[str]) -> tuple[TfidfVectorizer, "np.ndarray"]:
    vectorizer = TfidfVectorizer(analyzer=terms, sublinear_tf=True)
    return vectorizer, vectorizer.fit_transform(texts)


def _alike(entries: Sequence[Technology]) -> list[Candidate]:
    """Pairs of different files or owners whose descriptions say the same."""
    told = [at for at, one in enumerate(entries) if len(set(terms(one.description))) >= SHORTEST]
    if len(told) < 2:
        return []
    _, vectors = _vectors([entries[at].description for at in told])
    found: list[Candidate] = []
    for start in range(0, len(told), BLOCK):
        near = (vectors[start : start + BLOCK] @ vectors.T).tocoo()
        kept = (near.data >= ALIKE) & (near.row + start < near.col)
        pairs = zip(near.row[kept] + start, near.col[kept], near.data[kept], strict=True)
        found += [Candidate(told[i], told[j], "description", float(min(score, 1.0))) for i, j, score in pairs]
        if len(found) > MOST_PAIRS:
            break
    return found


def _apart(left: Technology, right: Technology) -> bool:
    """Whether two entries are of different files or owners: within one file versions and parts are expected."""
    return left.source != right.source or left.department != right.department


def candidates(entries: Sequence[Technology]) -> tuple[Candidate, ...]:
    """Entries that may be the same, surest first; each pair once, for its surest reason."""
    found = _groups([repository(one.url) for one in entries], "repository")
    found += _groups([one.purl.split("@")[0].casefold() for one in entries], "purl")
    found += sorted(_alike(entries), key=lambda one: (-one.score, one.left, one.right))
    first: dict[tuple[int, int], Candidate] = {}
    for one in found:
        if _apart(entries[one.left], entries[one.right]):
            first.setdefault((one.left, one.right), one)
    return tuple(first.values())


def matches(entries: Sequence[Technology], proposal: str, *, most: int = 10, least: float = 0.05) -> tuple[Match, ...]:
    """The entries that a planned project comes nearest to, best first, each with the terms that carry it."""
    texts = [_text_of(one) for one in entries]
    if not entries or not terms(proposal):
        return ()
    vectorizer, vectors = _vectors([*texts, proposal])
    asked = vectors[len(texts)]
    scores = (vectors[: len(texts)] @ asked.T).toarray().ravel()
    order = np.lexsort((np.arange(len(scores)), -scores))[:most]
    names = vectorizer.get_feature_names_out()
    found = []
    for at in order:
        if scores[at] < least:
            break
        shared = vectors[at].multiply(asked).tocoo()
        carried = sorted(zip(-shared.data, (str(names[column]) for column in shared.col), strict=True))
        found.append(Match(int(at), float(scores[at]), tuple(name for _, name in carried[:6])))
    return tuple(found)
