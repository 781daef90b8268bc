"""How many values of a source keep the bureau's rules: those of the data elements, never a department's weaker ones.

Columns whose element says only how a value is written (text, code, number) have no such rule, and do not thin out the
columns that have one. Where the bureau has one element of a column's very name, that one counts: nobody gets out of its
rules by leaving it out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlglot import exp

from ronghe.standards.catalog import Catalog
from ronghe.standards.element import Element
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.plan import Layer, Plan
from ronghe.tables.sql import name
from ronghe.terms import InputError

__all__ = ["Kept", "Promised", "kept_rules"]

_HOW_WRITTEN = frozenset({"", "text", "code", "number", "integer"})
Promised = Sequence[tuple[str, str, str]]
"""Name, element and unit of each information item of an entry."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Values that a rule looked at, and those that kept it."""

    checked: int = 0
    passed: int = 0

    def to_json(self) -> dict[str, int]:
        """As a JSON value."""
        return asdict(self)


def _element(catalog: Catalog, code: str, unit: str) -> Element | None:
    """The element with the item's unit where it takes one; None for a code that is none."""
    for options in ({"unit": unit} if unit else None, None):
        try:
            return catalog.get(code, options)
        except InputError:
            continue
    return None


def _called(catalog: Catalog, item: str) -> str:
    """The code of the only element with rules that has this name; empty where there is none, or more than one."""
    named = catalog.named(item) - _HOW_WRITTEN
    return next(iter(named)) if len(named) == 1 else ""


def _ruled(
    promised: Promised, columns: Mapping[str, ops.Column], catalog: Catalog
) -> Iterator[tuple[ops.Column, Element]]:
    for item, said, unit in promised:
        column, code = columns.get(item), _called(catalog, item) if said in _HOW_WRITTEN else said
        # Typed columns (Parquet) were read by the file's own types; the elements' rules are about texts.
        if not code or column is None or column.type != ops.TEXT:
            continue
        if (element := _element(catalog, code, unit)) is not None:
            yield column, element


def _holds(element: Element, by: Mapping[str, ops.Expression]) -> ops.Expression:
    asked: list[ops.Expression] = [ops.Not(ops.IsNull(by["value"]))]
    asked += [ops.Holds(ops.substitute(one.holds, by)) for one in element.checks if one.level == "error"]
    return ops.Holds(ops.And(tuple(asked)))


def _plan(ruled: Sequence[tuple[ops.Column, Element]]) -> Plan:
    """The text of each value that is there, what it is read as, and whether it keeps the rules."""
    raw = tuple(dict.fromkeys(column.name for column, _ in ruled))
    texts: list[tuple[str, ops.Expression]] = []
    values: list[tuple[str, ops.Expression]] = []
    held: list[tuple[str, ops.Expression]] = []
    empty = ops.Literal("")
    for place, (column, element) in enumerate(ruled):
        text, value = ops.Column(f"t{place}"), ops.Column(f"v{place}", element.type)
        cleaned = ops.substitute(element.clean, {"raw": column})
        texts.append((text.name, ops.Case(((ops.Not(ops.Holds(ops.Compare("=", cleaned, empty))), cleaned),))))
        values.append((value.name, ops.substitute(element.value, {"raw": column, "text": text})))
        held.append((f"h{place}", _holds(element, {"raw": column, "text": text, "value": value})))
    kept = tuple(name for name, _ in texts)
    return Plan((Layer(tuple(texts), raw), Layer(tuple(values), (*raw, *kept)), Layer(tuple(held), kept)))


def kept_rules(
    engine: Engine, source: str, promised: Promised, columns: Mapping[str, ops.Column], catalog: Catalog
) -> Kept:
    """Count over all rows of the attached `source`, in one statement."""
    ruled = list(_ruled(promised, columns, catalog))
    if not ruled:
        return Kept()
    counted: list[exp.Expr] = []
    for place in range(len(ruled)):
        there = exp.Not(this=exp.Is(this=name(f"t{place}"), expression=exp.Null()))
        both = exp.and_(there.copy(), name(f"h{place}"))
        counted += [exp.alias_(exp.CountIf(this=there), f"n{place}"), exp.alias_(exp.CountIf(this=both), f"k{place}")]
    (found,) = engine.query(exp.Select(expressions=counted).from_("plan"), (_plan(ruled), source)).to_pylist()
    places = range(len(ruled))
    checked, passed = (sum(int(found[f"{what}{place}"]) for place in places) for what in "nk")
    return Kept(checked, passed)
