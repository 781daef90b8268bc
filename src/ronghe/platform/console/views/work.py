"""The first page: what waits for me, until when; what I can do here; what happened lately."""

from django.http import HttpResponse
from django.shortcuts import render

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.console.asking import signed_in
from ronghe.platform.console.doors_of_roles import doors
from ronghe.platform.console.guide import guide
from ronghe.platform.console.middleware import Asked, guided
from ronghe.platform.index.queries import latest
from ronghe.platform.law import profile
from ronghe.platform.work_list import standing, waiting
from ronghe.terms import legal_day

__all__ = ["work"]

SOON = 3
"""Working days."""
RECENT = 8


@signed_in
def work(request: Asked) -> HttpResponse:
    """The work list of the person."""
    law = profile()
    today = legal_day(request.now, law.zone)
    listed = waiting(request.actor, today)
    until = law.calendar.after(today, SOON).day
    shown = {
        "waiting": listed,
        "late": sum(one.late for one in listed),
        "soon": sum(one.due is not None and today <= one.due <= until for one in listed),
        "soon_days": SOON,
        "standing": standing(request.actor),
        "degree": latest("data") if request.actor.held else None,
        "doors": doors(request.actor),
        "keeps_resources": request.actor.anywhere(Role.RESOURCE_KEEPER),
        "guide": () if guided(request) else guide(request.actor),
        "recent": queries.named(request.actor, queries.recent(request.actor)[:RECENT]),
    }
    return render(request, "console/work.html", shown)
