"""Recorded values as the facts that rules ask for: read, and dropped where they are not possible."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from ronghe.rules.binding import Bound
from ronghe.rules.expressions import Constant
from ronghe.rules.ruleset import FactSpec
from ronghe.rules.sql import TYPES, call, kleene, number, render, text, when
from ronghe.rules.values import LARGEST_NUMBER

__all__ = ["FACTS", "ID", "ROW", "Recorded", "fact_column", "facts_select"]

FACTS, ROW, ID = "facts", "row_number", "subject"
_YES, _NO = ("true", "1", "是", "yes", "t"), ("false", "0", "否", "no", "f")


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where a fact stands in the subjects' table; `column` is None where the table does not have it."""

    spec: FactSpec
    column: str | None
    type: str = "VARCHAR"


def fact_column(name: str) -> str:
    """The column in which a fact stands."""
    return f"fact_{name}"


def _raw(recorded: Recorded) -> Any:
    column = exp.column(recorded.column or "", quoted=True)
    return call("NULLIF", call("TRIM", column), text("")) if recorded.type == "VARCHAR" else column


def _read(recorded: Recorded) -> Any:
    """The recorded value in the kind of the fact, NULL where it is none of that kind."""
    raw, kind = _raw(recorded), recorded.spec.kind
    if kind == "number" and recorded.type == "BOOLEAN":
        return exp.cast(exp.null(), TYPES[kind])
    if kind == "boolean" and recorded.type != "BOOLEAN":
        lowered = call("LOWER", exp.cast(raw, "VARCHAR"))
        cases = [exp.If(this=text(word), true=exp.true()) for word in _YES]
        cases += [exp.If(this=text(word), true=exp.false()) for word in _NO]
        return exp.Case(this=lowered, ifs=cases)
    return exp.TryCast(this=raw, to=exp.DataType.build(TYPES[kind], dialect="duckdb"))


def _possible(spec: FactSpec, value: Any) -> list[Any]:
    """What a value must fulfill to be possible."""
    found: list[Any] = []
    if spec.kind == "number":
        found.append(exp.LTE(this=call("ABS", value.copy()), expression=number(LARGEST_NUMBER)))
    if spec.whole:
        found.append(exp.EQ(this=call("FLOOR", value.copy()), expression=value.copy()))
    for sign, limit in ((exp.GTE, spec.least), (exp.LTE, spec.most)):
        if limit is not None:
            found.append(sign(this=value.copy(), expression=render(Constant(limit, spec.kind), {})))
    if spec.values:
        listed = [render(Constant(one, spec.kind), {}) for one in spec.values]
        found.append(exp.In(this=value.copy(), expressions=listed))
    return found


def facts_select(bound: Bound, recorded: Mapping[str, Recorded], source: str) -> list[exp.Select]:
    """Two SELECTs, the second over the first under the name `read_facts`: read the values, then drop impossible ones.

    The columns of the second are ROW, ID, `fact_<name>`, `key_<group>`, and `bad_<name>`: a value that was there but
    could not be used.
    """
    names = bound.facts()
    subject = exp.column(bound.rules.subject, quoted=True)
    keys = [exp.alias_(_key(column), f"key_{group}", quoted=True) for group, column in bound.rules.groups.items()]
    read: list[Any] = [exp.alias_(exp.Window(this=exp.RowNumber()), ROW), exp.alias_(exp.cast(subject, "VARCHAR"), ID)]
    kept: list[Any] = [exp.column(ROW), exp.column(ID)]
    for name in names:
        one = recorded[name]
        if one.column is None:
            read.append(exp.alias_(exp.cast(exp.null(), TYPES[one.spec.kind]), f"value_{name}", quoted=True))
            read.append(exp.alias_(exp.null(), f"there_{name}", quoted=True))
        else:
            read.append(exp.alias_(_read(one), f"value_{name}", quoted=True))
            read.append(
                exp.alias_(exp.Not(this=exp.Is(this=_raw(one), expression=exp.null())), f"there_{name}", quoted=True)
            )
        kept += _kept(one.spec, name, there=one.column is not None)
    kept += [exp.column(f"key_{group}", quoted=True) for group in bound.rules.groups]
    return [exp.select(*read, *keys).from_(exp.to_table(source)), exp.select(*kept).from_("read_facts")]


def _key(column: str) -> Any:
    return call("NULLIF", call("TRIM", exp.cast(exp.column(column, quoted=True), "VARCHAR")), text(""))


def _kept(spec: FactSpec, name: str, *, there: bool) -> list[Any]:
    value, found = exp.column(f"value_{name}", quoted=True), exp.column(f"there_{name}", quoted=True)
    possible = _possible(spec, value)
    good = when(kleene(possible, every=True), value) if possible else value
    if spec.absent is not None and there:
        good = when(found, good, render(Constant(spec.absent, spec.kind), {}))
    bad = exp.And(this=found.copy(), expression=exp.Is(this=exp.Paren(this=good.copy()), expression=exp.null()))
    return [
        exp.alias_(good, fact_column(name), quoted=True),
        exp.alias_(bad if there else exp.false(), f"bad_{name}", quoted=True),
    ]
