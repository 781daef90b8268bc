"""Personal and sensitive data in free text: where it stands, and texts in which it is masked.

One pass over a text cuts it into what may be something: a run of digits, a word with `@`, a name after a word that
announces one. Each piece is then judged as a value would be: check digits, forms, the words before it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from ronghe.data.scan.judging import judged
from ronghe.data.scan.pieces import HINTS, PIECES
from ronghe.standards.look_alikes import INVISIBLE, folded_text

__all__ = ["Span", "redact", "spans"]

_INNER = {"announced": "after", "han_address": "spot", "money": "sum", "messaging": "handle"}
"""Groups that begin with a word which only says what follows."""
MASK = "＊"
_BEFORE = 24
"""Characters in front of a piece that may say what it is."""
_LONGEST = 1_000_000
_UNSEEN = re.compile(f"[{INVISIBLE}]+")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, half-open in characters, and the kind of what stands there."""

    start: int
    end: int
    kind: str


def _seen(text: str) -> tuple[str, list[int] | None]:
    """The folded text without what cannot be seen, and where each of its characters stood (None: where it stands)."""
    folded = folded_text(text)
    if folded.isascii() or not _UNSEEN.search(folded):
        return folded, None
    places = [place for place, sign in enumerate(folded) if sign not in INVISIBLE]
    return "".join(folded[place] for place in places), places


def _found(text: str) -> Iterator[Span]:
    for match in PIECES.finditer(text):
        group = match.lastgroup or ""
        group = _INNER.get(group, group)
        start = match.start(group)
        kind = judged(group, match[group], text[max(start - _BEFORE, 0) : start])
        if kind:
            yield Span(start, match.end(group), kind)


@lru_cache(maxsize=4096)
def _spans_of(text: str) -> tuple[Span, ...]:
    seen, places = _seen(text[:_LONGEST])
    if not HINTS.search(seen):
        return ()
    found = tuple(_found(seen))
    if places is None:
        return found
    return tuple(Span(places[span.start], places[span.end - 1] + 1, span.kind) for span in found)


def spans(text: str) -> tuple[Span, ...]:
    """What stands in a text, in order and without overlap; look-alikes and unseen characters hide nothing."""
    return _spans_of(text) if len(text) < 2000 else _spans_of.__wrapped__(text)


def _redacted(text: str, but: Collection[str]) -> str:
    if len(text) > _LONGEST:
        # What is not read is not let through.
        return MASK * 8
    pieces, place = [], 0
    for span in spans(text):
        if span.kind in but:
            continue
        pieces += [text[place : span.start], MASK * (span.end - span.start)]
        place = span.end
    return "".join((*pieces, text[place:])) if pieces else text


def redact(texts: pa.Array | pa.ChunkedArray | Sequence[str | None], *, but: Collection[str] = ()) -> pa.Array:
    """The texts with every finding replaced by as many ＊, `but` those of some kinds; NULL stays NULL.

    Distinct texts are read once. A text above a million characters is masked as a whole. Free text may hold what no
    rule knows: whoever needs certainty drops the column instead.
    """
    given = texts if isinstance(texts, pa.Array | pa.ChunkedArray) else pa.array(texts, pa.string())
    if isinstance(given, pa.ChunkedArray):
        given = given.combine_chunks() if given.num_chunks != 1 else given.chunk(0)
    encoded = pc.dictionary_encode(given.cast(pa.string()))
    changed = pa.array([_redacted(text, but) for text in encoded.dictionary.to_pylist()], pa.string())
    return changed.take(encoded.indices)
