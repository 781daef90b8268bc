"""Find an entry, read it, put it into the cart; review what departments want to publish."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue import actions
from ronghe.platform.catalogue.counts import counted
from ronghe.platform.catalogue.models import Version, VersionState
from ronghe.platform.catalogue.visibility import visible_versions
from ronghe.platform.console.asking import Failed, signed_in, tried
from ronghe.platform.console.lineage import Lineage, lineage_of
from ronghe.platform.console.looks import trouble_text
from ronghe.platform.console.middleware import Asked
from ronghe.platform.kinds.data.models import Source
from ronghe.platform.queries import facets, versions
from ronghe.platform.requests.models import Grant
from ronghe.platform.requests.visibility import visible_grants
from ronghe.terms import Kind

__all__ = ["asset", "catalogue", "review"]

PAGE = 20


@signed_in
@require_GET
def catalogue(request: Asked) -> HttpResponse:
    """The search box with its facets; a part of the page when only the rows are wanted."""
    chosen = {name: request.GET.get(name, "") for name in ("kind", "department", "sharing")}
    text = request.GET.get("text", "")[:200]
    every = versions(request.actor, text=text)
    page = _page(request, every, text, chosen)
    shown = {
        "text": text,
        "chosen": chosen,
        "page": page,
        "facets": facets(every),
        "kinds": [kind.value for kind in Kind],
        "cart": request.session.get("cart", []),
        "may_offer": request.actor.anywhere(Role.OFFERER),
    }
    part = "console/_rows.html" if request.headers.get("HX-Target") == "rows" else "console/catalogue.html"
    return render(request, part, shown)


def _page(request: Asked, every: QuerySet[Version], text: str, chosen: Mapping[str, str]) -> Page[Version]:
    wanted, number = {name: value for name, value in chosen.items() if value}, request.GET.get("page")
    if text.strip():
        hits: Paginator[Any] = Paginator(
            [UUID(hit) for _, hit in queries.best_first(request.actor, text, wanted)], PAGE
        )
        page = hits.get_page(number)
        found = Version.objects.select_related("asset__department").in_bulk(page.object_list)
        return Page([found[hit] for hit in page.object_list if hit in found], page.number, hits)
    pages = Paginator(queries.chosen(every, wanted), PAGE)
    # The parts of the facets know it; by itself Paginator counts at every call.
    pages.count = sum(part.entries for part in counted(every) if part.within(**chosen))
    return pages.get_page(number)


def _version(request: Asked, code: str) -> Version:
    seen = Version.objects.filter(visible_versions(request.actor), asset__code=code)
    seen = seen.select_related("asset__department")
    number = request.GET.get("version", "")
    found = seen.filter(number=number).first() if number.isascii() and number.isdigit() else None
    found = found or seen.filter(state=VersionState.PUBLISHED).first() or seen.order_by("-number").first()
    if found is None:
        raise queries.Hidden("asset", code)
    return found


@signed_in
@require_GET
def asset(request: Asked, code: str) -> HttpResponse:
    """Everything that the asker may know of an asset."""
    return _shown(request, _version(request, code), Failed())


def _shown(request: Asked, version: Version, failed: Failed) -> HttpResponse:
    grants = Grant.objects.filter(visible_grants(request.actor), version__asset=version.asset_id)
    seen = Version.objects.filter(visible_versions(request.actor), asset=version.asset_id)
    may_review = request.actor.anywhere(Role.COORDINATOR) and version.state == VersionState.IN_REVIEW
    owns = request.actor.has(Role.OFFERER, version.asset.department_id)
    source = Source.objects.filter(asset=version.asset_id).first()
    shown: dict[str, Any] = {
        "version": version,
        "items": list(version.items.all()),
        "versions": seen.order_by("-number"),
        "grants": grants.select_related("consumer").order_by("-valid_from")[:50],
        "findings": actions.lint(version) if version.state in (VersionState.DRAFT, VersionState.IN_REVIEW) else (),
        "may_review": may_review,
        "may_withdraw": request.actor.anywhere(Role.COORDINATOR) and version.state == VersionState.PUBLISHED,
        "may_ask": request.actor.anywhere(Role.ASKER) and version.state == VersionState.PUBLISHED,
        "in_cart": str(version.pk) in request.session.get("cart", []),
        "history": _history(version) if may_review or owns else (),
        "source": source if owns else None,
        "owns": owns,
        "known": queries.quality(request.actor, version),
        "sample": queries.sample(request.actor, version),
        "trouble": trouble_text(source.probe.get("trouble"), request.lang) if source and owns else "",
        "lineage": _lineage(version, source, list(grants[:12]) if grants else []),
        "failed": failed,
    }
    return render(request, "console/asset.html", shown, status=403 if failed else 200)


def _history(version: Version) -> Any:
    keys = [str(key) for key in version.asset.versions.values_list("pk", flat=True)]
    mine = Q(subject_kind="version", subject__in=keys)
    told = Entry.objects.filter(mine | Q(subject_kind="asset", subject=str(version.asset_id)))
    # A source that is renewed every day would leave room for nothing else.
    return told.exclude(action="source.renewed")[:30]


def _lineage(version: Version, source: Source | None, grants: list[Grant]) -> Lineage:
    """From the source through the entry to those who use it and whom the asker may know of."""
    begins = [(source.kind if source else "", source.called if source and source.kind == "upload" else "")]
    return lineage_of(begins, version.name, sorted({grant.consumer.name for grant in grants}))


@signed_in
@require_POST
def review(request: Asked, code: str) -> HttpResponse:
    """Publish a version, or send it back with a reason."""
    version, failed = _version(request, code), Failed()
    given: dict[str, Any] = {"by": request.actor, "at": request.now, "version": version}
    if request.POST.get("answer") == "publish":
        done = tried(request, lambda: actions.publish(**given), failed)
    else:
        reason = request.POST.get("reason", "")
        done = tried(request, lambda: actions.send_back(**given, reason=reason), failed)
    return redirect(f"/catalogue/{code}") if done else _shown(request, version, failed)
