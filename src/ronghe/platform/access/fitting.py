"""What a column of text holds on both databases: PostgreSQL refuses what is too long, SQLite would keep it.

So what is kept here can be restored there, and nobody is told otherwise on one of the two.
"""

from functools import cache
from typing import Any

from django.db.models import CharField, Model, TextField
from django.db.models.signals import pre_save

from ronghe.terms import InputError

__all__ = ["hold_texts_to_their_columns"]


@cache
def _texts(model: type[Model]) -> tuple[tuple[str, int | None], ...]:
    """The columns of text by name, with how many characters they hold."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - public API
    return tuple((field.attname, field.max_length) for field in fields if isinstance(field, CharField | TextField))


def _check(sender: type[Model], instance: Model, **_: Any) -> None:
    if not sender.__module__.startswith("ronghe."):
        return
    for name, most in _texts(sender):
        value = instance.__dict__.get(name)
        if isinstance(value, str) and ("\0" in value or len(value) > (most or len(value))):
            raise InputError("platform.field_value", name=name, value=value[:40].replace("\0", "\ufffd"))


def hold_texts_to_their_columns() -> None:
    """From now on, whoever saves."""
    pre_save.connect(_check)
