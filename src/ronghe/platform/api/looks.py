"""What who decides about a request should see before saying yes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Router

from ronghe.platform import queries
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.shapes import Named, Schema, named
from ronghe.platform.kinds.data.models import Look, Source
from ronghe.platform.kinds.data.plans import personal_fields
from ronghe.platform.requests.holding import conditions_of
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Line, Request
from ronghe.terms import Kind, RequestState

__all__ = ["router"]

router = Router(tags=["requests"])


class Condition(Schema):
    """A condition of sharing and whether it holds; null where only a person can tell."""

    text: str
    holds: bool | None


class LookShown(Schema):
    """What a line would let out if it were granted as it stands: `seen` has the first of the very rows, how many there
    are and the risk, once the worker `looked`; `trouble` is the code of why it could not."""

    line: UUID
    conditions: list[Condition]
    obligations: dict[str, Any]
    personal: list[str]
    grade: str
    looked: datetime | None
    seen: dict[str, Any]
    trouble: str | None


class Alike(Schema):
    """What a similar request got; the fields that were granted, or asked for where none were."""

    requester: Named
    purpose: str
    state: RequestState
    reason: str
    clause: str
    fields: list[str]


class Looks(Schema):
    """What who decides should see before saying yes."""

    lines: list[LookShown]
    similar: list[Alike]


def _look(shown: Request, line: Line) -> dict[str, Any]:
    look = Look.objects.filter(line=line).first()
    source = Source.objects.filter(asset=line.version.asset_id).first()
    held = conditions_of(shown, line)
    return {
        "line": line.pk,
        "conditions": [{"text": one.text, "holds": one.holds} for one in held],
        "obligations": dict(kind_of(line.version.asset.kind).terms_of(line, line.fields)),
        "personal": list(personal_fields(line.version, line.fields)),
        "grade": (source.examination.get("grade", "") if source else "") or line.version.grade,
        "looked": look.made if look else None,
        "seen": look.seen if look else {},
        "trouble": look.trouble.get("code") if look and look.trouble else None,
    }


def _alike(one: Request) -> dict[str, Any]:
    fields = [name for line in one.lines.all() for name in (line.fields if line.granted is None else line.granted)]
    names = ("purpose", "state", "reason", "clause")
    return {"requester": named(one.requester), "fields": fields, **{name: getattr(one, name) for name in names}}


@call(router, "GET", "/requests/{uuid:key}/look", scope="requests.read", gives=Looks)
def look_at_request(request: Asked, key: UUID) -> dict[str, Any]:
    """For who decides: conditions, grades, risk, the very rows that would leave, and what similar requests got."""
    found = queries.one(queries.requests(request.actor), key)
    if not queries.decides(request.actor, found):
        raise Http404
    lines = found.lines.select_related("version__asset").prefetch_related("version__items")
    of_data = [line for line in lines if line.version.asset.kind == Kind.DATA.value]
    return {
        "lines": [_look(found, line) for line in of_data],
        "similar": [_alike(one) for one in queries.similar(found)],
    }
