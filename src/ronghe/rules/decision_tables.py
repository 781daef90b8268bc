"""Decision tables: each row says in which case which values hold; hit policies unique, first and collect.

Cells are read as in DMN (OMG, Decision Model and Notation 1.5, S-FEEL unary tests): `-` or empty for anything, `>= 18`,
`[18..60)`, `a, b`, `not(a, b)`. Columns named as an output hold values, `clause` the clause that a row implements;
every other column is a fact or an expression.
"""

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ronghe.rules.expressions import And, Arithmetic, Compare, Constant, Expression, If, Kind, Member, Not, Or
from ronghe.rules.parsing import Scope, parse
from ronghe.terms import InputError, LimitReached

__all__ = ["HIT_POLICIES", "MOST_ROWS", "TableSpec", "outputs_of"]

HIT_POLICIES = ("unique", "first", "collect")
AGGREGATES = ("sum", "count")
MOST_ROWS = 500
_RANGE = re.compile(r"([\[(])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])])")
_BOUND = re.compile(r"(<=|>=|<|>|≤|≥)\s*(.+)")
_SIGNS = {"≤": "<=", "≥": ">="}
_WHOLE = (-math.inf, False, math.inf, False)
Interval = tuple[Any, bool, Any, bool]


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A table as it was read: the name, how rows are chosen, the kinds of its outputs, and its cells."""

    name: str
    hit: str
    outputs: Mapping[str, Kind]
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    where: str
    aggregate: str = "sum"
    otherwise: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _Cell:
    """What one cell admits: intervals of numbers or days, or values (all but these, when negated)."""

    intervals: tuple[Interval, ...] | None = None
    values: frozenset[Any] = frozenset()
    negated: bool = True

    def meets(self, other: "_Cell") -> bool:
        """True when some value lies in both."""
        if self.intervals is not None and other.intervals is not None:
            return any(_crossing(a, b) for a in self.intervals for b in other.intervals)
        if self.negated and other.negated:
            return True
        if self.negated or other.negated:
            kept, dropped = (other.values, self.values) if self.negated else (self.values, other.values)
            return bool(kept - dropped)
        return bool(self.values & other.values)

    def covers(self, other: "_Cell") -> bool:
        """True when each value of the other surely lies here."""
        if self.intervals is not None and other.intervals is not None:
            return all(any(_within(b, a) for a in self.intervals) for b in other.intervals)
        if self.negated:
            return self.values <= other.values if other.negated else not self.values & other.values
        return not other.negated and other.values <= self.values


def _crossing(one: Interval, other: Interval) -> bool:
    low, low_in = max((one[0], not one[1]), (other[0], not other[1]))
    high, high_in = min((one[2], one[3]), (other[2], other[3]))
    return bool(low < high or (low == high and not low_in and high_in))


def _within(inner: Interval, outer: Interval) -> bool:
    low = inner[0] > outer[0] or (inner[0] == outer[0] and (outer[1] or not inner[1]))
    high = inner[2] < outer[2] or (inner[2] == outer[2] and (outer[3] or not inner[3]))
    return bool(low and high)


def _ordinal(value: Any) -> float:
    return float(value.toordinal()) if isinstance(value, dt.date) else float(value)


def _value(text: str, kind: Kind, where: str) -> Any:
    text = text.strip().strip("\"“”'")
    try:
        if kind == "number":
            found = float(text.replace(",", ""))
            if math.isfinite(found):
                return found
        elif kind == "date":
            return dt.date.fromisoformat(text)
        elif kind == "boolean" and text.lower() in _TRUTH:
            return _TRUTH[text.lower()]
        elif kind == "text" and text:
            return text
    except ValueError:
        pass
    raise InputError("rules.table_cell", where=where, value=text[:60], kind=kind)


_TRUTH = {"true": True, "false": False, "是": True, "否": False, "yes": True, "no": False}


def _bounds(text: str, kind: Kind, where: str) -> Interval | None:
    found = _RANGE.fullmatch(text)
    if found:
        low = -math.inf if not found[2] else _ordinal(_value(found[2], kind, where))
        high = math.inf if not found[3] else _ordinal(_value(found[3], kind, where))
        if low > high or (low == high and found[1] + found[4] != "[]"):
            raise InputError("rules.table_range", where=where, value=text[:60])
        return low, found[1] == "[", high, found[4] == "]"
    found = _BOUND.fullmatch(text)
    if not found:
        return None
    sign, value = _SIGNS.get(found[1], found[1]), _ordinal(_value(found[2], kind, where))
    if sign[0] == "<":
        return -math.inf, False, value, sign == "<="
    return value, sign == ">=", math.inf, False


def _cell(text: str, kind: Kind, where: str) -> _Cell:
    text = text.strip()
    ordered = kind in ("number", "date")
    if text in ("", "-", "—"):
        return _Cell((_WHOLE,)) if ordered else _Cell()
    negated = re.fullmatch(r"not\((.*)\)", text)
    parts = _listed(negated[1] if negated else text)
    if not ordered:
        return _Cell(None, frozenset(_value(part, kind, where) for part in parts), bool(negated))
    if negated:
        raise InputError("rules.table_cell", where=where, value=text[:60], kind=kind)
    found: list[Interval] = []
    for part in parts:
        bounds = _bounds(part, kind, where)
        point = None if bounds else _ordinal(_value(part, kind, where))
        found.append(bounds or (point, True, point, True))
    return _Cell(tuple(found))


def _listed(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、](?![^\[(]*[\])])", text) if part.strip()]


def _test(cell: _Cell, operand: Expression) -> Expression | None:
    """The cell as a condition, None where it admits anything."""
    if cell.intervals is None:
        if not cell.values:
            return None
        held = Member(operand, tuple(Constant(value, operand.kind) for value in sorted(cell.values, key=str)))
        return Not(held) if cell.negated else held
    parts = tuple(_between(operand, interval) for interval in cell.intervals)
    known = tuple(part for part in parts if part is not None)
    if len(known) < len(parts):
        return None
    return known[0] if len(known) == 1 else Or(known)


def _between(operand: Expression, interval: Interval) -> Expression | None:
    low, low_in, high, high_in = interval
    if low == high:
        return Compare("==", operand, _bound(low, operand.kind))
    parts: list[Expression] = []
    if low != -math.inf:
        parts.append(Compare(">=" if low_in else ">", operand, _bound(low, operand.kind)))
    if high != math.inf:
        parts.append(Compare("<=" if high_in else "<", operand, _bound(high, operand.kind)))
    return None if not parts else parts[0] if len(parts) == 1 else And(tuple(parts))


def _bound(value: float, kind: Kind) -> Constant:
    return Constant(dt.date.fromordinal(int(value)) if kind == "date" else value, kind)


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[_Cell, ...]
    condition: Expression
    values: Mapping[str, Expression]


def outputs_of(table: TableSpec, scope: Scope) -> Mapping[str, Expression]:
    """The outputs of a table as expressions.

    Raises InputError for cells that cannot be read, for rows of a `unique` table that overlap, and for a row of a
    `first` table that an earlier one covers, since it would never be used.
    """
    if len(table.rows) > MOST_ROWS:
        raise LimitReached("rules.table_rows", where=table.where, limit=MOST_ROWS)
    if not table.rows:
        raise InputError("rules.table_empty", where=table.where)
    wrong = sorted(name for name in table.outputs if table.header.count(name) != 1)
    wrong += sorted(set(table.otherwise or {}) - set(table.outputs))
    if wrong:
        raise InputError("rules.table_output", where=table.where, name=wrong[0], known=", ".join(table.header))
    operands = {
        place: parse(name, scope, f"{table.where}: {name}")
        for place, name in enumerate(table.header)
        if name not in table.outputs and name not in ("clause", "条款")
    }
    rows = [_row(table, at, row, operands, scope) for at, row in enumerate(table.rows, 1)]
    _check(table, rows)
    return {name: _chosen(table, rows, name, scope) for name in table.outputs}


def _row(table: TableSpec, at: int, row: Sequence[str], operands: Mapping[int, Expression], scope: Scope) -> _Row:
    where = f"{table.where} #{at}"
    if len(row) != len(table.header):
        raise InputError("rules.table_width", where=where, cells=len(row), columns=len(table.header))
    cells = tuple(_cell(row[place], operand.kind, where) for place, operand in operands.items())
    tests = [_test(cell, operand) for cell, operand in zip(cells, operands.values(), strict=True)]
    known = tuple(test for test in tests if test is not None)
    condition = And(known) if len(known) > 1 else known[0] if known else Constant(True, "boolean")
    values = {}
    for name, kind in table.outputs.items():
        values[name] = _output(row[table.header.index(name)], kind, where, scope)
    return _Row(cells, condition, values)


def _output(text: str, kind: Kind, where: str, scope: Scope) -> Expression:
    """A value, or an expression where it is a number."""
    try:
        return Constant(_value(text, kind, where), kind)
    except InputError:
        if kind != "number" or not text.strip():
            raise
    return parse(text, scope, where)


def _check(table: TableSpec, rows: Sequence[_Row]) -> None:
    if table.hit == "collect":
        return
    for at, row in enumerate(rows):
        for earlier in range(at):
            pairs = list(zip(rows[earlier].cells, row.cells, strict=True))
            if table.hit == "unique" and all(one.meets(other) for one, other in pairs):
                raise InputError("rules.table_overlap", where=table.where, first=earlier + 1, second=at + 1)
            if table.hit == "first" and all(one.covers(other) for one, other in pairs):
                raise InputError("rules.table_shadowed", where=table.where, first=earlier + 1, second=at + 1)


def _chosen(table: TableSpec, rows: Sequence[_Row], name: str, scope: Scope) -> Expression:
    kind = table.outputs[name]
    if table.hit == "collect":
        return _collected(table, rows, name)
    given = (table.otherwise or {}).get(name)
    found: Expression = Constant(None, kind) if given is None else _output(given, kind, table.where, scope)
    for row in reversed(rows):
        found = If(row.condition, row.values[name], found)
    return found


def _collected(table: TableSpec, rows: Sequence[_Row], name: str) -> Expression:
    if table.outputs[name] != "number":
        raise InputError("rules.table_collect", where=table.where, name=name)
    nothing, one = Constant(0.0, "number"), Constant(1.0, "number")
    found: Expression = nothing
    for row in rows:
        found = Arithmetic(
            "+", found, If(row.condition, row.values[name] if table.aggregate == "sum" else one, nothing)
        )
    return found
