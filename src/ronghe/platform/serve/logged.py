"""Every request has a number, a line in the log and a place in the figures; Django's own lines go the same way.

Neither has an address with its values: what somebody looked for or which record they opened is in the audit trail, for
those who may see it.
"""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from django.http import HttpRequest, HttpResponse

from ronghe.platform.api.figures import answered

__all__ = ["Logged", "hear_django"]

log = structlog.get_logger(__name__)
_NUMBER = re.compile(r"[A-Za-z0-9._-]{8,64}")


def _number(request: HttpRequest) -> str:
    """The number that a proxy gave the request, else one of ours."""
    said = request.headers.get("X-Request-ID", "")
    return said if _NUMBER.fullmatch(said) else uuid4().hex


class Logged:
    """The outermost middleware."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request be answered, and say how it went."""
        number, began = _number(request), time.perf_counter()
        request.request_id = number  # type: ignore[attr-defined]
        with structlog.contextvars.bound_contextvars(request=number):
            answer = self.respond(request)
            seconds = time.perf_counter() - began
            route = request.resolver_match.route if request.resolver_match else "-"
            method = request.method if request.method in ("GET", "HEAD", "POST", "PUT") else "other"
            answered(str(method), route, answer.status_code, seconds)
            say = log.error if answer.status_code >= 500 else log.info
            say("request", method=method, route=route, status=answer.status_code, ms=round(seconds * 1e3, 1))
        answer.headers["X-Request-ID"] = number
        return answer


class _Hearing(logging.Handler):
    """Django's errors as ours; its warnings of refused requests would say once more what the line of the request
    does."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass one on."""
        structlog.get_logger(record.name).error("django", said=record.getMessage(), exc_info=record.exc_info)


def hear_django() -> None:
    """Send what Django's own loggers have to say through ours; without this they print beside it."""
    django = logging.getLogger("django")
    django.handlers = [_Hearing(logging.ERROR)]
    django.propagate = False
