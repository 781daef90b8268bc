"""Queries of Django's that are put into words once: that takes most of the time of a small one.

A query is made with marks in the place of values, and what the database gets of it is kept: SQL, and where each value
goes. What a query asks is thus said once, by expressions; the next call of the same shape only binds its values.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

__all__ = ["Compiled"]

MOST_SHAPES = 256
Value = str | int | UUID


@dataclass(frozen=True, slots=True)
class _Made:
    """`slots` by place in the parameters: which value goes there; `params` are the constants, None under a slot."""

    sql: str
    params: tuple[Any, ...]
    slots: tuple[tuple[int, int], ...]
    compiler: Any
    converters: Any
    names: tuple[str, ...]


def _bound(value: Value) -> Any:
    """As the database gets it."""
    return value.hex if isinstance(value, UUID) and connection.vendor == "sqlite" else value


def _mark(value: Value) -> Value:
    """One of the same type that nothing else in a query equals; whole numbers fit every column of them, since Django
    does not ask a database for what cannot be there."""
    if isinstance(value, UUID):
        return uuid4()
    return secrets.token_hex(16) if isinstance(value, str) else 2**30 + secrets.randbelow(2**30)


class Compiled:
    """Rows of the query that `make` gives for values, by `values` or `values_list`.

    `make` must ask the same for the same `shape` and types of values, whatever the values are: it may use them as they
    are, or not at all, but not look at them. TypeError where something was made of a value.

    >>> own = Compiled(lambda person: Membership.objects.filter(person=person).values_list("role"))
    >>> own.rows(person.pk)
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]]) -> None:
        self._make = make
        self._made: OrderedDict[Hashable, _Made | None] = OrderedDict()
        self._lock = threading.Lock()

    def rows(self, *values: Value, shape: Hashable = ()) -> list[tuple[Any, ...]]:
        """The rows for these values, as tuples."""
        return self._found(self._of(values, shape), values)

    def dicts(self, *values: Value, shape: Hashable = ()) -> list[dict[str, Any]]:
        """The rows for these values, by name."""
        made = self._of(values, shape)
        return [dict(zip(made.names, row, strict=True)) for row in self._found(made, values)] if made else []

    def _found(self, made: _Made | None, values: Sequence[Value]) -> list[tuple[Any, ...]]:
        if made is None:
            return []
        params = list(made.params)
        for place, number in made.slots:
            params[place] = _bound(values[number])
        with connection.cursor() as cursor:
            cursor.execute(made.sql, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not made.converters:
            return found
        return [tuple(row) for row in made.compiler.apply_converters(found, made.converters)]

    def _of(self, values: Sequence[Value], shape: Hashable) -> _Made | None:
        key = connection.vendor, shape, *map(type, values)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        made = self._put_into_words(values, shape)
        with self._lock:
            self._made[key] = made
            if len(self._made) > MOST_SHAPES:
                self._made.popitem(last=False)
        return made

    def _put_into_words(self, values: Sequence[Value], shape: Hashable) -> _Made | None:
        """None where no row can be found, as for somebody without any role."""
        marks = [_mark(value) for value in values]
        seen = self._make(*marks, **({} if shape == () else {"shape": shape}))
        compiler = seen.query.get_compiler(connection=connection)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return None
        places = {_bound(mark): number for number, mark in enumerate(marks)}
        slots = tuple((place, places[param]) for place, param in enumerate(params) if _plain(param) in places)
        rest = [sql, *(str(param) for param in params if _plain(param) not in places)]
        if any(text in part for mark in marks for text in _texts(mark) for part in rest):
            raise TypeError(f"a value is no parameter: {sql}")
        constants = list(params)
        for place, _ in slots:
            constants[place] = None
        columns = [column for column, *_ in compiler.select]
        names = tuple(alias or column.target.name for column, _, alias in compiler.select)
        return _Made(sql, tuple(constants), slots, compiler, compiler.get_converters(columns), names)


def _texts(mark: Value) -> set[str]:
    return {str(mark), mark.hex} if isinstance(mark, UUID) else {str(mark)}


def _plain(param: Any) -> Any:
    return param if isinstance(param, (str, int, UUID)) else None
