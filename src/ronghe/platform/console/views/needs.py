"""Ask for what is not in the catalogue; announce a new collection and see what there is already."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue import needs
from ronghe.platform.catalogue.models import Asset, Demand
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.departments.models import Department
from ronghe.platform.law import profile
from ronghe.terms import InputError

__all__ = ["announcements", "change", "demands"]


def _asking(request: Asked) -> Any:
    return Department.objects.filter(pk__in=request.actor.where(Role.ASKER, Role.OFFERER))


@signed_in
@require_http_methods(["GET", "POST"])
def demands(request: Asked) -> HttpResponse:
    """Demands that one may see, and the form for a new one."""
    failed, typed = Failed(), request.POST
    mine = Department.objects.filter(pk__in=request.actor.where(Role.ASKER))
    if request.method == "POST":

        def made() -> object:
            department = mine.filter(code=typed.get("department", "")).first() or mine.first()
            if department is None:
                raise InputError("platform.demand_empty")
            return needs.ask_for(by=request.actor, at=request.now, department=department, text=typed.get("text", ""))

        if tried(request, made, failed):
            return redirect("/demands")
    return _shown(request, failed)


def _shown(request: Asked, failed: Failed, about: Demand | None = None) -> HttpResponse:
    coordinates = request.actor.anywhere(Role.COORDINATOR)
    own = request.actor.where(Role.OFFERER)
    listed = []
    for demand in queries.demands(request.actor)[:100]:
        may_assign = coordinates and demand.answered is None
        likely = needs.likely_owners(demand.text) if may_assign and demand.owner_id is None else []
        listed.append((demand, may_assign, demand.owner_id in own and demand.answered is None, likely))
    shown = {
        "demands": listed,
        "departments": Department.objects.filter(pk__in=request.actor.where(Role.ASKER)),
        "everybody": Department.objects.filter(ended__isnull=True) if coordinates else (),
        "assets": queries.titled(Asset.objects.filter(department__in=own)),
        "typed": request.POST or request.GET,
        "about": about,
        "failed": failed,
    }
    return render(request, "console/demands.html", shown, status=422 if failed else 200)


@signed_in
@require_POST
def change(request: Asked, key: str, what: str) -> HttpResponse:
    """Assign a demand to an owner, or answer it."""
    demand, failed, typed = one(queries.demands(request.actor), key), Failed(), request.POST
    given: dict[str, Any] = {"by": request.actor, "at": request.now, "demand": demand}

    def done() -> object:
        if what == "assign":
            owner = Department.objects.filter(code=typed.get("owner", "")).first()
            if owner is None:
                raise InputError("platform.field_value", name="owner", value=typed.get("owner", ""))
            return needs.assign_demand(**given, owner=owner, profile=profile())
        asset = Asset.objects.filter(code=typed.get("asset", "")).first()
        return needs.answer_demand(**given, answer=typed.get("answer", ""), asset=asset)

    return redirect("/demands") if tried(request, done, failed) else _shown(request, failed, demand)


@signed_in
@require_http_methods(["GET", "POST"])
def announcements(request: Asked) -> HttpResponse:
    """Announce a new collection: first what there is already is shown, then the reason is asked for."""
    failed, typed, mine = Failed(), request.POST, _asking(request)
    items = [
        line for line in typed.get("items", "").replace("，", "\n").replace(",", "\n").splitlines() if line.strip()
    ]
    found: list[needs.Available] = []
    if request.method == "POST":

        def made() -> object:
            department = mine.filter(code=typed.get("department", "")).first() or mine.first()
            if department is None:
                raise InputError("platform.announce_form")
            return needs.announce(
                by=request.actor,
                at=request.now,
                department=department,
                name=typed.get("name", ""),
                items=items,
                reason=typed.get("reason", ""),
            )

        found = needs.available(typed.get("name", ""), items)
        if tried(request, made, failed):
            return redirect("/collections")
    shown = {
        "announcements": queries.announcements(request.actor)[:100],
        "departments": mine,
        "typed": typed,
        # In a template the dictionary's own `items` would come first.
        "lines": typed.get("items", ""),
        "found": found,
        "failed": failed,
    }
    return render(request, "console/announcements.html", shown, status=422 if failed else 200)
