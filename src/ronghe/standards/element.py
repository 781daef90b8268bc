"""A standard data element (数据元): what a column means, how its texts are read, and what must hold for them.

Everything is an expression, so that one definition runs in DuckDB, in Spark and, for single values, in plain Python.
"""

from dataclasses import dataclass
from typing import Literal

from ronghe.messages import Bilingual
from ronghe.tables.expressions import Column, Expression, Scalar, Type
from ronghe.tables.in_memory import evaluate

__all__ = ["RAW", "TEXT", "VALUE", "Check", "Element", "Reading"]

RAW = Column("raw")
"""The cell as it was read: text, never empty."""
TEXT = Column("text")
"""The cell after cleaning."""


def VALUE(kind: Type) -> Column:  # noqa: N802 - reads as the third constant beside RAW and TEXT
    """The parsed value, of the element's type."""
    return Column("value", kind)


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold for a value; `rule` names it in reasons. A warning is counted, never a rejection."""

    rule: str
    holds: Expression
    level: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Element:
    """One data element.

    clean        over RAW: folding and trimming; NULL or "" counts as missing
    value        over TEXT, and over RAW to ask again what `clean` asked first, which costs nothing: the typed value,
                 NULL when the text does not have the element's form (rule `form`)
    checks       over VALUE, TEXT and likewise RAW: asked only where there is a value, in order
    sensitivity  name of a class that a profile grades: "none", "personal", "sensitive" or "organization"
    source       the standard or law that defines it
    form         what the text looks like, for people: "18 digits, the last may be X"
    birth        over VALUE: the day of birth that it holds, as the date or as text YYYYMMDD; None where it holds none
    """

    code: str
    name: Bilingual
    synonyms: tuple[str, ...]
    type: Type
    clean: Expression
    value: Expression
    source: str
    form: Bilingual
    checks: tuple[Check, ...] = ()
    unit: str = ""
    code_list: str = ""
    sensitivity: Literal["none", "personal", "sensitive", "organization"] = "none"
    examples: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    birth: Expression | None = None

    def read(self, raw: str | None) -> "Reading":
        """Read one cell by the reference evaluator: for single values and tests, not for tables."""
        text = evaluate(self.clean, {"raw": raw}) if raw else None
        if not text:
            return Reading(value=None, missing=True)
        value = evaluate(self.value, {"raw": raw, "text": text})
        if value is None:
            return Reading(value=None, broken=("form",))
        row = {"raw": raw, "text": text, "value": value}
        failed = [check for check in self.checks if evaluate(check.holds, row) is not True]
        return Reading(
            value=value,
            broken=tuple(check.rule for check in failed if check.level == "error"),
            warnings=tuple(check.rule for check in failed if check.level == "warning"),
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """What an element made of one cell: the value, and the rules that it broke."""

    value: Scalar
    missing: bool = False
    broken: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """True when there is a value and no rule was broken."""
        return not self.missing and not self.broken
