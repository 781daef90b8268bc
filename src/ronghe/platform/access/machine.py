"""What whoever runs the machine may do about people: nothing that the three administrators do, except to let one in.

They hold the files of the installation and could do worse; here it leaves an entry, and roles stay with the security
administrator.
"""

import getpass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ronghe.platform.access.actions import drop_second_factor
from ronghe.platform.access.models import Membership, Person, Token
from ronghe.platform.access.queries import holders_of
from ronghe.platform.access.roles import ADMINISTRATORS, Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.access.start import check_password
from ronghe.platform.audit.actions import record
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError, Refused

__all__ = ["at_the_machine", "forget_factor", "let_in", "person_named", "set_password", "shut_out"]


def at_the_machine() -> Actor:
    """Whoever runs the command, by their name on the machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):
        name = "?"
    return Actor(UUID(int=0), f"machine:{name}"[:64])


def person_named(username: str) -> Person:
    """The person of this user name; InputError for nobody."""
    person = Person.objects.filter(username=username).first()
    if person is None:
        raise InputError("platform.person_missing", name=username)
    return person


def set_password(*, by: Actor, at: datetime, person: Person, password: str) -> None:
    """A new password for somebody who lost theirs; it ends their sessions and is to be changed at the next sign-in."""
    check_password(password, person)
    with transaction.atomic():
        person.take_password(password)
        person.save(update_fields=["password", "password_given"])
        record(by=by, at=at, action="person.password_set", subject_kind="person", subject=person.pk, though_behind=True)


def shut_out(*, by: Actor, at: datetime, person: Person) -> None:
    """As switching off by the system administrator, at once and from the machine."""
    with transaction.atomic():
        person.is_active = False
        person.save(update_fields=["is_active"])
        person.end_sessions()
        Token.objects.filter(person=person, revoked__isnull=True).update(revoked=at)
        record(by=by, at=at, action="person.switched_off", subject_kind="person", subject=person.pk, though_behind=True)


def forget_factor(*, by: Actor, at: datetime, person: Person) -> None:
    """As the reset by the security administrator, for the one who lost their own."""
    drop_second_factor(by=by, at=at, person=person, though_behind=True)


def let_in(*, by: Actor, at: datetime, username: str, password: str, role: Role) -> Person:
    """A new administrator where none of that role is left; Refused while there is one.

    Nobody else could make one: the role is given by the security administrator, and people are added by the system
    administrator.
    """
    if role not in ADMINISTRATORS:
        raise Refused("platform.machine_roles")
    with transaction.atomic():
        left = holders_of(role, at)
        if left:
            raise Refused("platform.administrator_left", name=left[0].username)
        if Person.objects.filter(username=username).exists():
            raise InputError("platform.field_value", name="username", value=username)
        bureau = Department.objects.filter(is_bureau=True).first()
        if bureau is None:
            raise InputError("platform.not_started")
        person = Person(username=username, name=username)
        check_password(password, person)
        person.take_password(password)
        person.save()
        Membership.objects.create(person=person, department=bureau, role=role, since=at)
        record(
            by=by,
            at=at,
            action="person.added",
            subject_kind="person",
            subject=person.pk,
            departments=[str(bureau.pk)],
            facts={"name": username, "role": role.value},
            though_behind=True,
        )
    return person
