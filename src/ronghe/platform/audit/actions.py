"""Write entries. Every action of the platform calls `record` inside its own transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from ronghe.platform.audit.models import Entry
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
) -> Entry:
    """Keep that something was done. InternalFault outside a transaction: deed and entry stand or fall together."""
    if not transaction.get_connection().in_atomic_block:
        raise InternalFault("platform.audit_outside", action=action)
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
