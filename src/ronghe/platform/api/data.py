"""Rows, look-ups, verifications and tickets for programs, with a token in the header; what it may not see is absent."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from ronghe.messages import Language, render_error
from ronghe.platform.access.queries import actor_by_token
from ronghe.platform.access.rules import Actor
from ronghe.platform.clock import now
from ronghe.platform.kinds.data import lookup, rows, tickets
from ronghe.platform.kinds.data.models import Delivery
from ronghe.platform.requests.models import Grant
from ronghe.platform.requests.visibility import visible_grants
from ronghe.terms import InputError, LimitReached, Refused, RongheError, UsageError

__all__ = ["urlpatterns"]

LARGEST = 100_000
"""Bytes of a request; a look-up is about one subject."""
Called = Callable[[HttpRequest, Actor, Grant], dict[str, Any]]


def _error(code: str, message: str, status: int) -> JsonResponse:
    answer = JsonResponse({"error": {"code": code, "message": message}}, status=status)
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _told(error: RongheError, request: HttpRequest) -> JsonResponse:
    lang: Language = "en" if request.headers.get("Accept-Language", "").lower().startswith("en") else "zh"
    kinds = ((Refused, 403), (InputError, 422), (UsageError, 400), (LimitReached, 429))
    status = next((status for kind, status in kinds if isinstance(error, kind)), 500)
    return _error(error.code, render_error(error, lang), status)


def _actor(request: HttpRequest) -> Actor | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return actor_by_token(secret.strip(), now()) if scheme.lower() == "bearer" and secret.strip() else None


def called(work: Called) -> Callable[..., HttpResponse]:
    """A view for a program about one grant that it may see: 401 without a valid token, 404 for any other grant."""

    # No transaction around a call: a look-up reads its source, and with SQLite everybody else would wait for it.
    @transaction.non_atomic_requests
    @csrf_exempt
    @wraps(work)
    def view(request: HttpRequest, key: Any) -> HttpResponse:
        actor = _actor(request)
        if actor is None:
            return _error("platform.token_bad", "401", 401)
        seen = Grant.objects.filter(visible_grants(actor), pk=key)
        grant = seen.select_related("line__request", "version__asset__department", "consumer").first()
        if grant is None:
            return _error("platform.not_found", "404", 404)
        try:
            answer = JsonResponse(work(request, actor, grant), json_dumps_params={"ensure_ascii": False})
        except Http404:
            return _error("platform.not_found", "404", 404)
        except RongheError as error:
            return _told(error, request)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return view


def _whole(request: HttpRequest, name: str, otherwise: int | None) -> int | None:
    text = request.GET.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InputError("platform.field_value", name=name, value=text[:40])
    return int(text)


def _body(request: HttpRequest, *known: str) -> Mapping[str, Any]:
    """The JSON of a call; InputError for what is none, and for a key that it does not have (threat 2)."""
    if len(request.body) > LARGEST:
        raise LimitReached("platform.call_large", most=LARGEST)
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError) as fault:
        raise InputError("platform.call_form") from fault
    if not isinstance(said, dict):
        raise InputError("platform.call_form")
    for name in said:
        if name not in known:
            raise InputError("platform.field_unknown", name=str(name)[:40], known=", ".join(known))
    return said


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        raise InputError("platform.field_value", name=name, value=str(value)[:40])
    return value


def _delivery(one: Delivery) -> dict[str, Any]:
    return {
        "number": one.number,
        "state": one.state,
        "made": one.made and one.made.isoformat(),
        "rows": one.rows,
        "files": one.files,
        "changes": one.changes,
    }


@require_GET
@called
def deliveries(_request: HttpRequest, _actor: Actor, grant: Grant) -> dict[str, Any]:
    """The deliveries of the grant, newest first."""
    return {"deliveries": [_delivery(one) for one in grant.deliveries.all()[:50]]}


@require_GET
@called
def pages(request: HttpRequest, actor: Actor, grant: Grant) -> dict[str, Any]:
    """A page of rows."""
    start, most = _whole(request, "start", 0), _whole(request, "most", rows.MOST)
    assert start is not None
    assert most is not None
    number = _whole(request, "delivery", None)
    return rows.page_of(by=actor, at=now(), grant=grant, start=start, most=most, delivery=number).to_json()


@require_POST
@called
def ticket(request: HttpRequest, actor: Actor, grant: Grant) -> dict[str, Any]:
    """The address of a file for a quarter of an hour."""
    file = _text(_body(request, "file"), "file")
    given = tickets.give_ticket(by=actor, at=now(), grant=grant, file=file)
    return {"url": f"/files/{given}", "seconds": tickets.LASTS}


@require_POST
@called
def look_up(request: HttpRequest, actor: Actor, grant: Grant) -> dict[str, Any]:
    """One subject's granted fields."""
    said = _body(request, "subject", "case")
    answer = lookup.look_up(by=actor, grant=grant, subject=_text(said, "subject"), case=_text(said, "case"), clock=now)
    return answer.to_json()


@require_POST
@called
def verify(request: HttpRequest, actor: Actor, grant: Grant) -> dict[str, Any]:
    """Yes, no or unknown about one subject."""
    said = _body(request, "subject", "case", "claims")
    claims = said.get("claims")
    if not isinstance(claims, dict) or not all(isinstance(value, str) for value in claims.values()):
        raise InputError("platform.call_form")
    answer = lookup.verify(
        by=actor,
        grant=grant,
        subject=_text(said, "subject"),
        case=_text(said, "case"),
        claims=claims,
        clock=now,
    )
    return answer.to_json()


urlpatterns = [
    path("grants/<uuid:key>/deliveries", deliveries),
    path("grants/<uuid:key>/rows", pages),
    path("grants/<uuid:key>/ticket", ticket),
    path("grants/<uuid:key>/look-up", look_up),
    path("grants/<uuid:key>/verify", verify),
]
