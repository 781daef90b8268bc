"""Who did what when."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ronghe.messages import codes
from ronghe.platform import queries
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import receipt_for
from ronghe.platform.audit.store import has_log, log_folder
from ronghe.platform.console.asking import Failed, one, signed_in
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.wording import error_text
from ronghe.platform.law import beginning_of
from ronghe.terms import InputError
from ronghe.trust.log import verify_receipt

__all__ = ["audit", "entry", "receipt"]


def _check(request: Asked) -> None:
    if not request.actor.anywhere(Role.AUDITOR, Role.AUDIT_ADMINISTRATOR, Role.SECURITY_OFFICER):
        raise Http404


_WANTED = ("subject", "person", "action", "since", "until")


def _day(text: str, name: str) -> datetime:
    """The beginning of a legal day."""
    try:
        return beginning_of(date.fromisoformat(text), name)
    except ValueError as fault:
        raise InputError("platform.field_value", name=name, value=text) from fault


def _narrowed(request: Asked, wanted: Mapping[str, str]) -> QuerySet[Entry]:
    seen = queries.entries(request.actor, subject=wanted["subject"])
    if wanted["person"]:
        people = Person.objects.filter(Q(username=wanted["person"]) | Q(name=wanted["person"])).values("username")
        seen = seen.filter(Q(person=wanted["person"]) | Q(person__in=people))
    if wanted["action"]:
        seen = seen.filter(action=wanted["action"])
    if wanted["since"]:
        seen = seen.filter(at__gte=_day(wanted["since"], "since"))
    if wanted["until"]:
        seen = seen.filter(at__lt=_day(wanted["until"], "until") + timedelta(days=1))
    return seen


@signed_in
@require_GET
def audit(request: Asked) -> HttpResponse:
    """The trail, newest first; of one subject, one person, one kind of deed, or the days that are wanted."""
    _check(request)
    wanted = {name: request.GET.get(name, "").strip()[:64] for name in _WANTED}
    failed = Failed()
    try:
        seen = _narrowed(request, wanted)
    except InputError as error:
        failed.text, failed.error = error_text(error, request.lang), error
        seen = Entry.objects.none()
    page = Paginator(seen, 50).get_page(request.GET.get("page"))
    page.object_list = queries.named(request.actor, page.object_list)
    actions = sorted(code.removeprefix("platform.action_") for code in codes() if code.startswith("platform.action_"))
    shown = {"page": page, "wanted": wanted, "narrowed": any(wanted.values()), "actions": actions, "failed": failed}
    return render(request, "console/audit.html", shown, status=422 if failed else 200)


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
    queries.named(request.actor, [found])
    holds = proof is not None and verify_receipt(log_folder(settings.HOME), proof)
    return render(request, "console/entry.html", {"entry": found, "proof": proof, "holds": holds})


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
