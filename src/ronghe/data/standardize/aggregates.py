"""The one aggregate pass that some schemas need: constants to impute, first rows of repeated keys, known parent keys."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from ronghe.data.standardize.compile import OK, Compiled, Key
from ronghe.data.standardize.rules import canonical_text, typed_constant
from ronghe.data.standardize.schema import Field
from ronghe.standards.element import RAW, TEXT, VALUE, Element
from ronghe.tables import expressions as ops
from ronghe.tables.engine import Engine
from ronghe.tables.plan import ROW, Layer, Plan
from ronghe.tables.sql import name
from ronghe.tables.staged import Staged
from ronghe.terms import InputError

__all__ = ["impute_constants", "keep_foreign_keys", "keep_repeated_keys"]

_NUMERIC = (ops.Name.INTEGER, ops.Name.DECIMAL, ops.Name.NUMBER)
_ORDERED = (*_NUMERIC, ops.Name.DATE, ops.Name.TIMESTAMP)


def _where_sound(*columns: exp.Expr) -> exp.Select:
    return exp.select(*columns).from_("plan").where(name(OK))


def _mean(total: object, count: int, kind: ops.Type) -> ops.Scalar | float:
    if isinstance(total, float):
        return total / count
    exact = Fraction(total) / count  # type: ignore[arg-type]
    scale = kind.scale if kind.name is ops.Name.DECIMAL else 0
    rounded = (Decimal(exact.numerator) / exact.denominator).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return rounded if kind.name is ops.Name.DECIMAL else int(rounded)


def _statistic(engine: Engine, plan: Plan, source: str, field: Field, element: Element, column: str) -> object:
    value = name(column)
    if field.impute == "mean":
        select = _where_sound(exp.alias_(exp.Sum(this=value), "total"), exp.alias_(exp.Count(this=value.copy()), "count"))
        row = engine.query(plan, source, select).to_pylist()[0]
        return _mean(row["total"], row["count"], element.type) if row["count"] else None
    if field.impute == "median":
        lower = exp.WithinGroup(
            this=exp.PercentileDisc(this=exp.Literal.number("0.5")),
            expression=exp.Order(expressions=[exp.Ordered(this=value)]),
        )
        select = _where_sound(exp.alias_(lower, "median"))
        return engine.query(plan, source, select).to_pylist()[0]["median"]
    count = exp.alias_(exp.Count(this=exp.Star()), "count")
    select = _where_sound(exp.alias_(value, "mode"), count).where(exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null())))
    select = select.group_by(value.copy()).order_by(exp.column("count").desc(), exp.column("mode").asc()).limit(1)
    rows = engine.query(plan, source, select).to_pylist()
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


def _with_text(compiled: Compiled, **texts: ops.Expression) -> Plan:
    layers = compiled.sound.layers
    row = (ROW,) if compiled.sound.numbered else ()
    return Plan((*layers, Layer(tuple(texts.items()), (*row, OK))), compiled.sound.numbered)


def keep_repeated_keys(engine: Engine, compiled: Compiled, source: str, key: Key) -> None:
    """Keep the first sound row of every key that occurs more than once; all its later rows break the rule."""
    first = exp.alias_(exp.Min(this=name(ROW)), "value")
    select = _where_sound(exp.alias_(name("text"), "key"), first).where(
        exp.Not(this=exp.Is(this=name("text"), expression=exp.Null()))
    )
    repeated = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    select = select.group_by(name("text")).having(repeated)
    engine.keep(_with_text(compiled, text=key.text), source, select, key.table)


def keep_foreign_keys(engine: Engine, compiled: Compiled, source: str, key: Key, parent: Staged | None) -> None:
    """Keep the keys that the referenced table has; `parent` is the referenced table, its columns in
    the order of the reference fields (None: the table references itself)."""
    if parent is None:
        _keep_own_keys(engine, compiled, source, key)
        return
    engine.attach("parent", parent)
    elements = [compiled.elements[name] for name in key.fields]
    cleaned = Layer(tuple((f"k{n}", ops.substitute(e.clean, {RAW.name: ops.Column(f"c{n}")})) for n, e in enumerate(elements)))
    valued = Layer(tuple((f"v{n}", ops.substitute(e.value, {TEXT.name: ops.Column(f"k{n}")})) for n, e in enumerate(elements)))
    texts: list[ops.Expression] = []
    for number, element in enumerate(elements):
        value = ops.substitute(VALUE(element.type), {"value": ops.Column(f"v{number}", element.type)})
        texts += [ops.Literal("\x1f"), canonical_text(value, element.type)]
    text = ops.Concat(tuple(texts[1:])) if len(elements) > 1 else texts[1]
    plan = Plan((cleaned, valued, Layer((("text", text),))))
    known = exp.select(exp.alias_(name("text"), "key"), exp.alias_(exp.true(), "value")).distinct().from_("plan")
    engine.keep(plan, "parent", known.where(exp.Not(this=exp.Is(this=name("text"), expression=exp.Null()))), key.table)


def _keep_own_keys(engine: Engine, compiled: Compiled, source: str, key: Key) -> None:
    """A table that references itself: rows whose parent is missing fall, then those that referenced them, until none."""
    assert key.parent is not None
    plan = _with_text(compiled, own=key.parent, wanted=key.text)
    rows = engine.query(plan, source, _where_sound(name("own"), name("wanted")))
    while True:
        holds = pc.or_(pc.is_null(rows["wanted"]), pc.is_in(rows["wanted"], value_set=rows["own"].combine_chunks()))
        left = rows.filter(holds)
        if left.num_rows == rows.num_rows:
            break
        rows = left
    keys = pc.drop_null(pc.unique(rows["own"]))
    engine.register(key.table, pa.table({"key": keys, "value": pa.array([True] * len(keys))}))


def constants_of(found: Mapping[str, ops.Literal]) -> dict[str, str]:
    """The imputed constants as text, for manifests."""
    return {name: str(literal.value) for name, literal in found.items()}
