"""The departments of the city, which the system administrator adds, moves and ends."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform.access import organization
from ronghe.platform.access.roles import Role
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError

__all__ = ["change", "departments"]


def _check(request: Asked) -> None:
    if not request.actor.anywhere(Role.SYSTEM_ADMINISTRATOR):
        raise Http404


@signed_in
@require_GET
def departments(request: Asked) -> HttpResponse:
    """Everybody who takes part, and who once did."""
    _check(request)
    return _shown(request, Failed())


def _shown(request: Asked, failed: Failed) -> HttpResponse:
    listed = Department.objects.select_related("parent").order_by("code")
    return render(request, "console/departments.html", {"departments": listed, "failed": failed})


@signed_in
@require_POST
def change(request: Asked, name: str) -> HttpResponse:
    """Add a department, change one, end one."""
    _check(request)
    failed = Failed()
    if tried(request, lambda: _changed(request, name), failed):
        return redirect("/departments")
    answer = _shown(request, failed)
    answer.status_code = 422
    return answer


def _changed(request: Asked, name: str) -> None:
    by, at, typed = request.actor, request.now, request.POST
    if name == "end":
        organization.end_department(by=by, at=at, department=_named(request))
        return
    parent = Department.objects.filter(code=typed.get("parent", "")).first()
    steps = typed.get("approval_steps", "1")
    if not steps.isascii() or not steps.isdigit() or len(steps) > 1:
        raise InputError("platform.field_value", name="approval_steps", value=steps)
    given: dict[str, Any] = {
        "by": by,
        "at": at,
        "name": typed.get("name", ""),
        "parent": parent,
        "approval_steps": int(steps),
    }
    if name == "add":
        organization.add_department(code=typed.get("code", ""), **given)
    elif name == "change":
        organization.change_department(department=_named(request), **given)
    else:
        raise Http404


def _named(request: Asked) -> Department:
    return one(Department.objects.all(), request.POST.get("department", ""))
