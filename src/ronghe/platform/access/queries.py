"""What a person is at an instant."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, Held
from ronghe.platform.audit.models import Entry
from ronghe.platform.compiled import Compiled
from ronghe.platform.departments.models import Department

__all__ = [
    "actor_by_token",
    "actor_of",
    "digest_of",
    "holders_of",
    "lent_at",
    "people_at",
    "people_with",
    "tokens_at",
    "who_did",
]


def _now(at: datetime) -> Q:
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def actor_of(person: Person, at: datetime) -> Actor:
    """The person with the roles that count at `at`: none of somebody switched off, none in a department that ended."""
    held = _held(person.pk, at) if person.is_active else ()
    return Actor(person.pk, person.username, held)


_OWN = ("role", "department_id", "department__ended", "since", "until")
_own = Compiled(lambda person: Membership.objects.filter(person=person).values_list(*_OWN))
_lent = Compiled(
    lambda person: Delegation.objects.filter(to=person).values_list(
        *(f"membership__{name}" for name in _OWN),
        "since",
        "until",
        "ended",
        "membership__person_id",
        "membership__person__username",
        "membership__person__is_active",
    )
)
_token = Compiled(
    lambda digest: Token.objects.filter(digest=digest).values_list(
        "expires", "revoked", "scopes", "person_id", "person__username", "person__is_active"
    )
)


def _held(person: UUID, at: datetime) -> tuple[Held, ...]:
    """The roles of somebody who is active, then the lent ones. Asked at every call; nobody has many rows here."""
    held = [Held(Role(role), department) for role, department, *times in _own.rows(person) if _lasts(at, *times)]
    for role, department, *times, since, until, back, principal, name, active in _lent.rows(person):
        if active and since <= at < until and not _past(back, at) and _lasts(at, *times):
            held.append(Held(Role(role), department, principal, name))
    return tuple(held)


def _lasts(at: datetime, ended: datetime | None, since: datetime, until: datetime | None) -> bool:
    """Whether a membership counts at `at`: begun, not over, in a department that has not ended."""
    return since <= at and not _past(until, at) and not _past(ended, at)


def _past(end: datetime | None, at: datetime) -> bool:
    return end is not None and end <= at


def digest_of(secret: str) -> str:
    """What is kept of a token: it has 256 random bits, so that a fast digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_by_token(secret: str, at: datetime) -> Actor | None:
    """The program's actor, None for a token that is unknown, revoked or past its time."""
    for expires, revoked, scopes, person, username, active in _token.rows(digest_of(secret)):
        if not _past(expires, at) and not _past(revoked, at):
            return Actor(person, username, _held(person, at) if active else (), frozenset(scopes))
    return None


def holders_of(role: Role, at: datetime) -> list[Person]:
    """Who has the role in their own right at `at` and can sign in, by user name."""
    held = Membership.objects.filter(_now(at), role=role, person__is_active=True)
    return list(Person.objects.filter(pk__in=held.values("person")).order_by("username"))


def people_at(at: datetime) -> list[dict[str, Any]]:
    """Everybody with their own roles at `at`, by user name, as JSON."""
    held: dict[object, list[dict[str, str]]] = {}
    for one in Membership.objects.filter(_now(at)).select_related("department").order_by("role"):
        held.setdefault(one.person_id, []).append({"role": one.role, "department": one.department.code})
    return [
        {
            "username": person.username,
            "name": person.name,
            "active": person.is_active,
            "last_sign_in": person.last_login and person.last_login.isoformat(),
            "roles": held.get(person.pk, []),
        }
        for person in Person.objects.order_by("username")
    ]


def lent_at(at: datetime) -> QuerySet[Delegation]:
    """What is lent at `at` or will be, the earliest first."""
    lent = Delegation.objects.filter(ended__isnull=True, until__gt=at)
    return lent.select_related("membership__department", "membership__person", "to").order_by("since", "pk")


def tokens_at(at: datetime) -> QuerySet[Token]:
    """The tokens that open something at `at`, newest first."""
    return Token.objects.filter(revoked__isnull=True, expires__gt=at).order_by("-made", "-pk")


def people_with(at: datetime, department: Department | None, *roles: Role) -> list[Person]:
    """Who has one of the roles at `at`, in the department or (None) anywhere, and who stands in for them."""
    there = Q(department__ended__isnull=True) | Q(department__ended__gt=at)
    held = Membership.objects.filter(_now(at), there, role__in=roles, person__is_active=True)
    if department is not None:
        held = held.filter(department=department)
    lent = Delegation.objects.filter(_now(at), membership__in=held).filter(Q(ended__isnull=True) | Q(ended__gt=at))
    either = Q(pk__in=held.values("person")) | Q(pk__in=lent.values("to"))
    return list(Person.objects.filter(either, is_active=True).order_by("username"))


def who_did(subject_kind: str, subject: object, *actions: str) -> frozenset[UUID]:
    """Who did something to a subject, as the trail has it, and in whose stead: for the separation of duty."""
    did = Entry.objects.filter(subject_kind=subject_kind, subject=str(subject), action__in=actions)
    names = {name for pair in did.values_list("person", "on_behalf_of") for name in pair if name}
    return frozenset(Person.objects.filter(username__in=names).values_list("pk", flat=True))
