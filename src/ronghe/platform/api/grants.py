"""What one may use and lets others use: deliveries, receipts, who read what, corrections."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from ninja import Router

from ronghe.platform import queries
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.shapes import Limit, Named, Page, Place, Schema, listed, named
from ronghe.platform.audit.sealing import receipt_for
from ronghe.platform.kinds.data.corrections import confirm
from ronghe.platform.kinds.data.models import Correction, Delivery, Read
from ronghe.platform.kinds.data.plans import over, wanted_by
from ronghe.platform.requests.models import Grant
from ronghe.terms import LimitReached

__all__ = ["router"]

router = Router(tags=["grants"])


class GrantRow(Schema):
    """A right in a list; `over` once it will not live again."""

    id: UUID
    request: UUID
    asset: str
    name: str
    version: int
    owner: Named
    consumer: Named
    purpose: str
    method: str
    valid_from: datetime
    valid_until: datetime
    revoked: datetime | None
    over: bool


class GrantShown(GrantRow):
    """A right with its obligations by field, its conditions on rows, and what may be read a day."""

    legal_basis: str
    fields: dict[str, Any]
    rows: dict[str, Any]
    reads_a_day: int | None


class ReadShown(Schema):
    """Somebody read something; what they looked up stays a hash."""

    id: UUID
    at: datetime
    person: str
    channel: str
    case: str
    delivery: int | None
    rows: int | None
    bytes: int | None
    outcome: str


class CorrectionShown(Schema):
    """A row was wrong: the holder is told, gets the rows anew, and confirms."""

    id: UUID
    objection: UUID
    field: str
    told: datetime
    delivery: int | None
    confirmed: datetime | None
    confirmed_by: str


class Corrections(Schema):
    """Oldest first."""

    corrections: list[CorrectionShown]


class Receipt(Schema):
    """An entry as the log has it, a signed head, and the path from the one to the other: `ronghe log verify` checks
    it without the platform."""

    receipt: dict[str, Any]


def row_of(grant: Grant, at: datetime) -> dict[str, Any]:
    """A right in a list."""
    version = grant.version
    names = ("purpose", "valid_from", "valid_until", "revoked")
    return {
        "id": grant.pk,
        "request": grant.line.request_id,
        "asset": version.asset.code,
        "name": version.name,
        "version": version.number,
        "owner": named(version.asset.department),
        "consumer": named(grant.consumer),
        "method": wanted_by(grant).method.value,
        "over": over(grant, at),
        **{name: getattr(grant, name) for name in names},
    }


@call(router, "GET", "/grants", scope="requests.read", gives=Page[GrantRow])
def list_grants(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """All rights to data that the asker may see, newest first."""
    order = ("-valid_from", "-pk")
    seen = queries.grants(request.actor)
    return listed(seen, order, lambda one: row_of(one, request.now), listing="grants", cursor=cursor, limit=limit)


@call(router, "GET", "/grants/{uuid:key}", scope="requests.read", gives=GrantShown)
def show_grant(request: Asked, key: UUID) -> dict[str, Any]:
    """One right."""
    grant = queries.one(queries.grants(request.actor), key)
    names = ("legal_basis", "rows", "reads_a_day")
    return {
        **row_of(grant, request.now),
        "fields": grant.terms,
        **{name: getattr(grant, name) for name in names},
    }


def _read(read: Read) -> dict[str, Any]:
    names = ("at", "channel", "case", "rows", "bytes", "outcome")
    delivery = read.delivery.number if read.delivery else None
    shown = {name: getattr(read, name) for name in names}
    return {"id": read.pk, "person": read.person_name, "delivery": delivery, **shown}


@call(router, "GET", "/grants/{uuid:key}/reads", scope="requests.read", gives=Page[ReadShown])
def list_reads(request: Asked, key: UUID, cursor: Place, limit: Limit) -> dict[str, Any]:
    """Who read what under a right, newest first; both sides see it."""
    grant = queries.one(queries.grants(request.actor), key)
    seen = Read.objects.filter(grant=grant).select_related("delivery")
    return listed(seen, ("-at", "-pk"), _read, listing=f"reads {grant.pk}", cursor=cursor, limit=limit)


@call(router, "GET", "/grants/{uuid:key}/receipts/{int:number}", scope="requests.read", gives=Receipt)
def show_receipt(request: Asked, key: UUID, number: int) -> dict[str, Any]:
    """The receipt of a delivery; 429 while it waits for the log, which takes seconds."""
    grant = queries.one(queries.grants(request.actor), key)
    delivery = Delivery.objects.filter(grant=grant, number=min(number, 2**31), entry__isnull=False).first()
    if delivery is None or delivery.entry is None:
        raise Http404
    told = receipt_for(Path(settings.HOME), delivery.entry)
    if told is None:
        raise LimitReached("platform.receipt_soon")
    return {"receipt": told}


def _correction(one: Correction) -> dict[str, Any]:
    names = ("told", "confirmed", "confirmed_by")
    return {
        "id": one.pk,
        "objection": one.objection_id,
        "field": one.objection.field,
        "delivery": one.delivery.number if one.delivery else None,
        **{name: getattr(one, name) for name in names},
    }


@call(router, "GET", "/grants/{uuid:key}/corrections", scope="requests.read", gives=Corrections)
def list_corrections(request: Asked, key: UUID) -> dict[str, Any]:
    """The rows of a right that turned out wrong."""
    grant = queries.one(queries.grants(request.actor), key)
    seen = grant.corrections.select_related("objection", "delivery").order_by("told", "pk")
    return {"corrections": [_correction(one) for one in seen[:200]]}


@call(router, "POST", "/grants/{uuid:key}/corrections/{uuid:which}/confirm", scope="requests.write", gives=Corrections)
def confirm_correction(request: Asked, key: UUID, which: UUID) -> dict[str, Any]:
    """The holder says that the wrong row is corrected or gone on their side."""
    grant = queries.one(queries.grants(request.actor), key)
    seen = Correction.objects.filter(grant=grant).select_related("grant__version__asset", "objection", "delivery")
    done = confirm(by=request.actor, at=request.now, correction=queries.one(seen, which))
    return {"corrections": [_correction(done)]}
