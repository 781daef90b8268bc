"""Disputes: raise one, take it up the ladder, settle it; every step stays on record."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.requests import objections
from ronghe.platform.requests.models import Dispute, Objection, Request
from ronghe.platform.requests.rules import RUNGS

__all__ = ["change", "dispute_page", "disputes", "raise_dispute"]


@signed_in
@require_GET
def disputes(request: Asked) -> HttpResponse:
    """Disputes that the asker may see, newest first."""
    page = Paginator(queries.disputes(request.actor), 20).get_page(request.GET.get("page"))
    return render(request, "console/disputes.html", {"page": page})


@signed_in
@require_GET
def dispute_page(request: Asked, key: str) -> HttpResponse:
    """One dispute with its ladder."""
    return _shown(request, one(queries.disputes(request.actor), key), Failed())


def _shown(request: Asked, dispute: Dispute, failed: Failed) -> HttpResponse:
    open_, first = dispute.settled is None, dispute.rung == RUNGS[0]
    owner = dispute.request.owner_id if dispute.request else None
    if dispute.objection is not None:
        owner = dispute.objection.version.asset.department_id
    settles = request.actor.has(Role.APPROVER, owner) if first else request.actor.anywhere(Role.COORDINATOR)
    shown = {
        "dispute": dispute,
        "rungs": RUNGS,
        "steps": dispute.steps.all(),
        "may_climb": open_ and dispute.rung != RUNGS[-1] and request.actor.has(Role.ASKER, dispute.raised_by_id),
        "may_settle": open_ and settles,
        "negotiating": first,
        "failed": failed,
    }
    return render(request, "console/dispute.html", shown, status=403 if failed else 200)


@signed_in
@require_POST
def change(request: Asked, key: str, what: str) -> HttpResponse:
    """Climb, or settle."""
    dispute, failed = one(queries.disputes(request.actor), key), Failed()
    text = request.POST.get("text", "")
    given: dict[str, Any] = {"by": request.actor, "at": request.now, "dispute": dispute, "text": text}

    def done() -> object:
        if what == "climb":
            return objections.climb(**given)
        if what == "settle":
            return objections.settle(**given, upheld=request.POST.get("upheld") == "yes")
        raise Http404

    return redirect(f"/disputes/{dispute.pk}") if tried(request, done, failed) else _shown(request, dispute, failed)


@signed_in
@require_POST
def raise_dispute(request: Asked, about: str, key: str) -> HttpResponse:
    """Raise one about a refusal or a rejected objection."""
    subject: Request | Objection
    if about == "requests":
        subject = one(queries.requests(request.actor), key)
        department = subject.requester
    elif about == "objections":
        subject = one(queries.objections(request.actor), key)
        department = subject.department
    else:
        raise Http404
    failed, made = Failed(), []
    text = request.POST.get("text", "")

    def done() -> None:
        made.append(
            objections.raise_dispute(by=request.actor, at=request.now, department=department, about=subject, text=text)
        )

    if tried(request, done, failed):
        return redirect(f"/disputes/{made[0].pk}")
    return render(request, "console/error.html", {"text": failed.text, "typed": text}, status=403)
