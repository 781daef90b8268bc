"""Describe, review, publish and withdraw entries."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ronghe.platform.access.queries import who_did
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue import search
from ronghe.platform.catalogue.inventory import link_listed
from ronghe.platform.catalogue.models import Asset, Item, Version, VersionState
from ronghe.platform.catalogue.rules import Described, DescribedItem, Finding, findings, findings_of_kind
from ronghe.platform.departments.models import Department
from ronghe.terms import InputError, Kind, Refused, UsageError

__all__ = [
    "describe",
    "lint",
    "new_asset",
    "publish",
    "revise",
    "send_back",
    "submit_for_review",
    "withdraw",
]

_WRITTEN = ("catalogue.described", "catalogue.revised", "catalogue.submitted")
_CODE = re.compile(r"[\w.-]{1,40}")
"""It stands in addresses."""
_FIELDS = (
    "name",
    "abstract",
    "category",
    "format",
    "method",
    "update_period",
    "sharing_class",
    "conditions",
    "legal_basis",
    "is_lead_source",
    "grade",
    "personal",
)


def _entry(by: Actor, at: datetime, action: str, version: Version, **facts: Any) -> None:
    record(
        by=by,
        at=at,
        action=f"catalogue.{action}",
        subject_kind="version",
        subject=version.pk,
        departments=[str(version.asset.department_id)],
        facts={"asset": version.asset.code, "number": version.number, "name": version.name, **facts},
    )


def _locked(version: Version, *states: VersionState) -> Version:
    """The version as it stands now; Refused where somebody else moved it on in between."""
    now = Version.objects.select_for_update().select_related("asset").get(pk=version.pk)
    if now.state not in states:
        raise Refused("platform.version_state", name=now.name, state=now.state)
    return now


def new_asset(*, by: Actor, at: datetime, department: Department, code: str, kind: Kind) -> Asset:
    """A new thing that the department holds; it is in nobody's sight until a version of it is published.

    InputError for a code that another asset has or that cannot stand in an address.
    """
    check_role(by, Role.OFFERER, department.pk, scope="catalogue.write")
    if not _CODE.fullmatch(code):
        raise InputError("platform.asset_code_form", asset=code)
    if Asset.objects.filter(code=code).exists():
        raise InputError("platform.asset_code_taken", asset=code)
    with transaction.atomic():
        asset = Asset.objects.create(code=code, kind=kind.value, department=department, made=at)
        record(
            by=by,
            at=at,
            action="catalogue.asset_made",
            subject_kind="asset",
            subject=asset.pk,
            departments=[str(department.pk)],
            facts={"code": code, "kind": kind.value},
        )
    return asset


def describe(
    *, by: Actor, at: datetime, asset: Asset, fields: Mapping[str, Any], items: Sequence[Mapping[str, Any]] = ()
) -> Version:
    """A draft of the next version; InputError for fields that an entry does not have."""
    check_role(by, Role.OFFERER, asset.department_id, scope="catalogue.write")
    _check_fields(fields)
    with transaction.atomic():
        Asset.objects.select_for_update().get(pk=asset.pk)
        if asset.versions.filter(state__in=(VersionState.DRAFT, VersionState.IN_REVIEW)).exists():
            raise Refused("platform.version_open", asset=asset.code)
        last = asset.versions.order_by("-number").first()
        version = Version(asset=asset, number=last.number + 1 if last else 1, **fields)
        _clean(version)
        version.save()
        _keep_items(version, items)
        _entry(by, at, "described", version)
    return version


def _clean(version: Version) -> None:
    """InputError naming the first field whose value cannot be kept, in place of Django's own."""
    try:
        version.full_clean()
    except ValidationError as fault:
        name = next(iter(fault.message_dict))
        raise InputError("platform.field_value", name=name, value=getattr(version, name, "")) from fault


def _check_fields(fields: Mapping[str, Any]) -> None:
    for name in fields:
        if name not in _FIELDS:
            raise InputError("platform.field_unknown", name=name, known=", ".join(_FIELDS))


def _keep_items(version: Version, items: Iterable[Mapping[str, Any]]) -> None:
    version.items.all().delete()
    Item.objects.bulk_create(Item(version=version, place=place, **item) for place, item in enumerate(items))


def revise(
    *,
    by: Actor,
    at: datetime,
    version: Version,
    fields: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]] | None = None,
) -> Version:
    """Change a draft; a version that was published is replaced by another one, never changed."""
    check_role(by, Role.OFFERER, version.asset.department_id, scope="catalogue.write")
    _check_fields(fields)
    with transaction.atomic():
        now = _locked(version, VersionState.DRAFT)
        for name, value in fields.items():
            setattr(now, name, value)
        _clean(now)
        now.save()
        if items is not None:
            _keep_items(now, items)
        _entry(by, at, "revised", now)
    return now


def lint(version: Version) -> tuple[Finding, ...]:
    """What the rules find in a version, beside the names that its department already has in the catalogue, and what its
    kind found in the thing itself."""
    others = Version.objects.filter(asset__department=version.asset.department_id, state=VersionState.PUBLISHED)
    others = others.exclude(asset=version.asset_id)
    items = [
        DescribedItem(item.name, item.type, item.unit, item.personal, item.element) for item in version.items.all()
    ]
    described = findings(
        Described(
            kind=version.asset.kind,
            name=version.name,
            abstract=version.abstract,
            category=version.category,
            format=version.format,
            method=version.method,
            update_period=version.update_period,
            sharing_class=version.sharing_class,
            conditions=version.conditions,
            legal_basis=version.legal_basis,
            personal=version.personal or any(item.personal for item in items),
            items=items,
            names_of_others=frozenset(others.values_list("name", flat=True)),
        )
    )
    return (*described, *findings_of_kind(version.asset.kind, version))


def submit_for_review(*, by: Actor, at: datetime, version: Version) -> Version:
    """Hand a draft to the reviewer; Refused while a rule finds something that stops it."""
    check_role(by, Role.OFFERER, version.asset.department_id, scope="catalogue.write")
    stopping = [finding for finding in lint(version) if finding.stops]
    if stopping:
        raise Refused("platform.lint_stops", count=len(stopping), first=stopping[0].place)
    with transaction.atomic():
        now = _locked(version, VersionState.DRAFT)
        now.state = VersionState.IN_REVIEW
        now.save(update_fields=["state"])
        _entry(by, at, "submitted", now)
    return now


def send_back(*, by: Actor, at: datetime, version: Version, reason: str) -> Version:
    """The reviewer wants something changed and says what."""
    _check_reviewer(by, version)
    if not reason.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = _locked(version, VersionState.IN_REVIEW)
        now.state = VersionState.DRAFT
        now.save(update_fields=["state"])
        _entry(by, at, "sent_back", now, reason=reason)
    return now


def _check_reviewer(by: Actor, version: Version) -> None:
    """The bureau reviews (art. 16); nobody reviews for their own department's offering role."""
    if not by.anywhere(Role.COORDINATOR):
        raise Refused("platform.role_missing", role=Role.COORDINATOR.value)
    if by.has(Role.OFFERER, version.asset.department_id):
        raise Refused("platform.own_entry")


def publish(*, by: Actor, at: datetime, version: Version) -> Version:
    """Put a reviewed version in force; the one before it ends at the same instant. Refused for whoever wrote it,
    whatever roles they have now."""
    _check_reviewer(by, version)
    if by.hats & who_did("version", version.pk, *_WRITTEN):
        raise Refused("platform.own_entry")
    with transaction.atomic():
        now = _locked(version, VersionState.IN_REVIEW)
        before = now.asset.versions.filter(state=VersionState.PUBLISHED)
        before.update(state=VersionState.REPLACED, ended=at)
        now.state, now.effective = VersionState.PUBLISHED, at
        now.save(update_fields=["state", "effective"])
        search.index(now)
        link_listed(by=by, at=at, asset=now.asset, name=now.name)
        _entry(by, at, "published", now, **_promised(now))
    return now


def _promised(version: Version) -> dict[str, Any]:
    """What the catalogue promises from now on: the sharing index is computed from the log alone."""
    return {
        "sharing_class": version.sharing_class,
        "update_period": version.update_period,
        "items": list(version.items.values_list("name", flat=True)),
    }


def withdraw(*, by: Actor, at: datetime, version: Version, reason: str) -> Version:
    """Take an entry out of force. A department does not end a service by itself: the bureau does, with a reason."""
    _check_reviewer(by, version)
    if not reason.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = _locked(version, VersionState.PUBLISHED)
        now.state, now.ended = VersionState.WITHDRAWN, at
        now.save(update_fields=["state", "ended"])
        search.forget(now.pk)
        _entry(by, at, "withdrawn", now, reason=reason)
    return now
