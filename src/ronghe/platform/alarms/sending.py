"""The outbox: mail and webhooks go out by a job every minute, and are tried again until they arrive or are given up."""

import http.client
import json
import smtplib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from ronghe.messages import Language, render
from ronghe.platform.alarms.models import Message, MessageState, Notice
from ronghe.platform.alarms.outgoing import allowed_by, post, target_of
from ronghe.platform.alarms.signing import headers_for, secret_of
from ronghe.platform.alarms.trail import follow
from ronghe.platform.jobs.port import Run
from ronghe.platform.jobs.registry import job
from ronghe.platform.jobs.stored import jobs
from ronghe.terms import RongheError

__all__ = ["PAUSES", "every_minute", "notice_text", "send_waiting"]

log = structlog.get_logger(__name__)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""After each failure the next try waits longer; after the last of these it is given up: two days in all."""
AT_ONCE = 200


@job("notices")
def notices(run: Run) -> dict[str, int]:
    """Follow the trail, then send what waits."""

    def followed() -> int:
        total = 0
        while read := follow():
            total += read
        return total

    return {
        "followed": run.step("follow", followed),
        "sent": run.step("send", lambda: send_waiting(at=run.now())),
    }


def every_minute() -> None:
    """Have the trail followed and the outbox emptied every minute."""
    jobs.schedule("notices", "* * * * *")


def send_waiting(*, at: datetime, most: int = AT_ONCE) -> int:
    """Send what waits and is due; gives how many arrived. One that fails does not keep others from going."""
    waiting = Message.objects.filter(state=MessageState.WAITING, next_try__lte=at).order_by("next_try", "pk")
    return sum(_sent(one, at) for one in waiting.select_related("notice__person", "webhook")[:most])


def _sent(message: Message, at: datetime) -> bool:
    if message.webhook is not None and message.webhook.ended is not None:
        _keep(message, state=MessageState.GIVEN_UP, fault="ended")
        return False
    try:
        fault = _mail(message.notice) if message.notice is not None else _call(message, at)
    except RongheError as refused:
        fault = refused.code
    except (OSError, ValueError, smtplib.SMTPException, http.client.HTTPException) as broken:
        # ValueError: an address or a header that no letter can have.
        fault = type(broken).__name__
    if not fault:
        _keep(message, state=MessageState.SENT, sent=at, fault="", tries=message.tries + 1)
        return True
    log.warning("message not sent", channel=message.channel, message=str(message.pk), fault=fault)
    if message.tries >= len(PAUSES):
        _keep(message, state=MessageState.GIVEN_UP, fault=fault[:64], tries=message.tries + 1)
    else:
        _keep(message, next_try=at + PAUSES[message.tries], fault=fault[:64], tries=message.tries + 1)
    return False


def _keep(message: Message, **changes: Any) -> None:
    Message.objects.filter(pk=message.pk).update(**changes)


def notice_text(notice: Notice, lang: Language) -> str:
    """What a notice says."""
    return render(f"platform.notice_{notice.code}", lang, **_shown(notice.params, lang))


def _shown(params: Mapping[str, Any], lang: Language) -> dict[str, Any]:
    """Parameters that are codes of words become words."""
    return {
        name: render(value["code"], lang) if isinstance(value, dict) and "code" in value else value
        for name, value in params.items()
    }


def _mail(notice: Notice) -> str:
    person = notice.person
    if not person.is_active or not person.email:
        return ""
    lang: Language = "en" if person.lang == "en" else "zh"
    text = notice_text(notice, lang)
    # A line break in a subject would begin another header.
    subject = " ".join(text.split())[:150]
    link = f"{settings.PUBLIC_URL.rstrip('/')}{notice.url}"
    body = "\n\n".join((text, link, render("platform.mail_end", lang)))
    EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [person.email], connection=get_connection()).send()
    return ""


def _call(message: Message, at: datetime) -> str:
    webhook = message.webhook
    assert webhook is not None
    target = target_of(webhook.url, allowed_by(settings.ENVIRONMENT))
    data = message.body["data"]
    told = {**message.body, "data": {**data, "url": f"{settings.PUBLIC_URL.rstrip('/')}{data['url']}"}}
    body = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    secret = secret_of(settings.HOME, webhook.pk)
    status = post(target, body, headers_for(secret, message=message.pk, at=int(at.timestamp()), body=body))
    return "" if 200 <= status < 300 else f"status {status}"
