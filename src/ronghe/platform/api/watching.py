"""The audit trail with its proofs; notices and webhooks; jobs and the security check."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from ninja import Query, Router
from pydantic import Field

from ronghe.platform import queries
from ronghe.platform.access.models import Person
from ronghe.platform.access.roles import Role
from ronghe.platform.access.watching import WATCHES, ask_check
from ronghe.platform.alarms import actions
from ronghe.platform.alarms.models import Notice, Webhook
from ronghe.platform.alarms.sending import notice_text
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.grants import Receipt
from ronghe.platform.api.shapes import Code, Given, Limit, Page, Place, Schema, Words, listed, my_department
from ronghe.platform.audit.models import Entry
from ronghe.platform.audit.sealing import receipt_for
from ronghe.platform.audit.store import has_log
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.stored import SECURITY_CHECK, last_result

__all__ = ["router"]

router = Router(tags=["watching"])
AUDITS = (Role.AUDITOR, Role.AUDIT_ADMINISTRATOR, Role.SECURITY_OFFICER)
"""As the console's security check."""


class EntryShown(Schema):
    """One thing that somebody did; `sealed` is its place in the append-only log, null until then."""

    id: UUID
    at: datetime
    person: str
    on_behalf_of: str
    action: str
    subject_kind: str
    subject: str
    departments: list[str]
    facts: dict[str, Any]
    sealed: int | None


class NoticeShown(Schema):
    """Something that the asker should know, in the language of the call."""

    id: UUID
    code: str
    text: str
    url: str
    due: date | None
    made: datetime
    read: datetime | None


class GivenNotices(Given):
    """Which notices; null for all."""

    notices: Annotated[list[UUID], Field(max_length=1_000)] | None = None


class Marked(Schema):
    """How many notices were unread before."""

    read: int


class WebhookShown(Schema):
    """An address of a department's own system."""

    id: UUID
    department: str
    url: str
    made: datetime


class Webhooks(Schema):
    """Those that have not ended."""

    webhooks: list[WebhookShown]


class WebhookMade(WebhookShown):
    """A new webhook with the secret that signs its calls, which is shown this once."""

    secret: str


class GivenWebhook(Given):
    """Where events of a department are sent."""

    department: Code
    url: Annotated[Words, Field(min_length=1, max_length=500)]


class JobShown(Schema):
    """A piece of work: how far it is, and by its code why it failed."""

    id: UUID
    name: str
    state: str
    attempt: int
    made: datetime
    done: int
    total: int
    note: str
    error: str | None
    finished: datetime | None


class Said(Schema):
    """A text in both languages."""

    zh: str
    en: str


class FindingShown(Schema):
    """Something that the check looked at: `good`, `warning` or `bad`, and how to mend it."""

    code: str
    level: str
    params: dict[str, Any]
    message: Said


class Checked(Schema):
    """What the last security check found; `at` is null before the first."""

    at: datetime | None
    findings: list[FindingShown]


def _check(request: Asked, *roles: Role) -> None:
    """As the console: the page is not there for anybody else."""
    if not request.actor.anywhere(*roles):
        raise Http404


def _entry(entry: Entry) -> dict[str, Any]:
    names = ("at", "person", "on_behalf_of", "action", "subject_kind", "subject", "departments", "facts", "sealed")
    return {"id": entry.pk, **{name: getattr(entry, name) for name in names}}


@call(router, "GET", "/audit", scope="audit.read", gives=Page[EntryShown])
def list_entries(
    request: Asked, subject: Annotated[Words, Query("", max_length=64)], cursor: Place, limit: Limit
) -> dict[str, Any]:
    """The trail, newest first; of one subject if wanted."""
    _check(request, *AUDITS)
    seen = queries.entries(request.actor, subject=subject)
    return listed(seen, ("-at", "-pk"), _entry, listing=f"audit {subject}", cursor=cursor, limit=limit)


@call(router, "GET", "/audit/{uuid:key}", scope="audit.read", gives=EntryShown)
def show_audit_entry(request: Asked, key: UUID) -> dict[str, Any]:
    """One entry of the trail."""
    _check(request, *AUDITS)
    return _entry(queries.one(queries.entries(request.actor), key))


@call(router, "GET", "/audit/{uuid:key}/receipt", scope="audit.read", gives=Receipt)
def show_proof(request: Asked, key: UUID) -> dict[str, Any]:
    """The proof that an entry is in the log; 404 until it is sealed."""
    _check(request, *AUDITS)
    found = queries.one(queries.entries(request.actor), key)
    proof = receipt_for(settings.HOME, found.pk) if has_log(settings.HOME) else None
    if proof is None:
        raise Http404
    return {"receipt": proof}


@call(router, "GET", "/notices", scope="notices.read", gives=Page[NoticeShown])
def list_notices(request: Asked, cursor: Place, limit: Limit) -> dict[str, Any]:
    """One's own notices, newest first."""

    def shown(notice: Notice) -> dict[str, Any]:
        names = ("code", "url", "due", "made", "read")
        told = {name: getattr(notice, name) for name in names}
        return {"id": notice.pk, "text": notice_text(notice, request.lang), **told}

    seen = Notice.objects.filter(person=request.actor.person)
    return listed(seen, ("-made", "-pk"), shown, listing="notices", cursor=cursor, limit=limit)


@call(router, "POST", "/notices/read", scope="notices.read", gives=Marked)
def read_notices(request: Asked, given: GivenNotices) -> dict[str, Any]:
    """Mark one's notices as read."""
    mine = Notice.objects.filter(person=request.actor.person, read__isnull=True)
    wanted = mine if given.notices is None else mine.filter(pk__in=given.notices)
    person = Person.objects.get(pk=request.actor.person)
    return {"read": actions.mark_read(at=request.now, person=person, notices=wanted)}


def _webhook(hook: Webhook) -> dict[str, Any]:
    return {"id": hook.pk, "department": hook.department.code, "url": hook.url, "made": hook.made}


def _hooks(request: Asked) -> Any:
    _check(request, Role.SECURITY_OFFICER)
    where = request.actor.where(Role.SECURITY_OFFICER)
    return Webhook.objects.filter(department__in=where, ended__isnull=True).select_related("department")


@call(router, "GET", "/webhooks", scope="webhooks.write", gives=Webhooks)
def list_webhooks(request: Asked) -> dict[str, Any]:
    """The webhooks of the departments for whose security the asker answers."""
    return {"webhooks": [_webhook(hook) for hook in _hooks(request)]}


@call(router, "POST", "/webhooks", scope="webhooks.write", gives=WebhookMade, status=201, repeatable=False)
def add_webhook(request: Asked, given: GivenWebhook) -> dict[str, Any]:
    """Have events of a department sent to its own system; the secret is shown this once."""
    _check(request, Role.SECURITY_OFFICER)
    department = my_department(request.actor, given.department, Role.SECURITY_OFFICER)
    hook, secret = actions.add_webhook(by=request.actor, at=request.now, department=department, url=given.url)
    return {**_webhook(hook), "secret": secret}


@call(router, "POST", "/webhooks/{uuid:key}/end", scope="webhooks.write", gives=WebhookShown)
def end_webhook(request: Asked, key: UUID) -> dict[str, Any]:
    """Send nothing there any more."""
    hook = queries.one(_hooks(request), key)
    actions.end_webhook(by=request.actor, at=request.now, webhook=hook)
    return _webhook(hook)


def _job(job: Job) -> dict[str, Any]:
    names = ("name", "state", "attempt", "made", "done", "total", "note", "finished")
    error = job.error.get("code") if job.error else None
    return {"id": job.pk, "error": error, **{name: getattr(job, name) for name in names}}


@call(router, "GET", "/jobs", scope="jobs.read", gives=Page[JobShown])
def list_jobs(
    request: Asked, state: Annotated[Words, Query("", max_length=16)], cursor: Place, limit: Limit
) -> dict[str, Any]:
    """What the workers do and did, newest first."""
    _check(request, *WATCHES)
    seen = Job.objects.filter(state=state) if state else Job.objects.all()
    return listed(seen, ("-made", "-pk"), _job, listing=f"jobs {state}", cursor=cursor, limit=limit)


@call(router, "GET", "/jobs/{uuid:key}", scope="jobs.read", gives=JobShown)
def show_job(request: Asked, key: UUID) -> dict[str, Any]:
    """How far a piece of work is."""
    _check(request, *WATCHES)
    return _job(queries.one(Job.objects.all(), key))


@call(router, "GET", "/security", scope="jobs.read", gives=Checked)
def show_security(request: Asked) -> dict[str, Any]:
    """What the last security check found (平台安全检测)."""
    _check(request, *WATCHES)
    return last_result(SECURITY_CHECK) or {"at": None, "findings": []}


@call(router, "POST", "/security/check", scope="jobs.write", gives=JobShown, status=202)
def check_security(request: Asked) -> dict[str, Any]:
    """Have the security check done now, at most once a minute; the answer is the job that does it."""
    _check(request, *WATCHES)
    return _job(Job.objects.get(pk=ask_check(by=request.actor, at=request.now)))
