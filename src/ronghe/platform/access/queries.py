"""What a person is at an instant."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, Held
from ronghe.platform.departments.models import Department

__all__ = ["actor_by_token", "actor_of", "digest_of", "holders_of", "people_at", "people_with"]


def _now(at: datetime) -> Q:
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def actor_of(person: Person, at: datetime) -> Actor:
    """The person with the roles that count at `at`: none of somebody switched off, none in a department that ended."""
    held = _held(person.pk, at) if person.is_active else ()
    return Actor(person.pk, person.username, held)


def _held(person: UUID, at: datetime) -> tuple[Held, ...]:
    """The roles of somebody who is active, then the lent ones.

    Asked at every call, so the queries are plain: making a query of many conditions takes longer than answering it, and
    nobody has many rows here.
    """
    own = Membership.objects.filter(person=person).values_list(
        "role", "department_id", "since", "until", "department__ended"
    )
    held = [
        Held(Role(role), department)
        for role, department, since, until, ended in own
        if since <= at and not _past(until, at) and not _past(ended, at)
    ]
    lent = Delegation.objects.filter(to=person, until__gt=at).values_list(
        "since",
        "ended",
        "membership__since",
        "membership__until",
        "membership__role",
        "membership__department_id",
        "membership__person_id",
        "membership__person__username",
        "membership__person__is_active",
    )
    for since, ended, begun, until, role, department, principal, name, active in lent:
        if active and max(since, begun) <= at and not _past(ended, at) and not _past(until, at):
            held.append(Held(Role(role), department, principal, name))
    return tuple(held)


def _past(end: datetime | None, at: datetime) -> bool:
    return end is not None and end <= at


def digest_of(secret: str) -> str:
    """What is kept of a token: it has 256 random bits, so that a fast digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_by_token(secret: str, at: datetime) -> Actor | None:
    """The program's actor, None for a token that is unknown, revoked or past its time."""
    found = Token.objects.filter(digest=digest_of(secret)).values_list(
        "expires", "revoked", "scopes", "person_id", "person__username", "person__is_active"
    )
    for expires, revoked, scopes, person, username, active in found:
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


def people_with(at: datetime, department: Department | None, *roles: Role) -> list[Person]:
    """Who has one of the roles at `at`, in the department or (None) anywhere, and who stands in for them."""
    held = Membership.objects.filter(_now(at), role__in=roles, person__is_active=True)
    if department is not None:
        held = held.filter(department=department)
    lent = Delegation.objects.filter(_now(at), membership__in=held).filter(Q(ended__isnull=True) | Q(ended__gt=at))
    either = Q(pk__in=held.values("person")) | Q(pk__in=lent.values("to"))
    return list(Person.objects.filter(either, is_active=True).order_by("username"))
