"""Is the installation well: for monitors in a word, for administrators the security check."""

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform.access.watching import WATCHES, ask_check
from ronghe.platform.clock import now
from ronghe.platform.console.asking import signed_in
from ronghe.platform.console.health.installation import ready
from ronghe.platform.console.middleware import Asked
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import JobState
from ronghe.platform.jobs.stored import SECURITY_CHECK, last_result

__all__ = ["check_now", "readiness", "security"]


@require_GET
@transaction.non_atomic_requests
def readiness(_request: HttpRequest) -> HttpResponse:
    """200 when everything that work needs is there, else 503; which part is not, and nothing more."""
    checks = ready(settings.HOME, now())
    return JsonResponse({"ready": all(checks.values()), **checks}, status=200 if all(checks.values()) else 503)


def _check(request: Asked) -> None:
    if not request.actor.anywhere(*WATCHES):
        raise Http404


@signed_in
@require_GET
def security(request: Asked) -> HttpResponse:
    """平台安全检测: what the last check found, and how to mend it."""
    _check(request)
    found = last_result(SECURITY_CHECK)
    running = [state.value for state in JobState if not state.over]
    waits = Job.objects.filter(name=SECURITY_CHECK, state__in=running).exists()
    return render(request, "console/security.html", {"found": found, "waits": waits})


@signed_in
@require_POST
def check_now(request: Asked) -> HttpResponse:
    """Have the check done now; at most once a minute."""
    _check(request)
    ask_check(by=request.actor, at=request.now)
    return redirect("/security")
