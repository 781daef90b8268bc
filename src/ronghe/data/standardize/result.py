"""What standardizing a table gave, as values that reports, manifests and the index read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from ronghe.tables.staged import Note

__all__ = ["ColumnResult", "Reason", "Standardized", "from_json", "mask", "shown_json", "to_json"]


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

    `filled` counts published rows with a value, `present` all rows whose cell was not missing; `failures` the reasons
    for quarantine that name this column. Of published rows `imputed` counts filled gaps, `nulled` and `kept` values
    that break a rule and were emptied or kept as the schema says; `warnings` counts the rows, published or not, whose
    value breaks a rule that only warns, by rule.
    """

    name: str
    title: str
    element: str
    type: str
    filled: int
    present: int = 0
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


SHOWN_ENDS = 4


def mask(value: str) -> str:
    """A value with all but a little of its ends replaced: a quarter at each side, four characters at most."""
    # Of a name of two or three characters nothing may show: a quarter of it is none.
    ends = min(SHOWN_ENDS, len(value) // 4)
    return value[:ends] + "＊" * min(len(value) - 2 * ends, 12) + value[len(value) - ends :] if value else ""


def to_json(result: Standardized) -> dict[str, Any]:
    """The result as a JSON value, from which `from_json` makes it again: for private files, not for people."""
    return asdict(result)


def shown_json(result: Standardized) -> dict[str, Any]:
    """The result as a JSON value for people and other programs: examples are masked."""
    masked = (replace(reason, examples=tuple(map(mask, reason.examples))) for reason in result.reasons)
    return asdict(replace(result, reasons=tuple(masked)))


def from_json(value: Mapping[str, Any]) -> Standardized:
    """The result that `to_json` made a JSON value of."""
    plain = dict(value)
    plain["columns"] = tuple(ColumnResult(**column) for column in value["columns"])
    plain["reasons"] = tuple(Reason(**{**reason, "examples": tuple(reason["examples"])}) for reason in value["reasons"])
    plain["notes"] = tuple(Note(**note) for note in value["notes"])
    return Standardized(**plain)
