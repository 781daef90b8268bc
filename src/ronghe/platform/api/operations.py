"""All operations together, and how each error of theirs is answered."""

import json
from typing import Any

import structlog
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import JSONRenderer

from ronghe import __version__
from ronghe.platform.api import (
    catalogue,
    data,
    grants,
    index,
    looks,
    needs,
    objections,
    people,
    requests,
    sources,
    tokens,
    watching,
)
from ronghe.platform.api.problems import busy, plain, problem_of, unfit
from ronghe.platform.queries import Hidden
from ronghe.terms import InputError, RongheError

__all__ = ["api"]

log = structlog.get_logger(__name__)
_ROUTERS = (
    catalogue.router,
    sources.router,
    needs.router,
    requests.router,
    looks.router,
    grants.router,
    data.router,
    objections.router,
    index.router,
    people.router,
    tokens.router,
    watching.router,
)


def _no_number(text: str) -> Any:
    raise ValueError(text)


class _Exact(Parser):
    """JSON and nothing that only looks like it: no NaN, and nothing deeper than a call can be."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body; ValueError for what is no JSON."""
        try:
            return json.loads(request.body, parse_constant=_no_number)
        except RecursionError as fault:
            raise ValueError("deep") from fault


class _Readable(JSONRenderer):
    """Chinese stays as it is."""

    json_dumps_params = {"ensure_ascii": False}


api = NinjaAPI(
    title="Ronghe",
    version=__version__,
    description="What the console can do, for programs: the same rules, the same records.",
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    renderer=_Readable(),
    parser=_Exact(),
)
for _router in _ROUTERS:
    api.add_router("", _router)


@api.exception_handler(RongheError)
def _ours(request: HttpRequest, error: RongheError) -> HttpResponse:
    return problem_of(request, error)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, fault: Http404) -> HttpResponse:
    if isinstance(fault, Hidden):
        # Kept after the transaction of the call is undone.
        request.hidden = fault  # type: ignore[attr-defined]
    return plain(request, 404)


@api.exception_handler(ValidationError)
def _unfit(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    return unfit(request, fault.errors)


@api.exception_handler(HttpError)
def _no_json(request: HttpRequest, _fault: HttpError) -> HttpResponse:
    """The only error of the framework's own that is left: a body that is no JSON."""
    return plain(request, 400)


@api.exception_handler(OperationalError)
def _busy(request: HttpRequest, _fault: OperationalError) -> HttpResponse:
    return busy(request)


@api.exception_handler(DataError)
def _unkept(request: HttpRequest, _fault: DataError) -> HttpResponse:
    """PostgreSQL keeps no NUL and no text beyond its column; whatever was said, it was not kept."""
    return problem_of(request, InputError("platform.typed_unfit"))


@api.exception_handler(Exception)
def _unforeseen(request: HttpRequest, fault: Exception) -> HttpResponse:
    log.error("a call failed", fault=type(fault).__name__, exc_info=fault)
    return plain(request, 500)
