"""Where rows come from and where they go, as places of a small picture; the page has the same as a list beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Box", "Lineage", "lineage_of"]

WIDTH, HEIGHT, GAP, STEP = 200, 36, 60, 46


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its text; `line` ends where the box begins, in the units of the picture."""

    x: int
    y: int
    text: str
    kind: str = ""

    @property
    def middle(self) -> int:
        """Half the height."""
        return self.y + HEIGHT // 2

    @property
    def right(self) -> int:
        """Where a line that goes on begins."""
        return self.x + WIDTH


@dataclass(frozen=True, slots=True)
class Lineage:
    """Sources, the entry, and users, left to right."""

    sources: tuple[Box, ...]
    entry: Box
    users: tuple[Box, ...]
    width: int
    height: int


def _column(x: int, texts: Sequence[tuple[str, str]], height: int) -> tuple[Box, ...]:
    top = (height - len(texts) * STEP) // 2
    return tuple(Box(x, top + place * STEP + 5, text, kind) for place, (kind, text) in enumerate(texts))


def lineage_of(sources: Sequence[tuple[str, str]], entry: str, users: Sequence[str]) -> Lineage:
    """The picture of an entry: `sources` as kind and name, `users` by name."""
    height = max(len(sources), len(users), 1) * STEP + 10
    middle = Box(WIDTH + GAP, (height - HEIGHT) // 2, entry)
    right = _column(2 * (WIDTH + GAP), [("", user) for user in users], height)
    return Lineage(_column(0, sources, height), middle, right, 3 * WIDTH + 2 * GAP, height)
