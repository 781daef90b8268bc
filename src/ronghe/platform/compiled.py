"""A query of Django's whose SQL is made once: of a small query, putting it into words takes most of the time."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

__all__ = ["Compiled"]


class Compiled:
    """The rows of `make(*marks).values_list(...)` for other values in the place of the marks.

    >>> _of = Compiled(lambda key: Membership.objects.filter(person=key).values_list("role"), Membership._meta.pk)
    >>> _of.rows(person.pk)

    `fields` say how each value is bound; each mark stands once, in the order of `fields`, and nothing else in the query
    is a parameter. What a value is never changes the SQL, so no None.
    """

    def __init__(self, make: Callable[..., QuerySet[Any, Any]], *fields: Any) -> None:
        self._make, self._fields = make, fields
        self._made: dict[str, tuple[str, Any, Any]] = {}
        self._lock = threading.Lock()

    def _compiled(self) -> tuple[str, Any, Any]:
        """For the database that is asked: SQL, the compiler, and how its columns are read."""
        vendor = connection.vendor
        if vendor not in self._made:
            with self._lock:
                marks = [field.to_python(_MARKS[field.get_internal_type()]) for field in self._fields]
                compiler = self._make(*marks).query.get_compiler(connection=connection)
                sql, params = compiler.as_sql()
                told = [self._bound(field, mark) for field, mark in zip(self._fields, marks, strict=True)]
                if list(params) != told:
                    raise TypeError(f"{sql}: {params}")
                converters = compiler.get_converters([column for column, *_ in compiler.select])
                self._made[vendor] = sql, compiler, converters
        return self._made[vendor]

    def _bound(self, field: Any, value: object) -> Any:
        return field.get_db_prep_value(value, connection, prepared=False)

    def rows(self, *values: object) -> Sequence[Sequence[Any]]:
        """The rows for these values."""
        sql, compiler, converters = self._compiled()
        bound = [self._bound(field, value) for field, value in zip(self._fields, values, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(sql, bound)
            found = cursor.fetchall()
        return list(compiler.apply_converters(found, converters)) if converters else found


_MARKS = {"UUIDField": "00000000-0000-4000-8000-000000000000", "CharField": "-"}
