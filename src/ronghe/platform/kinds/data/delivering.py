"""Make a delivery and hand it over: as often as the worker begins, with one effect.

    make        the rows of the grant are released, written, and published in the delivery's own folder
    hand over   in one transaction: the grant is asked again, the delivery is ready, the deed is on record, both sides
                are told, the request moves on
    tidy        what it took the place of is removed

Killed anywhere, the worker begins again at the step: `make` replaces its own folder at once, and `hand over` finds a
delivery that is ready and does nothing. Raw rows lie only in the folder of work, which the next attempt empties.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ronghe.platform.audit.actions import record
from ronghe.platform.kinds.data import store, work
from ronghe.platform.kinds.data.leaving import leaving_rows
from ronghe.platform.kinds.data.looking import source_of
from ronghe.platform.kinds.data.models import Delivery, DeliveryState, Source
from ronghe.platform.kinds.data.plans import (
    asked_of_grant,
    check_live,
    over,
    personal_fields,
    released_as_key,
    wanted_by,
)
from ronghe.platform.kinds.data.reading import Reader, content_of, reader_of, trouble_of
from ronghe.platform.kinds.data.snapshots import make_snapshot
from ronghe.platform.requests.actions import CLOCK, delivered
from ronghe.platform.requests.models import Grant, Request
from ronghe.terms import Refused, RequestState, RongheError

__all__ = ["hand_over", "make", "tidy"]

Clock = Callable[[], datetime]
Tell = Callable[[str, int, int], None]


def _silent(_step: str, _done: int, _total: int) -> None:
    """Nobody asked."""


def _found(key: UUID) -> Delivery:
    kept = Delivery.objects.select_related("grant__line__request", "grant__version__asset", "grant__consumer")
    return kept.get(pk=key)


def make(key: UUID, *, clock: Clock, tell: Tell = _silent) -> dict[str, Any] | None:
    """Release the rows and publish them; None where nothing is to be made any more.

    Raises what kept it from being made, after noting it on the delivery: a source that is stopped, closed or gone.
    """
    delivery = _found(key)
    if delivery.state != DeliveryState.WANTED:
        return None
    if over(delivery.grant, clock()):
        return {"epoch": delivery.grant.epoch}
    try:
        check_live(delivery.grant, clock())
        return {"epoch": delivery.grant.epoch, **_made(delivery, clock, tell)}
    except RongheError as error:
        trouble = trouble_of(error)
        Delivery.objects.filter(pk=key).update(trouble=trouble)
        raise


def _made(delivery: Delivery, clock: Clock, tell: Tell) -> dict[str, Any]:
    grant = delivery.grant
    source = source_of(grant.version.asset_id, grant.version.asset.code)
    reader = reader_of(source, clock, tell)
    _check_examined(source, grant, clock())
    if wanted_by(grant).method.by_subject:
        # Nothing is copied: the service is ready when the source can be read.
        return {
            "rows": None,
            "columns": list(grant.terms),
            "files": [],
            "changes": {},
            "plan": "",
        }
    return _snapshot(delivery, reader, clock, tell)


def _check_examined(source: Source, grant: Grant, at: datetime) -> None:
    """Refused before anybody looked for personal data, and where some was found since without an assessment. A file
    that was put into a folder since that look is looked into first; the delivery then goes on."""
    content = content_of(source)
    if content is not None and content != source.examination.get("content"):
        work.examine(source, mark=f"{at:%Y-%m-%dT%H} {content}")
        raise Refused("platform.source_unexamined", asset=source.asset.code)
    if source.examined is None:
        raise Refused("platform.source_unexamined", asset=source.asset.code)
    if personal_fields(grant.version, grant.fields) and not grant.line.request.assessment:
        raise Refused("platform.assessment_missing")


def _snapshot(delivery: Delivery, reader: Reader, clock: Clock, tell: Tell) -> dict[str, Any]:
    grant, at = delivery.grant, clock()
    asked = asked_of_grant(grant, at)
    target = store.snapshot_folder(grant.pk, delivery.number)
    last = grant.deliveries.filter(state=DeliveryState.READY).order_by("-number").first()
    before = store.snapshot_folder(grant.pk, last.number) if last else None
    with leaving_rows(reader, asked, at, delivery.pk) as rows:
        tell("released", rows.rows, rows.rows)
        made = make_snapshot(rows, target, before=before, key=released_as_key(grant))
        tell("published", rows.rows, rows.rows)
    return made.to_json()


def hand_over(key: UUID, made: Mapping[str, Any], *, clock: Clock) -> str:
    """Make the delivery count: `ready`, or `withdrawn` where the grant ended meanwhile, or `again` where it changed.

    Whatever was decided is decided once, however often this is called.
    """
    with transaction.atomic():
        delivery = _locked(key)
        if delivery.state != DeliveryState.WANTED:
            return str(delivery.state)
        at, grant = clock(), delivery.grant
        if over(grant, at):
            delivery.state, delivery.ended = DeliveryState.WITHDRAWN, at
            delivery.save(update_fields=["state", "ended"])
            work.remove(grant.pk)
            return "withdrawn"
        if grant.epoch != made["epoch"]:
            delivery.attempts += 1
            delivery.save(update_fields=["attempts"])
            work.deliver(delivery)
            return "again"
        _ready(delivery, made, at)
    return "ready"


def _locked(key: UUID) -> Delivery:
    """Locked in the order of every other action, request, grant, delivery, so that two never wait for each other."""
    grant = Delivery.objects.select_related("grant__line").get(pk=key).grant
    Request.objects.select_for_update().get(pk=grant.line.request_id)
    Grant.objects.select_for_update().get(pk=grant.pk)
    Delivery.objects.select_for_update().get(pk=key)
    return _found(key)


def _ready(delivery: Delivery, made: Mapping[str, Any], at: datetime) -> None:
    grant = delivery.grant
    request = grant.line.request
    facts = {
        "asset": grant.version.asset.code,
        "grant": str(grant.pk),
        "number": delivery.number,
        "why": delivery.why,
        "rows": made["rows"],
        "plan": made["plan"],
        "files": {one["name"]: one["hash"] for one in made["files"]},
        "changes": made["changes"],
    }
    entry = record(
        by=CLOCK,
        at=at,
        action="data.delivered",
        subject_kind="delivery",
        subject=delivery.pk,
        departments=[str(request.requester_id), str(request.owner_id)],
        facts=facts,
    )
    for name in ("rows", "columns", "files", "changes", "plan"):
        setattr(delivery, name, made[name])
    delivery.state, delivery.made, delivery.entry, delivery.trouble = DeliveryState.READY, at, entry.pk, {}
    delivery.save()
    if RequestState(request.state) in (RequestState.ACCEPTED, RequestState.ACCEPTED_IN_PART) and _all_ready(request.pk):
        delivered(at=at, request=request)


def _all_ready(request: UUID) -> bool:
    wanting = Grant.objects.filter(line__request=request, version__asset__kind="data")
    return not wanting.exclude(deliveries__state=DeliveryState.READY).exists()


def tidy(key: UUID, *, clock: Clock) -> None:
    """Withdraw and remove what this delivery took the place of; of a grant that ended, everything."""
    delivery = _found(key)
    if over(delivery.grant, clock()):
        store.remove(store.deliveries_of(delivery.grant_id))
        return
    older = delivery.grant.deliveries.filter(number__lt=delivery.number)
    if delivery.state == DeliveryState.READY:
        older.exclude(state=DeliveryState.WITHDRAWN).update(state=DeliveryState.WITHDRAWN, ended=clock())
        for one in older:
            store.remove(store.snapshot_folder(delivery.grant_id, one.number))
