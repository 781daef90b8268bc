"""One's own roles, who stands in for whom, and the tokens of one's programs."""

from datetime import date, datetime, timedelta

from django.contrib.auth import update_session_auth_hash
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform.access import actions
from ronghe.platform.access.models import Delegation, Membership, Person, Token
from ronghe.platform.access.queries import lent_at
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.law import beginning_of, profile
from ronghe.terms import InputError, legal_day

__all__ = ["change", "me"]

USUAL_TOKEN = timedelta(days=90)


@signed_in
@require_GET
def me(request: Asked) -> HttpResponse:
    """What I am here."""
    return _shown(request, Failed())


def _shown(request: Asked, failed: Failed, secret: str = "") -> HttpResponse:
    now, person = request.now, request.actor.person
    held = Membership.objects.filter(person=person).exclude(until__lte=now).select_related("department")
    today = legal_day(now, profile().zone)
    shown = {
        "held": held,
        "lent": lent_at(now).filter(Q(membership__person=person) | Q(to=person)),
        "tokens": Token.objects.filter(person=person).order_by("-made")[:20],
        "scopes": actions.SCOPES,
        "today": today.isoformat(),
        "usual": (today + USUAL_TOKEN).isoformat(),
        "ticked": request.POST.getlist("scopes"),
        "secret": secret,
        "now": now,
        "failed": failed,
    }
    return render(request, "console/me.html", shown, status=422 if failed else 200)


def _day(request: Asked, name: str) -> datetime:
    text = request.POST.get(name, "")
    try:
        return beginning_of(date.fromisoformat(text), name)
    except ValueError as fault:
        raise InputError("platform.field_value", name=name, value=text) from fault


@signed_in
@require_POST
def change(request: Asked, name: str) -> HttpResponse:
    """Change the password, lend a role, take it back, make a token, revoke it. A token's secret is shown this once."""
    failed, told = Failed(), list[str]()
    if not tried(request, lambda: told.append(_changed(request, name)), failed):
        return _shown(request, failed)
    return _shown(request, failed, told[0]) if told[0] else redirect("/me")


def _changed(request: Asked, name: str) -> str:
    by, at, typed = request.actor, request.now, request.POST
    if name == "lend":
        membership = one(Membership.objects.filter(person=by.person), typed.get("membership", ""))
        to = Person.objects.filter(username=typed.get("to", ""), is_active=True).first()
        if to is None:
            raise InputError("platform.username_unknown", username=typed.get("to", ""))
        since, until = max(at, _day(request, "since")), _day(request, "until")
        actions.stand_in(by=by, at=at, membership=membership, to=to, since=since, until=until)
    elif name == "take_back":
        mine = Delegation.objects.filter(membership__person=by.person, ended__isnull=True)
        actions.end_delegation(by=by, at=at, delegation=one(mine, typed.get("delegation", "")))
    elif name == "token":
        expires = _day(request, "expires")
        made = actions.make_token(
            by=by, at=at, name=typed.get("name", "")[:100], scopes=typed.getlist("scopes"), expires=expires
        )
        return made[1]
    elif name == "revoke":
        actions.revoke_token(by=by, at=at, token=one(Token.objects.filter(person=by.person), typed.get("token", "")))
    elif name == "password":
        person = actions.change_password(by=by, at=at, old=typed.get("old", ""), new=typed.get("new", ""))
        update_session_auth_hash(request, person)
    else:
        raise Http404
    return ""
