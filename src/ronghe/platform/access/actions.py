"""Give and take roles, stand in for somebody, make and revoke tokens."""

import secrets
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import transaction

from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.queries import digest_of
from ronghe.platform.access.roles import ADMINISTRATORS, Role
from ronghe.platform.access.rules import Actor, check_role_belongs, check_roles_together
from ronghe.platform.access.start import check_password
from ronghe.platform.audit.actions import record
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError, Refused, UsageError

__all__ = [
    "LONGEST_TOKEN",
    "SCOPES",
    "add_person",
    "change_password",
    "change_person",
    "drop_second_factor",
    "end_delegation",
    "end_membership",
    "give_role",
    "make_token",
    "reset_password",
    "reset_second_factor",
    "revoke_token",
    "stand_in",
    "switch_off",
    "switch_on",
]

SCOPES = (
    "catalogue.read",
    "catalogue.write",
    "requests.read",
    "requests.write",
    "data.read",
    "index.read",
    "index.write",
    "notices.read",
    "webhooks.write",
    "audit.read",
    "people.read",
    "people.write",
    "jobs.read",
    "jobs.write",
)
LONGEST_TOKEN = timedelta(days=366)


def _check_administrator(by: Actor, role: Role) -> None:
    if not by.anywhere(role):
        raise Refused("platform.role_missing", role=role.value)


def add_person(
    *, by: Actor, at: datetime, username: str, name: str, email: str = "", password: str | None = None
) -> Person:
    """A new person, without any role; the system administrator's work. Nobody signs in before there is a password."""
    _check_administrator(by, Role.SYSTEM_ADMINISTRATOR)
    with transaction.atomic():
        person = Person(username=username, name=name, email=email)
        if password is not None:
            check_password(password, person)
        person.take_password(password)
        _clean(person)
        person.save()
        record(by=by, at=at, action="person.added", subject_kind="person", subject=person.pk, facts={"name": username})
    return person


def change_person(
    *, by: Actor, at: datetime, person: Person, name: str | None = None, email: str | None = None
) -> Person:
    """Another name or mail address, None for one that stays; the system administrator's work. The trail says which of
    them changed, not what they were."""
    _check_administrator(by, Role.SYSTEM_ADMINISTRATOR)
    with transaction.atomic():
        kept = Person.objects.select_for_update().get(pk=person.pk)
        given = {"name": name, "email": email}
        changed = [what for what, value in given.items() if value not in (None, getattr(kept, what))]
        for what in changed:
            setattr(kept, what, given[what])
        _clean(kept, exclude={"password"})
        if changed:
            kept.save(update_fields=changed)
            facts = {"name": kept.username, "changed": changed}
            record(by=by, at=at, action="person.changed", subject_kind="person", subject=kept.pk, facts=facts)
    return kept


def _clean(person: Person, exclude: Collection[str] = ()) -> None:
    # Neither control characters nor those that nobody sees, by which two names would look the same.
    if not (person.username.isprintable() and person.name.isprintable()) or person.username != person.username.strip():
        raise InputError("platform.field_value", name="username", value=ascii(person.username)[:40])
    try:
        person.full_clean(exclude=exclude)
    except ValidationError as fault:
        name = next(iter(fault.message_dict))
        if any(one.code == "unique" for one in fault.error_dict.get("username", ())):
            raise InputError("platform.username_taken", name=person.username) from fault
        raise InputError("platform.field_value", name=name, value=getattr(person, name, "")) from fault


def switch_off(*, by: Actor, at: datetime, person: Person) -> None:
    """From now on the person cannot sign in and none of their roles counts, lent ones included."""
    _check_administrator(by, Role.SYSTEM_ADMINISTRATOR)
    with transaction.atomic():
        person.is_active = False
        person.save(update_fields=["is_active"])
        person.end_sessions()
        Token.objects.filter(person=person, revoked__isnull=True).update(revoked=at)
        record(by=by, at=at, action="person.switched_off", subject_kind="person", subject=person.pk)


def switch_on(*, by: Actor, at: datetime, person: Person) -> None:
    """Let somebody who was switched off come back, as a new person would: without a password and without roles, which
    are given anew by those whose work that is. The system administrator's work; Refused for whoever is not off."""
    _check_administrator(by, Role.SYSTEM_ADMINISTRATOR)
    with transaction.atomic():
        back = Person.objects.select_for_update().get(pk=person.pk)
        if back.is_active:
            raise Refused("platform.person_on")
        for membership in Membership.objects.filter(person=back).exclude(until__lte=at):
            _end(by, at, membership)
        Delegation.objects.filter(to=back, ended__isnull=True).update(ended=at)
        back.set_unusable_password()
        back.is_active = True
        back.save(update_fields=["password", "is_active"])
        record(by=by, at=at, action="person.switched_on", subject_kind="person", subject=back.pk)


def change_password(*, by: Actor, at: datetime, old: str, new: str) -> Person:
    """A new password of one's own; every session but the one that asks ends. Refused for a wrong old one, InputError
    for the same one again, which whoever gave it would know."""
    person = Person.objects.get(pk=by.person)
    if by.scopes is not None or not person.check_password(old):
        raise Refused("platform.password_wrong")
    if new == old:
        raise InputError("platform.password_same")
    check_password(new, person)
    with transaction.atomic():
        person.set_password(new)
        person.password_given = False
        person.save(update_fields=["password", "password_given"])
        record(by=by, at=at, action="person.password_set", subject_kind="person", subject=person.pk)
    return person


def reset_password(*, by: Actor, at: datetime, person: Person, password: str) -> None:
    """A new password for somebody who lost theirs; every session of theirs ends, they are told, and the password is to
    be changed at the next sign-in. The system administrator's work.

    Refused for themselves, who name the old one, and for the other administrators: whoever runs the machine lets them
    in, so that none of the three gets into another's account.
    """
    _check_administrator(by, Role.SYSTEM_ADMINISTRATOR)
    if person.pk == by.person or ADMINISTRATORS.intersection(_roles_at(person, at)):
        raise Refused("platform.own_password")
    check_password(password, person)
    with transaction.atomic():
        person.take_password(password)
        person.save(update_fields=["password", "password_given"])
        record(by=by, at=at, action="person.password_set", subject_kind="person", subject=person.pk)


def reset_second_factor(*, by: Actor, at: datetime, person: Person) -> None:
    """Let somebody who lost their device sign in by their password alone, until they turn on another one.

    The security administrator's work, and never for themselves: the system administrator gives passwords, so that
    neither of the two gets into somebody's account alone.
    """
    _check_administrator(by, Role.SECURITY_ADMINISTRATOR)
    if person.pk == by.person:
        raise Refused("platform.own_factor")
    drop_second_factor(by=by, at=at, person=person)


def drop_second_factor(*, by: Actor, at: datetime, person: Person, though_behind: bool = False) -> None:
    """Remove the device and the recovery codes, and end every session; InputError where there are none."""
    with transaction.atomic():
        gone, _ = Authenticator.objects.filter(user=person).delete()
        if not gone:
            raise InputError("platform.factor_missing", name=person.username)
        person.end_sessions()
        record(
            by=by,
            at=at,
            action="person.factor_reset",
            subject_kind="person",
            subject=person.pk,
            though_behind=though_behind,
        )


def _roles_at(person: Person, at: datetime) -> Iterable[Role]:
    held = Membership.objects.filter(person=person).exclude(until__lte=at)
    return [Role(role) for role in held.values_list("role", flat=True)]


def _lent_to(person: Person, at: datetime) -> Iterable[Role]:
    """The roles in which the person stands in for others, or will."""
    lent = Delegation.objects.filter(to=person, until__gt=at, ended__isnull=True).exclude(membership__until__lte=at)
    return [Role(role) for role in lent.values_list("membership__role", flat=True)]


def give_role(
    *, by: Actor, at: datetime, person: Person, department: Department, role: Role, until: datetime | None = None
) -> Membership:
    """Give a role; the security administrator's work, and never to themselves. Refused for roles that must be apart."""
    _check_administrator(by, Role.SECURITY_ADMINISTRATOR)
    if person.pk == by.person:
        raise Refused("platform.own_role")
    with transaction.atomic():
        # Locked, so that two roles that may not meet are not given at the same moment by two people.
        Person.objects.select_for_update().get(pk=person.pk)
        check_role_belongs(role, in_bureau=department.is_bureau)
        check_roles_together({role, *_roles_at(person, at), *_lent_to(person, at)})
        if Membership.objects.filter(person=person, department=department, role=role).exclude(until__lte=at).exists():
            raise Refused("platform.role_held")
        membership = Membership.objects.create(person=person, department=department, role=role, since=at, until=until)
        record(
            by=by,
            at=at,
            action="role.given",
            subject_kind="person",
            subject=person.pk,
            departments=[str(department.pk)],
            facts={"role": role.value, "until": until and until.isoformat()},
        )
    return membership


def end_membership(*, by: Actor, at: datetime, membership: Membership) -> None:
    """Take a role away; what was lent of it ends with it."""
    _check_administrator(by, Role.SECURITY_ADMINISTRATOR)
    with transaction.atomic():
        _end(by, at, membership)


def _end(by: Actor, at: datetime, membership: Membership) -> None:
    membership.until = at
    membership.save(update_fields=["until"])
    Delegation.objects.filter(membership=membership, ended__isnull=True).update(ended=at)
    record(
        by=by,
        at=at,
        action="role.ended",
        subject_kind="person",
        subject=membership.person_id,
        departments=[str(membership.department_id)],
        facts={"role": membership.role},
    )


def stand_in(
    *, by: Actor, at: datetime, membership: Membership, to: Person, since: datetime, until: datetime
) -> Delegation:
    """Let somebody stand in for oneself, in one role, for a time; administrators cannot lend theirs."""
    if membership.person_id != by.person:
        raise Refused("platform.not_own_role")
    if Role(membership.role) in ADMINISTRATORS:
        raise Refused("platform.roles_apart", roles=membership.role)
    if to.pk == by.person or until <= since:
        raise UsageError("platform.delegation_form")
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=to.pk)
        check_roles_together({Role(membership.role), *_roles_at(to, at)})
        made = Delegation.objects.create(membership=membership, to=to, since=since, until=until)
        record(
            by=by,
            at=at,
            action="role.lent",
            subject_kind="person",
            subject=to.pk,
            departments=[str(membership.department_id)],
            facts={"role": membership.role, "since": since.isoformat(), "until": until.isoformat()},
        )
    return made


def end_delegation(*, by: Actor, at: datetime, delegation: Delegation) -> None:
    """Take back what was lent; the lender and the security administrator may."""
    if delegation.membership.person_id != by.person:
        _check_administrator(by, Role.SECURITY_ADMINISTRATOR)
    with transaction.atomic():
        delegation.ended = at
        delegation.save(update_fields=["ended"])
        record(
            by=by,
            at=at,
            action="role.taken_back",
            subject_kind="person",
            subject=delegation.to_id,
            facts={"delegation": str(delegation.pk)},
        )


def make_token(*, by: Actor, at: datetime, name: str, scopes: Iterable[str], expires: datetime) -> tuple[Token, str]:
    """A token for a program of one's own: the record, and the secret, which is shown this once."""
    wanted = sorted(set(scopes))
    if by.scopes is not None:
        raise Refused("platform.scope_missing", scope="tokens")
    if not wanted or not set(wanted) <= set(SCOPES):
        raise UsageError("platform.scope_unknown", scopes=", ".join(wanted), known=", ".join(SCOPES))
    if not at < expires <= at + LONGEST_TOKEN:
        raise UsageError("platform.token_time", days=LONGEST_TOKEN.days)
    secret = f"rh_{secrets.token_urlsafe(32)}"
    with transaction.atomic():
        token = Token.objects.create(
            person_id=by.person, name=name, digest=digest_of(secret), scopes=wanted, made=at, expires=expires
        )
        record(by=by, at=at, action="token.made", subject_kind="token", subject=token.pk, facts={"scopes": wanted})
    return token, secret


def revoke_token(*, by: Actor, at: datetime, token: Token) -> None:
    """End a token at once; its owner and the security administrator may."""
    if token.person_id != by.person:
        _check_administrator(by, Role.SECURITY_ADMINISTRATOR)
    with transaction.atomic():
        token.revoked = at
        token.save(update_fields=["revoked"])
        record(by=by, at=at, action="token.revoked", subject_kind="token", subject=token.pk)
