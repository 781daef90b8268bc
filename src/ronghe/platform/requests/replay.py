"""Endings of rights, done again from the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ronghe.platform.audit.replaying import replays
from ronghe.platform.requests.actions import end_grants
from ronghe.platform.requests.models import Move, Request
from ronghe.platform.requests.rules import LIVE
from ronghe.terms import RequestState

_OVER = frozenset({RequestState.REVOKED, RequestState.EXPIRED, RequestState.DISPOSED})


@replays("request.revoke", "request.expire", "request.dispose")
def ended(body: Mapping[str, Any], at: datetime) -> None:
    """The right is over; a request that the backup does not know has none."""
    request = Request.objects.select_for_update().filter(pk=body["subject"]).first()
    after = RequestState(body["facts"]["after"])
    if request is None or request.state == after or RequestState(request.state) not in LIVE | _OVER:
        return
    end_grants(request, at)
    before, request.state, request.due = request.state, after, None
    request.reason = body["facts"].get("reason", request.reason)
    request.save()
    Move.objects.create(
        request=request,
        name=str(body["action"]).partition(".")[2],
        before=before,
        after=request.state,
        by=body["person"],
        at=at,
    )
