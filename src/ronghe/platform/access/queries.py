"""What a person is at an instant."""

import hashlib
from datetime import datetime

from django.db.models import Q

from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, Held

__all__ = ["actor_by_token", "actor_of", "digest_of"]


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
