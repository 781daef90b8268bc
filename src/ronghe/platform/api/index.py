"""The sharing index: the city's degree and where it comes from, what departments used of each other, computed now."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Router

from ronghe.platform.access.roles import Role
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.paging import slice_of
from ronghe.platform.api.shapes import Code, Limit, Named, Page, Place, Schema, Words, named
from ronghe.platform.index import queries
from ronghe.platform.index.jobs import NAME, ask
from ronghe.platform.index.models import Degree, Share
from ronghe.platform.jobs.models import Job
from ronghe.platform.kinds.measure import measures
from ronghe.platform.queries import one

__all__ = ["router"]

router = Router(tags=["index"])
Kind = Annotated[Words, Query("data", max_length=16, description="a kind that is measured")]


class ShareRow(Schema):
    """A department's part: how much it holds, its share with interval and factors; no share where none may be told.

    `best` and `worst` are the places that the intervals leave open; `moved` is how much it moved the city's degree.
    """

    department: Named
    amount: float
    share: float | None
    exact: str
    low: float | None
    high: float | None
    factors: dict[str, float]
    requests: int
    coverage: float | None
    best: int | None
    worst: int | None
    moved: float | None


class DegreeShown(Schema):
    """The city's degree with its interval; in a group nobody is ahead, the one with the largest shares first.

    It stands on the first `size` entries of the log: `inputs` is the hash of what went in, `result` of what came out,
    `law` the fingerprint of the legal profile.
    """

    kind: str
    at: datetime
    value: float
    exact: str
    low: float
    high: float
    factors: dict[str, float]
    groups: list[list[ShareRow]]
    left_out: list[ShareRow]
    size: int
    inputs: str
    result: str
    law: str


class PointShown(Schema):
    """A value on a day."""

    day: date
    value: float
    low: float
    high: float


class Trend(Schema):
    """The last year, day by day."""

    points: list[PointShown]


class ShareShown(ShareRow):
    """A department's part with its last year; `at` is the instant of the degree."""

    kind: str
    at: datetime
    points: list[PointShown]


class Behind(Schema):
    """Something that made a share: an entry, a request, or what is in no catalogue; `shared` is its factors' product.

    `id` is the code of an entry or the id of a request.
    """

    about: str
    id: str
    name: str
    weight: int
    factors: dict[str, float]
    counts: dict[str, int]
    shared: float


class BehindPage(Page[Behind]):
    """`hidden` more rows took part that the asker may not see."""

    hidden: int


class FlowShown(Schema):
    """What a department used of another's in twelve months; effects stand beside the degree, never inside."""

    owner: str
    consumer: str
    grants: int
    reads: int
    rows: int


class Computing(Schema):
    """A computation that was asked for, and how far it is."""

    job: UUID
    state: str
    done: int
    total: int
    error: str | None


def _check(request: Asked, kind: str) -> None:
    """As the console: who has no role here sees no index, and there is none of a kind without a measure."""
    if not request.actor.held or kind not in measures():
        raise Http404


def _latest(request: Asked, kind: str) -> Degree:
    _check(request, kind)
    found = queries.latest(kind)
    if found is None:
        raise Http404
    return found


def _share(share: Share, moved: float | None) -> dict[str, Any]:
    names = ("amount", "share", "exact", "low", "high", "requests", "coverage", "best", "worst")
    told = {name: getattr(share, name) for name in names}
    return {"department": named(share.department), **told, "factors": dict(share.rates), "moved": moved}


def _points(points: list[queries.Point]) -> list[dict[str, Any]]:
    return [{name: getattr(point, name) for name in ("day", "value", "low", "high")} for point in points]


@call(router, "GET", "/index", scope="index.read", gives=DegreeShown)
def show_index(request: Asked, kind: Kind) -> dict[str, Any]:
    """The last degree of a kind with its factors and departments; 404 before the first."""
    found = _latest(request, kind)
    shares = list(found.shares.select_related("department"))
    moved = queries.moved(shares)
    shown = {one.pk: _share(one, moved.get(one.department_id)) for one in shares}
    return {
        **found.to_json(),
        "factors": dict(queries.city_rates(shares)),
        "groups": [[shown[one.pk] for one in group] for group in queries.groups(shares)],
        "left_out": [shown[one.pk] for one in shares if one.share is None],
    }


@call(router, "GET", "/index/trend", scope="index.read", gives=Trend)
def show_trend(request: Asked, kind: Kind) -> dict[str, Any]:
    """The city's degrees of the last year by day."""
    _check(request, kind)
    return {"points": _points(queries.trend(kind))}


@call(router, "GET", "/index/flows", scope="index.read", gives=Page[FlowShown])
def list_flows(request: Asked, kind: Kind, cursor: Place, limit: Limit) -> dict[str, Any]:
    """What departments used of each other, of what the asker may see, the largest first."""
    _check(request, kind)
    told = queries.flows(request.actor, kind, request.now)
    rows, following = slice_of(told, listing=f"flows {kind}", cursor=cursor, limit=limit)
    names = ("owner", "consumer", "grants", "reads", "rows")
    return {"rows": [{name: getattr(flow, name) for name in names} for flow in rows], "next": following}


def _of_department(request: Asked, kind: str, code: str) -> Share:
    kept = Share.objects.filter(degree=_latest(request, kind), department__code=code)
    share = kept.select_related("department", "degree").first()
    if share is None:
        raise Http404
    return share


@call(router, "GET", "/index/departments/{code}", scope="index.read", gives=ShareShown)
def show_share(request: Asked, code: Code, kind: Kind) -> dict[str, Any]:
    """A department's share in the last degree, with its factors and its last year."""
    share = _of_department(request, kind, code)
    moved = queries.moved(list(share.degree.shares.all())).get(share.department_id)
    points = _points(queries.history(kind, share.department))
    return {**_share(share, moved), "kind": kind, "at": share.degree.at, "points": points}


@call(router, "GET", "/index/departments/{code}/rows", scope="index.read", gives=BehindPage)
def list_rows_behind(request: Asked, code: Code, kind: Kind, cursor: Place, limit: Limit) -> dict[str, Any]:
    """What made a department's share, as far as the asker may see it; a cursor holds until the next degree."""
    share = _of_department(request, kind, code)
    seen = queries.rows_of(request.actor, share)
    listing = f"behind {share.pk}"
    rows, following = slice_of((*seen.entries, *seen.requests), listing=listing, cursor=cursor, limit=limit)
    return {"rows": [_behind(row) for row in rows], "next": following, "hidden": seen.hidden}


def _behind(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in ("about", "id", "weight", "counts")}
    return {**told, "name": row.get("entry", row["name"]), "factors": row["rates"], "shared": row["product"]}


@call(router, "POST", "/index/compute", scope="index.write", gives=Computing, status=202)
def compute_index(request: Asked) -> dict[str, Any]:
    """The bureau has every degree computed now from the log; at most once a minute."""
    return _computing(Job.objects.get(pk=ask(by=request.actor, at=request.now)))


@call(router, "GET", "/index/compute/{uuid:key}", scope="index.read", gives=Computing)
def show_computation(request: Asked, key: UUID) -> dict[str, Any]:
    """How far a computation is; the bureau's to see."""
    if not request.actor.anywhere(Role.COORDINATOR):
        raise Http404
    return _computing(one(Job.objects.filter(name=NAME), key))


def _computing(job: Job) -> dict[str, Any]:
    error = job.error.get("code") if job.error else None
    return {"job": job.pk, "state": job.state, "done": job.done, "total": job.total, "error": error}
