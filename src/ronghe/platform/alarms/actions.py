"""Tell people; keep the webhooks of a department."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.alarms.models import Channel, Message, Notice, Webhook
from ronghe.platform.alarms.outgoing import allowed_by, check_address
from ronghe.platform.alarms.signing import secret_of
from ronghe.platform.audit.actions import record
from ronghe.platform.departments.models import Department
from ronghe.terms import LimitReached

__all__ = ["About", "add_webhook", "call", "end_webhook", "mark_read", "tell"]

MOST_WEBHOOKS = 10


@dataclass(frozen=True, slots=True)
class About:
    """What people are told: the text `platform.notice_<code>` with `params`, the page, and by when, if by any day."""

    code: str
    url: str
    params: Mapping[str, Any] = field(default_factory=dict)
    due: date | None = None


def tell(*, at: datetime, key: str, about: About, people: Iterable[Person]) -> int:
    """Tell each of these people once under this key; gives how many were told now. Mail waits in the outbox."""
    told = 0
    with transaction.atomic():
        for person in {person.pk: person for person in people}.values():
            notice, is_new = Notice.objects.get_or_create(
                person=person,
                key=key,
                defaults={
                    "code": about.code,
                    "params": dict(about.params),
                    "url": about.url,
                    "due": about.due,
                    "made": at,
                },
            )
            told += is_new
            if is_new and person.email and person.is_active and settings.MAIL_IS_ON:
                Message.objects.create(channel=Channel.MAIL, notice=notice, key=key, next_try=at, made=at)
    return told


def call(*, at: datetime, key: str, about: About, departments: Iterable[Department]) -> int:
    """Let the webhooks of these departments know, each once under this key; gives how many calls wait now."""
    hooks = Webhook.objects.filter(department__in=list(departments), ended__isnull=True)
    body = {"type": about.code, "timestamp": at.isoformat(), "data": {"url": about.url, "due": _iso(about.due)}}
    waiting = 0
    with transaction.atomic():
        for hook in hooks:
            said = {"body": body, "next_try": at, "made": at}
            _, is_new = Message.objects.get_or_create(channel=Channel.WEBHOOK, webhook=hook, key=key, defaults=said)
            waiting += is_new
    return waiting


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def mark_read(*, at: datetime, person: Person, notices: Iterable[Notice]) -> int:
    """A person has seen their notices."""
    keys = [notice.pk for notice in notices]
    return Notice.objects.filter(pk__in=keys, person=person, read__isnull=True).update(read=at)


def add_webhook(*, by: Actor, at: datetime, department: Department, url: str) -> tuple[Webhook, str]:
    """Have events of a department sent to its own system: the record, and the secret that signs them, shown this once.

    The security officer's work. Refused for a host that the operators did not allow, LimitReached at ten.
    """
    check_role(by, Role.SECURITY_OFFICER, department.pk, scope="webhooks.write")
    check_address(url, allowed_by(settings.ENVIRONMENT))
    with transaction.atomic():
        if department.webhooks.filter(ended__isnull=True).count() >= MOST_WEBHOOKS:
            raise LimitReached("platform.webhooks_most", most=MOST_WEBHOOKS)
        hook = Webhook.objects.create(department=department, url=url, made=at)
        _entry(by, at, "added", hook)
    return hook, secret_of(settings.HOME, hook.pk)


def end_webhook(*, by: Actor, at: datetime, webhook: Webhook) -> None:
    """Send nothing there any more, what waits included."""
    check_role(by, Role.SECURITY_OFFICER, webhook.department_id, scope="webhooks.write")
    with transaction.atomic():
        webhook.ended = at
        webhook.save(update_fields=["ended"])
        _entry(by, at, "ended", webhook)


def _entry(by: Actor, at: datetime, action: str, webhook: Webhook) -> None:
    record(
        by=by,
        at=at,
        action=f"webhook.{action}",
        subject_kind="webhook",
        subject=webhook.pk,
        departments=[str(webhook.department_id)],
        # The path may hold a secret of the receiver.
        facts={"name": urlsplit(webhook.url).hostname},
    )
