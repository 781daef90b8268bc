"""Ranges of a file as RFC 9110 section 14 has them: one range, or the whole."""

import re
from dataclasses import dataclass

__all__ = ["Span", "Unsatisfiable", "span_of"]

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Unsatisfiable(Exception):
    """The range begins after the end."""


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to but without `end`, of `size`."""

    start: int
    end: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.end - self.start

    @property
    def whole(self) -> bool:
        """Whether it is the whole file."""
        return self.length == self.size


def span_of(header: str | None, size: int, *, same: bool = True) -> Span:
    """The bytes that a Range header asks for. Without one, for several ranges, one that cannot be read, or where the
    file is not the `same` that the client has a part of, the whole; Unsatisfiable for one outside the file."""
    found = _RANGE.fullmatch((header or "").strip()) if same else None
    if found is None or not any(found.groups()):
        return Span(0, size, size)
    first, last = found.groups()
    if not first:
        if not int(last):
            raise Unsatisfiable
        return Span(max(0, size - int(last)), size, size)
    start, end = int(first), min(int(last) + 1, size) if last else size
    if start >= size:
        raise Unsatisfiable
    return Span(start, end, size) if end > start else Span(0, size, size)
