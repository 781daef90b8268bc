"""How a call is made: who asks, with which scope, how often, once or again, and then the operation itself.

`call` is the only way to add an operation, and it wants a scope: what nobody was given, nobody can do.
"""

import hashlib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.decorators import decorate_view
from ninja.responses import Status
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from ronghe.messages import Language
from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_by_token, actor_of
from ronghe.platform.access.rules import Actor
from ronghe.platform.api import once
from ronghe.platform.api.limits import Limits
from ronghe.platform.api.problems import busy, plain, problem_of
from ronghe.platform.audit.actions import record
from ronghe.platform.clock import now
from ronghe.platform.queries import Hidden
from ronghe.terms import InputError, Refused, RongheError

__all__ = ["ANY", "SESSION", "Asked", "Session", "Token", "call", "let_in"]

ANY = "any"
"""The scope of what every living token may ask."""
SESSION = "session"
"""The scope of what people do themselves in a browser; no token has it."""
SAFE = ("GET", "HEAD")
LARGEST = 1_000_000
"""Bytes of a call; a file may be as large as the operators allow."""
Run = Callable[..., HttpResponse]
_FILE = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}


class Asked(HttpRequest):
    """A request as operations get it: with the actor, the language and the instant."""

    actor: Actor
    lang: Language
    now: datetime
    token_scopes: frozenset[str] | None


class Token(AuthBase):
    """A token in the header; the call was let in before, this says so in the schema."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Actor | None:
        """Who asks."""
        return getattr(request, "actor", None)


class Session(Token):
    """The console's own session, with its CSRF token where something is changed."""

    openapi_type = "apiKey"
    openapi_in = "cookie"
    openapi_name = settings.SESSION_COOKIE_NAME
    openapi_scheme = None  # type: ignore[assignment]


def _caller(request: HttpRequest, *, first: bool) -> Actor | None:
    """Who calls: by token where there is one, else by session. Refused for a session that lacks its CSRF token, or
    whose person has to change a password that somebody else chose, unless this is what is done `first`."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme:
        return actor_by_token(secret.strip(), request.now) if scheme.lower() == "bearer" else None  # type: ignore[attr-defined]
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, Person):
        return None
    if request.method not in SAFE and check_csrf(request) is not None:
        raise Refused("api.csrf")
    if request.user.password_given and not first:
        raise Refused("platform.password_given")
    return actor_of(request.user, request.now)  # type: ignore[attr-defined]


_limits = Limits(settings.API_CALLS_A_MINUTE)
_strangers = Limits(settings.API_STRANGERS_A_MINUTE)


def _slower(request: HttpRequest, limits: Limits, who: str) -> HttpResponse | None:
    seconds = limits.wait(who, time.monotonic())
    if not seconds:
        return None
    answer = plain(request, 429, seconds=seconds)
    answer.headers["Retry-After"] = str(seconds)
    return answer


def let_in(request: HttpRequest, scope: str, *, file: bool = False, first: bool = False) -> HttpResponse | None:
    """None where the caller may go on to the operation, else why not. Of a `file` nothing is read here."""
    request.now = now()  # type: ignore[attr-defined]
    actor = _caller(request, first=first)
    if actor is None:
        request.__dict__.pop("actor", None)
        return _slower(request, _strangers, request.META.get("REMOTE_ADDR", "")) or plain(request, 401)
    request.actor = actor  # type: ignore[attr-defined]
    if slower := _slower(request, _limits, str(actor.person)):
        return slower
    if actor.scopes is not None and scope != ANY and scope not in actor.scopes:
        raise Refused("platform.scope_missing", scope=scope)
    if request.headers.get("Transfer-Encoding") and not request.META.get("CONTENT_LENGTH"):
        # Of a body without a length nothing arrives here: an empty one would be taken for what was sent.
        return plain(request, 411)
    told = request.META.get("CONTENT_LENGTH") or "0"
    most = settings.LARGEST_UPLOAD if file else LARGEST
    if not told.isdecimal() or int(told) > most or (not file and len(request.body) > most):
        return plain(request, 413, most=most)
    return None


def _keep(request: Asked, hidden: Hidden) -> None:
    """That somebody asked for what they may not see is on record; the answer is the same if it cannot be kept."""
    with suppress(RongheError), transaction.atomic():
        record(
            by=request.actor,
            at=request.now,
            action="access.denied",
            subject_kind=hidden.kind,
            subject=hidden.key,
            departments=[str(department) for department in request.actor.departments],
        )


def _changed(request: Asked, run: Callable[[], HttpResponse], *, repeatable: bool) -> HttpResponse:
    """All of a change or nothing of it, and what was changed under a key before is not changed again."""
    key = once.key_of(request)
    if key and not repeatable:
        raise InputError("api.key_unwanted")
    with transaction.atomic():
        kept, before = once.answered(request.actor, request.now, request, key) if key else (None, None)
        if before is not None:
            return before
        answer = run()
        if answer.status_code >= 400:
            transaction.set_rollback(True)
        elif kept is not None:
            once.keep(kept, answer)
    return answer


def _same(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """An answer with its tag, or only that nothing changed for who has it already."""
    tag = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        answer = HttpResponse(status=304)
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Authorization, Cookie, Accept-Language"
    return answer


def _guarded(
    scope: str, *, alone: bool, repeatable: bool, tagged: bool, file: bool, first: bool
) -> Callable[[Run], Run]:
    def guard(run: Run) -> Run:
        @wraps(run)
        def guarded(request: Asked, *given: Any, **named: Any) -> HttpResponse:
            request.hidden = None  # type: ignore[attr-defined]
            try:
                if refused := let_in(request, scope, file=file, first=first):
                    return refused
                if request.method in SAFE or alone:
                    if request.method not in SAFE and once.key_of(request):
                        raise InputError("api.key_unwanted")
                    answer = run(request, *given, **named)
                else:
                    answer = _changed(request, lambda: run(request, *given, **named), repeatable=repeatable)
            except RongheError as error:
                return problem_of(request, error)
            except OperationalError:
                return busy(request)
            hidden: Hidden | None = request.hidden  # type: ignore[attr-defined]
            if hidden is not None:
                _keep(request, hidden)
            return _same(request, answer) if tagged and answer.status_code == 200 else answer

        return guarded

    return guard


def call(
    router: Router,
    method: str,
    path: str,
    *,
    scope: str,
    gives: Any,
    status: int = 200,
    alone: bool = False,
    repeatable: bool = True,
    file: bool = False,
    first: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add an operation that a caller with `scope` may ask for and that gives `gives` with `status`.

    `alone`: it keeps its own transactions, since it reads a source, which takes as long as it takes. Not `repeatable`:
    its answer must not be kept, for it is a secret or somebody's data; such a call takes no Idempotency-Key. A `file`
    is the body as it is, handed in again where the line broke. `first` is what somebody may ask before they changed a
    password that another person chose.
    """
    alone = alone or file
    tagged = method == "GET" and not alone

    def add(work: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(work)
        def worked(request: HttpRequest, *given: Any, **named: Any) -> Any:
            result = work(request, *given, **named)
            return result if isinstance(result, HttpResponse) else Status(status, result)

        how = {"alone": alone, "repeatable": repeatable, "tagged": tagged, "file": file, "first": first}
        guarded = decorate_view(_guarded(scope, **how))(worked)
        router.add_api_operation(
            path,
            [method],
            guarded,
            auth=[Token(), Session()],
            response={status: gives},
            operation_id=work.__name__,
            summary=(work.__doc__ or "").split("\n")[0].rstrip("."),
            openapi_extra={
                "x-scope": scope,
                "x-repeatable": method != "GET" and repeatable and not alone,
                **({"requestBody": _FILE} if file else {}),
            },
        )
        return work

    return add
