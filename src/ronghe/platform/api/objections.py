"""Say that a row is wrong and answer it; disputes and their ladder."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Router
from pydantic import Field

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.shapes import Given, Limit, Named, Page, Place, Reason, Schema, Words, listed, named
from ronghe.platform.kinds.data.tracing import key_of
from ronghe.platform.law import profile
from ronghe.platform.requests import objections
from ronghe.platform.requests.models import Dispute, Objection, Request
from ronghe.terms import UsageError

__all__ = ["router"]

router = Router(tags=["objections"])
NEWEST = ("-made", "-pk")


class Reached(Schema):
    """A holder whom the correction reached."""

    consumer: Named
    told: datetime
    confirmed: datetime | None


class ObjectionRow(Schema):
    """Somebody says that a value is wrong."""

    id: UUID
    asset: str
    name: str
    owner: Named
    department: Named
    field: str
    made: datetime
    due: date | None
    due_provisional: bool
    answered: datetime | None
    upheld: bool | None


class ObjectionShown(ObjectionRow):
    """With claim, evidence and answer; whom a correction reached only the owner and the bureau see."""

    row_key: str
    claim: str
    evidence: str
    answer: str
    reached: list[Reached]


class Traced(Schema):
    """The key of the row that an objection is about as its owner knows it: null while it is looked for, and where the
    source has none now or could not be read, whose code is `trouble`."""

    row_key: str | None
    waiting: bool
    trouble: str | None


class GivenObjection(Given):
    """Which value of which row of a right is wrong, what it should be, and how one knows."""

    grant: UUID
    row_key: Annotated[Words, Field(min_length=1, max_length=200)]
    field: Annotated[Words, Field(min_length=1, max_length=100)]
    claim: Annotated[Words, Field(min_length=1, max_length=500)]
    evidence: Reason


class GivenVerdict(Given):
    """Whether the objection is right, and why."""

    upheld: bool
    text: Reason


class Step(Schema):
    """What was said on a rung."""

    rung: str
    text: str
    person: str
    at: datetime


class DisputeRow(Schema):
    """A matter that two departments see differently."""

    id: UUID
    request: UUID | None
    objection: UUID | None
    raised_by: Named
    rung: str
    made: datetime
    settled: datetime | None
    upheld: bool | None


class DisputeShown(DisputeRow):
    """With everything that was said."""

    steps: list[Step]


class GivenDispute(Given):
    """The refused request or the rejected objection that it is about, and why it is wrong."""

    request: UUID | None = None
    objection: UUID | None = None
    text: Reason


class GivenText(Given):
    """What is said."""

    text: Reason


def _row(one: Objection) -> dict[str, Any]:
    names = ("field", "made", "due", "due_provisional", "answered", "upheld")
    return {
        "id": one.pk,
        "asset": one.version.asset.code,
        "name": one.version.name,
        "owner": named(one.version.asset.department),
        "department": named(one.department),
        **{name: getattr(one, name) for name in names},
    }


def _shown(request: Asked, key: UUID) -> dict[str, Any]:
    found = queries.one(queries.objections(request.actor), key)
    reached = found.corrections.select_related("grant__consumer").order_by("told", "pk")
    if not queries.sees_whole_objection(request.actor, found.version.asset.department_id):
        reached = reached.none()
    told = [{"consumer": named(one.grant.consumer), "told": one.told, "confirmed": one.confirmed} for one in reached]
    names = ("row_key", "claim", "evidence", "answer")
    return {**_row(found), "reached": told, **{name: getattr(found, name) for name in names}}


@call(router, "GET", "/objections", scope="requests.read", gives=Page[ObjectionRow])
def list_objections(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """Objections that the asker may see, newest first."""
    seen = queries.objections(request.actor)
    return listed(seen, NEWEST, _row, listing="objections", cursor=cursor, limit=limit)


@call(router, "POST", "/objections", scope="requests.write", gives=ObjectionShown, status=201)
def make_objection(request: Asked, given: GivenObjection) -> dict[str, Any]:
    """Say that a value that one was granted is wrong; the owner's clock starts."""
    mine = queries.grants(request.actor).filter(consumer__in=request.actor.where(Role.ASKER))
    grant = queries.one(mine, given.grant)
    made = objections.object_to_row(
        by=request.actor,
        at=request.now,
        department=grant.consumer,
        version=grant.version,
        **given.model_dump(exclude={"grant"}),
        profile=profile(),
    )
    return _shown(request, made.pk)


@call(router, "GET", "/objections/{uuid:key}", scope="requests.read", gives=ObjectionShown)
def show_objection(request: Asked, key: UUID) -> dict[str, Any]:
    """One objection with its answer."""
    return _shown(request, key)


@call(router, "GET", "/objections/{uuid:key}/row", scope="requests.read", gives=Traced)
def trace_row(request: Asked, key: UUID) -> dict[str, Any]:
    """For the owner: which of its rows it is, where its holder knows it by a token only; 404 for all others."""
    found = queries.one(queries.objections(request.actor), key)
    if not request.actor.has(Role.OFFERER, found.version.asset.department_id):
        raise Http404
    trace = queries.trace(request.actor, found)
    if trace is None:
        return {"row_key": found.row_key, "waiting": False, "trouble": None}
    key_found = key_of(found) if trace.sealed else None
    return {"row_key": key_found, "waiting": trace.made is None, "trouble": trace.trouble.get("code")}


@call(router, "POST", "/objections/{uuid:key}/answer", scope="requests.write", gives=ObjectionShown)
def answer_objection(request: Asked, key: UUID, given: GivenVerdict) -> dict[str, Any]:
    """The owner checked the row: right or wrong, and why."""
    found = queries.one(queries.objections(request.actor), key)
    said: dict[str, Any] = {"upheld": given.upheld, "answer": given.text}
    objections.answer_objection(by=request.actor, at=request.now, objection=found, **said)
    return _shown(request, key)


def _dispute(one: Dispute) -> dict[str, Any]:
    names = ("rung", "made", "settled", "upheld")
    return {
        "id": one.pk,
        "request": one.request_id,
        "objection": one.objection_id,
        "raised_by": named(one.raised_by),
        **{name: getattr(one, name) for name in names},
    }


def _ladder(request: Asked, key: UUID) -> dict[str, Any]:
    found = queries.one(queries.disputes(request.actor), key)
    steps = [
        {"rung": step.rung, "text": step.text, "person": step.person_name, "at": step.at} for step in found.steps.all()
    ]
    return {**_dispute(found), "steps": steps}


@call(router, "GET", "/disputes", scope="requests.read", gives=Page[DisputeRow])
def list_disputes(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """Disputes that the asker may see, newest first."""
    return listed(queries.disputes(request.actor), NEWEST, _dispute, listing="disputes", cursor=cursor, limit=limit)


def _about(request: Asked, given: GivenDispute) -> Request | Objection:
    if (given.request is None) == (given.objection is None):
        raise UsageError("api.dispute_one")
    if given.request is not None:
        return queries.one(queries.requests(request.actor), given.request)
    assert given.objection is not None
    return queries.one(queries.objections(request.actor), given.objection)


@call(router, "POST", "/disputes", scope="requests.write", gives=DisputeShown, status=201)
def raise_dispute(request: Asked, given: GivenDispute) -> dict[str, Any]:
    """Say that a refusal or an answer is wrong; it begins with negotiation."""
    about = _about(request, given)
    department = about.requester if isinstance(about, Request) else about.department
    said: dict[str, Any] = {"department": department, "about": about, "text": given.text}
    made = objections.raise_dispute(by=request.actor, at=request.now, **said)
    return _ladder(request, made.pk)


@call(router, "GET", "/disputes/{uuid:key}", scope="requests.read", gives=DisputeShown)
def show_dispute(request: Asked, key: UUID) -> dict[str, Any]:
    """One dispute with its ladder."""
    return _ladder(request, key)


@call(router, "POST", "/disputes/{uuid:key}/climb", scope="requests.write", gives=DisputeShown)
def climb_dispute(request: Asked, key: UUID, given: GivenText) -> dict[str, Any]:
    """Take the matter to the next rung."""
    found = queries.one(queries.disputes(request.actor), key)
    objections.climb(by=request.actor, at=request.now, dispute=found, text=given.text)
    return _ladder(request, key)


@call(router, "POST", "/disputes/{uuid:key}/settle", scope="requests.write", gives=DisputeShown)
def settle_dispute(request: Asked, key: UUID, given: GivenVerdict) -> dict[str, Any]:
    """End the matter: on the first rung the owner gives in, on later ones the bureau decides."""
    found = queries.one(queries.disputes(request.actor), key)
    said: dict[str, Any] = {"upheld": given.upheld, "text": given.text}
    objections.settle(by=request.actor, at=request.now, dispute=found, **said)
    return _ladder(request, key)
