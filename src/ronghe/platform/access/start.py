"""The first three people of an installation: the administrators whom the rules want apart."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from ronghe.platform.access.models import Membership, Person
from ronghe.platform.access.roles import ADMINISTRATORS, Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.models import Entry
from ronghe.platform.departments.models import Department
from ronghe.platform.home import demo_mark
from ronghe.terms import InputError, Refused

__all__ = ["DEMO_MADE", "INSTALLER", "check_new", "check_password", "demo_of", "start"]

INSTALLER = Actor(UUID(int=0), "installer")
DEMO_MADE = "demo.made"
"""The entry of the trail by which a database tells that its people are made up, wherever it is taken."""


def demo_of(home: Path) -> dict[str, str] | None:
    """The `password` of a demo's people, empty where this home does not know it; None in an installation that is real.

    The database says which it is: a demo that was restored elsewhere is one, and a real city beside the mark of a demo
    that came to nothing is none.
    """
    mark = demo_mark(home)
    try:
        made = Entry.objects.filter(person=INSTALLER.person_name, action=DEMO_MADE).exists()
    except DatabaseError:
        # Then an error is being told, on a page that looks as before.
        made = bool(mark)
    # Demos of before have the mark alone.
    return {"password": mark.get("password", "")} if made or (mark and "entry" not in mark) else None


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
