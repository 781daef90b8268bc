"""A row was wrong: everybody who holds it is told, gets the rows anew, and confirms that the wrong one is gone."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from ronghe.data.protect.plain import plain_text
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.kinds.data.models import Correction
from ronghe.platform.kinds.data.plans import over, wanted_by
from ronghe.platform.kinds.data.sealing import hashed
from ronghe.platform.kinds.data.tracing import key_of
from ronghe.platform.kinds.data.work import want_delivery
from ronghe.platform.requests.actions import CLOCK
from ronghe.platform.requests.models import Grant, Objection
from ronghe.terms import Refused

__all__ = ["confirm", "push"]


def push(grants: Sequence[Grant], objection: Objection, at: datetime) -> None:
    """In the transaction that upholds an objection: tell every holder and want a new delivery for those whose right
    still lives. One whose right ended had to dispose of the rows and is told all the same."""
    for grant in grants:
        wanted = None
        if wanted_by(grant).method.by_subject and not _looked_at(grant, objection, at):
            continue
        if not over(grant, at) and not wanted_by(grant).method.by_subject:
            # The epoch of the grant grew: a delivery that is being made, perhaps of the wrong row, is made again.
            wanted = want_delivery(grant, at, why="correction")
        Correction.objects.get_or_create(objection=objection, grant=grant, defaults={"told": at, "delivery": wanted})
        record(
            by=CLOCK,
            at=at,
            action="data.correction_told",
            subject_kind="objection",
            subject=objection.pk,
            departments=[str(grant.consumer_id), str(grant.version.asset.department_id)],
            facts={"field": objection.field, "grant": str(grant.pk), "consumer": grant.consumer.name},
        )


def _looked_at(grant: Grant, objection: Objection, at: datetime) -> bool:
    """Whether the subject of the wrong row was ever asked about under the grant."""
    subject = hashed(plain_text(key_of(objection).strip()), grant.pk, at)
    return grant.reads.filter(subject=subject).exists()


def confirm(*, by: Actor, at: datetime, correction: Correction) -> Correction:
    """The holder says that the wrong row is corrected or gone on their side."""
    check_role(by, Role.ASKER, correction.grant.consumer_id, scope="requests.write")
    with transaction.atomic():
        now = Correction.objects.select_for_update().select_related("grant__version__asset").get(pk=correction.pk)
        if now.confirmed is not None:
            raise Refused("platform.correction_confirmed")
        now.confirmed, now.confirmed_by = at, by.person_name
        now.save(update_fields=["confirmed", "confirmed_by"])
        record(
            by=by,
            at=at,
            action="data.correction_confirmed",
            subject_kind="objection",
            subject=now.objection_id,
            departments=[str(now.grant.consumer_id), str(now.grant.version.asset.department_id)],
            facts={"grant": str(now.grant_id)},
        )
    return now
