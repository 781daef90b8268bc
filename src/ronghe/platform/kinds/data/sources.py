"""Mount a source, stop it, let it be read again; only the department that offers the asset does."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import transaction

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue.models import Asset
from ronghe.platform.kinds.data import store, work
from ronghe.platform.kinds.data.addresses import allowed_file, allowed_url
from ronghe.platform.kinds.data.models import Source, SourceKind
from ronghe.platform.kinds.data.reading import allowed
from ronghe.platform.kinds.data.sealing import seal
from ronghe.platform.kinds.data.uploads import keep
from ronghe.tables.database_query import check_query
from ronghe.terms import InputError, Refused, UsageError

__all__ = ["Hours", "mount_database", "mount_folder", "mount_upload", "restart_source", "set_hours", "stop_source"]

Hours = tuple[time | None, time | None, int | None]
"""From when until when in the day rows may be read, and how many a minute; None without limit."""
_ANY: Hours = (None, None, None)


def _check_owner(by: Actor, asset: Asset) -> None:
    check_role(by, Role.OFFERER, asset.department_id, scope="catalogue.write")
    if asset.kind != "data":
        raise InputError("platform.source_of_data", asset=asset.code)


def _entry(by: Actor, at: datetime, action: str, asset: Asset, **facts: Any) -> None:
    record(
        by=by,
        at=at,
        action=f"source.{action}",
        subject_kind="asset",
        subject=asset.pk,
        departments=[str(asset.department_id)],
        facts={"asset": asset.code, **facts},
    )


def _mounted(by: Actor, at: datetime, asset: Asset, kind: SourceKind, hours: Hours, **given: Any) -> Source:
    """Put a source in the place of the one before; an upload that was replaced is removed once that is certain."""
    start, end, pace = _checked(hours)
    with transaction.atomic():
        Asset.objects.select_for_update().get(pk=asset.pk)
        before = Source.objects.filter(asset=asset).first()
        source = before or Source(asset=asset)
        if before is not None and before.kind == SourceKind.UPLOAD:
            old = store.uploads() / before.address
            transaction.on_commit(lambda: store.remove(old))
        fresh = {"part": "", "query": "", "sealed": "", "called": "", "bytes": None, "hash": "", "mark": ""}
        password = given.pop("password", "")
        for name, value in {**fresh, **given}.items():
            setattr(source, name, value)
        source.sealed = seal(password, source.pk, at) if password else ""
        source.kind, source.mounted, source.stopped, source.stop_reason = kind, at, None, ""
        source.window_from, source.window_to, source.rows_a_minute = start, end, pace
        source.probed = source.examined = None
        source.probe, source.examination = {}, {}
        source.save()
        _entry(by, at, "mounted", asset, kind=kind.value, hash=source.hash)
        work.examine(source)
    return source


def _checked(hours: Hours) -> Hours:
    start, end, pace = hours
    if (start is None) != (end is None) or (pace is not None and pace < 1):
        raise UsageError("platform.hours_form")
    return hours


def mount_upload(
    *,
    by: Actor,
    at: datetime,
    asset: Asset,
    chunks: Iterable[bytes],
    called: str,
    sheet: str = "",
    hours: Hours = _ANY,
) -> Source:
    """Keep a file as the asset's source. Raises LimitReached for one that is too large, InputError for no table."""
    _check_owner(by, asset)
    kept = keep(chunks, called=called, most=settings.LARGEST_UPLOAD, sheet=sheet)
    facts = {"called": kept.called, "bytes": kept.bytes, "hash": kept.hash}
    try:
        return _mounted(by, at, asset, SourceKind.UPLOAD, hours, address=kept.name, part=sheet, **facts)
    except BaseException:
        store.remove(store.uploads() / kept.name)
        raise


def mount_folder(
    *, by: Actor, at: datetime, asset: Asset, folder: str, pattern: str = "", hours: Hours = _ANY
) -> Source:
    """Read the last file of a folder whose name fits; Refused outside the folders that the operator named."""
    _check_owner(by, asset)
    allowed_file(folder, pattern, allowed())
    return _mounted(by, at, asset, SourceKind.FOLDER, hours, address=folder.strip(), part=pattern.strip())


def mount_database(
    *,
    by: Actor,
    at: datetime,
    asset: Asset,
    url: str,
    table: str = "",
    query: str = "",
    password: str = "",
    hours: Hours = _ANY,
) -> Source:
    """Read a table or a query of a database with an account that should have no right but to read.

    The password is sealed and never shown. Raises Refused for an address that the operator did not allow, a password in
    it, or a query that is no plain SELECT.
    """
    _check_owner(by, asset)
    if bool(table.strip()) == bool(query.strip()):
        raise UsageError("platform.table_or_query")
    found = allowed_url(url, allowed())
    if query.strip():
        check_query(query, found.get_backend_name())
    given = {"address": url.strip(), "part": table.strip(), "query": query.strip(), "password": password}
    return _mounted(by, at, asset, SourceKind.DATABASE, hours, **given)


def set_hours(*, by: Actor, at: datetime, source: Source, hours: Hours) -> Source:
    """Change when and how fast rows may be read."""
    _check_owner(by, source.asset)
    start, end, pace = _checked(hours)
    with transaction.atomic():
        now = Source.objects.select_for_update().select_related("asset").get(pk=source.pk)
        now.window_from, now.window_to, now.rows_a_minute = start, end, pace
        now.save(update_fields=["window_from", "window_to", "rows_a_minute"])
        told = [part and part.isoformat("minutes") for part in (start, end)]
        _entry(by, at, "hours_set", now.asset, hours=told, rows_a_minute=pace)
    return now


def stop_source(*, by: Actor, at: datetime, source: Source, reason: str) -> Source:
    """The owner's stop switch: nothing is read from the source any more, at once; a reading in progress ends."""
    _check_owner(by, source.asset)
    if not reason.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = Source.objects.select_for_update().select_related("asset").get(pk=source.pk)
        now.stopped, now.stop_reason = at, reason.strip()[:300]
        now.save(update_fields=["stopped", "stop_reason"])
        _entry(by, at, "stopped", now.asset, reason=now.stop_reason)
    return now


def restart_source(*, by: Actor, at: datetime, source: Source) -> Source:
    """Let the source be read again; deliveries that waited for it go on."""
    _check_owner(by, source.asset)
    with transaction.atomic():
        now = Source.objects.select_for_update().select_related("asset").get(pk=source.pk)
        if now.stopped is None:
            raise Refused("platform.source_not_stopped", asset=now.asset.code)
        now.stopped, now.stop_reason = None, ""
        now.save(update_fields=["stopped", "stop_reason"])
        _entry(by, at, "restarted", now.asset)
        work.again()
    return now
