"""What running a job means, whichever engine keeps its steps: the states of its row, and errors by code."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog

from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import JobState, Run
from ronghe.platform.jobs.registry import work_of
from ronghe.terms import Refused, RongheError, StoppedByUser, UsageError

__all__ = ["Engine", "JobFailed", "JobRun", "adopt", "carry_out", "error_json", "error_of", "may_try_again", "on_adopt"]

Given = TypeVar("Given")
_TOLD_EVERY = 0.5
CANCELLED = "platform.job_cancelled"
log = structlog.get_logger(__name__)


class JobFailed(RongheError):
    """The job ended with this error, which is known by its code only."""


class Engine(Protocol):
    """Keeps what steps gave."""

    def step(self, name: str, function: Callable[[], Given], *, tries: int) -> Given:
        """See `Run.step`."""


def may_try_again(fault: BaseException) -> bool:
    """Whether a step that failed so may succeed later: not when it was refused, stopped, or asked wrongly."""
    return not isinstance(fault, Refused | StoppedByUser | UsageError)


class JobRun:
    """A `Run` over a row and an engine."""

    def __init__(self, job: Job, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._row, self._engine, self._clock = job, engine, clock
        self._told = 0.0

    @property
    def job_id(self) -> str:
        """See the port."""
        return str(self._row.pk)

    @property
    def key(self) -> str:
        """See the port."""
        return self._row.key

    def now(self) -> datetime:
        """See the port."""
        return self._clock()

    def step(self, name: str, function: Callable[[], Given], *, tries: int = 1) -> Given:
        """See the port."""
        self.check()
        return self._engine.step(name, function, tries=tries)

    def progress(self, done: int, total: int, note: str = "") -> None:
        """See the port; written twice a second at most, and at the end."""
        moment = time.monotonic()
        if moment - self._told < _TOLD_EVERY and done < total:
            return
        self._told = moment
        Job.objects.filter(pk=self._row.pk).update(done=done, total=total, note=note[:200])

    def check(self) -> None:
        """See the port."""
        if Job.objects.filter(pk=self._row.pk, cancel_asked__isnull=False).exists():
            raise StoppedByUser(CANCELLED, job=self._row.name)


def error_json(fault: BaseException) -> dict[str, Any]:
    """What is kept of an error; of one that nobody foresaw only its kind, since its text may hold data or secrets."""
    if isinstance(fault, RongheError):
        params = {name: str(value) for name, value in fault.params.items()}
        return {"code": fault.code, "params": params}
    return {"code": "platform.job_fault", "params": {"kind": type(fault).__name__}}


def error_of(kept: Mapping[str, Any]) -> RongheError:
    """The error that was kept, so that it can be raised again."""
    kind = StoppedByUser if kept["code"] == CANCELLED else JobFailed
    return kind(kept["code"], **kept["params"])


def _end(job: Job, at: datetime, state: JobState, **more: Any) -> None:
    """Only an attempt that is still the present one ends the job."""
    Job.objects.filter(pk=job.pk, attempt=job.attempt).update(state=state, finished=at, **more)


def carry_out(job_id: UUID, engine: Engine, clock: Callable[[], datetime]) -> bool:
    """Run the job and keep how it ended; whether it is done. What it raised is in its row, and not raised again."""
    job = Job.objects.get(pk=job_id)
    started = Job.objects.filter(pk=job.pk, state__in=(JobState.WAITING, JobState.RUNNING))
    if not started.update(state=JobState.RUNNING):
        return job.state == JobState.DONE
    run: Run = JobRun(job, engine, clock)
    try:
        run.check()
        result = work_of(job.name)(run, **job.arguments)
        plain = json.loads(json.dumps(result, allow_nan=False))
    except StoppedByUser:
        _end(job, clock(), JobState.CANCELLED)
        return False
    except Exception as fault:  # noqa: BLE001 - a job may fail in any way; the worker goes on
        log.warning("job failed", job=job.name, key=job.key, fault=type(fault).__name__)
        _end(job, clock(), JobState.FAILED, error=error_json(fault))
        return False
    _end(job, clock(), JobState.DONE, result=plain)
    return True


_adopt: list[Callable[[], int]] = []


def on_adopt(take_up: Callable[[], int] | None) -> None:
    """The engine of this process says how jobs of dead workers are taken up; None when it stops."""
    _adopt[:] = [take_up] if take_up else []


def adopt() -> int:
    """Take up what dead workers left, if an engine runs here; another process leaves it to the workers."""
    return sum(take_up() for take_up in _adopt)
