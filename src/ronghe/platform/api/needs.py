"""What departments have; what is asked for in vain; what somebody wants to collect anew."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404
from ninja import Router
from pydantic import Field

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.shapes import (
    Code,
    Given,
    Limit,
    Named,
    Page,
    Place,
    Reason,
    Schema,
    Words,
    department_of,
    listed,
    my_department,
    named,
)
from ronghe.platform.catalogue import needs
from ronghe.platform.catalogue.inventory import coverage, link_inventory, list_inventory
from ronghe.platform.catalogue.models import Announcement, Asset, Demand, InventoryItem
from ronghe.platform.law import profile
from ronghe.terms import InputError

__all__ = ["router"]

router = Router(tags=["needs"])
NEWEST = ("-made", "-pk")
Name = Annotated[Words, Field(min_length=1, max_length=200)]


class Thing(Schema):
    """Something that a department has; `asset` is the entry that describes it."""

    id: UUID
    department: Named
    name: str
    items: int
    rows: int | None
    system: str
    asset: str | None
    found: datetime


class Covered(Schema):
    """How much of what a department has the catalogue describes; `share` by items."""

    department: Named
    things: int
    listed: int
    items: int
    items_listed: int
    share: float | None


class Coverage(Schema):
    """By department."""

    departments: list[Covered]


class GivenThing(Given):
    """Something that a department has."""

    name: Name
    items: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    rows: Annotated[int, Field(ge=0, le=10**15)] | None = None
    system: Annotated[Words, Field(max_length=200)] = ""


class GivenThings(Given):
    """What a department has, as its own list says."""

    department: Code
    things: Annotated[list[GivenThing], Field(min_length=1, max_length=5_000)]


class Listed(Schema):
    """How many of the things are new."""

    new: int


class GivenLink(Given):
    """The entry that describes a thing, null for none."""

    asset: Code | None


class DemandShown(Schema):
    """What was asked for in vain, and what came of it."""

    id: UUID
    department: Named
    text: str
    made: datetime
    owner: Named | None
    due: date | None
    due_provisional: bool
    answered: datetime | None
    answer: str
    asset: str | None


class GivenDemand(Given):
    """What a department needs."""

    department: Code
    text: Reason


class GivenOwner(Given):
    """Who should have it."""

    owner: Code


class GivenAnswer(Given):
    """What there is, or why there is nothing."""

    answer: Reason
    asset: Code | None = None


class Available(Schema):
    """An entry that may have what somebody wants to collect."""

    code: str
    name: str
    department: str
    items: list[str]


class CollectionShown(Schema):
    """A new collection that a department announced, and the entries that may have it already."""

    id: UUID
    department: Named
    name: str
    items: list[str]
    found: list[Available]
    reason: str
    made: datetime


class GivenWish(Given):
    """What is to be collected."""

    name: Name
    items: Annotated[list[Name], Field(min_length=1, max_length=500)]


class GivenCollection(GivenWish):
    """What is to be collected, by whom, and why in spite of what there is."""

    department: Code
    reason: Annotated[Words, Field(max_length=1_000)] = ""


class AvailableEntries(Schema):
    """Best first."""

    found: list[Available]


def _thing(item: InventoryItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "department": named(item.department),
        "name": item.name,
        "items": item.items,
        "rows": item.rows,
        "system": item.system,
        "asset": item.asset.code if item.asset else None,
        "found": item.found,
    }


def _check_keeps(request: Asked, *also: Role) -> None:
    if not request.actor.anywhere(Role.COORDINATOR, Role.OFFERER, *also):
        raise Http404


@call(router, "GET", "/inventory", scope="catalogue.read", gives=Page[Thing])
def show_inventory(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """What the departments have whose inventory the asker keeps."""
    _check_keeps(request, Role.AUDITOR)
    order = ("department__name", "name", "pk")
    return listed(queries.inventory(request.actor), order, _thing, listing="inventory", cursor=cursor, limit=limit)


@call(router, "GET", "/inventory-coverage", scope="catalogue.read", gives=Coverage)
def inventory_coverage(request: Asked) -> dict[str, Any]:
    """How much of what each department has is in the catalogue."""
    _check_keeps(request, Role.AUDITOR)
    everywhere = request.actor.anywhere(Role.COORDINATOR, Role.AUDITOR)
    own = set(queries.keeps_inventory(request.actor).values_list("pk", flat=True))
    names = ("things", "listed", "items", "items_listed", "share")
    rows = [one for one in coverage() if everywhere or one.department.pk in own]
    return {
        "departments": [
            {"department": named(one.department), **{name: getattr(one, name) for name in names}} for one in rows
        ]
    }


@call(router, "POST", "/inventory", scope="catalogue.write", gives=Listed)
def add_inventory(request: Asked, given: GivenThings) -> dict[str, Any]:
    """Keep what a department has, as its own list says it."""
    department = queries.keeps_inventory(request.actor).filter(code=given.department).first()
    if department is None:
        raise InputError("platform.field_value", name="department", value=given.department)
    found = [thing.model_dump() for thing in given.things]
    return {"new": list_inventory(by=request.actor, at=request.now, department=department, found=found)}


@call(router, "POST", "/inventory/{uuid:key}/link", scope="catalogue.write", gives=Thing)
def link_thing(request: Asked, key: UUID, given: GivenLink) -> dict[str, Any]:
    """Say which entry describes a thing, or that none does."""
    _check_keeps(request)
    item = queries.one(queries.inventory(request.actor), key)
    asset = None
    if given.asset is not None:
        asset = Asset.objects.filter(code=given.asset, department=item.department_id).first()
        if asset is None:
            raise InputError("platform.field_value", name="asset", value=given.asset)
    return _thing(link_inventory(by=request.actor, at=request.now, item=item, asset=asset))


def _demand(one: Demand) -> dict[str, Any]:
    names = ("text", "made", "due", "due_provisional", "answered", "answer")
    return {
        "id": one.pk,
        "department": named(one.department),
        "owner": named(one.owner),
        "asset": one.asset.code if one.asset else None,
        **{name: getattr(one, name) for name in names},
    }


@call(router, "GET", "/demands", scope="requests.read", gives=Page[DemandShown])
def list_demands(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """What was asked for in vain, newest first."""
    return listed(queries.demands(request.actor), NEWEST, _demand, listing="demands", cursor=cursor, limit=limit)


@call(router, "POST", "/demands", scope="requests.write", gives=DemandShown, status=201)
def make_demand(request: Asked, given: GivenDemand) -> dict[str, Any]:
    """Ask for what is not in the catalogue."""
    department = my_department(request.actor, given.department, Role.ASKER)
    return _demand(needs.ask_for(by=request.actor, at=request.now, department=department, text=given.text))


@call(router, "POST", "/demands/{uuid:key}/assign", scope="requests.write", gives=DemandShown)
def assign_demand(request: Asked, key: UUID, given: GivenOwner) -> dict[str, Any]:
    """The bureau names who should have it; from now on the owner's clock runs."""
    demand = queries.one(queries.demands(request.actor), key)
    owner = department_of(given.owner, "owner")
    done = needs.assign_demand(by=request.actor, at=request.now, demand=demand, owner=owner, profile=profile())
    return _demand(done)


@call(router, "POST", "/demands/{uuid:key}/answer", scope="catalogue.write", gives=DemandShown)
def answer_demand(request: Asked, key: UUID, given: GivenAnswer) -> dict[str, Any]:
    """The owner says what there is, or why there is nothing."""
    demand = queries.one(queries.demands(request.actor), key)
    asset = Asset.objects.filter(code=given.asset).first() if given.asset else None
    if given.asset and asset is None:
        raise InputError("platform.field_value", name="asset", value=given.asset)
    done = needs.answer_demand(by=request.actor, at=request.now, demand=demand, answer=given.answer, asset=asset)
    return _demand(done)


def _collection(one: Announcement) -> dict[str, Any]:
    names = ("name", "items", "found", "reason", "made")
    return {"id": one.pk, "department": named(one.department), **{name: getattr(one, name) for name in names}}


@call(router, "GET", "/collections", scope="requests.read", gives=Page[CollectionShown])
def list_collections(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """Announced collections: all for the bureau, else those of one's own departments."""
    seen = queries.announcements(request.actor)
    return listed(seen, NEWEST, _collection, listing="collections", cursor=cursor, limit=limit)


@call(router, "POST", "/collections-check", scope="catalogue.read", gives=AvailableEntries)
def check_collection(request: Asked, given: GivenWish) -> dict[str, Any]:
    """Entries in force that may have it already; nothing is announced."""
    if not request.actor.held:
        raise Http404
    return {"found": [one.to_json() for one in needs.available(given.name, given.items)]}


@call(router, "POST", "/collections", scope="requests.write", gives=CollectionShown, status=201)
def announce_collection(request: Asked, given: GivenCollection) -> dict[str, Any]:
    """Announce a new collection; refused where the catalogue may have it and no reason says why it is needed."""
    by = request.actor
    department = my_department(by, given.department, Role.ASKER, Role.OFFERER)
    said: dict[str, Any] = {"name": given.name, "items": given.items, "reason": given.reason}
    return _collection(needs.announce(by=by, at=request.now, department=department, **said))
