"""What standardizing a table gave, as values that reports, manifests and the index read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ronghe.tables.staged import Note

__all__ = ["ColumnResult", "Reason", "Standardized"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows were quarantined: `rows` broke `rule` of `column`; `examples` are a few of the values as read."""

    column: str
    rule: str
    rows: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnResult:
    """One published column.

    `filled` counts published rows with a value; `failures` the reasons for quarantine that name this column; `warnings` the
    rows, published or not, whose value breaks a rule that only warns, by rule.
    """

    name: str
    title: str
    element: str
    type: str
    filled: int
    failures: int = 0
    imputed: int = 0
    nulled: int = 0
    kept: int = 0
    warnings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standardized:
    """A table after standardization; always rows_in = rows_published + rows_quarantined."""

    name: str
    source: str
    encoding: str
    rows_in: int
    rows_published: int
    rows_quarantined: int
    columns: tuple[ColumnResult, ...]
    reasons: tuple[Reason, ...]
    constants: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    schema: Mapping[str, object] = field(default_factory=dict)
