"""Who did what when."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ronghe.platform.access.roles import Role
from ronghe.platform.console import queries
from ronghe.platform.console.asking import signed_in
from ronghe.platform.console.middleware import Asked

__all__ = ["audit"]


@signed_in
@require_GET
def audit(request: Asked) -> HttpResponse:
    """The trail, newest first; of one subject if wanted."""
    if not request.actor.anywhere(Role.AUDITOR, Role.AUDIT_ADMINISTRATOR, Role.SECURITY_OFFICER):
        raise Http404
    subject = request.GET.get("subject", "")[:64]
    page = Paginator(queries.entries(request.actor, subject=subject), 50).get_page(request.GET.get("page"))
    return render(request, "console/audit.html", {"page": page, "subject": subject})
