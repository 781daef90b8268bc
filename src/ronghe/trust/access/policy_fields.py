"""The small parts of a policy: the obligation of a field, and conditions on rows and requests."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ronghe.terms import InputError
from ronghe.trust.access.conditions import Condition, Relation
from ronghe.trust.access.obligations import (
    Bucket,
    BucketDate,
    Drop,
    Generalize,
    Keep,
    KeepFirst,
    KeepLast,
    Mask,
    Null,
    Obligation,
    Round,
    Token,
    Unit,
)
from ronghe.trust.access.reading import Table

__all__ = ["conditions", "obligation"]

_WORDS: Mapping[str, Obligation] = {"keep": Keep(), "null": Null(), "drop": Drop(), "mask": Mask()}
Levels = Mapping[str, tuple[str, ...]]


def _mask(outer: Table) -> Mask:
    table = outer.inside("mask")
    made = Mask(table.whole("first", 0), table.whole("last", 0), table.text_or("character", "*"))
    table.end()
    return made


def _generalize(table: Table, levels: Levels) -> Generalize:
    hierarchy = table.choice("generalize", tuple(levels), "")
    level = table.choice("level", levels[hierarchy], "")
    if not level:
        raise table.wrong("level", ", ".join(levels[hierarchy]))
    return Generalize(hierarchy, level, levels[hierarchy].index(level) + 1)


_MAKERS: Mapping[str, Callable[[Table, Levels, str], Obligation]] = {
    "first": lambda table, _, __: KeepFirst(table.whole("first", 0)),
    "last": lambda table, _, __: KeepLast(table.whole("last", 0)),
    "mask": lambda table, _, __: _mask(table),
    "token": lambda table, _, request: Token(table.text("token"), request),
    "generalize": lambda table, levels, _: _generalize(table, levels),
    "bucket": lambda table, _, __: Bucket(table.number("bucket"), table.number("start", 0)),
    "bucket_date": lambda table, _, __: BucketDate(Unit(table.choice("bucket_date", tuple(Unit), ""))),
    "round": lambda table, _, __: Round(table.number("round")),
}


def obligation(fields: Table, name: str, levels: Levels, request: str) -> Obligation:
    """The obligation of the field `name`: a word, or a table with one of the keys first, last, mask, token, generalize,
    bucket, bucket_date, round. Raises InputError, or ValueError for a measure that cannot be."""
    value: Any = fields.document[name]
    known = ", ".join((*_WORDS, *_MAKERS))
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    if not isinstance(value, dict):
        raise fields.wrong(name, known)
    named = [key for key in _MAKERS if key in value]
    if len(named) != 1:
        raise fields.wrong(name, known)
    table = fields.inside(name)
    made = _MAKERS[named[0]](table, levels, request)
    table.end()
    return made


def _value(table: Table, key: str, value: object) -> Any:
    if type(value) is float:
        return Decimal(str(value))
    if type(value) is int:
        return value
    if type(value) is str or type(value) is dt.date:
        return value
    raise table.wrong(key, "text, number or day")


def conditions(table: Table, key: str, subject: str) -> tuple[Condition, ...]:
    """The conditions listed under a key: each names its `subject` and has one relation with its value or values."""
    return tuple(_condition(part, subject) for part in table.tables(key))


def _condition(table: Table, subject: str) -> Condition:
    named = table.text(subject)
    relations = [relation for relation in Relation if table.has(relation.value)]
    if len(relations) != 1:
        raise table.wrong(subject, ", ".join(Relation))
    key = relations[0].value
    given = table.any(key)
    many = relations[0] in (Relation.IN, Relation.NOT_IN)
    if many != isinstance(given, list):
        raise table.wrong(key, "list" if many else "one value")
    values = tuple(_value(table, key, value) for value in (given if many else [given]))
    table.end()
    try:
        return Condition(named, relations[0], values)
    except ValueError as fault:
        raise InputError("access.policy_rule", where=table.where, place=table.place, detail=str(fault)) from fault
