"""Who reads what: asked of the grant, counted against its quota, and on record, before the first row leaves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.kinds.data.models import DayOfReads, Delivery, DeliveryState, Read
from ronghe.platform.kinds.data.plans import check_clock, check_live, wanted_by
from ronghe.platform.kinds.data.wanted import Method
from ronghe.platform.law import profile
from ronghe.platform.requests.actions import used
from ronghe.platform.requests.models import Grant
from ronghe.terms import LimitReached, Refused, RequestState, legal_day

__all__ = ["Subject", "begin_read", "charge", "check_reader", "close_day", "end_read", "latest"]

LOOK_UPS_A_DAY = 200
"""Look-ups a day under a grant that says nothing else: service for cases at a counter, not for copying a register."""


@dataclass(frozen=True, slots=True)
class Subject:
    """About whom a look-up was: for which case, and keyed hashes of the subject and of its neighborhood."""

    case: str = ""
    hash: str = ""
    near: str = ""


_NOBODY = Subject()


def check_reader(by: Actor, grant: Grant, at: datetime, *methods: Method) -> None:
    """Refused for people of other departments, programs without the scope, a grant that does not live, or another
    method than was granted."""
    check_role(by, Role.ASKER, grant.consumer_id, scope="data.read")
    check_live(grant, at)
    if wanted_by(grant).method not in methods:
        raise Refused("platform.other_method", method=wanted_by(grant).method.value)


def latest(grant: Grant) -> Delivery:
    """The snapshot to read; Refused while there is none."""
    found = Delivery.objects.filter(grant=grant, state=DeliveryState.READY).order_by("-number").first()
    if found is None:
        raise Refused("platform.not_delivered")
    return found


def _most(grant: Grant) -> int | None:
    if grant.reads_a_day is not None:
        return grant.reads_a_day
    return LOOK_UPS_A_DAY if wanted_by(grant).method.by_subject else None


def charge(grant: Grant, at: datetime) -> None:
    """Take one read off the day's quota, in one statement: of any number that ask at once only as many get through.

    Raises LimitReached when it is used up, Refused when the day was closed.
    """
    day = legal_day(at, profile().zone)
    DayOfReads.objects.get_or_create(grant=grant, day=day)
    mine = DayOfReads.objects.filter(grant=grant, day=day)
    most = _most(grant)
    left = Q() if most is None else Q(used__lt=most)
    if mine.filter(left, closed="").update(used=F("used") + 1):
        return
    if mine.exclude(closed="").exists():
        raise Refused("platform.day_closed")
    raise LimitReached("platform.quota_used", most=most)


def close_day(grant: Grant, at: datetime, why: str) -> None:
    """Refuse every further read of the legal day."""
    DayOfReads.objects.filter(grant=grant, day=legal_day(at, profile().zone)).update(closed=why)


def begin_read(
    *,
    by: Actor,
    at: datetime,
    grant: Grant,
    channel: str,
    delivery: Delivery | None = None,
    subject: Subject = _NOBODY,
    **facts: Any,
) -> Read:
    """Charge a read and put it on record. Whatever fails here lets nothing leave."""
    with transaction.atomic():
        check_clock(grant, at)
        charge(grant, at)
        read = Read.objects.create(
            grant=grant,
            delivery=delivery,
            channel=channel,
            person=by.person,
            person_name=by.person_name,
            at=at,
            case=subject.case,
            subject=subject.hash,
            near=subject.near,
        )
        told = {"asset": grant.version.asset.code, "grant": str(grant.pk), "channel": channel, **facts}
        if subject.case:
            told |= {"case": subject.case, "subject_hash": subject.hash}
        record(
            by=by,
            at=at,
            action="data.read",
            subject_kind="read",
            subject=read.pk,
            departments=[str(grant.consumer_id), str(grant.version.asset.department_id)],
            facts=told,
        )
        if RequestState(grant.line.request.state) in (RequestState.DELIVERED, RequestState.EXTENDED):
            used(at=at, request=grant.line.request)
    return read


def end_read(read: Read, outcome: str, *, rows: int | None = None, bytes: int | None = None) -> None:  # noqa: A002
    """Keep how a read ended: done, partial, stopped, unknown."""
    Read.objects.filter(pk=read.pk).update(outcome=outcome, rows=rows, bytes=bytes)
