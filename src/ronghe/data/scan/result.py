"""What a scan found: values of plain kinds, with nothing in them that is not masked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ronghe.tables.staged import Note

__all__ = ["CHILD", "FoundColumn", "ScannedTable", "masked"]

CHILD = "child"
"""The kind of whatever shows a child under fourteen, whose personal information is sensitive (PIPL 28)."""

_SHOWN, _LONG_ENOUGH, _LONGEST_MASK = 2, 8, 6


def masked(value: str) -> str:
    """A value of which nothing shows but two characters in front, and nothing at all when it is short.

    Stricter than the masks of `profile`: what stands here was found to be personal.
    """
    kept = value[:_SHOWN] if len(value) >= _LONG_ENOUGH else ""
    return kept + "＊" * min(len(value) - len(kept), _LONGEST_MASK)


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column that holds personal or sensitive data.

    kind        the code of the kind; `free_text` for text in which some was found, with `inside` by kind and count
    subject     whom it is about: personal, sensitive, organization
    confidence  0 to 1: how sure the finding is, from name, check digits, share and variety
    evidence    codes of texts that say why: name, check_digit, form, variety, words, text
    filled      cells with a value, `matching` those of the kind, `distinct` the different ones among these
    samples     values of the kind, masked
    also        other kinds whose forms occur in the column, with their counts
    children    cells of births, or different citizen identity numbers, that are those of a child under fourteen
    grade       the grade by the profile, "" where there is none
    """

    column: str
    kind: str
    subject: str
    confidence: float
    evidence: tuple[str, ...]
    filled: int
    matching: int
    distinct: int
    samples: tuple[str, ...] = ()
    inside: Mapping[str, int] = field(default_factory=dict)
    also: Mapping[str, int] = field(default_factory=dict)
    children: int = 0
    grade: str = ""

    @property
    def kinds(self) -> frozenset[str]:
        """Everything that the column holds: its own kind, those inside its texts, others that occur, and children."""
        own = set() if self.kind == "free_text" else {self.kind}
        return frozenset({*own, *self.inside, *self.also, *([CHILD] if self.children else [])})

    @property
    def share(self) -> float:
        """The part of the filled cells that is of the kind."""
        return self.matching / self.filled if self.filled else 0.0


@dataclass(frozen=True, slots=True)
class ScannedTable:
    """A table and what was found in it; `persons` is the largest number of different people that a column names."""

    source: str
    rows: int
    columns: int
    malformed: int
    persons: int
    found: tuple[FoundColumn, ...]
    grade: str = ""
    reasons: tuple[Note, ...] = ()
    profile: str = ""

    @property
    def children(self) -> int:
        """The largest number of children under fourteen that a column shows."""
        return max((column.children for column in self.found), default=0)

    def to_json(self) -> dict[str, Any]:
        """The same as a JSON value; it holds no value of the table that is not masked."""
        made = asdict(self)
        made["children"] = self.children
        made["found"] = [{**asdict(column), "share": round(column.share, 6)} for column in self.found]
        made["reasons"] = [{"code": note.code, **note.params} for note in self.reasons]
        return made
