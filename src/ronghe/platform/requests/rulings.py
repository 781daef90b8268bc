"""The bureau says whether a refusal was lawful: only one that it confirmed does not count against the owner."""

from datetime import datetime

from django.db import transaction

from ronghe.platform.access.queries import who_did
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue.conditions import parts
from ronghe.platform.catalogue.rules import plain_name
from ronghe.platform.requests.models import Request, Ruling
from ronghe.terms import Refused, RequestState, UsageError

__all__ = ["published_clauses", "rule_on_refusal"]


def published_clauses(request: Request) -> list[str]:
    """The conditions under which the catalogue said that the request's entries are shared, without their checks."""
    lines = request.lines.select_related("version")
    return list(dict.fromkeys(parts(condition)[0] for line in lines for condition in line.version.conditions))


def _check(by: Actor, request: Request) -> None:
    if not by.anywhere(Role.COORDINATOR):
        raise Refused("platform.role_missing", role=Role.COORDINATOR.value)
    asked = who_did("request", request.pk, "request.drafted") | {request.person}
    if by.where(Role.APPROVER, Role.OFFERER) & {request.owner_id} or by.hats & asked:
        raise Refused("platform.own_refusal")
    if request.state != RequestState.REFUSED:
        raise Refused("platform.not_refused")
    if Ruling.objects.filter(request=request).exists():
        raise Refused("platform.ruled_before")


def rule_on_refusal(*, by: Actor, at: datetime, request: Request, confirmed: bool, text: str) -> Ruling:
    """Confirm or overturn a refusal, once. Refused for whoever has a part in it, and for a confirmation where the
    clause is none of the published conditions of the version that was asked for."""
    if not text.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = Request.objects.select_for_update().get(pk=request.pk)
        _check(by, now)
        known = published_clauses(now)
        if confirmed and plain_name(parts(now.clause)[0]) not in {plain_name(one) for one in known}:
            raise Refused("platform.clause_unpublished", clause=now.clause, known="; ".join(known) or "–")
        ruling = Ruling.objects.create(
            request=now, confirmed=confirmed, text=text.strip(), person_name=by.person_name, at=at
        )
        record(
            by=by,
            at=at,
            action="request.refusal_confirmed" if confirmed else "request.refusal_overturned",
            subject_kind="request",
            subject=now.pk,
            departments=[str(now.requester_id), str(now.owner_id)],
            facts={"clause": now.clause, "reason": ruling.text},
        )
    return ruling
