"""Choose several entries, say once what for, and ask all their owners."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.models import Version, VersionState
from ronghe.platform.catalogue.visibility import visible_versions
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.wishing import methods_for, typed_rows, wish_of
from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id
from ronghe.platform.law import beginning_of, profile
from ronghe.platform.requests.actions import new_requests, submit
from ronghe.platform.requests.models import Request
from ronghe.terms import InputError, legal_day
from ronghe.trust.access import Relation

__all__ = ["add", "cart", "remove"]

USUAL_DAYS = 365
_TYPED = ("purpose", "scenario", "legal_basis", "wanted_from", "wanted_until", "requester")


def _seen(request: Asked) -> QuerySet[Version]:
    seen = Version.objects.filter(visible_versions(request.actor), state=VersionState.PUBLISHED)
    return seen.select_related("asset__department").prefetch_related("items")


@signed_in
@require_POST
def add(request: Asked, key: UUID) -> HttpResponse:
    """Put an entry into the cart."""
    version = one(_seen(request), key)
    kept = request.session.get("cart", [])
    request.session["cart"] = [*kept, *([] if str(version.pk) in kept else [str(version.pk)])]
    return redirect("/cart")


@signed_in
@require_POST
def remove(request: Asked, key: UUID) -> HttpResponse:
    """Take an entry out of the cart."""
    request.session["cart"] = [kept for kept in request.session.get("cart", []) if kept != str(key)]
    return redirect("/cart")


def _instant(text: str, name: str) -> datetime:
    """The beginning of a legal day."""
    try:
        return beginning_of(date.fromisoformat(text), name)
    except ValueError as fault:
        raise InputError("platform.field_value", name=name, value=text) from fault


@signed_in
@require_http_methods(["GET", "POST"])
def cart(request: Asked) -> HttpResponse:
    """What was chosen with its fields, and one form for all."""
    chosen = list(_seen(request).filter(pk__in=request.session.get("cart", [])))
    today, failed = legal_day(request.now, profile().zone), Failed()
    usual = {"wanted_from": today.isoformat(), "wanted_until": (today + timedelta(days=USUAL_DAYS)).isoformat()}
    typed = {name: request.POST.get(name, usual.get(name, "")) for name in _TYPED}
    departments = Department.objects.filter(pk__in=request.actor.where(Role.ASKER))
    if request.method == "POST":
        named = departments.filter(code=typed["requester"]) if typed["requester"] else departments
        department = named.first()
        made = list[Request]()
        if tried(request, lambda: made.extend(_asked(request, chosen, typed, department)), failed):
            request.session["cart"] = []
            return redirect(f"/requests/{made[0].pk}" if len(made) == 1 else "/requests")
    shown = {
        "lines": [_line(request, version) for version in chosen],
        "relations": list(Relation),
        "typed": typed,
        "once": _once(request.POST.get("once", "")) or new_id(),
        "departments": departments,
        "failed": failed,
    }
    return render(request, "console/cart.html", shown, status=422 if failed else 200)


def _line(request: Asked, version: Version) -> dict[str, Any]:
    """An entry with what was typed about it."""
    return {
        "version": version,
        "wanted": request.POST.getlist(f"fields-{version.pk}"),
        "methods": methods_for(version),
        "method": request.POST.get(f"method-{version.pk}", ""),
        "where": typed_rows(version, request.POST),
    }


def _once(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _asked(
    request: Asked, chosen: list[Version], typed: dict[str, str], department: Department | None
) -> tuple[Request, ...]:
    if department is None:
        raise InputError("platform.field_value", name="requester", value=typed["requester"])
    made = new_requests(
        by=request.actor,
        at=request.now,
        requester=department,
        wishes=[
            (version, request.POST.getlist(f"fields-{version.pk}"), wish_of(version, request.POST))
            for version in chosen
        ],
        purpose=typed["purpose"],
        scenario=typed["scenario"],
        legal_basis=typed["legal_basis"],
        wanted_from=_instant(typed["wanted_from"], "wanted_from"),
        wanted_until=_instant(typed["wanted_until"], "wanted_until"),
        cart=_once(request.POST.get("once", "")),
    )
    for draft in made:
        submit(by=request.actor, at=request.now, request=draft, profile=profile())
    return made
