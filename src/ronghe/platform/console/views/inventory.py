"""What departments have beside what the catalogue says, in one table; and lists and databases that tell it."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue.inventory import coverage, link_inventory
from ronghe.platform.catalogue.models import Asset
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.receiving import received
from ronghe.platform.kinds.data.inventory import import_list, scan_database
from ronghe.terms import InputError

__all__ = ["change", "inventory"]


@signed_in
@require_GET
def inventory(request: Asked) -> HttpResponse:
    """Coverage, and the things of one's own departments."""
    if not request.actor.anywhere(Role.COORDINATOR, Role.AUDITOR, Role.OFFERER):
        raise Http404
    return _shown(request, Failed())


def _shown(request: Asked, failed: Failed) -> HttpResponse:
    mine, everywhere = queries.keeps_inventory(request.actor), request.actor.anywhere(Role.COORDINATOR, Role.AUDITOR)
    own = set(mine.values_list("pk", flat=True))
    things = queries.inventory(request.actor)
    shown = {
        "coverage": [one_row for one_row in coverage() if everywhere or one_row.department.pk in own],
        "things": things.order_by("asset__code", "department", "name")[:500],
        "departments": mine,
        "assets": queries.titled(Asset.objects.filter(department__in=mine, kind="data")),
        "failed": failed,
    }
    return render(request, "console/inventory.html", shown, status=422 if failed else 200)


@signed_in
@require_POST
def change(request: Asked, what: str) -> HttpResponse:
    """Import a list, scan a database, or link a thing to its entry."""
    mine, failed, typed = queries.keeps_inventory(request.actor), Failed(), request.POST
    given: dict[str, Any] = {"by": request.actor, "at": request.now}

    def done() -> object:
        if what == "link":
            item = one(queries.inventory(request.actor), typed.get("item", ""))
            code = typed.get("asset", "")
            asset = Asset.objects.filter(code=code, department=item.department_id).first() if code else None
            if code and asset is None:
                raise InputError("platform.field_value", name="asset", value=code)
            return link_inventory(**given, item=item, asset=asset)
        department = mine.filter(code=typed.get("department", "")).first()
        if department is None:
            raise InputError("platform.field_value", name="department", value=typed.get("department", ""))
        if what == "import":
            file = received(request, "file")
            return import_list(**given, department=department, chunks=file.chunks(), called=file.name or "")
        if what == "scan":
            named: dict[str, Any] = {name: typed.get(name, "") for name in ("url", "password", "system")}
            return scan_database(**given, department=department, **named)
        raise Http404

    return redirect("/inventory") if tried(request, done, failed) else _shown(request, failed)
