"""What the workers do and did, for those who watch the installation."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ronghe.platform.access.watching import WATCHES
from ronghe.platform.console.asking import signed_in
from ronghe.platform.console.middleware import Asked
from ronghe.platform.jobs.models import Beat, Job
from ronghe.platform.jobs.port import JobState

__all__ = ["listed"]

PAGE = 50


@signed_in
@require_GET
def listed(request: Asked) -> HttpResponse:
    """Jobs, newest first, by state or name if wanted; the page asks again by itself while something is under way."""
    if not request.actor.anywhere(*WATCHES):
        raise Http404
    wanted = {name: request.GET.get(name, "")[:64] for name in ("state", "name")}
    seen = Job.objects.filter(**{name: value for name, value in wanted.items() if value}).order_by("-made", "-pk")
    open_ = Job.objects.filter(state__in=[state.value for state in JobState if not state.over])
    shown = {
        "page": Paginator(seen, PAGE).get_page(request.GET.get("page")),
        "wanted": wanted,
        "states": [state.value for state in JobState],
        "names": Job.objects.order_by("name").values_list("name", flat=True).distinct(),
        "beats": Beat.objects.all(),
        "open": open_.count(),
        "failed_ones": Job.objects.filter(state=JobState.FAILED.value).count(),
    }
    return render(request, "console/jobs.html", shown)
