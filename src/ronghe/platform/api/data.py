"""Rows, look-ups, verifications and tickets under a right: every one of them is a read, charged and on record."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router
from pydantic import Field

from ronghe.platform import queries
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.shapes import Given, Schema, Words
from ronghe.platform.clock import now
from ronghe.platform.jobs.models import Job
from ronghe.platform.kinds.data import lookup, rows, tickets, work
from ronghe.platform.kinds.data.models import Delivery
from ronghe.platform.requests.models import Grant

__all__ = ["router"]

router = Router(tags=["data"])
_LARGEST = 2**53


class File(Schema):
    """A file of a delivery."""

    name: str
    bytes: int
    hash: str


class Progress(Schema):
    """How far the worker is, in the unit of its step."""

    state: str
    done: int
    total: int
    note: str


class DeliveryShown(Schema):
    """A hand-over; `progress` while it is being made."""

    number: int
    state: str
    wanted: datetime
    made: datetime | None
    rows: int | None
    files: list[File]
    changes: dict[str, Any]
    progress: Progress | None


class Deliveries(Schema):
    """Newest first."""

    deliveries: list[DeliveryShown]


class Rows(Schema):
    """A page of rows; `next` is where the following one begins."""

    delivery: int
    columns: list[str]
    start: int
    total: int
    next: int | None
    rows: list[dict[str, Any]]


class GivenFile(Given):
    """The name of a file of the latest delivery."""

    file: Annotated[Words, Field(min_length=1, max_length=255)]


class Ticket(Schema):
    """The address of a file, and for how many seconds a download may begin or be resumed."""

    url: str
    seconds: int


class GivenSubject(Given):
    """About whom, and for which case."""

    subject: Annotated[Words, Field(max_length=200)]
    case: Annotated[Words, Field(max_length=100)]


class GivenClaims(GivenSubject):
    """What is claimed of the subject, by field."""

    claims: Annotated[dict[Words, Annotated[Words, Field(max_length=1_000)]], Field(max_length=100)]


class Looked(Schema):
    """The granted fields of the subject's rows."""

    known: bool
    rows: list[dict[str, Any]]


class Verified(Schema):
    """`yes`, `no` or `unknown` by field."""

    known: bool
    verdicts: dict[str, str]


def _grant(request: Asked, key: UUID) -> Grant:
    return queries.one(queries.grants(request.actor), key)


def _delivery(one: Delivery, made: dict[str, Job]) -> dict[str, Any]:
    names = ("number", "state", "wanted", "made", "rows", "files", "changes")
    job = made.get(f"{one.pk}:{one.attempts}")
    progress = job and {"state": job.state, "done": job.done, "total": job.total, "note": job.note}
    return {**{name: getattr(one, name) for name in names}, "progress": progress if one.state == "wanted" else None}


@call(router, "GET", "/grants/{uuid:key}/deliveries", scope="data.read", gives=Deliveries)
def list_deliveries(request: Asked, key: UUID) -> dict[str, Any]:
    """The deliveries of a right with files and hashes, and how far the next one is."""
    found = list(_grant(request, key).deliveries.all()[:50])
    keys = [f"{one.pk}:{one.attempts}" for one in found]
    made = {job.key: job for job in Job.objects.filter(name=work.DELIVER, key__in=keys)}
    return {"deliveries": [_delivery(one, made) for one in found]}


@call(router, "GET", "/grants/{uuid:key}/rows", scope="data.read", gives=Rows, alone=True)
def read_rows(
    request: Asked,
    key: UUID,
    start: Annotated[int, Query(0, ge=0, le=_LARGEST)],
    most: Annotated[int, Query(rows.MOST, ge=1, le=rows.MOST)],
    delivery: Annotated[int | None, Query(None, ge=1, le=2**31)],
) -> dict[str, Any]:
    """A page of rows; name the delivery from the second page on, so that nobody mixes two."""
    grant = _grant(request, key)
    page = rows.page_of(by=request.actor, at=request.now, grant=grant, start=start, most=most, delivery=delivery)
    return page.to_json()


@call(router, "POST", "/grants/{uuid:key}/ticket", scope="data.read", gives=Ticket, alone=True)
def give_ticket(request: Asked, key: UUID, given: GivenFile) -> dict[str, Any]:
    """The address of a file, from which it is fetched with ranges and resumed where it broke off."""
    ticket = tickets.give_ticket(by=request.actor, at=request.now, grant=_grant(request, key), file=given.file)
    return {"url": f"/files/{ticket}", "seconds": tickets.LASTS}


@call(router, "POST", "/grants/{uuid:key}/look-up", scope="data.read", gives=Looked, alone=True)
def look_up(request: Asked, key: UUID, given: GivenSubject) -> dict[str, Any]:
    """One subject's granted fields; nothing is copied and nothing kept."""
    grant, said = _grant(request, key), given.model_dump()
    return lookup.look_up(by=request.actor, grant=grant, **said, clock=now).to_json()


@call(router, "POST", "/grants/{uuid:key}/verify", scope="data.read", gives=Verified, alone=True)
def verify(request: Asked, key: UUID, given: GivenClaims) -> dict[str, Any]:
    """Whether what is claimed of one subject is so; no value leaves."""
    grant, said = _grant(request, key), given.model_dump()
    return lookup.verify(by=request.actor, grant=grant, **said, clock=now).to_json()
