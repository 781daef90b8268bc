"""Say that a row is wrong; answer who says so."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.looks import trouble_text
from ronghe.platform.console.middleware import Asked
from ronghe.platform.kinds.data.tracing import key_of
from ronghe.platform.law import profile
from ronghe.platform.requests.models import Grant, Objection
from ronghe.platform.requests.objections import answer_objection, object_to_row
from ronghe.platform.requests.visibility import visible_grants

__all__ = ["answer", "new_objection", "objection_page", "objections"]


@signed_in
@require_GET
def objections(request: Asked) -> HttpResponse:
    """All objections that the asker may see."""
    page = Paginator(queries.objections(request.actor), 20).get_page(request.GET.get("page"))
    return render(request, "console/objections.html", {"page": page})


@signed_in
@require_http_methods(["GET", "POST"])
def new_objection(request: Asked, key: str) -> HttpResponse:
    """The form about a grant's rows."""
    mine = Grant.objects.filter(visible_grants(request.actor), consumer__in=request.actor.where(Role.ASKER))
    grant, failed, typed = one(mine.select_related("version__asset", "consumer"), key), Failed(), request.POST
    if request.method == "POST":

        def action() -> Objection:
            return object_to_row(
                by=request.actor,
                at=request.now,
                department=grant.consumer,
                version=grant.version,
                row_key=typed.get("row_key", ""),
                field=typed.get("field", ""),
                claim=typed.get("claim", ""),
                evidence=typed.get("evidence", ""),
                profile=profile(),
                grant=grant,
            )

        if tried(request, action, failed):
            return redirect("/objections")
    shown = {"grant": grant, "typed": typed, "failed": failed}
    return render(request, "console/new_objection.html", shown, status=422 if failed else 200)


@signed_in
@require_GET
def objection_page(request: Asked, key: str) -> HttpResponse:
    """One objection with its answer."""
    return _shown(request, one(queries.objections(request.actor), key), Failed())


def _shown(request: Asked, objection: Objection, failed: Failed) -> HttpResponse:
    owner = objection.version.asset.department_id
    may = objection.answered is None and request.actor.has(Role.OFFERER, owner)
    rejected = objection.upheld is False and request.actor.has(Role.ASKER, objection.department_id)
    whole = queries.sees_whole_objection(request.actor, owner)
    told = objection.corrections.select_related("grant__consumer", "delivery") if whole else ()
    trace = queries.trace(request.actor, objection)
    dispute = queries.disputes(request.actor).filter(objection=objection).first()
    shown = {
        "objection": objection,
        "trace": trace,
        "traced": key_of(objection) if trace and trace.sealed else "",
        "trouble": trouble_text(trace.trouble if trace else None, request.lang),
        "may_answer": may,
        "dispute": dispute,
        "may_dispute": rejected and dispute is None,
        "corrections": told,
        "failed": failed,
    }
    return render(request, "console/objection.html", shown, status=403 if failed else 200)


@signed_in
@require_POST
def answer(request: Asked, key: str) -> HttpResponse:
    """The owner's answer."""
    objection, failed = one(queries.objections(request.actor), key), Failed()

    def action() -> object:
        return answer_objection(
            by=request.actor,
            at=request.now,
            objection=objection,
            upheld=request.POST.get("upheld") == "yes",
            answer=request.POST.get("answer", ""),
        )

    return (
        redirect(f"/objections/{objection.pk}")
        if tried(request, action, failed)
        else _shown(request, objection, failed)
    )
