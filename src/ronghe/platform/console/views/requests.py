"""Read a request and make a move: each button of the page is one action."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.audit.models import Entry
from ronghe.platform.console.asking import Failed, one, signed_in, tried
from ronghe.platform.console.looks import looked
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.offering import OBLIGATIONS
from ronghe.platform.console.tightening import tighter_of
from ronghe.platform.console.wishing import rows_text, typed_rows
from ronghe.platform.law import beginning_of, profile
from ronghe.platform.requests import actions
from ronghe.platform.requests.holding import conditions_of
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Grant, Request, Ruling
from ronghe.platform.requests.rules import MOVES, UNDECIDED
from ronghe.platform.requests.rulings import published_clauses, rule_on_refusal
from ronghe.platform.requests.tightening import tighten
from ronghe.terms import InputError, Refused, RequestState
from ronghe.trust.access import Relation

__all__ = ["move", "request_page", "requests"]

PAGE = 20
DECIDES = ("accept", "refuse", "ask_supplement", "tighten")


@signed_in
@require_GET
def requests(request: Asked) -> HttpResponse:
    """All requests that the asker may see, by state if wanted."""
    state = request.GET.get("state", "")
    seen = queries.requests(request.actor)
    if state in set(RequestState):
        seen = seen.filter(state=state)
    page = Paginator(seen, PAGE).get_page(request.GET.get("page"))
    states = [one_state.value for one_state in RequestState]
    return render(request, "console/requests.html", {"page": page, "state": state, "states": states})


@signed_in
@require_GET
def request_page(request: Asked, key: str) -> HttpResponse:
    """One request: what is asked, what the approver should look at, what may be done now, what was done."""
    return _shown(request, one(queries.requests(request.actor), key), Failed())


def _shown(request: Asked, shown: Request, failed: Failed) -> HttpResponse:
    refused = request.resolver_match.kwargs.get("name") if failed and request.resolver_match else None
    lines = list(shown.lines.select_related("version__asset").prefetch_related("version__items"))
    for line in lines:
        line.conditions = conditions_of(shown, line)  # type: ignore[attr-defined]
        line.typed = typed_rows(line.version, request.POST)  # type: ignore[attr-defined]
        granted = line.fields if line.granted is None else line.granted
        ticked = request.POST.getlist(f"fields-{line.pk}") if refused == "accept" else granted
        line.ticked = ticked  # type: ignore[attr-defined]
        if line.version.asset.kind == "data":
            way, where = rows_text(line.rows, line.version.method, request.lang)
            line.way, line.where = way, where  # type: ignore[attr-defined]
    typed = request.POST if refused == "tighten" else {}
    moves = queries.open_moves(request.actor, shown)
    decides = queries.decides(request.actor, shown)
    dispute = queries.disputes(request.actor).filter(request=shown).first()
    page = {
        "request": request,
        "shown": shown,
        "lines": lines,
        "moves": moves,
        "decisions": shown.decisions.all(),
        "seen": shown.moves.count(),
        "undecided": shown.state in UNDECIDED,
        "entries": Entry.objects.filter(subject_kind="request", subject=str(shown.pk)).order_by("at", "id"),
        "similar": queries.similar(shown) if decides else (),
        "looks": [looked(line, request.lang, typed) for line in lines if line.version.asset.kind == "data"]
        if decides
        else (),
        "personal": any(kind_of(line.version.asset.kind).is_personal(line, line.fields) for line in lines),
        "may_assess": request.actor.has(Role.ASKER, shown.requester_id) and shown.state in UNDECIDED,
        "dispute": dispute,
        "may_dispute": request.actor.has(Role.ASKER, shown.requester_id)
        and shown.state == RequestState.REFUSED
        and dispute is None,
        "grants": Grant.objects.filter(line__request=shown).select_related("version__asset"),
        "ruling": Ruling.objects.filter(request=shown).first(),
        "may_rule": request.actor.anywhere(Role.COORDINATOR) and shown.state == RequestState.REFUSED,
        "clauses": published_clauses(shown),
        "may_lengthen": request.actor.anywhere(Role.COORDINATOR) and shown.state == RequestState.SUBMITTED,
        "relations": list(Relation),
        "obligations": OBLIGATIONS,
        "failed": failed,
    }
    return render(request, "console/request.html", page, status=403 if failed else 200)


def _day(text: str) -> datetime:
    try:
        return beginning_of(date.fromisoformat(text), "until")
    except ValueError as fault:
        raise InputError("platform.field_value", name="until", value=text) from fault


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 4:
        raise InputError("platform.field_value", name="days", value=text)
    return int(text)


def _action(request: Asked, name: str, found: Request) -> Callable[[], object]:
    """What a button does."""
    by, at, law, typed = request.actor, request.now, profile(), request.POST
    given: dict[str, Any] = {"by": by, "at": at, "request": found}
    granted = {line.pk: typed.getlist(f"fields-{line.pk}") for line in found.lines.all()}
    return {
        "submit": lambda: actions.submit(**given, profile=law),
        "take_back": lambda: actions.take_back(**given, profile=law),
        "ask_supplement": lambda: actions.ask_supplement(
            **given, missing=typed.get("missing", "").splitlines(), profile=law
        ),
        "supplement": lambda: actions.supplement(
            **given,
            changes={name: typed[name] for name in ("scenario", "legal_basis", "assessment") if typed.get(name)},
            profile=law,
        ),
        "accept": lambda: actions.decide(**given, profile=law, granted=granted),
        "tighten": lambda: tighten(**given, **tighter_of(found, typed)),
        "refuse": lambda: actions.refuse(
            **given, reason=typed.get("reason", ""), clause=typed.get("clause", ""), profile=law
        ),
        "extend": lambda: actions.extend(**given, until=_day(typed.get("until", "")), profile=law),
        "revoke": lambda: actions.revoke(**given, reason=typed.get("reason", "")),
        "dispose": lambda: actions.dispose(**given, how=typed.get("how", "")),
        "assessment": lambda: actions.attach_assessment(**given, assessment=typed.get("assessment", "")),
        "lengthen": lambda: actions.lengthen_clock(**given, days=_whole(typed.get("days", "")), profile=law),
        "rule": lambda: rule_on_refusal(**given, confirmed=typed.get("confirmed") == "yes", text=typed.get("text", "")),
    }[name]


@signed_in
@require_POST
def move(request: Asked, key: str, name: str) -> HttpResponse:
    """Make a move; a refusal is shown on the page itself, with what was typed still there."""
    found, failed = one(queries.requests(request.actor), key), Failed()
    known = {*MOVES, "assessment", "lengthen", "rule", "tighten"} - {"deliver", "use", "expire", "accept_in_part"}
    if name not in known:
        raise Http404

    def done() -> None:
        # A decision is about what was seen: what the page says, not what was moved since.
        if name in DECIDES and request.POST.get("seen", "") not in ("", str(found.moves.count())):
            raise Refused("platform.page_stale")
        _action(request, name, found)()

    if tried(request, done, failed):
        return redirect(f"/requests/{found.pk}")
    return _shown(request, found, failed)
