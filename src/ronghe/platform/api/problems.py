"""Errors as programs get them: RFC 9457 problem details, in the language that the call asks for."""

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from ronghe.messages import LANGUAGES, Language, known, render, render_error
from ronghe.terms import InputError, LimitReached, Refused, RongheError, UsageError

__all__ = ["MEDIA", "Conflict", "busy", "plain", "problem", "problem_of", "unfit"]

MEDIA = "application/problem+json"
_KINDS = ((Refused, 403), (InputError, 422), (UsageError, 400), (LimitReached, 429))
_OF_STATE = frozenset(
    {
        "platform.asset_code_taken",
        "platform.correction_confirmed",
        "platform.demand_answered",
        "platform.dispute_settled",
        "platform.dispute_twice",
        "platform.move_refused",
        "platform.not_refused",
        "platform.objection_answered",
        "platform.ruled_before",
        "platform.supplement_once",
        "platform.tighter_decided",
        "platform.version_open",
        "platform.version_state",
    }
)
"""Refused because of how things stand, not because of who asks: 409."""
_OTHER = {"platform.call_large": 413, "platform.log_behind": 503}


class Conflict(Refused):
    """The same key was used for another call."""


def _status(error: RongheError) -> int:
    if error.code in _OF_STATE or isinstance(error, Conflict):
        return 409
    by_kind = next((status for kind, status in _KINDS if isinstance(error, kind)), 500)
    return _OTHER.get(error.code, by_kind)


def _language(request: HttpRequest) -> Language:
    said = getattr(request, "lang", LANGUAGES[0])
    return next((lang for lang in LANGUAGES if lang == said), LANGUAGES[0])


def problem(
    request: HttpRequest, status: int, code: str, detail: str, errors: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    """The answer for an error: `code` for programs, `title` and `detail` for people, `errors` by field if there are."""
    lang = _language(request)
    told: dict[str, Any] = {
        "type": f"urn:ronghe:problem:{code}",
        "title": render(f"api.status_{status}", lang),
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": getattr(request, "request_id", ""),
    }
    if errors:
        told["errors"] = list(errors)
    answer = HttpResponse(json.dumps(told, ensure_ascii=False), content_type=MEDIA, status=status)
    answer.headers["Content-Language"] = lang
    answer.headers["Cache-Control"] = "no-store"
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="ronghe"'
    return answer


def problem_of(request: HttpRequest, error: RongheError) -> HttpResponse:
    """The answer for an error of ours."""
    return problem(request, _status(error), error.code, render_error(error, _language(request)))


def plain(request: HttpRequest, status: int, **params: object) -> HttpResponse:
    """The answer for an error that has no more to say than its status."""
    return problem(request, status, f"api.{status}", render(f"api.detail_{status}", _language(request), **params))


def busy(request: HttpRequest) -> HttpResponse:
    """The answer while the database cannot be had: nothing was changed, and a moment later it may be there again."""
    answer = plain(request, 503)
    answer.headers["Retry-After"] = "1"
    return answer


def unfit(request: HttpRequest, found: Sequence[dict[str, Any]]) -> HttpResponse:
    """The answer for a call that is not of the form that the schema says; values are not said again."""
    lang, errors = _language(request), []
    for one in found:
        kind = str(one.get("type", ""))
        code = f"api.unfit_{kind}" if known(f"api.unfit_{kind}") else "api.unfit"
        field = ".".join(str(part) for part in one.get("loc", ()))[:200]
        errors.append({"field": field, "kind": kind, "message": render(code, lang)})
    first = errors[0] if errors else {"field": "", "message": ""}
    detail = render("api.call_unfit", lang, field=first["field"], message=first["message"])
    return problem(request, 422, "api.call_unfit", detail, errors)
