"""A call that is repeated under its key has one effect and one answer (threat 25)."""

import re
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from ronghe.platform.access.rules import Actor
from ronghe.platform.api.models import Call
from ronghe.platform.api.problems import Conflict
from ronghe.platform.clock import now
from ronghe.platform.jobs.port import Run
from ronghe.platform.jobs.registry import job
from ronghe.platform.jobs.stored import jobs
from ronghe.terms import InputError

__all__ = ["KEPT", "REPLAYED", "answered", "forget", "keep", "key_of", "nightly"]

KEPT = timedelta(days=1)
"""How long a key is remembered."""
LONGEST = 100
REPLAYED = "Idempotency-Replayed"
FORGET = "api.forget"
_KEY = re.compile(f"[!-~]{{1,{LONGEST}}}")


def key_of(request: HttpRequest) -> str:
    """The key of the call, empty without; InputError for one that is empty, too long, or not printable ASCII."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise InputError("api.key_form", most=LONGEST)
    return key or ""


def _hash(request: HttpRequest) -> str:
    said = b"\n".join([str(request.method).encode(), request.get_full_path().encode(), request.body])
    return salted_hmac("ronghe.api.once", said, algorithm="sha256").hexdigest()


def answered(by: Actor, at: datetime, request: HttpRequest, key: str) -> tuple[Call, HttpResponse | None]:
    """The call under this key with the answer that it was given, None for a new one; in the transaction of its effect.

    Raises Conflict where the key was used for another call. Whoever comes while the first is under way waits for it.
    """
    asked = _hash(request)
    Call.objects.filter(person_id=by.person, key=key, made__lte=at - KEPT).delete()
    call, is_new = Call.objects.get_or_create(person_id=by.person, key=key, defaults={"asked": asked, "made": at})
    if is_new:
        return call, None
    if call.asked != asked:
        raise Conflict("api.key_other")
    answer = HttpResponse(call.answer, content_type="application/json; charset=utf-8", status=call.status)
    answer.headers[REPLAYED] = "true"
    return call, answer


def keep(call: Call, answer: HttpResponse) -> None:
    """Keep what was answered."""
    call.status, call.answer = answer.status_code, answer.content.decode()
    call.save(update_fields=["status", "answer"])


def forget(at: datetime) -> int:
    """Remove what nobody repeats any more; gives how many."""
    return Call.objects.filter(made__lte=at - KEPT).delete()[0]


@job(FORGET)
def forgetting(run: Run) -> int:
    """Every night."""
    return run.step("forget", lambda: forget(now()))


def nightly() -> None:
    """Have it done when nobody works."""
    jobs.schedule(FORGET, "20 18 * * *")
