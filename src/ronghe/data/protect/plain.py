"""A text as rules compare it: what looks like a digit or a letter must not slip past a rule about it."""

from ronghe.standards.look_alikes import unmasked
from ronghe.tables import expressions as ops
from ronghe.tables.in_memory import evaluate

__all__ = ["day", "number", "plain", "plain_text"]

_EIGHT = "[0-9]{8}"
_DASHED = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
SCALE = 8
"""Digits after the point with which numbers are compared and put into intervals; 20 stand before it."""


def plain(text: ops.Expression) -> ops.Expression:
    """`text` without unseen characters and outer spaces, full-width and look-alike characters made plain ones."""
    return ops.Trim(unmasked(text))


def plain_text(text: str) -> str:
    """The same of a constant."""
    return str(evaluate(plain(ops.Column("a")), {"a": text}))


def number(text: ops.Expression) -> ops.Expression:
    """A plain text as DECIMAL(28, 8); NULL for what is no number in plain digits."""
    return ops.DecimalOf(text, 20 + SCALE, SCALE)


def day(text: ops.Expression) -> ops.Expression:
    """A plain text as DATE: 1987-3-12, 1987/3/12, 1987.3.12, 19870312, 1987年3月12日, with or without a time of day."""
    parts = (ops.Slice(text, 1, 4), ops.Literal("-"), ops.Slice(text, 5, 2), ops.Literal("-"), ops.Slice(text, 7, 2))
    dashed = ops.Translate(ops.Replace(text, "日"), "年月/.", "----")
    forms = (
        (ops.Matches(text, _EIGHT), ops.Concat(parts)),
        (ops.Matches(dashed, _DASHED), dashed),
        (ops.Matches(dashed, f"{_DASHED}[ T][0-9:Z+-]+"), ops.Extract(dashed, f"^({_DASHED})[ T]", 1)),
    )
    return ops.DateOf(ops.Case(forms))
