"""Addresses below `/api/`: the operations, the document that describes them, and one answer for all others."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import condition

from ronghe import __version__
from ronghe.platform.api.document import document
from ronghe.platform.api.operations import api
from ronghe.platform.api.problems import plain

__all__ = ["urlpatterns"]


def _operation(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view of the framework's that keeps its own transactions and words its errors as ours."""

    # Each call has a transaction if it changes something: one around a read would make others wait with SQLite.
    @transaction.non_atomic_requests
    @csrf_exempt
    @wraps(view)
    def viewed(request: HttpRequest, *given: Any, **named: Any) -> HttpResponse:
        if "\x00" in request.path:
            return plain(request, 404)
        answer = view(request, *given, **named)
        if answer.status_code == 405:
            told = plain(request, 405)
            told.headers["Allow"] = answer.headers["Allow"]
            return told
        return answer

    return viewed


@transaction.non_atomic_requests
@condition(etag_func=lambda _request: f'"{__version__}"')
def openapi(_request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for everybody: it says nothing about anybody."""
    answer = JsonResponse(document(), json_dumps_params={"ensure_ascii": False})
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@transaction.non_atomic_requests
@csrf_exempt
def nowhere(request: HttpRequest, **_named: Any) -> HttpResponse:
    """Any other address."""
    return plain(request, 404)


def _patterns() -> list[URLPattern]:
    found = [one for one in api.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in found:
        one.callback = _operation(one.callback)
    return found


urlpatterns = [path("openapi.json", openapi), *_patterns(), path("<path:rest>", nowhere), path("", nowhere)]
