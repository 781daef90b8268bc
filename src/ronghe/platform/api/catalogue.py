"""Find entries, read them and their versions; describe, review, publish and withdraw them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Case, QuerySet, When
from django.http import Http404
from ninja import Query, Router
from pydantic import Field

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, Shape, of_shape, shape_of
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.paging import after, cut, place_of
from ronghe.platform.api.shapes import (
    Code,
    Free,
    Given,
    Limit,
    Named,
    Note,
    Page,
    Place,
    Reason,
    Schema,
    Short,
    Words,
    listed,
    my_department,
)
from ronghe.platform.catalogue import actions
from ronghe.platform.catalogue.models import Item, Version, VersionState
from ronghe.platform.catalogue.visibility import visible_versions
from ronghe.platform.compiled import Compiled
from ronghe.platform.kinds.data.plans import obligation_of
from ronghe.platform.kinds.data.wanted import methods_of
from ronghe.terms import InputError, Kind

__all__ = ["router"]

router = Router(tags=["catalogue"])
MOST_ITEMS = 500
Sharing = Literal["unconditional", "conditional", "not_shared"]
State = Literal["draft", "in_review", "published", "replaced", "withdrawn"]
Number = Annotated[int | None, Query(None, ge=1, le=1_000_000_000)]


class EntryRow(Schema):
    """An entry in a list."""

    code: str
    name: str
    kind: str
    department: Named
    abstract: str
    category: str
    format: str
    method: str
    update_period: str
    sharing_class: Sharing
    is_lead_source: bool
    personal: bool
    grade: str
    number: int
    state: State
    effective: datetime | None
    ended: datetime | None


class ItemShown(Schema):
    """A column."""

    name: str
    type: str
    element: str
    unit: str
    about: str
    grade: str
    personal: bool
    is_key: bool


class Entry(EntryRow):
    """An entry with everything that may be known of it; `methods` are the ways in which it can be asked for."""

    conditions: list[str]
    legal_basis: str
    methods: list[str]
    items: list[ItemShown]


class Sample(Schema):
    """The first rows as everybody may see them: personal values masked."""

    columns: list[str]
    rows: list[list[Any]]


class Count(Schema):
    """How many entries a choice leaves."""

    value: str
    label: str
    count: int


class Facets(Schema):
    """What the entries that were found are divided into."""

    department: list[Count]
    kind: list[Count]
    sharing: list[Count]


class Found(Schema):
    """Something that a rule found in a draft: `stops` keeps it from the reviewer."""

    code: str
    place: str
    stops: bool


class Findings(Schema):
    """What the rules find in a draft."""

    findings: list[Found]


class GivenItem(Given):
    """A column; `obligation` in the words of `policy@1`."""

    name: Short
    type: Annotated[Words, Field(max_length=1)] = ""
    element: Annotated[Words, Field(max_length=64)] = ""
    unit: Annotated[Words, Field(max_length=32)] = ""
    about: Note = ""
    personal: bool = False
    is_key: bool = False
    obligation: Annotated[Words, Field(max_length=16)] | Free = "keep"


class GivenFields(Given):
    """What an entry says of itself."""

    name: Short
    abstract: Annotated[Words, Field(max_length=1_000)] = ""
    category: Annotated[Words, Field(max_length=40)] = ""
    format: Annotated[Words, Field(max_length=16)] = ""
    method: Annotated[Words, Field(max_length=16)] = ""
    update_period: Annotated[Words, Field(max_length=16)] = ""
    sharing_class: Sharing
    conditions: Annotated[list[Note], Field(max_length=50)] = []
    legal_basis: Note = ""
    is_lead_source: bool = False
    items: Annotated[list[GivenItem], Field(max_length=MOST_ITEMS)] = []


class GivenEntry(GivenFields):
    """A new asset with the first draft of its entry."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    department: Code
    kind: Literal["data", "resource", "technology", "policy"] = "data"


class GivenReason(Given):
    """Why."""

    reason: Reason


_PLAIN = (
    "name",
    "abstract",
    "category",
    "format",
    "method",
    "update_period",
    "sharing_class",
    "is_lead_source",
    "personal",
    "grade",
    "number",
    "state",
    "effective",
    "ended",
)
_COLUMNS = (*_PLAIN, "pk", "asset__code", "asset__kind", "asset__department__code", "asset__department__name")
"""Of a list only these are read: making objects of whole rows takes longer than finding them."""
_WHOLE = (*_COLUMNS, "conditions", "legal_basis")
_read = attrgetter(*(column.replace("__", ".") for column in _WHOLE))
_ITEM = ("name", "type", "element", "unit", "about", "grade", "personal", "is_key")
_items_of = Compiled(lambda version: Item.objects.filter(version=version).order_by("place", "pk").values_list(*_ITEM))


def _row(told: Mapping[str, Any]) -> dict[str, Any]:
    """An entry in a list, from the columns of its version."""
    return {
        "code": told["asset__code"],
        "kind": told["asset__kind"],
        "department": {"code": told["asset__department__code"], "name": told["asset__department__name"]},
        **{name: told[name] for name in _PLAIN},
    }


def _rows(seen: QuerySet[Version], order: Sequence[str], *, listing: str, cursor: str, limit: int) -> dict[str, Any]:
    """A page of entries."""
    more = [field for field in order if field.lstrip("-") not in _COLUMNS]
    return listed(seen.values(*_COLUMNS, *more), order, _row, listing=listing, cursor=cursor, limit=limit)


def _entry(told: Mapping[str, Any]) -> dict[str, Any]:
    items = [dict(zip(_ITEM, item, strict=True)) for item in _items_of.rows(told["pk"])]
    ways = methods_of(told["method"]) if told["asset__kind"] == Kind.DATA.value else ()
    keyed = any(item["is_key"] for item in items)
    return {
        **_row(told),
        "conditions": told["conditions"],
        "legal_basis": told["legal_basis"],
        "methods": [way.value for way in ways if keyed or not way.by_subject],
        "items": items,
    }


def entry_of(version: Version) -> dict[str, Any]:
    """An entry with its items."""
    return _entry(dict(zip(_WHOLE, _read(version), strict=True)))


def _make_listed(*values: Any, shape: tuple[Shape, int, tuple[str, ...], bool, int]) -> QuerySet[Any, Any]:
    """Entries in force by name, for values in the order of `search_catalogue`."""
    roles, where, names, paged, limit = shape
    left = iter(values)
    actor = of_shape(roles, [next(left) for _ in range(where)])
    seen = queries.chosen(queries.versions(actor), {name: next(left) for name in names})
    if paged:
        seen = seen.filter(after(_BY_NAME, list(left)))
    found: QuerySet[Any, Any] = seen.values(*_COLUMNS)[: limit + 1]
    return found


_BY_NAME, _RANKED = ("name", "pk"), ("rank",)
_listed = Compiled(_make_listed)
_rows_of = Compiled(lambda many: Version.objects.filter(pk__in=queries.among(many)).values(*_COLUMNS))


def _make_shown(*values: Any, shape: tuple[Shape, int, bool]) -> QuerySet[Any, Any]:
    """The version of a number, else the one in force, else the latest; for departments, code and number."""
    roles, where, numbered = shape
    seen = Version.objects.filter(visible_versions(of_shape(roles, values[:where])), asset__code=values[where])
    if numbered:
        seen = seen.filter(number=values[where + 1])
    in_force = Case(When(state=VersionState.PUBLISHED, then=0), default=1)
    found: QuerySet[Any, Any] = seen.order_by(in_force, "-number").values(*_WHOLE)[:1]
    return found


_shown = Compiled(_make_shown)


@call(router, "GET", "/catalogue", scope="catalogue.read", gives=Page[EntryRow])
def search_catalogue(
    request: Asked,
    text: Annotated[Words, Query("", max_length=200)],
    kind: Annotated[Words, Query("", max_length=16)],
    department: Annotated[Words, Query("", max_length=64)],
    sharing: Annotated[Words, Query("", max_length=16)],
    cursor: Place,
    limit: Limit,
) -> dict[str, Any]:
    """Entries in force, best match first where something is looked for, else by name."""
    named = {"kind": kind, "department": department, "sharing": sharing}
    chosen = {name: value for name, value in named.items() if value}
    listing = f"catalogue {text} {kind} {department} {sharing}"
    find = _best if text.strip() else _by_name
    rows, following = find(request.actor, text, chosen, listing=listing, cursor=cursor, limit=limit)
    return {"rows": [_row(row) for row in rows], "next": following}


def _by_name(
    actor: Actor, _text: str, chosen: Mapping[str, str], *, listing: str, cursor: str, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    roles, where = shape_of(actor)
    place = place_of(cursor, _BY_NAME, listing) if cursor else []
    values = [*where, *chosen.values(), *place[:-1], *map(UUID, place[-1:])]
    rows = _listed.dicts(*values, shape=(roles, len(where), tuple(chosen), bool(cursor), limit))
    return cut(rows, _BY_NAME, listing=listing, limit=limit)


def _best(
    actor: Actor, text: str, chosen: Mapping[str, str], *, listing: str, cursor: str, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    behind = place_of(cursor, _RANKED, listing)[0] if cursor else -1
    found = queries.best_first(actor, text, chosen, behind=behind, enough=limit + 1)[: limit + 1]
    places = {UUID(hit): place for place, hit in found}
    rows = [{**row, "rank": places[row["pk"]]} for row in _rows_of.dicts(queries.listed([hit for _, hit in found]))]
    rows.sort(key=itemgetter("rank"))
    return cut(rows, _RANKED, listing=listing, limit=limit)


@call(router, "GET", "/catalogue-facets", scope="catalogue.read", gives=Facets)
def catalogue_facets(request: Asked, text: Annotated[Words, Query("", max_length=200)]) -> dict[str, Any]:
    """How many entries in force fall to each department, kind and class."""
    told = queries.facets(queries.versions(request.actor, text=text))
    return {
        name: [{"value": value, "label": label, "count": count} for value, label, count in rows]
        for name, rows in told.items()
    }


def version_of(request: Asked, code: str, number: int | None = None) -> Version:
    """The version of this number, else the one in force, else the latest of those that the asker sees; 404 for none."""
    seen = Version.objects.filter(visible_versions(request.actor), asset__code=code)
    seen = seen.select_related("asset__department")
    if number is not None:
        found = seen.filter(number=number).first()
    else:
        found = seen.filter(state=VersionState.PUBLISHED).first() or seen.order_by("-number").first()
    if found is None:
        raise queries.Hidden("asset", code)
    return found


@call(router, "GET", "/catalogue/{code}", scope="catalogue.read", gives=Entry)
def show_entry(request: Asked, code: str, version: Number) -> dict[str, Any]:
    """One entry as it is in force, or as a version of it was."""
    roles, where = shape_of(request.actor)
    values = (*where, code, *(() if version is None else (version,)))
    found = _shown.dicts(*values, shape=(roles, len(where), version is not None))
    if not found:
        raise queries.Hidden("asset", code)
    return _entry(found[0])


@call(router, "GET", "/catalogue/{code}/versions", scope="catalogue.read", gives=Page[EntryRow])
def list_versions(request: Asked, code: str, cursor: Place, limit: Limit) -> dict[str, Any]:
    """The versions of an entry that the asker sees, newest first."""
    asset = version_of(request, code).asset_id
    seen = Version.objects.filter(visible_versions(request.actor), asset=asset).select_related("asset__department")
    return _rows(seen, ("-number",), listing=f"versions {asset}", cursor=cursor, limit=limit)


@call(router, "GET", "/catalogue/{code}/sample", scope="catalogue.read", gives=Sample)
def show_sample(request: Asked, code: str, version: Number) -> dict[str, Any]:
    """A few protected rows of an entry's source; 404 where there are none to show."""
    found = queries.sample(request.actor, version_of(request, code, version))
    if found is None:
        raise Http404
    return found


@call(router, "GET", "/catalogue/{code}/findings", scope="catalogue.read", gives=Findings)
def list_findings(request: Asked, code: str, version: Number) -> dict[str, Any]:
    """What the rules find in a version that is not published yet."""
    found = version_of(request, code, version)
    unpublished = found.state in (VersionState.DRAFT, VersionState.IN_REVIEW)
    told = actions.lint(found) if unpublished else ()
    return {"findings": [{"code": one.code, "place": one.place, "stops": one.stops} for one in told]}


@call(router, "GET", "/offers", scope="catalogue.read", gives=Page[EntryRow])
def list_offers(
    request: Asked, state: Annotated[State | None, Query(None)], cursor: Place, limit: Limit
) -> dict[str, Any]:
    """What the asker's departments offer, or wait to; for the bureau, of all departments."""
    seen = queries.offers(request.actor)
    seen = seen.filter(state=state) if state else seen
    order = ("asset__code", "-number")
    return _rows(seen, order, listing=f"offers {state}", cursor=cursor, limit=limit)


def _fields(given: GivenFields) -> dict[str, Any]:
    said = given.model_dump(exclude={"items", "code", "department", "kind"})
    return {**said, "personal": any(item.personal for item in given.items)}


def _items(given: GivenFields) -> list[dict[str, Any]]:
    for item in given.items:
        obligation_of(item.obligation, "check")
    names = [item.name for item in given.items]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError("platform.field_value", name="items", value=twice)
    return [item.model_dump() for item in given.items]


@call(router, "POST", "/offers", scope="catalogue.write", gives=Entry, status=201)
def make_offer(request: Asked, given: GivenEntry) -> dict[str, Any]:
    """Describe something for the first time: a new asset with the draft of its entry."""
    by, at = request.actor, request.now
    department = my_department(by, given.department, Role.OFFERER)
    items = _items(given)
    asset = actions.new_asset(by=by, at=at, department=department, code=given.code, kind=Kind(given.kind))
    return entry_of(actions.describe(by=by, at=at, asset=asset, fields=_fields(given), items=items))


@call(router, "PUT", "/offers/{code}", scope="catalogue.write", gives=Entry)
def change_offer(request: Asked, code: str, given: GivenFields) -> dict[str, Any]:
    """Change the draft; where the last version was published, begin the next one."""
    by, at, asset = request.actor, request.now, queries.own_asset(request.actor, code)
    last = asset.versions.order_by("-number").first()
    fields, items = _fields(given), _items(given)
    if last is not None and last.state in (VersionState.DRAFT, VersionState.IN_REVIEW):
        return entry_of(actions.revise(by=by, at=at, version=last, fields=fields, items=items))
    return entry_of(actions.describe(by=by, at=at, asset=asset, fields=fields, items=items))


@call(router, "POST", "/offers/{code}/submit", scope="catalogue.write", gives=Entry)
def submit_offer(request: Asked, code: str) -> dict[str, Any]:
    """Hand the draft to the reviewer; refused while a rule finds something that stops it."""
    version = queries.own_asset(request.actor, code).versions.filter(state=VersionState.DRAFT).first()
    if version is None:
        raise Http404
    return entry_of(actions.submit_for_review(by=request.actor, at=request.now, version=version))


def _of(code: str, state: str, request: Asked) -> Version:
    """The version that the bureau may decide about; 404 for whoever does not see it."""
    seen = Version.objects.filter(visible_versions(request.actor), asset__code=code, state=state)
    version = seen.select_related("asset__department").order_by("-number").first()
    if version is None:
        version_of(request, code)
        raise Http404
    return version


@call(router, "POST", "/offers/{code}/publish", scope="catalogue.write", gives=Entry)
def publish_offer(request: Asked, code: str) -> dict[str, Any]:
    """The bureau puts a reviewed version in force."""
    version = _of(code, VersionState.IN_REVIEW.value, request)
    return entry_of(actions.publish(by=request.actor, at=request.now, version=version))


@call(router, "POST", "/offers/{code}/send-back", scope="catalogue.write", gives=Entry)
def send_offer_back(request: Asked, code: str, given: GivenReason) -> dict[str, Any]:
    """The bureau wants something changed and says what."""
    version = _of(code, VersionState.IN_REVIEW.value, request)
    return entry_of(actions.send_back(by=request.actor, at=request.now, version=version, reason=given.reason))


@call(router, "POST", "/offers/{code}/withdraw", scope="catalogue.write", gives=Entry)
def withdraw_offer(request: Asked, code: str, given: GivenReason) -> dict[str, Any]:
    """The bureau takes an entry out of force, with a reason."""
    version = _of(code, VersionState.PUBLISHED.value, request)
    return entry_of(actions.withdraw(by=request.actor, at=request.now, version=version, reason=given.reason))
