"""What the platform knows of jobs; nothing above `platform.jobs` knows more, or which engine does them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, TypeVar

__all__ = ["JobState", "Jobs", "Progress", "Run", "Work"]

Given = TypeVar("Given")


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: `done` of `total` in the unit of the job (0 of 0 while it has not said), `error` by code."""

    state: JobState
    done: int = 0
    total: int = 0
    note: str = ""
    error: Mapping[str, Any] = field(default_factory=dict)


class Run(Protocol):
    """One job while it runs: what a job's function gets as its only positional argument."""

    @property
    def job_id(self) -> str:
        """The id that `enqueue` gave."""

    @property
    def key(self) -> str:
        """The key under which the job was asked for; of a scheduled job the instant of its tick, in ISO 8601."""

    def now(self) -> datetime:
        """The present instant in UTC; read it inside a step, so that a job that is taken up again sees the same."""

    def step(self, name: str, function: Callable[[], Given], *, tries: int = 1) -> Given:
        """Do a step, or give what it gave before the job was interrupted; the result must be JSON.

        A step is done at least once: killed between its effect and its record it is done again, so its effect must be
        the same the second time (a temporary file that is renamed, a row that is looked for first). Steps are known by
        their order: what decides which steps follow must itself come out of a step. With `tries`, a failing step is
        tried again after 1, 2, 4 ... seconds, unless it was refused or stopped.
        """

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Tell how far the job is."""

    def check(self) -> None:
        """StoppedByUser when the job was cancelled; every step asks, and long steps should now and then."""


Work = Callable[..., Any]
"""A job's function: `work(run, **arguments)`; what it gives back is JSON."""


class Jobs(Protocol):
    """Ask for jobs and see what became of them, from any process."""

    def enqueue(self, name: str, *, key: str, **arguments: Any) -> str:
        """Ask for a job; gives its id. The same name and key is the same job, which is not done twice.

        Inside a transaction the job exists when the transaction commits, and never otherwise. A job that failed or was
        cancelled is taken up again at the step where it ended. Arguments must be JSON and the same for the same key.
        """

    def progress(self, job_id: str) -> Progress:
        """How far the job is. InputError for an id that no job has."""

    def cancel(self, job_id: str) -> bool:
        """Stop the job before its next step; whether there was something left to stop."""

    def result(self, job_id: str) -> Any:
        """What the job gave, None while it is not over; raises the error of one that failed or was cancelled."""

    def schedule(self, name: str, cron: str) -> None:
        """Have a job without arguments done whenever the cron expression (UTC) says, by one worker each time."""

    def recover(self) -> int:
        """Take up the jobs of workers that died and did not come back; gives how many. Workers do it themselves."""
