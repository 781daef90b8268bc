"""The aggregate pass that some schemas need: constants to impute, rows that repeat keys, rows without parents."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp, parse_one

from ronghe.data.standardize.compile import OK, Compiled, Key
from ronghe.data.standardize.rules import canonical_text, joined_key, typed_constant
from ronghe.data.standardize.schema import Field
from ronghe.standards.element import RAW, TEXT, Element
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.plan import ROW, Layer, Plan, carrying_row
from ronghe.tables.sql import name
from ronghe.tables.staged import Staged
from ronghe.terms import InputError

__all__ = ["Rows", "broken_keys", "constants_of", "impute_constants"]

Rows = NDArray[np.int64]

_NUMERIC = (ops.Name.INTEGER, ops.Name.DECIMAL, ops.Name.NUMBER)
_ORDERED = (*_NUMERIC, ops.Name.DATE, ops.Name.TIMESTAMP)


def _where_sound(*columns: exp.Expr) -> exp.Select:
    return exp.select(*columns).from_("plan").where(name(OK))


def _mean(total: object, count: int, kind: ops.Type) -> ops.Scalar | float:
    if isinstance(total, float):
        return total / count
    assert isinstance(total, int | Decimal)
    scale = kind.scale if kind.name is ops.Name.DECIMAL else 0
    exact = Fraction(total) / count * 10**scale
    # Whole numbers only: Decimal's own division keeps 28 digits, and a column may have 38.
    size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    rounded = size if exact >= 0 else -size
    return Decimal(f"{rounded}E-{scale}") if kind.name is ops.Name.DECIMAL else rounded


def _statistic(engine: Engine, plan: Plan, source: str, field: Field, element: Element, column: str) -> object:
    value = name(column)
    if field.impute == "mean":
        select = _where_sound(
            exp.alias_(exp.Sum(this=value), "total"), exp.alias_(exp.Count(this=value.copy()), "count")
        )
        row = engine.query(select, (plan, source)).to_pylist()[0]
        return _mean(row["total"], row["count"], element.type) if row["count"] else None
    if field.impute == "median":
        lower = exp.WithinGroup(
            this=exp.PercentileDisc(this=exp.Literal.number("0.5")),
            expression=exp.Order(expressions=[exp.Ordered(this=value)]),
        )
        select = _where_sound(exp.alias_(lower, "median"))
        return engine.query(select, (plan, source)).to_pylist()[0]["median"]
    count = exp.alias_(exp.Count(this=exp.Star()), "count")
    select = _where_sound(exp.alias_(value, "mode"), count).where(
        exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
    )
    select = select.group_by(value.copy()).order_by(exp.column("count").desc(), exp.column("mode").asc()).limit(1)
    rows = engine.query(select, (plan, source)).to_pylist()
    return rows[0]["mode"] if rows else None


def impute_constants(engine: Engine, compiled: Compiled, source: str) -> dict[str, ops.Literal]:
    """What fills the gaps of each imputed field, from the sound rows; a field without any value is left out.

    The mean is exact and rounded half away from zero to the field's scale; the median is the lower one, so that it is a
    value that occurs; of several modes the smallest wins.
    """
    found = {}
    for field in compiled.schema.fields:
        element = compiled.elements[field.name]
        if field.impute == "none":
            continue
        if field.impute == "constant":
            found[field.name] = typed_constant(field, element, field.impute_value or "", "imputeValue")
            continue
        allowed = {"mean": _NUMERIC, "median": _ORDERED}.get(field.impute)
        if allowed and element.type.name not in allowed:
            raise InputError("data.impute_type", name=field.name, impute=field.impute, element=element.name)
        value = _statistic(engine, compiled.sound, source, field, element, compiled.value_columns[field.name])
        if value is not None:
            found[field.name] = ops.Literal(value, element.type)  # type: ignore[arg-type]
    return found


def _constant(sql: str) -> exp.Select:
    """A SELECT that holds no value from outside."""
    return parse_one(sql, into=exp.Select)


_REPEATED = _constant(
    """SELECT keyed._row FROM keyed JOIN (
         SELECT key, MIN(_row) AS first FROM keyed WHERE NOT key IS NULL GROUP BY key HAVING COUNT(*) > 1
       ) AS repeated ON keyed.key = repeated.key WHERE keyed._row <> repeated.first ORDER BY keyed._row"""
)
_ORPHANED = _constant(
    """SELECT keyed._row FROM keyed LEFT JOIN parents ON keyed.key = parents.key
       WHERE NOT keyed.key IS NULL AND parents.key IS NULL ORDER BY keyed._row"""
)
_LEFT_OVER = _constant(
    """SELECT keyed._row, keyed.key, keyed.own FROM keyed LEFT JOIN parents ON keyed.key = parents.key
       WHERE keyed.key IS NULL OR NOT parents.key IS NULL"""
)
_OWN_KEYS = _constant("SELECT DISTINCT own AS key FROM keyed WHERE NOT own IS NULL")


def _rows(engine: Engine, select: exp.Select) -> Rows:
    rows: Rows = engine.query(select)["_row"].to_numpy()
    return rows


def _keep_keys(engine: Engine, compiled: Compiled, source: str, key: Key) -> None:
    """Keep the table `keyed`: number, key and, where it has one, own key of every sound row."""
    texts = {"key": key.text, "own": key.parent if key.parent is not None else ops.Literal("")}
    plan = replace(carrying_row(Plan((*compiled.sound.layers, Layer(tuple(texts.items()), (OK,))))), numbered=True)
    engine.keep("keyed", _where_sound(name(ROW), name("key"), name("own")), (plan, source))


def broken_keys(engine: Engine, compiled: Compiled, source: str, key: Key, parent: Staged | None) -> Rows:
    """The numbers (from 1, ascending) of the sound rows that break a key: its later occurrences, or orphans.

    `parent` is the referenced table, its columns in the order of the reference fields; None where the table references
    itself. There, rows whose parent is missing fall, then those that referenced them, until none is left to fall.
    """
    _keep_keys(engine, compiled, source, key)
    if key.rule == "unique":
        return _rows(engine, _REPEATED)
    if parent is not None:
        _keep_parents(engine, compiled, key, parent)
        return _rows(engine, _ORPHANED)
    fallen: list[Rows] = []
    while True:
        engine.keep("parents", _OWN_KEYS)
        orphans = _rows(engine, _ORPHANED)
        # Each round takes at least one row away, so a chain of any length comes to its end.
        if not len(orphans):
            return np.sort(np.concatenate([*fallen, orphans]))
        fallen.append(orphans)
        engine.keep("remaining", _LEFT_OVER)
        engine.keep("keyed", exp.select("*").from_("remaining"))


def _keep_parents(engine: Engine, compiled: Compiled, key: Key, parent: Staged) -> None:
    engine.attach("parent", parent)
    elements = [compiled.elements[field] for field in key.fields]
    names = [{RAW.name: ops.Column(f"c{n}"), TEXT.name: ops.Column(f"k{n}")} for n in range(len(elements))]
    cleaned = [(f"k{n}", ops.substitute(e.clean, names[n])) for n, e in enumerate(elements)]
    valued = [(f"v{n}", ops.substitute(e.value, names[n])) for n, e in enumerate(elements)]
    raw = tuple(f"c{n}" for n in range(len(elements)))
    texts = [canonical_text(ops.Column(f"v{n}", e.type), e.type) for n, e in enumerate(elements)]
    plan = Plan((Layer(tuple(cleaned), raw), Layer(tuple(valued)), Layer((("key", joined_key(texts)),))))
    known = exp.select(name("key")).distinct().from_("plan")
    engine.keep("parents", known.where(exp.Not(this=exp.Is(this=name("key"), expression=exp.Null()))), (plan, "parent"))


def constants_of(found: Mapping[str, ops.Literal]) -> dict[str, str]:
    """The imputed constants as text, for manifests."""
    return {name: str(literal.value) for name, literal in found.items()}
