"""What a field demands of its values: the element's checks and the schema's constraints, in the order of asking."""

from collections.abc import Sequence

from ronghe.data.standardize.schema import Field
from ronghe.standards.element import VALUE, Check, Element
from ronghe.standards.own_elements import safe_pattern
from ronghe.tables import expressions as ops
from ronghe.terms import InputError

__all__ = ["canonical_text", "checks_of", "joined_key", "typed_constant"]


def canonical_text(value: ops.Expression, kind: ops.Type) -> ops.Expression:
    """A value as the text that keys and patterns compare."""
    return value if kind.name is ops.Name.TEXT else ops.TextOf(value, kind)


def joined_key(texts: Sequence[ops.Expression]) -> ops.Expression:
    """One text for a key of several columns; NULL when any of them is."""
    parts: list[ops.Expression] = []
    # Without a mark between them ("12", "3") and ("1", "23") would be one key.
    for text in texts:
        parts += [ops.Literal("\x1f"), text]
    return ops.Concat(tuple(parts[1:])) if len(texts) > 1 else texts[0]


def typed_constant(field: Field, element: Element, text: str, place: str) -> ops.Literal:
    """A constant of a schema, read by the field's own element; InputError when the element cannot read it."""
    reading = element.read(text)
    if reading.value is None or isinstance(reading.value, float) != (element.type == ops.NUMBER):
        raise InputError("data.constant", place=f"{field.name}/{place}", value=text, element=element.name)
    return ops.Literal(reading.value, element.type)


def _enum(field: Field, element: Element) -> ops.Expression:
    value = VALUE(element.type)
    wanted = (typed_constant(field, element, choice, "enum") for choice in field.enum)
    return ops.Or(tuple(ops.Compare("=", value, constant) for constant in wanted))


def checks_of(field: Field, element: Element) -> tuple[Check, ...]:
    """The checks over TEXT and VALUE; the element's own come first."""
    value = VALUE(element.type)
    canonical = canonical_text(value, element.type)
    found = list(element.checks)
    if field.pattern is not None:
        found.append(
            Check("pattern", ops.Matches(canonical, safe_pattern(field.pattern, place=f"{field.name}/pattern")))
        )
    if field.enum:
        found.append(Check("enum", _enum(field, element)))
    limits = (
        ("minimum", ">=", field.minimum),
        ("maximum", "<=", field.maximum),
        ("exclusiveMinimum", ">", field.exclusive_minimum),
        ("exclusiveMaximum", "<", field.exclusive_maximum),
    )
    for rule, operator, limit in limits:
        if limit is not None:
            found.append(Check(rule, ops.Compare(operator, value, typed_constant(field, element, limit, rule))))
    for rule, operator, size in (("minLength", ">=", field.min_length), ("maxLength", "<=", field.max_length)):
        if size is not None:
            found.append(Check(rule, ops.Compare(operator, ops.Length(canonical), ops.Literal(size))))
    return tuple(found)
