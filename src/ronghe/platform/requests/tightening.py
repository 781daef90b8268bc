"""An approver lets out less of a line than its owner laid down for everybody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Request
from ronghe.platform.requests.moving import check_apart, locked, standing_in
from ronghe.platform.requests.rules import check_move
from ronghe.terms import InputError, Refused, RequestState

__all__ = ["tighten"]


def tighten(
    *, by: Actor, at: datetime, request: Request, line: UUID, tighter: Mapping[str, Any], afresh: bool = False
) -> Request:
    """Lay down stricter obligations and narrower rows for one line before it is decided; the look is made anew.

    They add to those that were laid down before, or take their place with `afresh`, until an approver has said yes.
    Raises Refused for what would let out more than the owner laid down, InputError for what the kind does not know.
    """
    with transaction.atomic():
        now = locked(request)
        check_move("accept", RequestState(now.state))
        held = check_role(by, Role.APPROVER, now.owner_id, scope="requests.write")
        check_apart(by, held, now)
        one = now.lines.select_related("version__asset").filter(pk=line).first()
        if one is None:
            raise InputError("platform.line_unknown", line=str(line))
        if afresh and now.decisions.exists():
            raise Refused("platform.tighter_decided")
        before = one.tighter = {} if afresh else one.tighter
        kind = kind_of(one.version.asset.kind)
        kind.check_tighter(one, tighter)
        one.tighter = _merged(before, tighter)
        one.save(update_fields=["tighter"])
        record(
            by=by if not held.principal_name else standing_in(by, held),
            at=at,
            action="request.tightened",
            subject_kind="request",
            subject=now.pk,
            departments=[str(now.requester_id), str(now.owner_id)],
            facts={"asset": one.version.asset.code, "tighter": one.tighter},
        )
        kind.handed_in(one, at)
    return now


def _merged(before: Mapping[str, Any], tighter: Mapping[str, Any]) -> dict[str, Any]:
    obligations = {**before.get("obligations", {}), **tighter.get("obligations", {})}
    where = [*before.get("where", []), *tighter.get("where", [])]
    return {**({"obligations": obligations} if obligations else {}), **({"where": where} if where else {})}
