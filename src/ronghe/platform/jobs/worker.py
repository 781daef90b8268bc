"""A worker: hands waiting jobs to DBOS, which keeps what steps gave and takes jobs up again at the interrupted step.

Only workers start DBOS; every other process sees rows of the platform's own database. DBOS keeps its tables in a SQLite
file of its own, or in a schema of the platform's PostgreSQL.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

import structlog
from dbos import DBOS, DBOSConfig, Serializer, SetWorkflowID, WorkflowStatusString
from django.db import close_old_connections, connection, connections
from sqlalchemy import URL

from ronghe.platform.clock import now
from ronghe.platform.home import private_folder
from ronghe.platform.jobs.models import Beat, Job
from ronghe.platform.jobs.port import JobState
from ronghe.platform.jobs.registry import schedules
from ronghe.platform.jobs.running import carry_out, error_json, error_of, may_try_again, on_adopt
from ronghe.platform.jobs.slots import Slot, free_slots, take_slot
from ronghe.platform.jobs.stored import jobs

__all__ = ["Worker"]

Given = TypeVar("Given")
log = structlog.get_logger(__name__)
VERSION = "ronghe-jobs-1"
"""Pinned: DBOS lets no other version take up a running job, and an upgrade must not orphan what runs. It grows when
what the engine keeps of a job can no longer be read."""
QUEUE = "jobs"
AT_ONCE = 4
POLL = 0.25
RECOVER_EVERY = 5.0
KEPT = timedelta(days=30)
"""How long a job that came by the clock and was done is remembered; two come every minute."""
FORGET_EVERY = 3600.0
FORGOTTEN_AT_ONCE = 2_000
MOST_RECOVERIES = 20
"""A job that brings its worker down so often is given up."""
_GIVEN_UP = (
    WorkflowStatusString.MAX_RECOVERY_ATTEMPTS_EXCEEDED.value,
    WorkflowStatusString.ERROR.value,
    WorkflowStatusString.CANCELLED.value,
)


class _Json(Serializer):
    """Keeps results as JSON: what lies in the engine's tables must not be able to run when it is read."""

    def serialize(self, data: Any) -> str:
        """An error is kept by its code."""
        kept = {"error": error_json(data)} if isinstance(data, BaseException) else {"value": data}
        return json.dumps(kept, allow_nan=False, default=_iso)

    def deserialize(self, serialized_data: str) -> Any:
        """The value, or an error that can be raised."""
        kept = json.loads(serialized_data)
        return error_of(kept["error"]) if "error" in kept else kept["value"]

    def name(self) -> str:
        """How the tables call it."""
        return "ronghe_json"


def _iso(instant: object) -> str:
    """The only values in the engine's tables that are not JSON by themselves are the instants of ticks."""
    return instant.isoformat() if isinstance(instant, datetime) else str(instant)


class _Steps:
    """Steps that DBOS keeps."""

    def step(self, name: str, function: Callable[[], Given], *, tries: int) -> Given:
        """See `Run.step`."""
        options: Any = {
            "name": name,
            "retries_allowed": tries > 1,
            "max_attempts": tries,
            "interval_seconds": 1.0,
            "backoff_rate": 2.0,
            "should_retry": may_try_again,
        }
        # Through JSON, so that the first time gives the same as every later one.
        return cast("Given", DBOS.run_step(options, lambda: json.loads(json.dumps(function(), allow_nan=False))))


@contextmanager
def _own_connections() -> Iterator[None]:
    """A thread of the engine keeps no connection that went stale, and leaves none behind."""
    close_old_connections()
    try:
        yield
    finally:
        connections.close_all()


@DBOS.workflow(name="ronghe.job", max_recovery_attempts=MOST_RECOVERIES)
def _job(job_id: str) -> bool:
    with _own_connections():
        return carry_out(UUID(job_id), _Steps(), now)


@DBOS.workflow(name="ronghe.tick")
def _tick(at: datetime | str, name: str) -> None:
    with _own_connections():
        jobs.enqueue(name, key=_iso(at))


def _engine_url(home: Path) -> str:
    """Where DBOS keeps its tables; the password goes from the settings to the driver and nowhere else."""
    said = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{private_folder(home) / 'jobs.sqlite3'}"
    libpq = {**_plain_options(said["OPTIONS"]), "host": said["HOST"], "port": said["PORT"]}
    url = URL.create(
        "postgresql+psycopg",
        username=said["USER"] or None,
        password=said["PASSWORD"] or None,
        database=str(said["NAME"]),
        query={name: str(value) for name, value in libpq.items() if value},
    )
    return url.render_as_string(hide_password=False)


def _plain_options(options: Mapping[str, Any]) -> dict[str, str]:
    """What libpq understands; Django's own options are no texts."""
    return {name: value for name, value in options.items() if isinstance(value, str)}


class Worker:
    """Runs jobs until it is told to stop."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._slots = private_folder(home, "workers")
        self.stop = threading.Event()

    def run(self) -> None:
        """Hold a slot, run what waits, until `stop` is set or the slot is lost. LimitReached with too many workers."""
        slot = take_slot(self._slots)
        try:
            self._launch(slot)
            self._work(slot)
        finally:
            on_adopt(None)
            DBOS.destroy(workflow_completion_timeout_sec=5)
            slot.release()
            connections.close_all()

    def _launch(self, slot: Slot) -> None:
        config: DBOSConfig = {
            "name": "ronghe",
            "system_database_url": _engine_url(self._home),
            "executor_id": _executor(slot.number),
            "application_version": VERSION,
            "serializer": _Json(),
            "log_level": "ERROR",
            "enable_otlp": False,
            "scheduler_polling_interval_sec": 1.0,
        }
        DBOS(config=config)
        logging.getLogger("dbos").setLevel(logging.ERROR)
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=POLL)
        DBOS.apply_schedules(
            [
                {"schedule_name": name, "workflow_fn": _tick, "schedule": cron, "context": name}
                for name, cron in schedules().items()
            ]
        )
        on_adopt(lambda: self._adopt(slot))

    def _work(self, slot: Slot) -> None:
        recovered, forgot = 0.0, -FORGET_EVERY
        while not self.stop.wait(POLL):
            if not slot.held():
                log.error("worker lost its slot", slot=slot.number)
                return
            try:
                hand_over()
                if time.monotonic() - recovered >= RECOVER_EVERY:
                    recovered = time.monotonic()
                    _beat(slot.number)
                    self._adopt(slot)
                    give_up()
                if time.monotonic() - forgot >= FORGET_EVERY:
                    forgot = time.monotonic()
                    forget(now())
            except Exception as fault:  # noqa: BLE001 - a database that is away comes back; the worker waits for it
                log.warning("worker could not reach its database", fault=type(fault).__name__)
                close_old_connections()
                self.stop.wait(1.0)

    def _adopt(self, mine: Slot) -> int:
        """Take up the jobs of every slot whose worker is dead."""
        owners = DBOS.list_workflows(status=WorkflowStatusString.PENDING.value, load_input=False, load_output=False)
        left = {one.executor_id for one in owners} - {_executor(mine.number)}
        if not left:
            return 0
        taken = 0
        for slot in free_slots(self._slots):
            if _executor(slot.number) in left:
                taken += len(DBOS._recover_pending_workflows([_executor(slot.number)]))  # noqa: SLF001 - no other way
            slot.release()
        return taken


def _beat(number: int) -> None:
    said = {"at": now(), "host": socket.gethostname()[:200], "process": os.getpid()}
    Beat.objects.update_or_create(slot=number, defaults=said)


def _executor(number: int) -> str:
    return f"worker-{number}"


def _workflow(job: Job, attempt: int) -> str:
    return f"{job.pk}.{attempt}"


def hand_over(most: int = 100) -> int:
    """Hand waiting jobs to DBOS, by an id of their own: killed in between, or with two workers, it is the same job."""
    waiting = Job.objects.filter(handed__isnull=True, state=JobState.WAITING).order_by("made", "pk")[:most]
    count = 0
    for job in waiting:
        workflow = _workflow(job, job.attempt)
        if DBOS.get_workflow_status(workflow) is None:
            _begin(job, workflow)
        Job.objects.filter(pk=job.pk, attempt=job.attempt).update(handed=now())
        count += 1
    return count


def _begin(job: Job, workflow: str) -> None:
    before = _workflow(job, job.attempt - 1)
    with SetWorkflowID(workflow):
        if job.attempt > 1 and DBOS.get_workflow_status(before) is not None:
            DBOS.fork_workflow(before, _first_failed(before), application_version=VERSION, queue_name=QUEUE)
        else:
            DBOS.enqueue_workflow(QUEUE, _job, str(job.pk))


def _first_failed(workflow: str) -> int:
    """The step from which an attempt goes on: the one that failed, else the one after the last."""
    steps = DBOS.list_workflow_steps(workflow)
    failed = [step["function_id"] for step in steps if step["error"] is not None]
    return min(failed) if failed else max((step["function_id"] for step in steps), default=0) + 1


def forget(at: datetime) -> int:
    """Forget what came by the clock and was done long ago, here and in the engine; gives how many rows went here.

    What somebody asked for stays, for it is known by its key and done once; so does what failed.
    """
    before = at - KEPT
    past = Job.objects.filter(name__in=schedules(), state=JobState.DONE, finished__lt=before)
    count, _ = Job.objects.filter(pk__in=list(past.values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])).delete()
    old = DBOS.list_workflows(
        status=WorkflowStatusString.SUCCESS.value,
        completed_before=before.isoformat(),
        limit=FORGOTTEN_AT_ONCE,
        load_input=False,
        load_output=False,
    )
    if old:
        DBOS.delete_workflows([one.workflow_id for one in old])
    return count


def give_up() -> None:
    """Mark the jobs that DBOS does not run any more."""
    for job in Job.objects.filter(handed__isnull=False, state__in=(JobState.WAITING, JobState.RUNNING)):
        status = DBOS.get_workflow_status(_workflow(job, job.attempt))
        if status is not None and status.status in _GIVEN_UP:
            error = {"code": "platform.job_given_up", "params": {"job": job.name}}
            ended = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=job.state)
            ended.update(state=JobState.FAILED, finished=now(), error=error)
