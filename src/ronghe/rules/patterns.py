"""The pattern of an open decision as one number: the truths of a rule's atoms and which facts are missing.

A million subjects have few patterns, so each is resolved once, in Python, by the code that decides a single subject.
"""

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from ronghe.rules.binding import BoundRule
from ronghe.rules.deciding import Pattern, resolver
from ronghe.rules.missing import Truth
from ronghe.rules.sql import listed

__all__ = ["pattern_of", "pattern_sql", "resolved"]

_TRUTHS: tuple[Truth, ...] = (False, True, None)
_BITS = 62
"""A pattern of more bits is written as text, which joins more slowly."""


def _weights(rule: BoundRule) -> list[int]:
    """The value of each place: three truths for each atom and choice, then two for each fact."""
    bases = [3] * (len(rule.formula.atoms) + len(rule.choices)) + [2] * len(rule.facts)
    found = [1]
    for base in bases[:-1]:
        found.append(found[-1] * base)
    return found


def _short(rule: BoundRule) -> bool:
    return _weights(rule)[-1] * 3 < 1 << _BITS


def pattern_sql(rule: BoundRule, truths: Sequence[Any], missing: Sequence[Any]) -> Any:
    """The pattern where the atoms and choices have these truths and these conditions say which facts are missing."""
    weights = _weights(rule) if _short(rule) else None
    digits = [_digit(truth, weights[at] if weights else None) for at, truth in enumerate(truths)]
    for at, flag in enumerate(missing, len(truths)):
        digits.append(_flag(flag, weights[at] if weights else None))
    if weights is None:
        return exp.Anonymous(this="CONCAT", expressions=digits)
    found = digits[0]
    for digit in digits[1:]:
        found = exp.Add(this=found, expression=digit)
    return found


def _number(value: int) -> Any:
    return exp.cast(exp.Literal.number(value), "BIGINT")


def _digit(truth: Any, weight: int | None) -> Any:
    shown = [exp.Literal.string(sign) if weight is None else _number(at * weight) for at, sign in enumerate("01?")]
    branches = [exp.If(this=exp.false(), true=shown[0]), exp.If(this=exp.true(), true=shown[1])]
    return exp.Case(this=exp.Paren(this=truth), ifs=branches, default=shown[2])


def _flag(flag: Any, weight: int | None) -> Any:
    shown = [exp.Literal.string(sign) if weight is None else _number(at * weight) for at, sign in enumerate("01")]
    return exp.Case(ifs=[exp.If(this=flag, true=shown[1])], default=shown[0])


def pattern_of(written: int | str, rule: BoundRule) -> Pattern:
    """The pattern that was written."""
    count = len(rule.formula.atoms) + len(rule.choices)
    if isinstance(written, str):
        digits = ["01?".index(sign) for sign in written]
    else:
        digits = [written // weight % (3 if at < count else 2) for at, weight in enumerate(_weights(rule))]
    flags = zip(rule.facts, digits[count:], strict=True)
    return tuple(_TRUTHS[digit] for digit in digits[:count]), frozenset(name for name, flag in flags if flag)


def resolved(rule: BoundRule, written: Sequence[int | str]) -> exp.Select:
    """What became of the open patterns of a rule, as a SELECT of pattern, result, missing; at least one is written.

    The rows are written out: handing them to the engine as Arrow would load pandas, which takes longer than all else.
    """
    resolve = resolver(rule)
    rows, said = [], []
    for one in written:
        result, named = resolve(pattern_of(one, rule))
        said.append(", ".join(named))
        rows.append((one, result, said[-1] or None))
    kinds = listed(sorted(set(filter(None, said)))) or {"": exp.null()}
    kind = next(iter(kinds.values())).args.get("to")
    missing = exp.column("missing") if kind is None else exp.Cast(this=exp.column("missing"), to=kind.copy())
    pattern = exp.cast(exp.column("pattern"), "BIGINT" if _short(rule) else "VARCHAR")
    chosen = [
        exp.alias_(pattern, "pattern"),
        exp.alias_(exp.cast(exp.column("result"), "BOOLEAN"), "result"),
        exp.alias_(missing, "missing"),
    ]
    return exp.select(*chosen).from_(exp.values(rows, alias="listed", columns=["pattern", "result", "missing"]))
