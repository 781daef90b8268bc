"""Sign out, choose a language and a theme; signing in is allauth's."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ronghe.messages import LANGUAGES
from ronghe.platform.console.middleware import THEMES

__all__ = ["shown", "sign_out"]

_KEPT_FOR = 365 * 86_400


def _next(request: HttpRequest) -> str:
    """Where the reader wanted to go, if that is here."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else "/"


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("/sign-in")


@require_POST
def shown(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of language, theme or no guide, and show the same page."""
    answer = HttpResponseRedirect(_next(request))
    for name, choices in (("lang", LANGUAGES), ("theme", THEMES), ("guide", ("closed",))):
        chosen = request.POST.get(name, "")
        if chosen in choices:
            answer.set_cookie(name, chosen, max_age=_KEPT_FOR, samesite="Lax", httponly=True)
    return answer
