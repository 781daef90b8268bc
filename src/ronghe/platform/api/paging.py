"""Pages of a list by cursor: the place of the last row, not its number, so that new rows shift nothing."""

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar
from uuid import UUID

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from ronghe.terms import InputError

__all__ = ["MOST", "USUAL", "after", "cut", "page_of", "place_of", "slice_of"]

MOST, USUAL = 200, 50
_SALT = "ronghe.api.cursor"
Kept = TypeVar("Kept")
Rows = QuerySet[Any, Kept]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value


def _value(row: Any, name: str) -> Any:
    """Of a row that was asked for by its values, or of an object."""
    return row[name] if isinstance(row, dict) else reduce(getattr, name.split("__"), row)


def _cursor(row: object, order: Sequence[str], listing: str) -> str:
    place = [_plain(_value(row, field.lstrip("-"))) for field in order]
    return signing.dumps([listing, place], salt=_SALT, compress=True)


def place_of(cursor: str, order: Sequence[str], listing: str) -> list[Any]:
    """The place that a cursor names; InputError for one that we did not give, or for another list."""
    try:
        said, place = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError) as fault:
        raise InputError("api.cursor_bad") from fault
    if said != listing or len(place) != len(order):
        raise InputError("api.cursor_bad")
    return list(place)


def after(order: Sequence[str], place: Sequence[Any]) -> Q:
    """The rows behind a place: equal in the first fields, behind it in the next one."""
    behind, equal = Q(pk__in=()), Q()
    for field, value in zip(order, place, strict=True):
        name = field.lstrip("-")
        behind |= equal & Q(**{f"{name}__{'lt' if field.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return behind


def page_of(
    seen: Rows[Kept], order: Sequence[str], *, listing: str, cursor: str = "", limit: int = USUAL
) -> tuple[list[Kept], str | None]:
    """A page of a list and the cursor of the next one, None after the last.

    `order` names the fields by which it is sorted, the last of which tells rows apart; `listing` names the list with
    its filters, so that a cursor of another one is refused. InputError for a cursor that we did not give.
    """
    seen = seen.order_by(*order)
    if cursor:
        try:
            seen = seen.filter(after(order, place_of(cursor, order, listing)))
        except (ValidationError, TypeError) as fault:
            raise InputError("api.cursor_bad") from fault
    return cut(list(seen[: limit + 1]), order, listing=listing, limit=limit)


def cut(rows: list[Kept], order: Sequence[str], *, listing: str, limit: int) -> tuple[list[Kept], str | None]:
    """Of the rows of a page and the one behind it: the page, and the cursor of the next one."""
    more, rows = len(rows) > limit, rows[:limit]
    return rows, _cursor(rows[-1], order, listing) if more else None


def slice_of(
    told: Sequence[Kept], *, listing: str, cursor: str = "", limit: int = USUAL
) -> tuple[Sequence[Kept], str | None]:
    """The same of a list that is computed for each call and keeps its order: the cursor is the number of the row."""
    start = place_of(cursor, ("",), listing)[0] if cursor else 0
    end = start + limit
    following = signing.dumps([listing, [end]], salt=_SALT, compress=True) if end < len(told) else None
    return told[start:end], following
