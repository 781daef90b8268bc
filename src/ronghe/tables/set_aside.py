"""Records that cannot be read, kept small: a large file may have a million of them."""

import json
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

__all__ = ["Malformed", "SetAside"]

_BLOCK = 4_096
"""Records whose texts are compressed together."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """A record that cannot be read as one.

    `row` counts records as read, from 1; `line` counts lines of the file, from 1 (0 where a format has none); `why` is
    one of columns, quotes, encoding, nul, json, too_long.
    """

    row: int
    line: int
    raw: str
    why: str


class SetAside(Sequence[Malformed]):
    """Malformed records in the order in which they were added; as objects of Python they take ten times the memory."""

    def __init__(self) -> None:
        self._rows, self._lines, self._whys = array("q"), array("q"), array("B")
        self._names: list[str] = []
        self._blocks: list[bytes] = []
        self._last: list[str] = []

    def append(self, record: Malformed) -> None:
        """Add one more."""
        if record.why not in self._names:
            self._names.append(record.why)
        self._rows.append(record.row)
        self._lines.append(record.line)
        self._whys.append(self._names.index(record.why))
        self._last.append(record.raw)
        if len(self._last) == _BLOCK:
            self._blocks.append(zlib.compress(json.dumps(self._last).encode("ascii"), 1))
            self._last = []

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows)

    def _block(self, number: int) -> list[Malformed]:
        texts = json.loads(zlib.decompress(self._blocks[number])) if number < len(self._blocks) else self._last
        start = number * _BLOCK
        whys = (self._names[why] for why in self._whys[start : start + len(texts)])
        numbers = (numbered[start : start + len(texts)] for numbered in (self._rows, self._lines))
        return [Malformed(row, line, raw, why) for row, line, raw, why in zip(*numbers, texts, whys, strict=True)]

    @overload
    def __getitem__(self, place: int) -> Malformed: ...

    @overload
    def __getitem__(self, place: slice) -> list[Malformed]: ...

    def __getitem__(self, place: int | slice) -> Malformed | list[Malformed]:
        """One record, or those of a slice."""
        if isinstance(place, int):
            at = range(len(self))[place]
            return self._block(at // _BLOCK)[at % _BLOCK]
        wanted = range(len(self))[place]
        blocks = {number: self._block(number) for number in sorted({at // _BLOCK for at in wanted})}
        return [blocks[at // _BLOCK][at % _BLOCK] for at in wanted]

    def __iter__(self) -> Iterator[Malformed]:
        """All of them, a block at a time."""
        for number in range(-(-len(self) // _BLOCK)):
            yield from self._block(number)
