"""Forms that calls and answers share: texts that can be kept, short names of departments, pages."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from ninja import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.api.paging import MOST, USUAL, page_of
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError

__all__ = [
    "Code",
    "Free",
    "Given",
    "Limit",
    "Named",
    "Note",
    "Page",
    "Place",
    "Reason",
    "Schema",
    "Short",
    "Words",
    "department_of",
    "listed",
    "my_department",
    "named",
    "named_person",
]

Row = TypeVar("Row")
Kept = TypeVar("Kept")


def _kept(text: str) -> str:
    """A text that every database keeps: no NUL, no half of a character."""
    if "\x00" in text or (not text.isascii() and any(0xD800 <= ord(sign) <= 0xDFFF for sign in text)):
        raise ValueError("text")
    return text


def _fit(told: dict[str, Any]) -> dict[str, Any]:
    """The same of every text within, and no number that JSON has no word for."""
    left: list[tuple[Any, int]] = [(told, 0)]
    while left:
        value, depth = left.pop()
        if depth > DEEPEST:
            raise ValueError("depth")
        if isinstance(value, dict):
            left += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            left += [(part, depth + 1) for part in value]
        elif isinstance(value, str):
            if len(_kept(value)) > LONGEST:
                raise ValueError("length")
        elif (isinstance(value, int) and abs(value) >= LARGEST) or (isinstance(value, float) and not isfinite(value)):
            raise ValueError("number")
    return told


DEEPEST, LONGEST, LARGEST = 32, 1_000, 2**63
"""Of what a rule or an obligation says: levels, signs of a text, and a number that every database keeps."""
Free = Annotated[dict[str, Any], AfterValidator(_fit)]
"""A rule or an obligation in words that only its reader knows."""
Words = Annotated[str, AfterValidator(_kept)]
Short = Annotated[Words, Field(min_length=1, max_length=100)]
Note = Annotated[Words, Field(max_length=300)]
Reason = Annotated[Words, Field(min_length=1, max_length=1_000)]
Code = Annotated[Words, Field(min_length=1, max_length=64)]
Place = Annotated[str, Query("", description="the `next` of the page before", max_length=1_000)]
Limit = Annotated[int, Query(USUAL, ge=1, le=MOST)]


class Schema(BaseModel):
    """What an answer holds: made of plain values, so that the framework's own, which reads objects, is not needed."""


class Given(BaseModel):
    """The body of a call: a field that it does not have is refused (threat 2)."""

    model_config = ConfigDict(extra="forbid")


class Named(Schema):
    """A department."""

    code: str
    name: str


class Page(Schema, Generic[Row]):
    """Rows, and the cursor of the page behind them: null after the last."""

    rows: list[Row]
    next: str | None

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """What the schema calls a page of these rows."""
        return f"{params[0].__name__}Page"


def named(department: Department | None) -> dict[str, str] | None:
    """A department as answers have it."""
    return None if department is None else {"code": department.code, "name": department.name}


def department_of(code: str, field: str = "department") -> Department:
    """The department of a code; InputError for none."""
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise InputError("platform.field_value", name=field, value=code)
    return found


def my_department(actor: Actor, code: str, *roles: Role) -> Department:
    """The department of this code in which the actor has one of the roles; InputError for any other, as if there were
    none."""
    found = Department.objects.filter(code=code, pk__in=actor.where(*roles)).first()
    if found is None:
        raise InputError("platform.field_value", name="department", value=code)
    return found


def named_person(username: str, field: str = "username") -> Person:
    """The person of a user name; InputError for nobody."""
    found = Person.objects.filter(username=username).first()
    if found is None:
        raise InputError("platform.field_value", name=field, value=username)
    return found


def listed(
    seen: QuerySet[Any, Kept],
    order: Sequence[str],
    shown: Callable[[Kept], dict[str, Any]],
    *,
    listing: str,
    cursor: str,
    limit: int,
) -> dict[str, Any]:
    """A page of a list, each row as `shown` says."""
    rows, following = page_of(seen, order, listing=listing, cursor=cursor, limit=limit)
    return {"rows": [shown(row) for row in rows], "next": following}
