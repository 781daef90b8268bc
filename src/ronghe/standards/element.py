"""A standard data element (数据元): what a column means, how its texts are read, and what must hold for them.

Everything is an expression, so that one definition runs in DuckDB, in Spark and, for single values, in plain Python.
"""

from dataclasses import dataclass
from typing import Literal

from ronghe.messages import Bilingual
from ronghe.tables.expressions import ALWAYS, Column, Expression, Scalar, Type
from ronghe.tables.in_memory import evaluate

__all__ = ["NOT_LISTED", "OUTER", "RAW", "TEXT", "VALUE", "Check", "Element", "Fault", "Reading"]

RAW = Column("raw")
"""The cell as it was read: text, never empty."""
TEXT = Column("text")
"""The cell after cleaning."""
OUTER = Column("outer")
"""The value of the column that a schema names as lying around this one: the province of a district."""


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
class Fault:
    """Why a text that is there has no value, more exactly than `form`: over RAW and TEXT, asked only then, in order.

    `more` is what helps to mend it, shown in brackets after the value; NULL where there is nothing to say.
    """

    rule: str
    when: Expression
    more: Expression | None = None


NOT_LISTED = Fault("not_listed", ALWAYS)
"""For an element whose every value stands on a list."""


@dataclass(frozen=True, slots=True)
class Element:
    """One data element.

    clean        over RAW: folding and trimming; NULL or "" counts as missing
    value        over TEXT, and over RAW to ask again what `clean` asked first, which costs nothing: the typed value,
                 NULL when the text does not have the element's form (rule `form`, or the first of `faults`)
    checks       over VALUE, TEXT and likewise RAW: asked only where there is a value, in order
    sensitivity  name of a class that a profile grades: "none", "personal", "sensitive" or "organization"
    source       the standard or law that defines it
    form         what the text looks like, for people: "18 digits, the last may be X"
    options      what it was built with, by name
    published    what it must be built with to read published values as what they are: 万元 are 元 by then
    inside       over TEXT and OUTER: the value of a text that has none of its own, None where no column can help
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
    published: tuple[tuple[str, str], ...] = ()
    birth: Expression | None = None
    faults: tuple[Fault, ...] = ()
    inside: Expression | None = None

    def read(self, raw: str | None) -> "Reading":
        """Read one cell by the reference evaluator: for single values and tests, not for tables."""
        text = evaluate(self.clean, {"raw": raw}) if raw else None
        if not text:
            return Reading(value=None, missing=True)
        value = evaluate(self.value, {"raw": raw, "text": text})
        if value is None:
            return self._unread({"raw": raw, "text": text})
        row = {"raw": raw, "text": text, "value": value}
        failed = [check for check in self.checks if evaluate(check.holds, row) is not True]
        return Reading(
            value=value,
            broken=tuple(check.rule for check in failed if check.level == "error"),
            warnings=tuple(check.rule for check in failed if check.level == "warning"),
        )

    def _unread(self, row: dict[str, Scalar]) -> "Reading":
        fault = next((fault for fault in self.faults if evaluate(fault.when, row) is True), None)
        if fault is None:
            return Reading(value=None, broken=("form",))
        more = evaluate(fault.more, row) if fault.more else None
        return Reading(value=None, broken=(fault.rule,), more=str(more or ""))


@dataclass(frozen=True, slots=True)
class Reading:
    """What an element made of one cell: the value, the rules that it broke, and what helps to mend it."""

    value: Scalar
    missing: bool = False
    broken: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    more: str = ""

    @property
    def valid(self) -> bool:
        """True when there is a value and no rule was broken."""
        return not self.missing and not self.broken
