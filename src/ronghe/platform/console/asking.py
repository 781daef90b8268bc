"""What views have in common: people who signed in, one object that they may see, an action that may be refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse

from ronghe.messages import render_error
from ronghe.platform.access.models import Person
from ronghe.platform.console.middleware import Asked, Hidden
from ronghe.terms import RongheError

__all__ = ["Failed", "one", "signed_in", "tried"]

View = Callable[..., HttpResponse]
Kept = TypeVar("Kept", bound=Model)


def signed_in(view: View) -> View:
    """The view for people who signed in; others are asked to."""

    @wraps(view)
    def asked(request: Asked, *given: Any, **named: Any) -> HttpResponse:
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path(), "/sign-in")
        return view(request, *given, **named)

    return asked


def one(seen: QuerySet[Kept], key: str | UUID) -> Kept:
    """The object of this id among those that the asker sees; 404 for any other, whether it exists or not."""
    try:
        known = key if isinstance(key, UUID) else UUID(key)
    except ValueError:
        raise Http404 from None
    found = seen.filter(pk=known).first()
    if found is None:
        raise Hidden(seen.model._meta.model_name or "", known)  # noqa: SLF001 - public API
    return found


class Failed:
    """Why an action was refused, in the reader's language; false while nothing was."""

    def __init__(self) -> None:
        self.text = ""
        self.error: RongheError | None = None

    def __bool__(self) -> bool:
        return bool(self.text)


def tried(request: Asked, action: Callable[[], object], failed: Failed) -> bool:
    """Do an action, all of it or nothing; a refusal is kept, so that the page shows why beside what was typed."""
    try:
        with transaction.atomic():
            action()
    except RongheError as error:
        failed.text, failed.error = render_error(error, request.lang), error
        return False
    return True
