"""What views have in common: people who signed in, one object that they may see, an action that may be refused."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpResponse

from ronghe.platform.access.models import Person
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.wording import error_text
from ronghe.platform.queries import one
from ronghe.terms import InputError, RongheError

__all__ = ["Failed", "one", "signed_in", "tried"]

View = Callable[..., HttpResponse]
SAFE = ("GET", "HEAD")
FOUND = 302


def _told(request: Asked, answer: HttpResponse) -> HttpResponse:
    """Let the page that follows say that it was done; a file that is handed over speaks for itself."""
    if answer.status_code == FOUND and not answer.headers["Location"].startswith("/files/"):
        request.session["done"] = True
    return answer


def signed_in(view: View) -> View:
    """The view for people who signed in; others are asked to.

    What may change something has one transaction. A page that only shows has none: with SQLite a transaction has
    the one write lock from its beginning, and all others would wait for it.
    """
    reads_alone = bool(getattr(view, "_non_atomic_requests", ()))

    @transaction.non_atomic_requests
    @wraps(view)
    def asked(request: Asked, *given: Any, **named: Any) -> HttpResponse:
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path(), "/sign-in")
        if any("\0" in text for said in (request.GET, request.POST) for _, told in said.lists() for text in told):
            raise InputError("platform.typed_unfit")
        if reads_alone or request.method in SAFE:
            return view(request, *given, **named)
        with transaction.atomic():
            return _told(request, view(request, *given, **named))

    return asked


class Failed:
    """Why an action was refused, in the reader's language; false while nothing was."""

    def __init__(self) -> None:
        self.text = ""
        self.error: RongheError | None = None

    def __bool__(self) -> bool:
        return bool(self.text)


def tried(request: Asked, action: Callable[[], object], failed: Failed, *, whole: bool = True) -> bool:
    """Do an action, all of it or nothing; one that is not `whole` keeps its own transactions, and what it put on record
    before a refusal stays. A refusal is kept, so that the page shows why beside what was typed."""
    try:
        with transaction.atomic() if whole else nullcontext():
            action()
    except RongheError as error:
        failed.text, failed.error = error_text(error, request.lang), error
        return False
    return True
