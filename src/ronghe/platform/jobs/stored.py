"""The port over rows of the platform's database: what every process uses to ask for jobs and to look at them."""

import json
from typing import Any
from uuid import UUID

from django.db import transaction

from ronghe.platform.clock import now
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import JobState, Progress
from ronghe.platform.jobs.registry import put_on_schedule, work_of
from ronghe.platform.jobs.running import CANCELLED, adopt, error_of
from ronghe.terms import InputError, InternalFault, StoppedByUser

__all__ = ["SECURITY_CHECK", "StoredJobs", "jobs", "last_result"]

SECURITY_CHECK = "security_check"
"""The job that looks after the installation; page and programs ask for it and read what it found."""


def _found(job_id: str) -> Job:
    try:
        return Job.objects.get(pk=UUID(job_id))
    except (ValueError, Job.DoesNotExist) as fault:
        raise InputError("platform.job_missing", job=job_id) from fault


def _plain(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments as they come back from the database."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(arguments, allow_nan=False))
    except (TypeError, ValueError) as fault:
        raise InternalFault("platform.job_not_json", name=name, detail=str(fault)) from fault
    return plain


class StoredJobs:
    """See `ronghe.platform.jobs.port.Jobs`."""

    def enqueue(self, name: str, *, key: str, **arguments: Any) -> str:
        """See the port."""
        work_of(name)
        plain = _plain(name, arguments)
        with transaction.atomic():
            made = {"arguments": plain, "made": now()}
            job, _ = Job.objects.select_for_update().get_or_create(name=name, key=key, defaults=made)
            if job.arguments != plain:
                raise InternalFault("platform.job_other", name=name, key=key)
            if job.state in (JobState.FAILED, JobState.CANCELLED):
                job.state, job.attempt = JobState.WAITING, job.attempt + 1
                job.handed = job.cancel_asked = job.finished = None
                job.error = {}
                job.save()
        return str(job.pk)

    def progress(self, job_id: str) -> Progress:
        """See the port."""
        job = _found(job_id)
        return Progress(JobState(job.state), job.done, job.total, job.note, job.error)

    def cancel(self, job_id: str) -> bool:
        """See the port."""
        job, at = _found(job_id), now()
        waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING, handed__isnull=True)
        if waiting.update(state=JobState.CANCELLED, cancel_asked=at, finished=at):
            return True
        running = Job.objects.filter(pk=job.pk, state__in=(JobState.WAITING, JobState.RUNNING))
        return bool(running.update(cancel_asked=at))

    def result(self, job_id: str) -> Any:
        """See the port."""
        job = _found(job_id)
        if job.state == JobState.CANCELLED:
            raise StoppedByUser(CANCELLED, job=job.name)
        if job.state == JobState.FAILED:
            raise error_of(job.error)
        return job.result

    def schedule(self, name: str, cron: str) -> None:
        """See the port."""
        put_on_schedule(name, cron)

    def recover(self) -> int:
        """See the port."""
        return adopt()


jobs = StoredJobs()
"""What everything above asks for jobs."""


def last_result(name: str) -> Any:
    """What the last job of this name gave; None before the first."""
    done = Job.objects.filter(name=name, state=JobState.DONE).order_by("-finished").first()
    return done.result if done else None
