"""The first three people of an installation: the administrators whom the rules want apart."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from ronghe.platform.access.models import Membership, Person
from ronghe.platform.access.roles import ADMINISTRATORS, Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.departments.models import Department
from ronghe.platform.home import INSTALLER_NAME
from ronghe.terms import InputError, Refused

__all__ = ["INSTALLER", "check_new", "check_password", "start"]

INSTALLER = Actor(UUID(int=0), INSTALLER_NAME)


def check_new() -> None:
    """Refused once anybody exists."""
    if Person.objects.exists():
        raise Refused("platform.started")


def start(*, at: datetime, bureau: str, code: str, people: Mapping[Role, tuple[str, str]]) -> None:
    """Make the bureau and its three administrators, each with user name and password.

    Refused once anybody exists: from then on the administrators add people. InputError for a password that is too weak
    or a name that is given twice.
    """
    if set(people) != ADMINISTRATORS:
        raise InputError("platform.start_three")
    if len({username for username, _ in people.values()}) < len(people):
        raise InputError("platform.start_three")
    with transaction.atomic():
        check_new()
        department = Department.objects.create(code=code, name=bureau, is_bureau=True)
        for role, (username, password) in sorted(people.items()):
            person = Person(username=username, name=username)
            check_password(password, person)
            # One person types all three: each is to be known to its owner alone before it opens anything.
            person.take_password(password)
            person.save()
            Membership.objects.create(person=person, department=department, role=role, since=at)
            record(
                by=INSTALLER,
                at=at,
                action="person.added",
                subject_kind="person",
                subject=person.pk,
                departments=[str(department.pk)],
                facts={"name": username, "role": role.value},
            )


def check_password(password: str, person: Person) -> None:
    """InputError for a password that the rules do not let through."""
    from django.contrib.auth.password_validation import validate_password

    try:
        validate_password(password, person)
    except ValidationError as fault:
        raise InputError("platform.password_weak", least=12) from fault
