"""The degrees of every night, and those that the bureau asks for."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import actor_of
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.audit.store import has_log
from ronghe.platform.index.computing import compute
from ronghe.platform.jobs.port import Run
from ronghe.platform.jobs.registry import job
from ronghe.platform.jobs.stored import jobs
from ronghe.platform.law import profile
from ronghe.platform.requests.actions import CLOCK
from ronghe.terms import Refused

__all__ = ["NAME", "ask", "computed", "nightly"]

NAME = "index.compute"


@job(NAME)
def computed(run: Run, *, person: str = "") -> dict[str, Any]:
    """Seal what waits, then compute every kind from the log."""
    at = datetime.fromisoformat(run.step("now", lambda: run.now().isoformat()))
    run.step("seal", _seal)
    return run.step("compute", lambda: _compute(run, at, person))


def _seal() -> int:
    return seal_all(settings.HOME) if has_log(settings.HOME) else 0


def _compute(run: Run, at: datetime, person: str) -> dict[str, Any]:
    by = actor_of(Person.objects.get(username=person), at) if person else CLOCK
    done = compute(by=by, at=at, law=profile(), tell=run.progress)
    return {one.kind: one.why.code if one.why else one.degree and one.degree.exact for one in done}


def ask(*, by: Actor, at: datetime) -> str:
    """Have the degrees computed now; gives the id of the job, at most one a minute. The coordinator's to ask."""
    if not by.anywhere(Role.COORDINATOR):
        raise Refused("platform.role_missing", role=Role.COORDINATOR.value)
    with transaction.atomic():
        record(by=by, at=at, action="index.asked", subject_kind="index", subject="now")
        key = f"asked:{at.replace(second=0, microsecond=0).isoformat()}:{by.person_name}"
        return jobs.enqueue(NAME, key=key, person=by.person_name)


def nightly() -> None:
    """Every night at 02:10 in Beijing, after the clocks had their turn."""
    jobs.schedule(NAME, "10 18 * * *")
