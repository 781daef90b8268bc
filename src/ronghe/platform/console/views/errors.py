"""What a page says where no view of ours answers: an address that is none, a form that is not ours, a defect."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ronghe.messages import render as worded
from ronghe.platform.console.middleware import language_of

__all__ = ["broken", "not_ours", "nowhere", "unfit"]


def _said(request: HttpRequest, code: str, status: int, **params: object) -> HttpResponse:
    text = worded(f"platform.{code}", language_of(request), **params)
    return render(request, "console/error.html", {"text": text}, status=status)


def unfit(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """400: too large, too many fields, a host that is not ours, or not what a browser sends."""
    return _said(request, "request_unfit", 400)


def not_ours(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """403 for a form without its CSRF token, as after signing in again in another window."""
    return _said(request, "form_stale", 403)


def nowhere(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """404 for an address that is none, in the same words as for a thing that one may not see."""
    return _said(request, "not_found", 404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: a defect, which the log has under the number that is told."""
    return _said(request, "defect", 500, number=getattr(request, "request_id", "–"))
