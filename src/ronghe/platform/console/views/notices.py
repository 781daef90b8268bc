"""What somebody should know, and the webhooks of their department."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms import actions
from ronghe.platform.alarms.models import Notice, Webhook
from ronghe.platform.alarms.sending import notice_text
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError

__all__ = ["change_webhooks", "notices", "read", "webhooks"]


def _mine(request: Asked) -> Person:
    assert isinstance(request.user, Person)
    return request.user


@signed_in
@require_GET
def notices(request: Asked) -> HttpResponse:
    """One's own notices, newest first."""
    mine = Notice.objects.filter(person=_mine(request))
    page = Paginator(mine, 50).get_page(request.GET.get("page"))
    rows = [(notice, notice_text(notice, request.lang)) for notice in page.object_list]
    return render(request, "console/notices.html", {"page": page, "rows": rows})


@signed_in
@require_POST
def read(request: Asked) -> HttpResponse:
    """Mark one's notices as read: the one that is named, else all."""
    mine = Notice.objects.filter(person=_mine(request), read__isnull=True)
    named = request.POST.get("notice")
    listed = [one(mine, named)] if named else mine
    actions.mark_read(at=request.now, person=_mine(request), notices=listed)
    return redirect("/notices")


def _departments(request: Asked) -> list[Department]:
    where = request.actor.where(Role.SECURITY_OFFICER)
    if not where:
        raise Http404
    return list(Department.objects.filter(pk__in=where))


def _shown(request: Asked, departments: list[Department], failed: Failed, secret: str = "") -> HttpResponse:
    hooks = Webhook.objects.filter(department__in=departments, ended__isnull=True).select_related("department")
    shown = {"webhooks": hooks, "departments": departments, "failed": failed, "secret": secret}
    return render(request, "console/webhooks.html", shown, status=403 if failed else 200)


@signed_in
@require_GET
def webhooks(request: Asked) -> HttpResponse:
    """The webhooks of the departments for whose security the reader answers."""
    return _shown(request, _departments(request), Failed())


@signed_in
@require_POST
def change_webhooks(request: Asked, name: str) -> HttpResponse:
    """Add one, which shows its secret, or end one."""
    departments, failed, made = _departments(request), Failed(), list[str]()

    def changed() -> None:
        if name == "end":
            mine = Webhook.objects.filter(department__in=departments, ended__isnull=True)
            hook = one(mine, request.POST.get("webhook", ""))
            actions.end_webhook(by=request.actor, at=request.now, webhook=hook)
            return
        chosen = next((one for one in departments if one.code == request.POST.get("department")), None)
        if chosen is None:
            raise InputError("platform.field_value", name="department", value=request.POST.get("department", ""))
        url = request.POST.get("url", "").strip()[:500]
        made.append(actions.add_webhook(by=request.actor, at=request.now, department=chosen, url=url)[1])

    if name not in ("add", "end"):
        raise Http404
    tried(request, changed, failed)
    return _shown(request, departments, failed, *made)
