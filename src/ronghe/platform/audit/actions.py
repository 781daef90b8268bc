"""Write entries. Every action of the platform calls `record` inside its own transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import check_sealed
from ronghe.platform.clock import now
from ronghe.terms import InternalFault

__all__ = ["By", "record"]


class By(Protocol):
    """Who acts: a person, perhaps for another one."""

    @property
    def person_name(self) -> str:
        """The name that the person signs in with."""

    @property
    def principal_name(self) -> str:
        """The person on whose behalf, empty for oneself."""


def record(
    *,
    by: By,
    at: datetime,
    action: str,
    subject_kind: str,
    subject: object,
    departments: Sequence[str] = (),
    facts: dict[str, Any] | None = None,
    though_behind: bool = False,
) -> Entry:
    """Keep that something was done. InternalFault outside a transaction: deed and entry stand or fall together.

    LimitReached where earlier entries wait for the append-only log too long, `though_behind` for what mends that: what
    cannot be put beyond doubt must not be done.
    """
    if not transaction.get_connection().in_atomic_block:
        raise InternalFault("platform.audit_outside", action=action)
    if not though_behind:
        check_sealed(now())
    return Entry.objects.create(
        at=at,
        person=by.person_name,
        on_behalf_of=by.principal_name,
        action=action,
        subject_kind=subject_kind,
        subject=str(subject),
        departments=sorted(set(departments)),
        facts=facts or {},
    )
