"""What pages and programs list: everything passes the visibility rule of its app."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import CharField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast
from django.http import Http404

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, Shape, of_shape, shape_of
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue import search
from ronghe.platform.catalogue.counts import counted
from ronghe.platform.catalogue.models import (
    Announcement,
    Asset,
    Demand,
    InventoryItem,
    Item,
    SharingClass,
    Version,
    keep,
)
from ronghe.platform.catalogue.visibility import visible_demands, visible_in_force
from ronghe.platform.compiled import Compiled
from ronghe.platform.departments.models import Department
from ronghe.platform.kinds.data.models import Source, Trace
from ronghe.platform.requests.models import Dispute, Grant, Objection, Request
from ronghe.platform.requests.rules import UNDECIDED, Side, moves_from
from ronghe.platform.requests.visibility import (
    visible_disputes,
    visible_grants,
    visible_objections,
    visible_requests,
)
from ronghe.search import known_synonyms, parse
from ronghe.terms import RequestState

__all__ = [
    "Hidden",
    "among",
    "announcements",
    "best_first",
    "chosen",
    "decides",
    "demands",
    "disputes",
    "entries",
    "facets",
    "grants",
    "inventory",
    "keeps_inventory",
    "listed",
    "named",
    "objections",
    "offers",
    "one",
    "open_moves",
    "own_asset",
    "quality",
    "recent",
    "requests",
    "sample",
    "sees_whole_objection",
    "similar",
    "titled",
    "trace",
    "versions",
]
Kept = TypeVar("Kept", bound=Model)

SIMILAR = 10
STARS = "***"
FIRST = 100
"""Hits that are looked at before all: mostly a page comes of them."""


LONGEST_KEY = 64
"""Of a code that somebody made up, so much is kept."""


class Hidden(Http404):
    """Somebody asked for a record that is not there for them: whether it exists nobody says, but it is kept that they
    asked."""

    def __init__(self, kind: str, key: UUID | str) -> None:
        super().__init__()
        self.kind, self.key = kind, str(key)[:LONGEST_KEY]


def one(seen: QuerySet[Kept], key: str | UUID) -> Kept:
    """The object of this id among those that the asker sees; 404 for any other, whether it exists or not."""
    try:
        known = key if isinstance(key, UUID) else UUID(key)
    except ValueError:
        raise Http404 from None
    found = seen.filter(pk=known).first()
    if found is None:
        raise Hidden(seen.model._meta.model_name or "", known)  # noqa: SLF001 - public API
    return found


def own_asset(actor: Actor, code: str) -> Asset:
    """The asset of this code that the actor offers; 404 for any other, whether it exists or not."""
    found = Asset.objects.filter(code=code, department__in=actor.where(Role.OFFERER))
    asset = found.select_related("department").first()
    if asset is None:
        raise Hidden("asset", code)
    return asset


def versions(actor: Actor, *, text: str = "") -> QuerySet[Version]:
    """Entries in force that the actor may see, by name; those that a search finds, where something is looked for."""
    seen = Version.objects.filter(visible_in_force(actor)).select_related("asset__department").order_by("name", "pk")
    return seen.filter(pk__in=among(listed(_found(text)))) if text.strip() else seen


_CHOSEN = {"kind": "asset__kind", "department": "asset__department__code", "sharing": "sharing_class"}


def chosen(seen: QuerySet[Version], values: Mapping[str, str]) -> QuerySet[Version]:
    """Of these entries those of a `kind`, a `department` and a class of `sharing`."""
    return seen.filter(**{_CHOSEN[name]: value for name, value in values.items()})


def best_first(
    actor: Actor, text: str, values: Mapping[str, str], *, behind: int = -1, enough: int = search.MOST
) -> list[tuple[int, str]]:
    """What a search finds of the entries that the actor may see and that are `chosen`: its place among all hits, and
    its id. Those behind a place, best first; all of them, or `enough` if that saves looking at the others."""
    roles, where = shape_of(actor)
    told: list[tuple[int, str]] = []
    for most in sorted({min(behind + 1 + max(FIRST, enough), search.MOST), search.MOST}):
        found = _found(text, most)
        hits = list(enumerate(found))[behind + 1 :]
        asked = listed([hit for _, hit in hits])
        rows = _seen.rows(*where, *values.values(), asked, shape=(roles, len(where), tuple(values)))
        seen = {row[0] for row in rows}
        told = [one for one in hits if one[1] in seen]
        if len(told) >= enough or len(found) < most:
            break
    return told


def _found(text: str, most: int = search.MOST) -> list[str]:
    return search.found(parse(text, known_synonyms()), most)


def listed(hits: Sequence[str]) -> str:
    """As one value: a thousand, each by itself, take longer to put into words than to find."""
    return json.dumps(hits) if connection.vendor == "sqlite" else "{" + ",".join(hits) + "}"


def among(many: str) -> RawSQL:
    """What was `listed`, as rows of a query."""
    each = "SELECT value FROM json_each(%s)" if connection.vendor == "sqlite" else "SELECT unnest(%s::uuid[])"
    return RawSQL(each, [many])  # noqa: S611 - two constants, and the value is bound


def _make_seen(*values: Any, shape: tuple[Shape, int, tuple[str, ...]]) -> QuerySet[Any, Any]:
    roles, where, names = shape
    seen = Version.objects.filter(visible_in_force(of_shape(roles, values[:where])), pk__in=among(values[-1]))
    told: QuerySet[Any, Any] = chosen(seen, dict(zip(names, values[where:-1], strict=True))).values_list(
        Cast("pk", CharField())
    )
    return told


_seen = Compiled(_make_seen)


def facets(seen: QuerySet[Version]) -> dict[str, list[tuple[str, str, int]]]:
    """How many of the entries fall to each department, kind and class: value, label, count."""
    found: dict[str, Counter[str]] = {"department": Counter(), "kind": Counter(), "sharing": Counter()}
    for part in counted(seen):
        for name, value in (("department", part.department), ("kind", part.kind), ("sharing", part.sharing)):
            found[name][value] += part.entries
    names = dict(Department.objects.filter(code__in=found["department"]).values_list("code", "name"))
    return {
        name: [
            (value, names.get(value, value), n)
            for value, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ]
        for name, counts in found.items()
    }


def requests(actor: Actor) -> QuerySet[Request]:
    """Requests that the actor may see, newest first."""
    seen = Request.objects.filter(visible_requests(actor)).select_related("requester", "owner")
    return seen.prefetch_related("lines__version__asset").order_by("-made", "-pk")


def decides(actor: Actor, shown: Request) -> bool:
    """Whether the actor should look at what a request would let out."""
    return any(actor.has(role, shown.owner_id) for role in (Role.APPROVER, Role.SECURITY_OFFICER))


def similar(shown: Request) -> QuerySet[Request]:
    """Requests for the same assets that were decided, newest first, for who decides."""
    assets = shown.lines.values("version__asset")
    like = Request.objects.filter(lines__version__asset__in=assets).exclude(pk=shown.pk)
    decided = like.exclude(state__in=[state.value for state in UNDECIDED]).distinct().order_by("-made")
    return decided.select_related("requester").prefetch_related("lines")[:SIMILAR]


def sample(actor: Actor, version: Version) -> dict[str, Any] | None:
    """The protected rows of an entry's source, by the columns that it declares; of what is not shared only its owner
    sees any.

    The scan masked what it recognized. What the owner alone knows to be personal, or lets out only under an obligation,
    is starred here whole, whatever the scan made of it: a text may hold more than was found in it. The rows are of
    today, so an older version shows nothing that one after it protects.
    """
    source = Source.objects.filter(asset=version.asset_id).first()
    if source is None or not source.examined:
        return None
    if version.sharing_class == SharingClass.NOT_SHARED and not actor.has(Role.OFFERER, version.asset.department_id):
        return None
    said = Item.objects.filter(version__asset=version.asset_id, version__number__gte=version.number)
    items = said.values_list("name", "personal", "obligation")
    starred = {name for name, personal, obligation in items if personal or obligation != keep()}
    columns, rows = source.probe.get("columns", []), source.examination.get("sample", [])
    declared = set(version.items.values_list("name", flat=True))
    places = [place for place, name in enumerate(columns) if name in declared]
    shown = [[STARS if row[at] and columns[at] in starred else row[at] for at in places] for row in rows]
    return {"columns": [columns[place] for place in places], "rows": shown}


def quality(actor: Actor, version: Version) -> dict[str, Any] | None:
    """What a look at an entry's source found of each column: of those that the entry declares, and of every one for the
    department that owns it."""
    source = Source.objects.filter(asset=version.asset_id).first()
    if source is None or not source.examined:
        return None
    found: dict[str, Any] = source.examination
    if version.asset.department_id in actor.departments:
        return found
    declared = set(version.items.values_list("name", flat=True))
    named = (("columns", "name"), ("found", "column"))
    return {**found, **{key: [one for one in found.get(key, ()) if one[name] in declared] for key, name in named}}


def trace(actor: Actor, objection: Objection) -> Trace | None:
    """The row that its holder knows by a token only, for the owner."""
    owns = actor.has(Role.OFFERER, objection.version.asset.department_id)
    return Trace.objects.filter(objection=objection).first() if owns else None


def objections(actor: Actor) -> QuerySet[Objection]:
    """Objections that the actor may see, newest first."""
    seen = Objection.objects.filter(visible_objections(actor))
    return seen.select_related("version__asset__department", "department").order_by("-made", "-pk")


def offers(actor: Actor) -> QuerySet[Version]:
    """What the actor's departments offer, or wait to; for the bureau, of all departments."""
    seen = Version.objects.select_related("asset__department").order_by("asset__code", "-number")
    return seen if actor.anywhere(Role.COORDINATOR) else seen.filter(asset__department__in=actor.where(Role.OFFERER))


def demands(actor: Actor) -> QuerySet[Demand]:
    """What was asked for in vain and the actor may see, newest first."""
    seen = Demand.objects.filter(visible_demands(actor)).select_related("department", "owner", "asset")
    return seen.order_by("-made", "-pk")


def titled(assets: QuerySet[Asset]) -> QuerySet[Asset]:
    """Assets with the name that their last version gives them."""
    last = Version.objects.filter(asset=OuterRef("pk")).order_by("-number")
    return assets.annotate(title=Subquery(last.values("name")[:1]))


def announcements(actor: Actor) -> QuerySet[Announcement]:
    """Announced collections: all for the bureau, else those of one's own departments, newest first."""
    seen = Announcement.objects.select_related("department").order_by("-made", "-pk")
    if actor.anywhere(Role.COORDINATOR, Role.AUDITOR):
        return seen
    return seen.filter(department__in=actor.departments)


def keeps_inventory(actor: Actor) -> QuerySet[Department]:
    """The departments whose inventory the actor keeps: all for the bureau's coordinators."""
    if actor.anywhere(Role.COORDINATOR):
        return Department.objects.all()
    return Department.objects.filter(pk__in=actor.where(Role.OFFERER))


def inventory(actor: Actor) -> QuerySet[InventoryItem]:
    """What the departments whose inventory the actor keeps have."""
    seen = InventoryItem.objects.filter(department__in=keeps_inventory(actor))
    return seen.select_related("department", "asset")


def grants(actor: Actor) -> QuerySet[Grant]:
    """Rights to data that the actor may see, newest first."""
    seen = Grant.objects.filter(visible_grants(actor), version__asset__kind="data")
    seen = seen.select_related("line__request", "version__asset__department", "consumer")
    return seen.order_by("-valid_from", "-pk")


def disputes(actor: Actor) -> QuerySet[Dispute]:
    """Disputes that the actor may see, newest first."""
    seen = Dispute.objects.filter(visible_disputes(actor))
    seen = seen.select_related("request__owner", "objection__version__asset__department", "raised_by")
    return seen.order_by("-made", "-pk")


def sees_whole_objection(actor: Actor, owner: object) -> bool:
    """Whom a correction reached is known to the owner and the bureau; a holder learns of itself alone."""
    everywhere = actor.anywhere(Role.COORDINATOR, Role.AUDITOR)
    return everywhere or any(held.department == owner for held in actor.held)


def open_moves(actor: Actor, shown: Request) -> list[str]:
    """The moves for which the actor has a role; whether they may make them is decided when they do."""
    moves = []
    for rule in moves_from(RequestState(shown.state)):
        if rule.side == Side.CLOCK:
            continue
        department = shown.requester_id if rule.side == Side.ASKER else shown.owner_id
        if any(actor.has(role, department) for role in rule.roles):
            moves.append(rule.name)
    return moves


def entries(actor: Actor, *, subject: str = "") -> QuerySet[Entry]:
    """Audit entries: all for auditors, those of their own departments for security officers."""
    seen = Entry.objects.all()
    if not actor.anywhere(Role.AUDITOR, Role.AUDIT_ADMINISTRATOR):
        own = actor.where(Role.SECURITY_OFFICER)
        mine = Q(pk__in=())
        for department in own:
            mine |= Q(departments__icontains=str(department))
        seen = seen.filter(mine)
    return seen.filter(subject=subject) if subject else seen


def recent(actor: Actor) -> QuerySet[Entry]:
    """What happened lately to requests that the actor may see."""
    seen = Request.objects.filter(visible_requests(actor)).order_by("-made").values_list("pk", flat=True)[:50]
    return Entry.objects.filter(subject_kind="request", subject__in=[str(key) for key in seen])


def named(actor: Actor, told: Iterable[Entry]) -> list[Entry]:
    """Entries about requests with their purposes, as far as the actor may see them."""
    listed = list(told)
    keys = {entry.subject for entry in listed if entry.subject_kind == "request"}
    purposes = {str(key): text for key, text in requests(actor).filter(pk__in=keys).values_list("pk", "purpose")}
    for entry in listed:
        entry.title = purposes.get(entry.subject, "")  # type: ignore[attr-defined]
    return listed
