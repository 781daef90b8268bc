"""The first page: what waits for me, until when."""

from django.http import HttpResponse
from django.shortcuts import render

from ronghe.platform.console.asking import signed_in
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.queries import waiting
from ronghe.platform.law import profile
from ronghe.terms import legal_day

__all__ = ["work"]


@signed_in
def work(request: Asked) -> HttpResponse:
    """The work list of the person."""
    today = legal_day(request.now, profile().zone)
    listed = waiting(request.actor, today)
    late = sum(one.late for one in listed)
    return render(request, "console/work.html", {"waiting": listed, "late": late, "today": today})
