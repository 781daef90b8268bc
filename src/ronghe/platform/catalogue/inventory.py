"""What departments have, whether it is in the catalogue or not, so that what is not shared counts too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue.models import Asset, InventoryItem, Version, VersionState
from ronghe.platform.catalogue.rules import plain_name
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError

__all__ = ["THINGS", "Coverage", "coverage", "link_inventory", "link_listed", "list_inventory"]

THINGS = 500
"""Things in one audit entry: a longer list goes on in the next. Each is name, system, items, the code of its entry."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of what a department has: things and their items, and how many of each an entry in force describes."""

    department: Department
    things: int = 0
    listed: int = 0
    items: int = 0
    items_listed: int = 0

    @property
    def share(self) -> float | None:
        """The part of the items that the catalogue describes; None where nothing was inventoried."""
        return self.items_listed / self.items if self.items else None


def _check_keeper(by: Actor, department: Department) -> None:
    if not by.anywhere(Role.COORDINATOR):
        check_role(by, Role.OFFERER, department.pk, scope="catalogue.write")


def _entry(by: Actor, at: datetime, action: str, department: Department, **facts: Any) -> None:
    record(
        by=by,
        at=at,
        action=f"inventory.{action}",
        subject_kind="department",
        subject=department.pk,
        departments=[str(department.pk)],
        facts=facts,
    )


def list_inventory(
    *, by: Actor, at: datetime, department: Department, found: Sequence[Mapping[str, Any]], system: str = ""
) -> int:
    """Keep what a department has, as a list or a scan tells it; gives the number of things that are new.

    A thing whose name is that of an entry of the department is linked to it.
    """
    _check_keeper(by, department)
    versions = Version.objects.filter(asset__department=department).select_related("asset")
    entries = {plain_name(version.name): version.asset for version in versions}
    told: list[list[Any]] = []
    with transaction.atomic():
        new = 0
        for one in found:
            kept, made = InventoryItem.objects.update_or_create(
                department=department,
                system=str(one.get("system") or system)[:200],
                name=one["name"][:200],
                defaults={"items": one.get("items", 0), "rows": one.get("rows"), "found": at},
            )
            if kept.asset_id is None and (asset := entries.get(plain_name(kept.name))) is not None:
                kept.asset = asset
                kept.save(update_fields=["asset"])
            new += made
            told.append([kept.name, kept.system, kept.items, kept.asset.code if kept.asset else None])
        _entry(by, at, "listed", department, found=len(found), new=new, system=system, things=told[:THINGS])
        for start in range(THINGS, len(told), THINGS):
            _entry(by, at, "listed_more", department, things=told[start : start + THINGS])
    return new


def link_inventory(*, by: Actor, at: datetime, item: InventoryItem, asset: Asset | None) -> InventoryItem:
    """Say which entry describes a thing, or that none does."""
    _check_keeper(by, item.department)
    if asset is not None and asset.department_id != item.department_id:
        raise InputError("platform.inventory_other", asset=asset.code)
    with transaction.atomic():
        item.asset = asset
        item.save(update_fields=["asset"])
        code = asset.code if asset else None
        _entry(by, at, "linked", item.department, name=item.name, system=item.system, items=item.items, asset=code)
    return item


def link_listed(*, by: Actor, at: datetime, asset: Asset, name: str) -> None:
    """In the transaction that publishes an entry: what its department lists under this name is described by it now."""
    unlinked = InventoryItem.objects.filter(department=asset.department_id, asset__isnull=True)
    for item in unlinked.select_related("department"):
        if plain_name(item.name) == plain_name(name):
            link_inventory(by=by, at=at, item=item, asset=asset)


def coverage() -> list[Coverage]:
    """How much of what each department has is in the catalogue; departments without an inventory come last."""
    in_force = set(Version.objects.filter(state=VersionState.PUBLISHED).values_list("asset", flat=True))
    told = []
    for department in Department.objects.prefetch_related("inventory"):
        things = list(department.inventory.all())
        listed = [thing for thing in things if thing.asset_id in in_force]
        counted = (len(things), len(listed), sum(one.items for one in things), sum(one.items for one in listed))
        told.append(Coverage(department, *counted))
    return sorted(told, key=lambda one: (one.share is None, one.share or 0.0, one.department.name))
