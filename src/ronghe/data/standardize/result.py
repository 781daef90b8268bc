"""What standardizing a table gave, as values that reports, manifests and the index read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ronghe.tables.staged import Note

__all__ = ["ColumnResult", "Reason", "Standardized", "from_json", "to_json"]


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

    `filled` counts published rows with a value; `failures` the reasons for quarantine that name this column;
    `warnings` the
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


def to_json(result: Standardized) -> dict[str, Any]:
    """The result as a JSON value."""
    return asdict(result)


def from_json(value: Mapping[str, Any]) -> Standardized:
    """The result that `to_json` made a JSON value of."""
    plain = dict(value)
    plain["columns"] = tuple(ColumnResult(**column) for column in value["columns"])
    plain["reasons"] = tuple(Reason(**{**reason, "examples": tuple(reason["examples"])}) for reason in value["reasons"])
    plain["notes"] = tuple(Note(**note) for note in value["notes"])
    return Standardized(**plain)
