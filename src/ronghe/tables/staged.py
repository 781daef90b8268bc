"""A table made ready for an engine: its names, where its rows lie, and what could not be read as a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from ronghe.tables.dialect import Dialect
from ronghe.tables.set_aside import Malformed

__all__ = ["Note", "Staged"]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was done to the table while reading it; `code` names a text in `messages`."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Staged:
    """A table whose every column is text, in the order of the source.

    `path` is a delimited file in UTF-8 that `dialect` describes, or a Parquet file; `rows` counts its records where
    that is known before reading. Names are trimmed, never blank, never twice the same. `places` says which of the
    columns of the file these are, None for all.
    """

    columns: tuple[str, ...]
    path: Path
    kind: Literal["csv", "parquet"]
    rows: int | None
    malformed: Sequence[Malformed] = ()
    notes: tuple[Note, ...] = ()
    encoding: str = ""
    dialect: Dialect | None = None
    places: tuple[int, ...] | None = None

    def only(self, names: Sequence[str]) -> "Staged":
        """The table with only these columns, in this order; ValueError when one is missing."""
        among = range(len(self.columns)) if self.places is None else self.places
        places = tuple(among[self.columns.index(name)] for name in names)
        return replace(self, columns=tuple(names), places=places)
