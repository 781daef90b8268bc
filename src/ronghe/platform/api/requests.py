"""Ask for entries, answer, and everything that follows; what waits for somebody."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.shapes import (
    Code,
    Free,
    Given,
    Limit,
    Named,
    Page,
    Place,
    Reason,
    Schema,
    Words,
    listed,
    my_department,
    named,
)
from ronghe.platform.catalogue.models import Version, VersionState
from ronghe.platform.catalogue.visibility import visible_versions
from ronghe.platform.law import beginning_of, profile
from ronghe.platform.requests import actions
from ronghe.platform.requests.models import Line, Request, Ruling
from ronghe.platform.requests.rulings import published_clauses, rule_on_refusal
from ronghe.platform.requests.tightening import tighten
from ronghe.platform.work_list import waiting
from ronghe.terms import InputError, RequestState, legal_day

__all__ = ["router"]

router = Router(tags=["requests"])
MOST_LINES = 50
Field300 = Annotated[Words, Field(min_length=1, max_length=300)]
ItemName = Annotated[Words, Field(min_length=1, max_length=100)]


class LineShown(Schema):
    """An entry that is asked for: the fields and rows that are wanted, the fields that were granted, and the terms that
    an approver laid down beyond those of the owner."""

    id: UUID
    asset: str
    name: str
    version: int
    fields: list[str]
    rows: dict[str, Any]
    granted: list[str] | None
    tighter: dict[str, Any]


class RequestRow(Schema):
    """A request in a list."""

    id: UUID
    cart: UUID
    state: RequestState
    requester: Named
    owner: Named
    person: str
    purpose: str
    made: datetime
    submitted: datetime | None
    due: date | None
    due_provisional: bool
    assets: list[str]


class MoveShown(Schema):
    """A request went from one state to another."""

    name: str
    before: str
    after: str
    by: str
    at: datetime


class RulingShown(Schema):
    """What the bureau said of a refusal; one that it confirmed does not count against the owner."""

    confirmed: bool
    text: str
    by: str
    at: datetime


class RequestShown(RequestRow):
    """A request with what was said about it; `moves` are those that the asker may try now, `clauses` the conditions of
    its entries as they are published."""

    scenario: str
    legal_basis: str
    wanted_from: datetime
    wanted_until: datetime
    more_days: int
    supplement: list[str]
    assessment: str
    reason: str
    clause: str
    clauses: list[str]
    ruling: RulingShown | None
    lines: list[LineShown]
    grants: list[UUID]
    moves: list[str]
    history: list[MoveShown]


class Requests(Schema):
    """What came of a cart: a request for each owner."""

    requests: list[RequestShown]


class GivenLine(Given):
    """An entry that is wanted: fields, conditions on rows (every one must hold), and the method."""

    asset: Code
    fields: Annotated[list[ItemName], Field(min_length=1, max_length=500)]
    where: Annotated[list[Free], Field(max_length=20)] = []
    method: Annotated[Words, Field(max_length=16)] = ""


class GivenRequest(Given):
    """A cart: what is wanted of whomever, for one purpose; days are legal days, `wanted_until` the first without."""

    requester: Code
    lines: Annotated[list[GivenLine], Field(min_length=1, max_length=MOST_LINES)]
    purpose: Field300
    legal_basis: Field300
    scenario: Annotated[Words, Field(max_length=1_000)] = ""
    wanted_from: date
    wanted_until: date
    submit: bool = False


class GivenMissing(Given):
    """Everything that is missing, told once."""

    missing: Annotated[list[Field300], Field(min_length=1, max_length=50)]


class GivenSupplement(Given):
    """What was missing; a field that is left out stays."""

    purpose: Field300 | None = None
    scenario: Annotated[Words, Field(min_length=1, max_length=1_000)] | None = None
    legal_basis: Field300 | None = None
    assessment: Annotated[Words, Field(min_length=1, max_length=500)] | None = None


class GivenAssessment(Given):
    """Where the impact assessment is (PIPL art. 55)."""

    assessment: Annotated[Words, Field(min_length=1, max_length=500)]


class GivenGranted(Given):
    """The fields of a line that are granted."""

    line: UUID
    fields: Annotated[list[ItemName], Field(max_length=500)]


class GivenYes(Given):
    """A yes; lines that are not named are granted as they were asked for."""

    granted: Annotated[list[GivenGranted], Field(max_length=MOST_LINES)] = []


class GivenNo(Given):
    """A no, with its reason and the clause that it stands on."""

    reason: Reason
    clause: Field300


class GivenTighter(Given):
    """Terms of one line beyond those of its owner: obligations by field in the words of `policy@1`, and conditions on
    rows. They add to what was laid down before; `afresh` puts them in its place."""

    line: UUID
    obligations: Annotated[dict[ItemName, Annotated[Words, Field(max_length=16)] | Free], Field(max_length=500)] = {}
    where: Annotated[list[Free], Field(max_length=20)] = []
    afresh: bool = False


class GivenRuling(Given):
    """Whether a refusal keeps to the published conditions, and why."""

    confirmed: bool
    text: Reason


class GivenUntil(Given):
    """The first legal day on which the right has ended."""

    until: date


class GivenWhy(Given):
    """Why."""

    reason: Reason


class GivenHow(Given):
    """How what was received was removed."""

    how: Reason


class GivenDays(Given):
    """Working days more."""

    days: Annotated[int, Field(ge=1, le=365)]


class WaitingShown(Schema):
    """Something that waits for the asker."""

    task: str
    title: str
    about: str
    url: str
    due: date | None
    late: bool


class Work(Schema):
    """The most urgent first."""

    waiting: list[WaitingShown]


def row_of(request: Request) -> dict[str, Any]:
    """A request in a list."""
    names = ("cart", "state", "purpose", "made", "submitted", "due", "due_provisional")
    return {
        "id": request.pk,
        "requester": named(request.requester),
        "owner": named(request.owner),
        "person": request.person_name,
        "assets": [line.version.asset.code for line in request.lines.all()],
        **{name: getattr(request, name) for name in names},
    }


def _line(line: Line) -> dict[str, Any]:
    names = ("fields", "rows", "granted", "tighter")
    of_entry = {"asset": line.version.asset.code, "name": line.version.name, "version": line.version.number}
    return {"id": line.pk, **of_entry, **{name: getattr(line, name) for name in names}}


def _ruling(request: Request) -> dict[str, Any] | None:
    found = Ruling.objects.filter(request=request).first()
    if found is None:
        return None
    return {"confirmed": found.confirmed, "text": found.text, "by": found.person_name, "at": found.at}


def shown(asked: Asked, request: Request) -> dict[str, Any]:
    """A request with everything that both sides see."""
    found = queries.requests(asked.actor).get(pk=request.pk)
    names = ("scenario", "legal_basis", "wanted_from", "wanted_until", "more_days", "supplement", "assessment")
    lines = list(found.lines.all())
    moves = ("name", "before", "after", "by", "at")
    return {
        **row_of(found),
        **{name: getattr(found, name) for name in (*names, "reason", "clause")},
        "clauses": published_clauses(found),
        "ruling": _ruling(found),
        "lines": [_line(line) for line in lines],
        "grants": [line.grant.pk for line in lines if hasattr(line, "grant")],
        "moves": queries.open_moves(asked.actor, found),
        "history": list(found.moves.values(*moves)),
    }


@call(router, "GET", "/work", scope="requests.read", gives=Work)
def show_work(request: Asked) -> dict[str, Any]:
    """What waits for the asker, until when."""
    today = legal_day(request.now, profile().zone)
    names = ("task", "title", "about", "url", "due", "late")
    return {"waiting": [{name: getattr(one, name) for name in names} for one in waiting(request.actor, today)]}


@call(router, "GET", "/requests", scope="requests.read", gives=Page[RequestRow])
def list_requests(
    request: Asked, state: Annotated[RequestState | None, Query(None)], cursor: Place, limit: Limit
) -> dict[str, Any]:
    """Requests that the asker may see, newest first."""
    seen = queries.requests(request.actor)
    seen = seen.filter(state=state.value) if state else seen
    return listed(seen, ("-made", "-pk"), row_of, listing=f"requests {state}", cursor=cursor, limit=limit)


def _wish(request: Asked, line: GivenLine) -> actions.Wish:
    seen = Version.objects.filter(visible_versions(request.actor), state=VersionState.PUBLISHED)
    version = seen.select_related("asset__department").filter(asset__code=line.asset).first()
    if version is None:
        raise InputError("platform.field_value", name="asset", value=line.asset)
    rows = {**({"where": line.where} if line.where else {}), **({"method": line.method} if line.method else {})}
    return version, line.fields, rows


@call(router, "POST", "/requests", scope="requests.write", gives=Requests, status=201)
def make_requests(request: Asked, given: GivenRequest) -> dict[str, Any]:
    """Ask for entries of one or several owners: a draft for each owner, handed in at once with `submit`."""
    by, at = request.actor, request.now
    made = actions.new_requests(
        by=by,
        at=at,
        requester=my_department(by, given.requester, Role.ASKER),
        wishes=[_wish(request, line) for line in given.lines],
        purpose=given.purpose,
        scenario=given.scenario,
        legal_basis=given.legal_basis,
        wanted_from=beginning_of(given.wanted_from, "wanted_from"),
        wanted_until=beginning_of(given.wanted_until, "wanted_until"),
    )
    if given.submit:
        made = tuple(actions.submit(by=by, at=at, request=one, profile=profile()) for one in made)
    return {"requests": [shown(request, one) for one in made]}


@call(router, "GET", "/requests/{uuid:key}", scope="requests.read", gives=RequestShown)
def show_request(request: Asked, key: UUID) -> dict[str, Any]:
    """One request with its lines, what may be done now, and what was done."""
    return shown(request, queries.one(queries.requests(request.actor), key))


def _moved(request: Asked, key: UUID, move: Callable[..., Request], **given: Any) -> dict[str, Any]:
    found = queries.one(queries.requests(request.actor), key)
    move(by=request.actor, at=request.now, request=found, **given)
    return shown(request, found)


@call(router, "POST", "/requests/{uuid:key}/submit", scope="requests.write", gives=RequestShown)
def submit_request(request: Asked, key: UUID) -> dict[str, Any]:
    """Hand a draft to the owner, whose clock runs from now on."""
    return _moved(request, key, actions.submit, profile=profile())


@call(router, "POST", "/requests/{uuid:key}/take-back", scope="requests.write", gives=RequestShown)
def take_request_back(request: Asked, key: UUID) -> dict[str, Any]:
    """The asker thinks again; the request is a draft."""
    return _moved(request, key, actions.take_back, profile=profile())


@call(router, "POST", "/requests/{uuid:key}/ask-supplement", scope="requests.write", gives=RequestShown)
def ask_supplement(request: Asked, key: UUID, given: GivenMissing) -> dict[str, Any]:
    """The owner tells everything that is missing, once."""
    return _moved(request, key, actions.ask_supplement, missing=given.missing, profile=profile())


@call(router, "POST", "/requests/{uuid:key}/supplement", scope="requests.write", gives=RequestShown)
def supplement_request(request: Asked, key: UUID, given: GivenSupplement) -> dict[str, Any]:
    """The asker gives what was missing; the clock goes on."""
    return _moved(request, key, actions.supplement, changes=given.model_dump(exclude_none=True), profile=profile())


@call(router, "POST", "/requests/{uuid:key}/assessment", scope="requests.write", gives=RequestShown)
def attach_assessment(request: Asked, key: UUID, given: GivenAssessment) -> dict[str, Any]:
    """Attach the impact assessment without which personal data are not granted."""
    return _moved(request, key, actions.attach_assessment, assessment=given.assessment)


@call(router, "POST", "/requests/{uuid:key}/accept", scope="requests.write", gives=RequestShown)
def accept_request(request: Asked, key: UUID, given: GivenYes) -> dict[str, Any]:
    """Say yes at the present step, to all or to a part; the last step makes the grants."""
    granted = {one.line: one.fields for one in given.granted}
    found = queries.one(queries.requests(request.actor), key)
    unknown = granted.keys() - {line.pk for line in found.lines.all()}
    if unknown:
        raise InputError("platform.field_value", name="line", value=str(min(unknown)))
    return _moved(request, key, actions.decide, granted=granted, profile=profile())


@call(router, "POST", "/requests/{uuid:key}/refuse", scope="requests.write", gives=RequestShown)
def refuse_request(request: Asked, key: UUID, given: GivenNo) -> dict[str, Any]:
    """Say no, with the reason and the clause."""
    return _moved(request, key, actions.refuse, reason=given.reason, clause=given.clause, profile=profile())


@call(router, "POST", "/requests/{uuid:key}/tighten", scope="requests.write", gives=RequestShown)
def tighten_request(request: Asked, key: UUID, given: GivenTighter) -> dict[str, Any]:
    """Let out less of a line than its owner laid down, before it is decided; what would let out more is refused."""
    found = queries.one(queries.requests(request.actor), key)
    if not found.lines.filter(pk=given.line).exists():
        raise InputError("platform.field_value", name="line", value=str(given.line))
    return _moved(
        request,
        key,
        tighten,
        line=given.line,
        tighter={"obligations": given.obligations, "where": given.where},
        afresh=given.afresh,
    )


@call(router, "POST", "/requests/{uuid:key}/rule", scope="requests.write", gives=RequestShown)
def rule_on_request(request: Asked, key: UUID, given: GivenRuling) -> dict[str, Any]:
    """The bureau says once whether a refusal was lawful."""
    found = queries.one(queries.requests(request.actor), key)
    rule_on_refusal(by=request.actor, at=request.now, request=found, confirmed=given.confirmed, text=given.text)
    return shown(request, found)


@call(router, "POST", "/requests/{uuid:key}/extend", scope="requests.write", gives=RequestShown)
def extend_request(request: Asked, key: UUID, given: GivenUntil) -> dict[str, Any]:
    """Let the rights last longer."""
    return _moved(request, key, actions.extend, until=beginning_of(given.until, "until"), profile=profile())


@call(router, "POST", "/requests/{uuid:key}/revoke", scope="requests.write", gives=RequestShown)
def revoke_request(request: Asked, key: UUID, given: GivenWhy) -> dict[str, Any]:
    """End the rights at once, with a reason that both sides see."""
    return _moved(request, key, actions.revoke, reason=given.reason)


@call(router, "POST", "/requests/{uuid:key}/dispose", scope="requests.write", gives=RequestShown)
def dispose_request(request: Asked, key: UUID, given: GivenHow) -> dict[str, Any]:
    """The asker confirms that what they received is gone."""
    return _moved(request, key, actions.dispose, how=given.how)


@call(router, "POST", "/requests/{uuid:key}/lengthen", scope="requests.write", gives=RequestShown)
def lengthen_clock(request: Asked, key: UUID, given: GivenDays) -> dict[str, Any]:
    """The bureau consents to a later answer."""
    return _moved(request, key, actions.lengthen_clock, days=given.days, profile=profile())
