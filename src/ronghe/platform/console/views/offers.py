"""Offer something: describe it, see what the rules find, hand it to the reviewer; take it out of force."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.catalogue import actions
from ronghe.platform.catalogue.models import Asset, SharingClass, Version, VersionState
from ronghe.platform.catalogue.rules import FORMATS, ITEM_TYPES, METHODS, PERIODS
from ronghe.platform.console.asking import Failed, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.offering import OBLIGATIONS, obligation_in, obligation_words
from ronghe.platform.departments.models import Department
from ronghe.platform.kinds.data.models import Source
from ronghe.standards.catalog import catalog
from ronghe.terms import Kind

__all__ = ["edit", "new", "offers", "submit", "withdraw"]

PAGE = 20
BLANK_ROWS = 4
MOST_ITEMS = 500
_TEXTS = ("name", "abstract", "category", "format", "method", "update_period", "sharing_class", "legal_basis")
_ITEM = ("name", "type", "element", "unit", "about", "obligation")


@signed_in
@require_GET
def offers(request: Asked) -> HttpResponse:
    """What the asker's departments offer, or wait to; for the bureau, of all departments."""
    seen = queries.offers(request.actor)
    state = request.GET.get("state", "")
    if state in VersionState.values:
        seen = seen.filter(state=state)
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "state": state,
        "states": VersionState.values,
        "may_offer": bool(request.actor.where(Role.OFFERER)),
    }
    return render(request, "console/offers.html", shown)


def _departments(request: Asked) -> list[Department]:
    return list(Department.objects.filter(pk__in=request.actor.where(Role.OFFERER), ended__isnull=True))


def _fields(request: Asked) -> dict[str, Any]:
    return {**_typed_fields(request), "personal": bool(request.POST.getlist("item-personal"))}


def _typed_fields(request: Asked) -> dict[str, Any]:
    typed = request.POST
    conditions = [line.strip() for line in typed.get("conditions", "").splitlines() if line.strip()]
    texts = {name: typed.get(name, "").strip() for name in _TEXTS}
    return {**texts, "conditions": conditions, "is_lead_source": "is_lead_source" in typed}


def _typed_items(request: Asked) -> list[Mapping[str, Any]]:
    """The rows of the table that have a name, as they were typed; their order is the order of the columns."""
    typed = request.POST
    rows = len(typed.getlist("item-name")[:MOST_ITEMS])
    # A column that a form leaves out is empty in every row.
    columns = [[*typed.getlist(f"item-{name}"), *[""] * rows][:rows] for name in _ITEM]
    personal, key = set(typed.getlist("item-personal")), typed.get("item-key", "")
    return [
        {
            **dict(zip(_ITEM, row, strict=True)),
            "name": row[0].strip(),
            "personal": place in personal,
            "is_key": place == key,
        }
        for place, row in zip(map(str, range(rows)), zip(*columns, strict=True), strict=True)
        if row[0].strip()
    ]


def _items(request: Asked) -> list[Mapping[str, Any]]:
    """The items as they are kept; InputError for an obligation that nobody understands."""
    return [{**item, "obligation": obligation_in(item["obligation"])} for item in _typed_items(request)]


def _shown(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**item, "obligation": obligation_words(item["obligation"])}


def _form(request: Asked, **shown: Any) -> dict[str, Any]:
    """What the form shows: what was typed, else what is kept; and empty rows below the items."""
    version: Version | None = shown.get("version")
    if request.method == "POST":
        fields, items = _typed_fields(request), _typed_items(request)
    elif version is not None:
        fields = {name: getattr(version, name) for name in (*_TEXTS, "conditions", "is_lead_source")}
        items = [_shown(item) for item in version.items.values(*_ITEM, "personal", "is_key")]
    else:
        fields, items = {"sharing_class": SharingClass.UNCONDITIONAL.value}, []
    return {
        **shown,
        "fields": fields,
        "mounted": version is not None and Source.objects.filter(asset=version.asset_id).exists(),
        "conditions": "\n".join(fields.get("conditions", ())),
        "rows": [*items, *[{"type": "C"} for _ in range(BLANK_ROWS)]],
        "choices": {"format": FORMATS, "method": METHODS, "period": PERIODS, "sharing": SharingClass.values},
        "types": ITEM_TYPES,
        "obligations": OBLIGATIONS,
        "elements": [(element.code, element.name[request.lang]) for element in catalog()],
    }


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: Asked) -> HttpResponse:
    """Describe something for the first time."""
    departments = _departments(request)
    if not departments:
        raise Http404
    failed, made = Failed(), list[Version]()
    code = request.POST.get("code", "").strip()
    chosen = next((one for one in departments if one.code == request.POST.get("department")), departments[0])
    if request.method == "POST" and tried(request, lambda: made.append(_made(request, chosen, code)), failed):
        return redirect(f"/offers/{code}")
    shown = _form(request, departments=departments, chosen=chosen, code=code, failed=failed)
    return render(request, "console/offer.html", shown, status=422 if failed else 200)


def _made(request: Asked, department: Department, code: str) -> Version:
    by, at = request.actor, request.now
    items = _items(request)
    with transaction.atomic():
        asset = actions.new_asset(by=by, at=at, department=department, code=code, kind=Kind.DATA)
        return actions.describe(by=by, at=at, asset=asset, fields=_fields(request), items=items)


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: Asked, code: str) -> HttpResponse:
    """Change the draft of an asset; where the last version was published, begin the next one from it."""
    asset, failed = queries.own_asset(request.actor, code), Failed()
    version = asset.versions.order_by("-number").first()
    if request.method == "POST" and tried(request, lambda: _kept(request, asset, version), failed):
        return redirect(f"/offers/{code}")
    findings = actions.lint(version) if version and version.state == VersionState.DRAFT else ()
    shown = _form(request, asset=asset, version=version, code=code, failed=failed, findings=findings)
    return render(request, "console/offer.html", shown, status=422 if failed else 200)


def _kept(request: Asked, asset: Asset, version: Version | None) -> Version:
    given: dict[str, Any] = {"by": request.actor, "at": request.now, "fields": _fields(request)}
    items: Sequence[Mapping[str, Any]] = _items(request)
    if version is not None and version.state in (VersionState.DRAFT, VersionState.IN_REVIEW):
        return actions.revise(**given, version=version, items=items)
    return actions.describe(**given, asset=asset, items=items)


@signed_in
@require_POST
def submit(request: Asked, code: str) -> HttpResponse:
    """Hand the draft to the reviewer."""
    asset, failed = queries.own_asset(request.actor, code), Failed()
    version = asset.versions.filter(state=VersionState.DRAFT).first()
    if version is None:
        raise Http404
    if tried(request, lambda: actions.submit_for_review(by=request.actor, at=request.now, version=version), failed):
        return redirect(f"/catalogue/{code}?version={version.number}")
    request.method = "GET"
    shown = _form(request, asset=asset, version=version, code=code, failed=failed, findings=actions.lint(version))
    return render(request, "console/offer.html", shown, status=403)


@signed_in
@require_POST
def withdraw(request: Asked, code: str) -> HttpResponse:
    """The bureau takes an entry out of force, with a reason."""
    version = Version.objects.filter(asset__code=code, state=VersionState.PUBLISHED).first()
    if version is None or not request.actor.anywhere(Role.COORDINATOR):
        raise Http404
    reason = request.POST.get("reason", "")
    actions.withdraw(by=request.actor, at=request.now, version=version, reason=reason)
    return redirect(f"/catalogue/{code}?version={version.number}")
