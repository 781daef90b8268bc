"""Candidates for a person to look at: passages of two policies that say nearly the same, figures alike or not.

Passages are compared by the pairs of their characters, figures left out; those that share many are found by MinHash
(A. Broder, On the resemblance and containment of documents, 1997), so that a large library needs no comparison of all.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ronghe.policy.library.clauses import passages
from ronghe.policy.library.fields import Policy
from ronghe.policy.library.numbers import wide_as_plain

__all__ = ["Candidate", "candidates"]

LEAST = 0.6
"""The part of their pairs that two passages must share."""
SHORTEST = 12
_HASHES, _BANDS = 32, 16
_PRIME = (1 << 61) - 1
MOST_IN_BUCKET = 50
_FIGURE = re.compile(
    r"[0-9]+(?:\.[0-9]+)?(?:\s*[%％‰万亿元岁年月日个倍]+)?|[一二三四五六七八九十百千]+(?=[岁年个月元%倍])"
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two passages side by side. `kind`: duplicate (the same figures) or conflict (others); `share`: the likeness."""

    kind: str
    one: str
    other: str
    address_one: str
    address_other: str
    text_one: str
    text_other: str
    share: float


@dataclass(frozen=True, slots=True)
class _Piece:
    policy: str
    address: str
    text: str
    pairs: frozenset[str]
    figures: tuple[str, ...]


def _piece(policy: str, address: str, text: str) -> _Piece | None:
    folded = wide_as_plain(text)
    figures = tuple(re.sub(r"\s", "", one) for one in _FIGURE.findall(folded))
    unnumbered = re.sub(r"^(?:第[^条]{1,6}条|[一二三四五六七八九十]{1,3}、)", "", folded)
    plain = re.sub(r"[\W_]", "", _FIGURE.sub("", unnumbered))
    if len(plain) < SHORTEST:
        return None
    return _Piece(policy, address, text, frozenset(plain[at : at + 2] for at in range(len(plain) - 1)), figures)


def _signatures(pieces: Sequence[_Piece]) -> np.ndarray[tuple[int, int], np.dtype[np.uint64]]:
    chosen = np.random.default_rng(20260101).integers(1, 1 << 31, size=(2, _HASHES), dtype=np.uint64)
    found = np.empty((len(pieces), _HASHES), np.uint64)
    known: dict[str, int] = {}
    for at, piece in enumerate(pieces):
        codes = [known.setdefault(pair, _code(pair)) for pair in piece.pairs]
        hashed = np.array(codes, np.uint64)[:, None] * chosen[0] + chosen[1]
        found[at] = (hashed % np.uint64(_PRIME)).min(axis=0)
    return found


def _code(pair: str) -> int:
    return int.from_bytes(hashlib.blake2b(pair.encode(), digest_size=4).digest())


def _likely(pieces: Sequence[_Piece]) -> Iterator[tuple[int, int]]:
    """Pairs of pieces of different policies that share a band of their signatures."""
    signatures = _signatures(pieces)
    rows = _HASHES // _BANDS
    seen: set[tuple[int, int]] = set()
    for band in range(_BANDS):
        buckets: dict[bytes, list[int]] = defaultdict(list)
        for at in range(len(pieces)):
            buckets[signatures[at, band * rows : band * rows + rows].tobytes()].append(at)
        for held in buckets.values():
            for pair in combinations(held[:MOST_IN_BUCKET], 2):
                if pair not in seen and pieces[pair[0]].policy != pieces[pair[1]].policy:
                    seen.add(pair)
                    yield pair


def candidates(policies: Sequence[Policy]) -> list[Candidate]:
    """Duplicates and conflicts among policies, the most alike first. Nothing is decided: both texts are shown."""
    pieces = [
        piece
        for policy in policies
        for passage in passages(policy.paragraphs)
        # The head is the number, the title and the issuer, not a clause.
        if passage.address and (piece := _piece(policy.id, passage.address, passage.text)) is not None
    ]
    found = []
    for at, other in _likely(pieces) if pieces else ():
        one, two = pieces[at], pieces[other]
        share = len(one.pairs & two.pairs) / len(one.pairs | two.pairs)
        if share >= LEAST:
            kind = "duplicate" if sorted(one.figures) == sorted(two.figures) else "conflict"
            found.append(
                Candidate(kind, one.policy, two.policy, one.address, two.address, one.text, two.text, round(share, 3))
            )
    return sorted(found, key=lambda one: (one.kind, -one.share, one.one, one.address_one, one.other))
