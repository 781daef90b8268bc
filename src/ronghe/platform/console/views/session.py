"""Sign out, choose a language; signing in is allauth's."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from ronghe.messages import LANGUAGES
from ronghe.platform.console.middleware import COOKIE

__all__ = ["language", "sign_out"]


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
def language(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice and show the same page."""
    answer = HttpResponseRedirect(_next(request))
    chosen = request.POST.get("lang")
    if chosen in LANGUAGES:
        answer.set_cookie(COOKIE, chosen, max_age=365 * 86_400, samesite="Lax", httponly=True)
    return answer
