"""The departments of the city: who takes part, under whom, in how many steps each answers."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from ronghe.platform.access.models import Membership
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError, Refused

__all__ = ["add_department", "change_department", "end_department"]


def add_department(
    *, by: Actor, at: datetime, code: str, name: str, parent: Department | None = None, approval_steps: int = 1
) -> Department:
    """A department that takes part from now on; the system administrator's work."""
    _check_system_administrator(by)
    department = Department(code=code.strip(), name=name.strip(), parent=parent, approval_steps=approval_steps)
    with transaction.atomic():
        _keep(department)
        _entry(by, at, "added", department)
    return department


def change_department(
    *, by: Actor, at: datetime, department: Department, name: str, parent: Department | None, approval_steps: int
) -> Department:
    """Rename a department, put it below another one, or let it answer in more or fewer steps.

    Refused for a place below itself.
    """
    _check_system_administrator(by)
    with transaction.atomic():
        now = Department.objects.select_for_update().get(pk=department.pk)
        above = parent
        while above is not None:
            if above.pk == now.pk:
                raise Refused("platform.department_below_itself", name=now.name)
            above = above.parent
        now.name, now.parent, now.approval_steps = name.strip(), parent, approval_steps
        _keep(now)
        _entry(by, at, "changed", now, steps=approval_steps, parent=parent and parent.code)
    return now


def end_department(*, by: Actor, at: datetime, department: Department) -> Department:
    """From now on nobody has a role in it; what it did keeps its name. Refused for the bureau."""
    _check_system_administrator(by)
    if department.is_bureau:
        raise Refused("platform.department_bureau")
    with transaction.atomic():
        department.ended = at
        department.save(update_fields=["ended"])
        Membership.objects.filter(department=department, until__isnull=True).update(until=at)
        _entry(by, at, "ended", department)
    return department


def _check_system_administrator(by: Actor) -> None:
    if not by.anywhere(Role.SYSTEM_ADMINISTRATOR):
        raise Refused("platform.role_missing", role=Role.SYSTEM_ADMINISTRATOR.value)


def _keep(department: Department) -> None:
    """Save it; InputError naming the first field whose value cannot be kept."""
    try:
        department.full_clean()
    except ValidationError as fault:
        name = next(iter(fault.message_dict))
        if any(one.code == "unique" for one in fault.error_dict[name]):
            raise InputError("platform.department_taken", value=getattr(department, name)) from fault
        raise InputError("platform.field_value", name=name, value=getattr(department, name, "")) from fault
    department.save()


def _entry(by: Actor, at: datetime, action: str, department: Department, **facts: object) -> None:
    record(
        by=by,
        at=at,
        action=f"department.{action}",
        subject_kind="department",
        subject=department.pk,
        departments=[str(department.pk)],
        facts={"code": department.code, "name": department.name, **facts},
    )
