"""Departments, people and their roles; oneself, whom one stands in for, and the tokens of one's programs."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.db.models import Q
from django.http import Http404
from ninja import Router
from pydantic import Field

from ronghe.platform.access import actions, organization
from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.queries import lent_at, people_at, tokens_at
from ronghe.platform.access.roles import Role
from ronghe.platform.api.calls import ANY, SESSION, Asked, call
from ronghe.platform.api.shapes import (
    Code,
    Given,
    Limit,
    Page,
    Place,
    Schema,
    Short,
    Words,
    department_of,
    listed,
    named_person,
)
from ronghe.platform.departments.models import Department
from ronghe.platform.law import beginning_of
from ronghe.platform.queries import one

__all__ = ["router"]

router = Router(tags=["people"])
Steps = Annotated[int, Field(ge=1, le=3)]


class DepartmentShown(Schema):
    """A department; one that ended stays, so that records keep their owner."""

    code: str
    name: str
    parent: str | None
    is_bureau: bool
    approval_steps: int
    ended: datetime | None


class GivenPlace(Given):
    """What a department is called, below which one it is, and in how many steps it answers."""

    name: Short
    parent: Code | None = None
    approval_steps: Steps = 1


class GivenDepartment(GivenPlace):
    """A new department."""

    code: Annotated[Words, Field(min_length=1, max_length=32)]


class RoleHeld(Schema):
    """A role in a department."""

    role: str
    department: str


class PersonShown(Schema):
    """Somebody, with their own roles."""

    username: str
    name: str
    active: bool
    last_sign_in: datetime | None
    roles: list[RoleHeld]


class People(Schema):
    """By user name."""

    people: list[PersonShown]


class GivenPerson(Given):
    """A new person; without a password they cannot sign in yet."""

    username: Annotated[Words, Field(min_length=1, max_length=64)]
    name: Short
    email: Annotated[Words, Field(max_length=254)] = ""
    password: Annotated[Words, Field(min_length=1, max_length=200)] | None = None


class GivenWho(Given):
    """What somebody is called and where mail reaches them; what is left out stays."""

    name: Short | None = None
    email: Annotated[Words, Field(max_length=254)] | None = None


class GivenPassword(Given):
    """A password, at least 12 characters that are hard to guess."""

    password: Annotated[Words, Field(min_length=1, max_length=200)]


class GivenOwnPassword(Given):
    """One's present password and the one that takes its place."""

    old: Annotated[Words, Field(min_length=1, max_length=200)]
    new: Annotated[Words, Field(min_length=1, max_length=200)]


class GivenRole(Given):
    """A role in a department, until the beginning of a legal day or for good."""

    department: Code
    role: Role
    until: date | None = None


class MembershipShown(Schema):
    """A role that somebody was given."""

    id: UUID
    username: str
    department: str
    role: str
    since: datetime
    until: datetime | None


class Me(Schema):
    """Who asks: their roles, lent ones included, and the scopes of the token; null for a session."""

    username: str
    name: str
    roles: list[dict[str, str | None]]
    scopes: list[str] | None


class TokenShown(Schema):
    """A token; its secret was shown once."""

    id: UUID
    name: str
    scopes: list[str]
    made: datetime
    expires: datetime
    revoked: datetime | None


class Tokens(Schema):
    """Somebody's tokens that open something, newest first."""

    tokens: list[TokenShown]


class TokenMade(TokenShown):
    """A new token with its secret, which is shown this once."""

    secret: str


class GivenToken(Given):
    """A token for a program: no more scopes than it needs, and the legal day on which it has ended."""

    name: Short
    scopes: Annotated[list[Words], Field(min_length=1, max_length=20)]
    expires: date


class DelegationShown(Schema):
    """One person stands in for another."""

    id: UUID
    role: str
    department: str
    person: str
    to: str
    since: datetime
    until: datetime


class Delegations(Schema):
    """What somebody lent and what was lent to them."""

    delegations: list[DelegationShown]


class GivenDelegation(Given):
    """Which of one's own roles, to whom, from one legal day until another."""

    membership: UUID
    to: Code
    since: date
    until: date


class Memberships(Schema):
    """One's own roles."""

    memberships: list[MembershipShown]


def _check(request: Asked, *roles: Role) -> None:
    """As the console: the page is not there for anybody else."""
    if not request.actor.anywhere(*roles):
        raise Http404


def _department(one_of: Department) -> dict[str, Any]:
    names = ("code", "name", "is_bureau", "approval_steps", "ended")
    parent = one_of.parent.code if one_of.parent else None
    return {"parent": parent, **{name: getattr(one_of, name) for name in names}}


@call(router, "GET", "/departments", scope="people.read", gives=Page[DepartmentShown])
def list_departments(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """Everybody who takes part, and who once did, by code."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    seen = Department.objects.select_related("parent")
    return listed(seen, ("code",), _department, listing="departments", cursor=cursor, limit=limit)


@call(router, "POST", "/departments", scope="people.write", gives=DepartmentShown, status=201)
def add_department(request: Asked, given: GivenDepartment) -> dict[str, Any]:
    """A department that takes part from now on."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    said = {**given.model_dump(), "parent": department_of(given.parent, "parent") if given.parent else None}
    return _department(organization.add_department(by=request.actor, at=request.now, **said))


@call(router, "PUT", "/departments/{code}", scope="people.write", gives=DepartmentShown)
def change_department(request: Asked, code: str, given: GivenPlace) -> dict[str, Any]:
    """Rename a department, put it below another one, or let it answer in more or fewer steps."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise Http404
    said = {**given.model_dump(), "parent": department_of(given.parent, "parent") if given.parent else None}
    return _department(organization.change_department(by=request.actor, at=request.now, department=found, **said))


@call(router, "POST", "/departments/{code}/end", scope="people.write", gives=DepartmentShown)
def end_department(request: Asked, code: str) -> dict[str, Any]:
    """From now on nobody has a role in it."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return _department(organization.end_department(by=request.actor, at=request.now, department=found))


@call(router, "GET", "/people", scope="people.read", gives=People)
def list_people(request: Asked) -> dict[str, Any]:
    """Everybody with their own roles."""
    _check(request, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
    return {"people": people_at(request.now)}


@call(router, "POST", "/people", scope="people.write", gives=PersonShown, status=201, repeatable=False)
def add_person(request: Asked, given: GivenPerson) -> dict[str, Any]:
    """A new person without any role."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    made = actions.add_person(by=request.actor, at=request.now, **given.model_dump())
    return {"username": made.username, "name": made.name, "active": True, "last_sign_in": None, "roles": []}


def _known(username: str) -> Person:
    found = Person.objects.filter(username=username).first()
    if found is None:
        raise Http404
    return found


def _shown(request: Asked, username: str) -> dict[str, Any]:
    return next(person for person in people_at(request.now) if person["username"] == username)


@call(router, "POST", "/people/{username}", scope="people.write", gives=PersonShown)
def change_person(request: Asked, username: str, given: GivenWho) -> dict[str, Any]:
    """Change somebody's name or mail address; what is left out stays."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    actions.change_person(by=request.actor, at=request.now, person=_known(username), **given.model_dump())
    return _shown(request, username)


@call(router, "POST", "/people/{username}/off", scope="people.write", gives=PersonShown)
def switch_person_off(request: Asked, username: str) -> dict[str, Any]:
    """From now on the person cannot sign in and their tokens are dead."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    actions.switch_off(by=request.actor, at=request.now, person=_known(username))
    return _shown(request, username)


@call(router, "POST", "/people/{username}/on", scope="people.write", gives=PersonShown)
def switch_person_on(request: Asked, username: str) -> dict[str, Any]:
    """Somebody who was switched off comes back, without a password and without roles: they are given anew."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    actions.switch_on(by=request.actor, at=request.now, person=_known(username))
    return _shown(request, username)


@call(router, "POST", "/people/{username}/password", scope="people.write", gives=PersonShown, repeatable=False)
def reset_password(request: Asked, username: str, given: GivenPassword) -> dict[str, Any]:
    """A new password for somebody who lost theirs; their sessions end, they are told, and they change it at the next
    sign-in. Refused for oneself and for administrators."""
    _check(request, Role.SYSTEM_ADMINISTRATOR)
    actions.reset_password(by=request.actor, at=request.now, person=_known(username), password=given.password)
    return _shown(request, username)


@call(router, "POST", "/people/{username}/factor-reset", scope="people.write", gives=PersonShown)
def reset_second_factor(request: Asked, username: str) -> dict[str, Any]:
    """Take away the second factor of a lost device; their sessions end. Refused for oneself."""
    _check(request, Role.SECURITY_ADMINISTRATOR)
    actions.reset_second_factor(by=request.actor, at=request.now, person=_known(username))
    return _shown(request, username)


def _membership(one_of: Membership) -> dict[str, Any]:
    names = ("role", "since", "until")
    where = {"username": one_of.person.username, "department": one_of.department.code}
    return {"id": one_of.pk, **where, **{name: getattr(one_of, name) for name in names}}


@call(router, "POST", "/people/{username}/roles", scope="people.write", gives=MembershipShown, status=201)
def give_role(request: Asked, username: str, given: GivenRole) -> dict[str, Any]:
    """Give a role; refused for roles that must be apart, and to oneself."""
    _check(request, Role.SECURITY_ADMINISTRATOR)
    until = beginning_of(given.until, "until") if given.until else None
    made = actions.give_role(
        by=request.actor,
        at=request.now,
        person=_known(username),
        department=department_of(given.department),
        role=given.role,
        until=until,
    )
    return _membership(made)


@call(router, "POST", "/memberships/{uuid:key}/end", scope="people.write", gives=MembershipShown)
def end_membership(request: Asked, key: UUID) -> dict[str, Any]:
    """Take a role away; what was lent of it ends with it."""
    _check(request, Role.SECURITY_ADMINISTRATOR)
    seen = Membership.objects.exclude(until__lte=request.now).select_related("person", "department")
    membership = one(seen, key)
    actions.end_membership(by=request.actor, at=request.now, membership=membership)
    return _membership(membership)


def _me(request: Asked) -> dict[str, Any]:
    actor = request.actor
    person = Person.objects.get(pk=actor.person)
    codes = dict(Department.objects.filter(pk__in=actor.departments).values_list("pk", "code"))
    held = [
        {"role": one_of.role.value, "department": codes[one_of.department], "for": one_of.principal_name or None}
        for one_of in actor.held
    ]
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    return {"username": person.username, "name": person.name, "roles": held, "scopes": scopes}


@call(router, "GET", "/me", scope=ANY, gives=Me)
def show_me(request: Asked) -> dict[str, Any]:
    """Who asks, with which roles and scopes."""
    return _me(request)


@call(router, "POST", "/me/password", scope=SESSION, gives=Me, repeatable=False, first=True)
def change_my_password(request: Asked, given: GivenOwnPassword) -> dict[str, Any]:
    """A password of one's own: before anything else where somebody else chose the present one."""
    person = actions.change_password(by=request.actor, at=request.now, old=given.old, new=given.new)
    update_session_auth_hash(request, person)
    return _me(request)


@call(router, "GET", "/me/memberships", scope=SESSION, gives=Memberships)
def list_my_memberships(request: Asked) -> dict[str, Any]:
    """One's own roles, of which one may lend some."""
    seen = Membership.objects.filter(person=request.actor.person).exclude(until__lte=request.now)
    return {"memberships": [_membership(one_of) for one_of in seen.select_related("person", "department")]}


def _token(token: Token) -> dict[str, Any]:
    return {"id": token.pk, **{name: getattr(token, name) for name in ("name", "scopes", "made", "expires", "revoked")}}


@call(router, "GET", "/tokens", scope=SESSION, gives=Page[TokenShown])
def list_tokens(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """One's own tokens, newest first."""
    seen = Token.objects.filter(person=request.actor.person)
    return listed(seen, ("-made", "-pk"), _token, listing="tokens", cursor=cursor, limit=limit)


@call(router, "POST", "/tokens", scope=SESSION, gives=TokenMade, status=201, repeatable=False)
def make_token(request: Asked, given: GivenToken) -> dict[str, Any]:
    """A token for a program of one's own; its secret is shown this once. No token makes another one."""
    made, secret = actions.make_token(
        by=request.actor,
        at=request.now,
        name=given.name,
        scopes=given.scopes,
        expires=beginning_of(given.expires, "expires"),
    )
    return {**_token(made), "secret": secret}


@call(router, "POST", "/tokens/{uuid:key}/revoke", scope=SESSION, gives=TokenShown)
def revoke_token(request: Asked, key: UUID) -> dict[str, Any]:
    """End a token at once."""
    token = one(Token.objects.filter(person=request.actor.person), key)
    actions.revoke_token(by=request.actor, at=request.now, token=token)
    return _token(token)


def _delegation(lent: Delegation) -> dict[str, Any]:
    of = lent.membership
    return {
        "id": lent.pk,
        "role": of.role,
        "department": of.department.code,
        "person": of.person.username,
        "to": lent.to.username,
        "since": lent.since,
        "until": lent.until,
    }


def _lent(request: Asked, person: UUID) -> dict[str, Any]:
    lent = lent_at(request.now).filter(Q(membership__person=person) | Q(to=person))
    return {"delegations": [_delegation(one_of) for one_of in lent]}


@call(router, "GET", "/delegations", scope=SESSION, gives=Delegations)
def list_delegations(request: Asked) -> dict[str, Any]:
    """What one lent and what was lent to one, as long as it is not over."""
    return _lent(request, request.actor.person)


@call(router, "POST", "/delegations", scope=SESSION, gives=DelegationShown, status=201)
def lend_role(request: Asked, given: GivenDelegation) -> dict[str, Any]:
    """Let somebody stand in for oneself, in one role, for a time."""
    mine = Membership.objects.filter(person=request.actor.person).select_related("department", "person")
    to = named_person(given.to, "to")
    made = actions.stand_in(
        by=request.actor,
        at=request.now,
        membership=one(mine, given.membership),
        to=to,
        since=max(request.now, beginning_of(given.since, "since")),
        until=beginning_of(given.until, "until"),
    )
    return _delegation(made)


@call(router, "POST", "/delegations/{uuid:key}/end", scope=SESSION, gives=DelegationShown)
def end_delegation(request: Asked, key: UUID) -> dict[str, Any]:
    """Take back what one lent."""
    mine = Delegation.objects.filter(membership__person=request.actor.person, ended__isnull=True)
    lent = one(mine.select_related("membership__department", "membership__person", "to"), key)
    actions.end_delegation(by=request.actor, at=request.now, delegation=lent)
    return _delegation(lent)


@call(router, "GET", "/people/{username}/tokens", scope="people.read", gives=Tokens)
def list_tokens_of(request: Asked, username: str) -> dict[str, Any]:
    """Somebody's tokens that open something, newest first."""
    _check(request, Role.SECURITY_ADMINISTRATOR)
    return {"tokens": [_token(token) for token in tokens_at(request.now).filter(person=_known(username))]}


@call(router, "POST", "/people/{username}/tokens/{uuid:key}/revoke", scope="people.write", gives=TokenShown)
def revoke_token_of(request: Asked, username: str, key: UUID) -> dict[str, Any]:
    """End somebody's token at once, such as one that leaked."""
    _check(request, Role.SECURITY_ADMINISTRATOR)
    token = one(tokens_at(request.now).filter(person=_known(username)), key)
    actions.revoke_token(by=request.actor, at=request.now, token=token)
    return _token(token)


@call(router, "GET", "/people/{username}/delegations", scope="people.read", gives=Delegations)
def list_delegations_of(request: Asked, username: str) -> dict[str, Any]:
    """What somebody lent and what was lent to them, as long as it is not over."""
    _check(request, Role.SECURITY_ADMINISTRATOR)
    return _lent(request, _known(username).pk)


@call(router, "POST", "/people/{username}/delegations/{uuid:key}/end", scope="people.write", gives=DelegationShown)
def end_delegation_of(request: Asked, username: str, key: UUID) -> dict[str, Any]:
    """Take back what somebody lent, in their stead."""
    _check(request, Role.SECURITY_ADMINISTRATOR)
    lent = one(lent_at(request.now).filter(membership__person=_known(username)), key)
    actions.end_delegation(by=request.actor, at=request.now, delegation=lent)
    return _delegation(lent)
