"""Endings of departments, roles, delegations, tokens and people, done again from the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q

from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.audit.replaying import replays
from ronghe.platform.departments.models import Department


@replays("person.switched_off")
def switched_off(body: Mapping[str, Any], at: datetime) -> None:
    """Whoever was switched off stays out."""
    Person.objects.filter(pk=body["subject"]).update(is_active=False)
    Token.objects.filter(person=body["subject"], revoked__isnull=True).update(revoked=at)


@replays("person.password_set")
def password_set(body: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001 - the port's signature
    """The password before must not come back, and the one after is not known: a new one has to be set."""
    for person in Person.objects.filter(pk=body["subject"]):
        person.set_unusable_password()
        person.save(update_fields=["password"])


@replays("person.factor_off", "person.factor_reset")
def factor_reset(body: Mapping[str, Any], at: datetime) -> None:  # noqa: ARG001 - the port's signature
    """A device that was lost opens nothing again."""
    Authenticator.objects.filter(user=body["subject"]).delete()


@replays("role.ended")
def role_ended(body: Mapping[str, Any], at: datetime) -> None:
    """The role ends where it was taken away, with what was lent of it."""
    held = Membership.objects.filter(
        Q(until__isnull=True) | Q(until__gt=at),
        person=body["subject"],
        role=body["facts"]["role"],
        department__in=body["departments"],
    )
    Delegation.objects.filter(membership__in=held, ended__isnull=True).update(ended=at)
    held.update(until=at)


@replays("department.ended")
def department_ended(body: Mapping[str, Any], at: datetime) -> None:
    """Nobody has a role there again."""
    Department.objects.filter(pk=body["subject"], ended__isnull=True).update(ended=at)
    Membership.objects.filter(department=body["subject"], until__isnull=True).update(until=at)


@replays("role.taken_back")
def taken_back(body: Mapping[str, Any], at: datetime) -> None:
    """What was lent ends."""
    Delegation.objects.filter(pk=body["facts"]["delegation"], ended__isnull=True).update(ended=at)


@replays("token.revoked")
def token_revoked(body: Mapping[str, Any], at: datetime) -> None:
    """The token stays dead."""
    Token.objects.filter(pk=body["subject"], revoked__isnull=True).update(revoked=at)
