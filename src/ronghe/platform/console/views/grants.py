"""What one may use, and what one lets others use: deliveries, files, look-ups, who read what, corrections."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.messages import render as worded
from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.sealing import receipt_for
from ronghe.platform.clock import now
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.looks import duty_text, trouble_text
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.wishing import rows_text
from ronghe.platform.kinds.data import lookup, tickets
from ronghe.platform.kinds.data.corrections import confirm
from ronghe.platform.kinds.data.models import Correction, Delivery, DeliveryState
from ronghe.platform.kinds.data.plans import over, wanted_by
from ronghe.platform.requests.models import Grant

__all__ = ["ask", "correction", "download", "grant_page", "grants", "receipt"]


@signed_in
@require_GET
def grants(request: Asked) -> HttpResponse:
    """All rights that the asker may see, newest first."""
    page = Paginator(queries.grants(request.actor), 20).get_page(request.GET.get("page"))
    ended = {grant.pk for grant in page.object_list if over(grant, request.now)}
    return render(request, "console/grants.html", {"page": page, "ended": ended})


@signed_in
@require_GET
def grant_page(request: Asked, key: str) -> HttpResponse:
    """One right with everything that was made under it."""
    return _shown(request, one(queries.grants(request.actor), key), Failed())


def _shown(request: Asked, grant: Grant, failed: Failed, **more: Any) -> HttpResponse:
    ended, wanted = over(grant, request.now), wanted_by(grant)
    made = list(grant.deliveries.all()[:20])
    may_read = request.actor.has(Role.ASKER, grant.consumer_id) and not ended
    shown = {
        "grant": grant,
        "fields": [(name, duty_text(said, request.lang)) for name, said in grant.terms.items()],
        "wanted": wanted,
        "where": rows_text(grant.rows, grant.version.method, request.lang)[1],
        "over": ended,
        "may_read": may_read,
        "may_confirm": request.actor.has(Role.ASKER, grant.consumer_id),
        "deliveries": [(one_made, trouble_text(one_made.trouble, request.lang)) for one_made in made],
        # One that did not get through is tried again by the clock, which may take long: nobody waits for it here.
        "waits": any(one_made.state == DeliveryState.WANTED and not one_made.trouble for one_made in made),
        "reads": Paginator(grant.reads.all(), 20).get_page(request.GET.get("page")),
        "corrections": grant.corrections.select_related("objection", "delivery"),
        "failed": failed,
        **more,
    }
    return render(request, "console/grant.html", shown, status=403 if failed else 200)


@signed_in
@require_POST
def download(request: Asked, key: str) -> HttpResponse:
    """Give a ticket for a file and send the browser there."""
    grant, failed, given = one(queries.grants(request.actor), key), Failed(), []

    def ticket() -> None:
        file = request.POST.get("file", "")
        given.append(tickets.give_ticket(by=request.actor, at=request.now, grant=grant, file=file))

    if tried(request, ticket, failed):
        return redirect(f"/files/{given[0]}")
    return _shown(request, grant, failed)


# A look-up reads its source, which takes as long as it takes: no transaction may be open meanwhile, or with SQLite
# everybody else would wait. Its record is written in one of its own, before.
@signed_in
@require_POST
@transaction.non_atomic_requests
def ask(request: Asked, key: str, what: str) -> HttpResponse:
    """Look one subject up, or verify what is claimed of it; the answer is on the page and nowhere else."""
    grant, failed, typed = one(queries.grants(request.actor), key), Failed(), request.POST
    told: list[lookup.Answer] = []
    given: dict[str, Any] = {
        "by": request.actor,
        "grant": grant,
        "subject": typed.get("subject", ""),
        "case": typed.get("case", ""),
        "clock": now,
    }

    def asked() -> None:
        if what == "look-up":
            told.append(lookup.look_up(**given))
        elif what == "verify":
            claims = {name: typed[f"claim-{name}"] for name in grant.fields if typed.get(f"claim-{name}")}
            told.append(lookup.verify(**given, claims=claims))
        else:
            raise Http404

    tried(request, asked, failed, whole=False)
    return _shown(request, grant, failed, answer=told[0] if told else None, typed=typed)


@signed_in
@require_GET
def receipt(request: Asked, key: str, number: int) -> HttpResponse:
    """The receipt of a delivery: its entry, a signed head of the log, and the proof that the one is in the other."""
    grant = one(queries.grants(request.actor), key)
    delivery = Delivery.objects.filter(grant=grant, number=number, entry__isnull=False).first()
    if delivery is None or delivery.entry is None:
        raise Http404
    told = receipt_for(Path(settings.HOME), delivery.entry)
    if told is None:
        return render(
            request, "console/error.html", {"text": worded("platform.receipt_soon", request.lang)}, status=202
        )
    answer = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{grant.pk}-{number}.json"'
    return answer


@signed_in
@require_POST
def correction(request: Asked, key: str, which: str) -> HttpResponse:
    """Confirm that a wrong row is corrected or gone."""
    grant, failed = one(queries.grants(request.actor), key), Failed()
    found = one(Correction.objects.filter(grant=grant).select_related("grant__version__asset"), which)
    if tried(request, lambda: confirm(by=request.actor, at=request.now, correction=found), failed):
        return redirect(f"/grants/{grant.pk}")
    return _shown(request, grant, failed)
