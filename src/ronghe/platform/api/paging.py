"""Pages of a list by cursor: the place of the last row, not its number, so that new rows shift nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet

from ronghe.terms import InputError

__all__ = ["MOST", "USUAL", "page_of"]

MOST, USUAL = 200, 50
_SALT = "ronghe.api.cursor"
Kept = TypeVar("Kept", bound=Model)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value


def _cursor(row: Model, order: Sequence[str], listing: str) -> str:
    place = []
    for field in order:
        value: Any = row
        for part in field.lstrip("-").split("__"):
            value = getattr(value, part)
        place.append(_plain(value))
    return signing.dumps([listing, place], salt=_SALT, compress=True)


def _place(cursor: str, order: Sequence[str], listing: str) -> list[Any]:
    try:
        said, place = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError) as fault:
        raise InputError("api.cursor_bad") from fault
    if said != listing or len(place) != len(order):
        raise InputError("api.cursor_bad")
    return list(place)


def _after(order: Sequence[str], place: Sequence[Any]) -> Q:
    """The rows behind a place: equal in the first fields, behind it in the next one."""
    behind, equal = Q(pk__in=()), Q()
    for field, value in zip(order, place, strict=True):
        name = field.lstrip("-")
        behind |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return behind


def page_of(
    seen: QuerySet[Kept], order: Sequence[str], *, listing: str, cursor: str = "", limit: int = USUAL
) -> tuple[list[Kept], str | None]:
    """A page of a list and the cursor of the next one, None after the last.

    `order` names the fields by which it is sorted, the last of which tells rows apart; `listing` names the list with
    its filters, so that a cursor of another one is refused. InputError for a cursor that we did not give.
    """
    seen = seen.order_by(*order)
    if cursor:
        try:
            seen = seen.filter(_after(order, _place(cursor, order, listing)))
        except (ValidationError, TypeError) as fault:
            raise InputError("api.cursor_bad") from fault
    rows = list(seen[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, _cursor(rows[-1], order, listing) if more else None
