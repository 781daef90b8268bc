"""Before a view: who asks, in which language, when. After it: errors as pages, and the headers that close doors."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from django.db import DataError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ronghe.messages import LANGUAGES, Language
from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.clock import now
from ronghe.platform.console.wording import error_text
from ronghe.platform.queries import Hidden
from ronghe.terms import InputError, LimitReached, Refused, RongheError, UsageError

__all__ = ["THEMES", "Asked", "Console", "guided", "language_of", "status_of", "theme_of"]

THEMES = ("light", "dark")
POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'self'; base-uri 'none'"
_BEFORE_CHANGE = ("/me", "/me/password", "/sign-out", "/shown")
"""What is there for somebody whose password another person chose; calls of the API are let in or not where they are."""
Respond = Callable[[HttpRequest], HttpResponse]


class Asked(HttpRequest):
    """A request as `signed_in` hands it to views: with the actor, the language and the instant."""

    actor: Actor
    lang: Language
    now: datetime


def language_of(request: HttpRequest) -> Language:
    """The reader's choice in a cookie, else their browser's first language that we speak, else Chinese."""
    chosen = request.COOKIES.get("lang")
    offered = [part.split(";")[0].strip().lower()[:2] for part in request.headers.get("Accept-Language", "").split(",")]
    return next((lang for said in [chosen, *offered] for lang in LANGUAGES if said == lang), "zh")


def guided(request: HttpRequest) -> bool:
    """Whether the reader closed the guide of a first visit."""
    return request.COOKIES.get("guide") == "closed"


def theme_of(request: HttpRequest) -> str:
    """The reader's choice, else the light one."""
    chosen = request.COOKIES.get("theme")
    return chosen if chosen in THEMES else THEMES[0]


def status_of(error: RongheError) -> int:
    """The HTTP status of an error."""
    for kind, status in ((Refused, 403), (InputError, 422), (UsageError, 400), (LimitReached, 507)):
        if isinstance(error, kind):
            return status
    return 500


class Console:
    """The middleware."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Fill the request, let the view answer, close the doors."""
        person = request.user if isinstance(request.user, Person) else None
        moment = now()
        request.now = moment  # type: ignore[attr-defined]
        request.lang = language_of(request)  # type: ignore[attr-defined]
        if person:
            request.actor = actor_of(person, moment)  # type: ignore[attr-defined]
        barred = person and person.password_given and not request.path.startswith("/api/")
        answer = redirect("/me") if barred and request.path not in _BEFORE_CHANGE else self.respond(request)
        answer.headers.setdefault("Content-Security-Policy", POLICY)
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        """One page for every error that we know; a thing that is hidden and one that does not exist look the same."""
        if isinstance(fault, Hidden):
            _keep(request, fault)
        if isinstance(fault, Http404):
            return render(request, "console/error.html", {"missing": True}, status=404)
        if isinstance(fault, DataError):
            # PostgreSQL keeps no NUL and no text beyond its column; whatever was typed, it was not kept.
            fault = InputError("platform.typed_unfit")
        if not isinstance(fault, RongheError):
            return None
        text = error_text(fault, request.lang)  # type: ignore[attr-defined]
        return render(request, "console/error.html", {"text": text}, status=status_of(fault))


def _keep(request: HttpRequest, hidden: Hidden) -> None:
    """After the view's own transaction is undone; the answer is the same if it cannot be kept."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return
    with suppress(RongheError), transaction.atomic():
        record(
            by=actor,
            at=request.now,  # type: ignore[attr-defined]
            action="access.denied",
            subject_kind=hidden.kind,
            subject=hidden.key,
            departments=[str(department) for department in actor.departments],
        )
