"""Departments, people and their roles; oneself."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.contrib.auth import update_session_auth_hash
from django.http import Http404
from ninja import Router
from pydantic import Field

from ronghe.platform.access import actions, organization
from ronghe.platform.access.models import Membership, Person
from ronghe.platform.access.queries import people_at
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
)
from ronghe.platform.departments.models import Department
from ronghe.platform.law import beginning_of
from ronghe.platform.queries import one

__all__ = ["check_there", "known_person", "router"]

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


class Memberships(Schema):
    """One's own roles."""

    memberships: list[MembershipShown]


def check_there(request: Asked, *roles: Role) -> None:
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
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    seen = Department.objects.select_related("parent")
    return listed(seen, ("code",), _department, listing="departments", cursor=cursor, limit=limit)


@call(router, "POST", "/departments", scope="people.write", gives=DepartmentShown, status=201)
def add_department(request: Asked, given: GivenDepartment) -> dict[str, Any]:
    """A department that takes part from now on."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    said = {**given.model_dump(), "parent": department_of(given.parent, "parent") if given.parent else None}
    return _department(organization.add_department(by=request.actor, at=request.now, **said))


@call(router, "PUT", "/departments/{code}", scope="people.write", gives=DepartmentShown)
def change_department(request: Asked, code: str, given: GivenPlace) -> dict[str, Any]:
    """Rename a department, put it below another one, or let it answer in more or fewer steps."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise Http404
    said = {**given.model_dump(), "parent": department_of(given.parent, "parent") if given.parent else None}
    return _department(organization.change_department(by=request.actor, at=request.now, department=found, **said))


@call(router, "POST", "/departments/{code}/end", scope="people.write", gives=DepartmentShown)
def end_department(request: Asked, code: str) -> dict[str, Any]:
    """From now on nobody has a role in it."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    found = Department.objects.filter(code=code).first()
    if found is None:
        raise Http404
    return _department(organization.end_department(by=request.actor, at=request.now, department=found))


@call(router, "GET", "/people", scope="people.read", gives=People)
def list_people(request: Asked) -> dict[str, Any]:
    """Everybody with their own roles."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)
    return {"people": people_at(request.now)}


@call(router, "POST", "/people", scope="people.write", gives=PersonShown, status=201, repeatable=False)
def add_person(request: Asked, given: GivenPerson) -> dict[str, Any]:
    """A new person without any role."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    made = actions.add_person(by=request.actor, at=request.now, **given.model_dump())
    return {"username": made.username, "name": made.name, "active": True, "last_sign_in": None, "roles": []}


def known_person(username: str) -> Person:
    """The person of that name; 404 for one that is not there."""
    found = Person.objects.filter(username=username).first()
    if found is None:
        raise Http404
    return found


def _shown(request: Asked, username: str) -> dict[str, Any]:
    return next(person for person in people_at(request.now) if person["username"] == username)


@call(router, "POST", "/people/{username}", scope="people.write", gives=PersonShown)
def change_person(request: Asked, username: str, given: GivenWho) -> dict[str, Any]:
    """Change somebody's name or mail address; what is left out stays."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    actions.change_person(by=request.actor, at=request.now, person=known_person(username), **given.model_dump())
    return _shown(request, username)


@call(router, "POST", "/people/{username}/off", scope="people.write", gives=PersonShown)
def switch_person_off(request: Asked, username: str) -> dict[str, Any]:
    """From now on the person cannot sign in and their tokens are dead."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    actions.switch_off(by=request.actor, at=request.now, person=known_person(username))
    return _shown(request, username)


@call(router, "POST", "/people/{username}/on", scope="people.write", gives=PersonShown)
def switch_person_on(request: Asked, username: str) -> dict[str, Any]:
    """Somebody who was switched off comes back, without a password and without roles: they are given anew."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    actions.switch_on(by=request.actor, at=request.now, person=known_person(username))
    return _shown(request, username)


@call(router, "POST", "/people/{username}/password", scope="people.write", gives=PersonShown, repeatable=False)
def reset_password(request: Asked, username: str, given: GivenPassword) -> dict[str, Any]:
    """A new password for somebody who lost theirs; their sessions end, they are told, and they change it at the next
    sign-in. Refused for oneself and for administrators."""
    check_there(request, Role.SYSTEM_ADMINISTRATOR)
    actions.reset_password(by=request.actor, at=request.now, person=known_person(username), password=given.password)
    return _shown(request, username)


@call(router, "POST", "/people/{username}/factor-reset", scope="people.write", gives=PersonShown)
def reset_second_factor(request: Asked, username: str) -> dict[str, Any]:
    """Take away the second factor of a lost device; their sessions end. Refused for oneself."""
    check_there(request, Role.SECURITY_ADMINISTRATOR)
    actions.reset_second_factor(by=request.actor, at=request.now, person=known_person(username))
    return _shown(request, username)


def _membership(one_of: Membership) -> dict[str, Any]:
    names = ("role", "since", "until")
    where = {"username": one_of.person.username, "department": one_of.department.code}
    return {"id": one_of.pk, **where, **{name: getattr(one_of, name) for name in names}}


@call(router, "POST", "/people/{username}/roles", scope="people.write", gives=MembershipShown, status=201)
def give_role(request: Asked, username: str, given: GivenRole) -> dict[str, Any]:
    """Give a role; refused for roles that must be apart, and to oneself."""
    check_there(request, Role.SECURITY_ADMINISTRATOR)
    until = beginning_of(given.until, "until") if given.until else None
    made = actions.give_role(
        by=request.actor,
        at=request.now,
        person=known_person(username),
        department=department_of(given.department),
        role=given.role,
        until=until,
    )
    return _membership(made)


@call(router, "POST", "/memberships/{uuid:key}/end", scope="people.write", gives=MembershipShown)
def end_membership(request: Asked, key: UUID) -> dict[str, Any]:
    """Take a role away; what was lent of it ends with it."""
    check_there(request, Role.SECURITY_ADMINISTRATOR)
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
