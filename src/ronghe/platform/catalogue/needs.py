"""What is not in the catalogue yet: demands that find an owner and a clock; new collections that may be needless."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue import search
from ronghe.platform.catalogue.models import Announcement, Asset, Demand, InventoryItem, Version, VersionState
from ronghe.platform.catalogue.rules import plain_name
from ronghe.platform.departments.models import Department
from ronghe.search import Query, known_synonyms, parse, terms
from ronghe.standards.legal import LegalProfile
from ronghe.terms import Refused, UsageError, legal_day

__all__ = ["Available", "announce", "answer_demand", "ask_for", "assign_demand", "available", "likely_owners"]

MOST_HITS = 200
SHARE_OF_ITEMS = 0.5
"""An entry that has this part of the announced items may have them all; a person looks."""
_MOST_OWNERS = 5


@dataclass(frozen=True, slots=True)
class Available:
    """An entry that may have what somebody wants to collect: which of the announced items it has."""

    code: str
    name: str
    department: str
    items: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As it is kept with the announcement."""
        return {"code": self.code, "name": self.name, "department": self.department, "items": list(self.items)}


def ask_for(*, by: Actor, at: datetime, department: Department, text: str) -> Demand:
    """Ask for what is not in the catalogue."""
    check_role(by, Role.ASKER, department.pk, scope="requests.write")
    if not text.strip():
        raise UsageError("platform.demand_empty")
    with transaction.atomic():
        demand = Demand.objects.create(department=department, person=by.person, text=text.strip()[:1_000], made=at)
        _entry(by, at, "made", demand)
    return demand


def _entry(by: Actor, at: datetime, action: str, demand: Demand, **facts: Any) -> None:
    concerned = [str(demand.department_id), *([str(demand.owner_id)] if demand.owner_id else [])]
    record(
        by=by,
        at=at,
        action=f"demand.{action}",
        subject_kind="demand",
        subject=demand.pk,
        departments=concerned,
        facts={"text": demand.text, **facts},
    )


def _hits(query: Query) -> list[str]:
    """Entries that any phrase finds, those that more of them find first."""
    found: Counter[str] = Counter()
    for phrase in query.phrases:
        found.update(search.found(Query((phrase,)))[:MOST_HITS])
    return [version for version, _ in found.most_common(MOST_HITS)]


def likely_owners(text: str) -> list[tuple[Department, str]]:
    """Departments that have something like it, in the catalogue or only in their inventory, with what that is."""
    told: dict[Any, tuple[Department, str]] = {}
    wanted = set(terms(text))
    for item in InventoryItem.objects.select_related("department"):
        if len(wanted & set(terms(item.name))) * 2 >= len(set(terms(item.name))) > 0:
            told.setdefault(item.department_id, (item.department, item.name))
    hits = _hits(parse(text, known_synonyms()))
    for version in Version.objects.filter(pk__in=hits).select_related("asset__department"):
        told.setdefault(version.asset.department_id, (version.asset.department, version.name))
    return list(told.values())[:_MOST_OWNERS]


def assign_demand(*, by: Actor, at: datetime, demand: Demand, owner: Department, profile: LegalProfile) -> Demand:
    """The bureau names who should have it; from now on the owner's clock runs."""
    if not by.anywhere(Role.COORDINATOR):
        raise Refused("platform.role_missing", role=Role.COORDINATOR.value)
    due = profile.due("answer_conditional", legal_day(at, profile.zone))
    with transaction.atomic():
        now = Demand.objects.select_for_update().get(pk=demand.pk)
        if now.answered is not None:
            raise Refused("platform.demand_answered")
        now.owner = owner
        now.due, now.due_provisional = (due.day, due.provisional) if due else (None, False)
        now.save(update_fields=["owner", "due", "due_provisional"])
        _entry(by, at, "assigned", now, owner=owner.name)
    return now


def answer_demand(*, by: Actor, at: datetime, demand: Demand, answer: str, asset: Asset | None = None) -> Demand:
    """The owner says what there is, or why there is nothing."""
    if demand.owner_id is None:
        raise Refused("platform.demand_unassigned")
    check_role(by, Role.OFFERER, demand.owner_id, scope="catalogue.write")
    if not answer.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = Demand.objects.select_for_update().get(pk=demand.pk)
        if now.answered is not None:
            raise Refused("platform.demand_answered")
        if asset is not None and asset.department_id != now.owner_id:
            raise Refused("platform.own_entry")
        now.answered, now.answer, now.asset, now.due = at, answer.strip()[:1_000], asset, None
        now.save(update_fields=["answered", "answer", "asset", "due"])
        _entry(by, at, "answered", now, asset=asset.code if asset else None)
    return now


def available(name: str, items: Sequence[str]) -> list[Available]:
    """Entries in force that may have it: a like name, or half of the items. Best first.

    What the law calls repeated collection (政务数据共享条例 art. 19) begins with nobody having looked.
    """
    wanted = {plain_name(item): item for item in items if plain_name(item)}
    query = parse(" ".join([name, *items]), known_synonyms())
    seen = Version.objects.filter(pk__in=_hits(query), state=VersionState.PUBLISHED)
    found = []
    for version in seen.select_related("asset__department").prefetch_related("items"):
        own = {plain_name(item.name) for item in version.items.all()}
        shared = tuple(item for plain, item in wanted.items() if plain in own)
        if plain_name(name) == plain_name(version.name) or (wanted and len(shared) >= SHARE_OF_ITEMS * len(wanted)):
            found.append(Available(version.asset.code, version.name, version.asset.department.name, shared))
    return sorted(found, key=lambda one: (-len(one.items), one.code))


def announce(
    *, by: Actor, at: datetime, department: Department, name: str, items: Sequence[str], reason: str = ""
) -> Announcement:
    """Announce a new collection. Refused where the catalogue may have it already and no reason says why it must be
    collected all the same; the bureau sees both."""
    if not by.has(Role.OFFERER, department.pk):
        check_role(by, Role.ASKER, department.pk, scope="requests.write")
    wanted = [item.strip() for item in items if item.strip()]
    if not name.strip() or not wanted:
        raise UsageError("platform.announce_form")
    found = available(name, wanted)
    if found and not reason.strip():
        raise Refused("platform.already_available", count=len(found), first=found[0].name)
    with transaction.atomic():
        made = Announcement.objects.create(
            department=department,
            person=by.person,
            name=name.strip()[:200],
            items=wanted,
            found=[one.to_json() for one in found],
            reason=reason.strip()[:1_000],
            made=at,
        )
        record(
            by=by,
            at=at,
            action="collection.announced",
            subject_kind="announcement",
            subject=made.pk,
            departments=[str(department.pk)],
            facts={"name": made.name, "found": [one.code for one in found], "reason": made.reason},
        )
    return made
