"""The sharing index: the city, a department with the rows behind its share, and what flows between departments."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.messages import known
from ronghe.messages import render as text
from ronghe.platform.access.roles import Role
from ronghe.platform.console.asking import Failed, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.departments.models import Department
from ronghe.platform.index import queries
from ronghe.platform.index.jobs import NAME, ask
from ronghe.platform.index.models import Share
from ronghe.platform.index.queries import NamedFlow, Point
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import JobState
from ronghe.platform.jobs.stored import jobs
from ronghe.platform.kinds.measure import measures
from ronghe.terms import InputError

__all__ = ["city", "compute_now", "department", "flows", "progress"]

MOST_FLOWS = 200
"""Lines of the table; pictures show the strongest thirty."""
DRAWN = 30


def _kind(request: Asked) -> str:
    """The kind that is looked at; 404 for one that has no measure."""
    kind = request.GET.get("kind", "data")
    if kind not in measures():
        raise Http404
    return kind


def _line(points: Sequence[Point]) -> dict[str, Any]:
    """A line with its interval, as `charts.js` draws it."""
    return {
        "days": [point.day.isoformat() for point in points],
        "value": [point.value for point in points],
        "low": [point.low for point in points],
        "high": [point.high for point in points],
    }


@dataclass(frozen=True, slots=True)
class _Group:
    """Departments that cannot be told apart."""

    number: int
    shares: list[Share]


@signed_in
@require_GET
def city(request: Asked) -> HttpResponse:
    """The degree with its trend, its factors, and the departments."""
    if not request.actor.held:
        raise Http404
    return _city(request, Failed())


def _city(request: Asked, failed: Failed) -> HttpResponse:
    kind = _kind(request)
    found = queries.latest(kind)
    page: dict[str, Any] = {
        "kind": kind,
        "kinds": list(measures()),
        "degree": found,
        "may_compute": request.actor.anywhere(Role.COORDINATOR),
        "asked": request.GET.get("asked", "") if request.actor.anywhere(Role.COORDINATOR) else "",
        "failed": failed,
    }
    if found is None:
        return render(request, "console/index.html", page | {"why": _why(request, kind)}, status=_status(failed))
    shares = list(found.shares.select_related("department"))
    movement, points = queries.moved(shares), queries.trend(kind)
    for one in shares:
        one.moved = movement.get(one.department_id)  # type: ignore[attr-defined]
    page |= {
        "points": points[::-1],
        "before": points[-2] if len(points) > 1 else None,
        "change": found.value - points[-2].value if len(points) > 1 else None,
        "line": _line(points),
        "rates": queries.city_rates(shares),
        "groups": [_Group(n, group) for n, group in enumerate(queries.groups(shares), 1)],
        "left_out": [one for one in shares if one.share is None],
        "requests": sum(one.requests for one in shares),
    }
    return render(request, "console/index.html", page, status=_status(failed))


def _status(failed: Failed) -> int:
    return 403 if failed else 200


def _why(request: Asked, kind: str) -> str:
    """Why there is no degree yet, as the last attempt said."""
    last = Job.objects.filter(name=NAME, state=JobState.DONE).order_by("-finished").first()
    code = str((last.result or {}).get(kind)) if last else ""
    return text(code, request.lang) if known(code) else ""


@signed_in
@require_GET
def department(request: Asked, key: UUID) -> HttpResponse:
    """A department's share: factors, history, and the rows that made it."""
    if not request.actor.held:
        raise Http404
    kind = _kind(request)
    found = queries.latest(kind)
    kept = Share.objects.filter(degree=found, department=key) if found else Share.objects.none()
    share = kept.select_related("department", "degree").first()
    if share is None:
        raise Http404
    points = queries.history(kind, share.department)
    page = {
        "kind": kind,
        "degree": found,
        "share": share,
        "points": points[::-1],
        "line": _line(points),
        "seen": queries.rows_of(request.actor, share),
    }
    return render(request, "console/index_department.html", page)


@dataclass
class _Effect:
    """What others had of a department's things."""

    owner: str
    consumers: int = 0
    grants: int = 0
    reads: int = 0
    rows: int = 0


def _effects(told: Sequence[NamedFlow]) -> list[_Effect]:
    found: dict[str, _Effect] = {}
    for one in told:
        effect = found.setdefault(one.owner, _Effect(one.owner))
        effect.consumers += 1
        effect.grants += one.grants
        effect.reads += one.reads
        effect.rows += one.rows
    return sorted(found.values(), key=lambda one: (-one.reads, one.owner))


def _heat(told: Sequence[NamedFlow]) -> dict[str, Any]:
    """Owners down, consumers across, reads in the cells."""
    totals = defaultdict[str, int](int)
    for one in told:
        totals[one.owner] += one.reads
    owners = sorted({one.owner for one in told}, key=lambda name: (totals[name], name))
    consumers = sorted({one.consumer for one in told})
    cells = [[consumers.index(one.consumer), owners.index(one.owner), one.reads] for one in told]
    return {"owners": owners, "consumers": consumers, "cells": cells, "most": max(one.reads for one in told)}


@signed_in
@require_GET
def flows(request: Asked) -> HttpResponse:
    """Who uses what of whom: a picture, a map, a table; and the effects, which are beside the index."""
    if not request.actor.held:
        raise Http404
    kind = _kind(request)
    told = queries.flows(request.actor, kind, request.now)
    used = [one for one in told if one.reads]
    page: dict[str, Any] = {
        "kind": kind,
        "flows": told[:MOST_FLOWS],
        "unlisted": max(0, len(told) - MOST_FLOWS),
        "effects": _effects(told),
        "everywhere": request.actor.anywhere(Role.COORDINATOR, Role.AUDITOR),
        "departments": Department.objects.filter(ended__isnull=True).count(),
    }
    if used:
        page["stream"] = [[one.owner, one.consumer, one.reads] for one in used[:DRAWN]]
        page["heat"] = _heat(used)
    return render(request, "console/index_flows.html", page)


@signed_in
@require_POST
def compute_now(request: Asked) -> HttpResponse:
    """Have the degrees computed now."""
    failed, asked = Failed(), list[str]()

    def done() -> None:
        asked.append(ask(by=request.actor, at=request.now))

    return redirect(f"/index?asked={asked[0]}") if tried(request, done, failed) else _city(request, failed)


@signed_in
@require_GET
def progress(request: Asked, key: str) -> HttpResponse:
    """How far the computation is, as a part of the page that asks again by itself."""
    if not request.actor.anywhere(Role.COORDINATOR):
        raise Http404
    try:
        found = jobs.progress(key)
    except InputError as fault:
        raise Http404 from fault
    return render(request, "console/_index_progress.html", {"job": key, "found": found, "over": found.state.over})
