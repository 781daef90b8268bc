"""Who did what when."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import receipt_for
from ronghe.platform.audit.store import has_log, log_folder
from ronghe.platform.console.asking import one, signed_in
from ronghe.platform.console.middleware import Asked
from ronghe.trust.log import verify_receipt

__all__ = ["audit", "entry", "receipt"]


def _check(request: Asked) -> None:
    if not request.actor.anywhere(Role.AUDITOR, Role.AUDIT_ADMINISTRATOR, Role.SECURITY_OFFICER):
        raise Http404


@signed_in
@require_GET
def audit(request: Asked) -> HttpResponse:
    """The trail, newest first; of one subject if wanted."""
    _check(request)
    subject = request.GET.get("subject", "")[:64]
    page = Paginator(queries.entries(request.actor, subject=subject), 50).get_page(request.GET.get("page"))
    return render(request, "console/audit.html", {"page": page, "subject": subject})


def _proof(request: Asked, key: UUID) -> tuple[Entry, dict[str, Any] | None]:
    """An entry that the reader may see, with its receipt once it is sealed."""
    _check(request)
    found = one(queries.entries(request.actor), key)
    return found, receipt_for(settings.HOME, found.pk) if has_log(settings.HOME) else None


@signed_in
@require_GET
def entry(request: Asked, key: UUID) -> HttpResponse:
    """One entry with its proof: the entry as the log has it, the head, and the path from the one to the other."""
    found, proof = _proof(request, key)
    holds = proof is not None and verify_receipt(log_folder(settings.HOME), proof)
    facts = json.dumps(found.facts, ensure_ascii=False, indent=1, sort_keys=True)
    return render(request, "console/entry.html", {"entry": found, "facts": facts, "proof": proof, "holds": holds})


@signed_in
@require_GET
def receipt(request: Asked, key: UUID) -> HttpResponse:
    """The receipt as a file, which `ronghe log verify LOG --receipt FILE` checks without the platform."""
    _, proof = _proof(request, key)
    if proof is None:
        raise Http404
    answer = JsonResponse(proof, json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{key}.json"'
    return answer
