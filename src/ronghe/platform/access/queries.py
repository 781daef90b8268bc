"""What a person is at an instant."""

import hashlib
from datetime import datetime
from typing import Any

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
    if not person.is_active:
        return Actor(person.pk, person.username)
    alive = Q(department__ended__isnull=True) | Q(department__ended__gt=at)
    own = Membership.objects.filter(_now(at) & alive, person=person)
    held = [Held(Role(membership.role), membership.department_id) for membership in own]
    lent = Delegation.objects.filter(_now(at), to=person, membership__person__is_active=True)
    lent = lent.filter(Q(ended__isnull=True) | Q(ended__gt=at), Q(membership__since__lte=at))
    lent = lent.filter(Q(membership__until__isnull=True) | Q(membership__until__gt=at))
    for one in lent.select_related("membership__person"):
        membership = one.membership
        held.append(
            Held(Role(membership.role), membership.department_id, membership.person_id, membership.person.username)
        )
    return Actor(person.pk, person.username, tuple(held))


def digest_of(secret: str) -> str:
    """What is kept of a token: it has 256 random bits, so that a fast digest is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_by_token(secret: str, at: datetime) -> Actor | None:
    """The program's actor, None for a token that is unknown, revoked or past its time."""
    token = Token.objects.select_related("person").filter(digest=digest_of(secret)).first()
    if token is None or token.expires <= at or (token.revoked is not None and token.revoked <= at):
        return None
    actor = actor_of(token.person, at)
    return Actor(actor.person, actor.person_name, actor.held, frozenset(token.scopes))


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
