"""Tickets: what lets a program or a browser take one file of one delivery, again and again until it has all of it.

A ticket is one read: charged and recorded when it is given out. It is signed, dies after a quarter of an hour, and
opens nothing by itself: the stream asks again for the grant, and for the person who was given it, at the beginning and
as long as it flows.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.core import signing

from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.kinds.data import store
from ronghe.platform.kinds.data.models import Delivery, DeliveryState, Read
from ronghe.platform.kinds.data.plans import check_live
from ronghe.platform.kinds.data.reads import begin_read, check_reader, latest
from ronghe.platform.kinds.data.wanted import Method
from ronghe.platform.requests.models import Grant
from ronghe.terms import InputError, Refused

__all__ = ["LASTS", "Opened", "give_ticket", "open_ticket", "still_open"]

LASTS = 900
"""Seconds in which a download may begin or be resumed; one that flows may last longer."""
_SALT = "ronghe.data.ticket"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a ticket opens: a file with its size and hash, and the read that it belongs to."""

    read: UUID
    grant: UUID
    path: Path
    name: str
    bytes: int
    hash: str


def give_ticket(*, by: Actor, at: datetime, grant: Grant, file: str) -> str:
    """A ticket for a file of the latest delivery; InputError for one that it does not have."""
    check_reader(by, grant, at, Method.FILE, Method.ROWS)
    delivery = latest(grant)
    if file not in [one["name"] for one in delivery.files]:
        raise InputError("platform.file_unknown", name=file, known=", ".join(one["name"] for one in delivery.files))
    read = begin_read(by=by, at=at, grant=grant, channel="file", delivery=delivery, file=file)
    return signing.dumps([str(read.pk), file], salt=_SALT, compress=True)


def open_ticket(ticket: str, at: datetime) -> Opened:
    """What the ticket opens now. Refused for one that is forged or too old, whose grant ended or whose person may not
    read any more, or whose delivery was replaced by a newer one."""
    try:
        read_key, file = signing.loads(ticket, salt=_SALT, max_age=LASTS)
    except (signing.BadSignature, ValueError) as fault:
        raise Refused("platform.ticket_bad") from fault
    kept = Read.objects.select_related("delivery", "grant__line__request").filter(pk=read_key)
    read = kept.first()
    if read is None or read.delivery is None or read.delivery.state != DeliveryState.READY:
        raise Refused("platform.delivery_gone")
    _check_still(read, at)
    return _opened(read, read.delivery, file)


def _check_still(read: Read, at: datetime) -> None:
    check_live(read.grant, at)
    person = Person.objects.filter(pk=read.person).first()
    if person is None or not actor_of(person, at).has(Role.ASKER, read.grant.consumer_id):
        raise Refused("platform.role_missing", role=Role.ASKER.value)


def _opened(read: Read, delivery: Delivery, file: str) -> Opened:
    told = next(one for one in delivery.files if one["name"] == file)
    path = store.snapshot_folder(delivery.grant_id, delivery.number) / file
    return Opened(read.pk, read.grant_id, path, file, told["bytes"], told["hash"])


def still_open(read: UUID, at: datetime) -> bool:
    """Whether the grant lives and its reader may read: what a stream asks while it flows. Any doubt is a no."""
    found = Read.objects.select_related("grant__line__request").filter(pk=read).first()
    if found is None:
        return False
    try:
        _check_still(found, at)
    except Refused:
        return False
    return True
