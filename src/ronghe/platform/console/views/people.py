"""Who is who: the system administrator adds people, the security administrator gives roles."""

from allauth.mfa.models import Authenticator
from django.db.models import Prefetch
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform.access import actions
from ronghe.platform.access.models import Membership, Person
from ronghe.platform.access.queries import lent_at, tokens_at
from ronghe.platform.access.roles import Role
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError

__all__ = ["change", "people"]


def _check(request: Asked) -> None:
    if not request.actor.anywhere(Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR):
        raise Http404


@signed_in
@require_GET
def people(request: Asked) -> HttpResponse:
    """People with their roles."""
    _check(request)
    return _shown(request, Failed())


def _shown(request: Asked, failed: Failed) -> HttpResponse:
    at = request.now
    lasting = Membership.objects.exclude(until__lte=at).select_related("department")
    lasting = lasting.prefetch_related(Prefetch("delegations", lent_at(at)))
    listed = Person.objects.prefetch_related(Prefetch("memberships", lasting), Prefetch("tokens", tokens_at(at)))
    shown = {
        "people": [(person, person.memberships.all()) for person in listed],
        "protected": set(Authenticator.objects.values_list("user_id", flat=True)),
        "departments": Department.objects.filter(ended__isnull=True),
        "roles": [role.value for role in Role],
        "may_add": request.actor.anywhere(Role.SYSTEM_ADMINISTRATOR),
        "may_give": request.actor.anywhere(Role.SECURITY_ADMINISTRATOR),
        "failed": failed,
    }
    return render(request, "console/people.html", shown, status=403 if failed else 200)


@signed_in
@require_POST
def change(request: Asked, name: str) -> HttpResponse:
    """Add or change a person, give a role, end one, a token or a delegation, switch somebody off, replace what was
    lost."""
    _check(request)
    failed = Failed()
    return redirect("/people") if tried(request, lambda: _changed(request, name), failed) else _shown(request, failed)


def _person(request: Asked) -> Person:
    username = request.POST.get("username", "").strip()
    found = Person.objects.filter(username=username).first()
    if found is None:
        raise InputError("platform.username_unknown", username=username)
    return found


def _changed(request: Asked, name: str) -> None:
    by, at, typed = request.actor, request.now, request.POST
    if name == "add":
        actions.add_person(
            by=by,
            at=at,
            username=typed.get("username", ""),
            name=typed.get("name", ""),
            email=typed.get("email", ""),
            password=typed.get("password", ""),
        )
    elif name == "give":
        person = _person(request)
        department = Department.objects.filter(code=typed.get("department", "")).first()
        if department is None:
            raise InputError("platform.field_value", name="department", value=typed.get("department", ""))
        if typed.get("role") not in set(Role):
            raise InputError("platform.field_value", name="role", value=typed.get("role", ""))
        actions.give_role(by=by, at=at, person=person, department=department, role=Role(typed["role"]))
    elif name in _OF_PERSON:
        _OF_PERSON[name](by=by, at=at, person=one(Person.objects.all(), typed.get("person", "")))
    elif name == "change":
        person = one(Person.objects.all(), typed.get("person", ""))
        actions.change_person(by=by, at=at, person=person, name=typed.get("name"), email=typed.get("email"))
    elif name == "password":
        actions.reset_password(by=by, at=at, person=_person(request), password=typed.get("password", ""))
    else:
        _ended(request, name)


_OF_PERSON = {"off": actions.switch_off, "on": actions.switch_on, "factor": actions.reset_second_factor}


def _ended(request: Asked, name: str) -> None:
    by, at, typed = request.actor, request.now, request.POST
    if name == "end":
        membership = one(Membership.objects.exclude(until__lte=at), typed.get("membership", ""))
        actions.end_membership(by=by, at=at, membership=membership)
    elif name == "revoke":
        actions.revoke_token(by=by, at=at, token=one(tokens_at(at), typed.get("token", "")))
    elif name == "take_back":
        actions.end_delegation(by=by, at=at, delegation=one(lent_at(at), typed.get("delegation", "")))
