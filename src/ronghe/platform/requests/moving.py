"""What every move of a request has in common: the lock, the rule, the history, the audit entry."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from ronghe.platform.access.models import Person
from ronghe.platform.access.rules import Actor, Held
from ronghe.platform.audit.actions import record
from ronghe.platform.requests.models import Move, Request
from ronghe.platform.requests.rules import check_decider, check_move, check_side
from ronghe.terms import RequestState

__all__ = ["check_apart", "locked", "make_move", "standing_in"]


def locked(request: Request) -> Request:
    """The request as it stands now, held until the transaction ends."""
    return Request.objects.select_for_update().select_related("owner", "requester").get(pk=request.pk)


def make_move(by: Actor, at: datetime, request: Request, name: str, **facts: Any) -> Held | None:
    """Check and make a move on a locked request, with its history and its audit entry; the caller saves the rest."""
    rule = check_move(name, RequestState(request.state))
    held = check_side(by, rule, requester=request.requester_id, owner=request.owner_id)
    before, request.state = request.state, rule.after.value
    request.save()
    Move.objects.create(request=request, name=name, before=before, after=request.state, by=by.person_name, at=at)
    acting = by if held is None or not held.principal_name else standing_in(by, held)
    record(
        by=acting,
        at=at,
        action=f"request.{name}",
        subject_kind="request",
        subject=request.pk,
        departments=[str(request.requester_id), str(request.owner_id)],
        facts={"before": before, "after": request.state, **facts},
    )
    return held


def standing_in(by: Actor, held: Held) -> Actor:
    """The actor as the trail names them: beside the one for whom they stand in."""
    return Actor(by.person, by.person_name, by.held, by.scopes, held.principal_name)


def check_apart(by: Actor, held: Held, request: Request, decided_by: Iterable[UUID] = ()) -> None:
    """Separation of duty: who typed the request counts beside the one on whose behalf it was made."""
    check_decider(by, held, asked_by=request.person, decided_by=decided_by)
    typed_by = Person.objects.get(username=request.person_name).pk
    check_decider(by, held, asked_by=typed_by, decided_by=())
