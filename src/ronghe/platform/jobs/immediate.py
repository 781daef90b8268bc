"""Jobs done in this process, one after the other, when somebody says so: for tests, the demo city, and commands."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from ronghe.platform.clock import now
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import JobState
from ronghe.platform.jobs.registry import schedules
from ronghe.platform.jobs.running import carry_out, may_try_again
from ronghe.platform.jobs.stored import jobs

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["InProcess"]

Given = TypeVar("Given")


class _Steps:
    """What the steps of one attempt gave, by their order."""

    def __init__(self, kept: list[str]) -> None:
        self._kept, self._place = kept, 0

    def step(self, name: str, function: Callable[[], Given], *, tries: int) -> Given:  # noqa: ARG002 - kept by order
        if self._place == len(self._kept):
            self._kept.append(json.dumps(_tried(function, tries), allow_nan=False))
        given: Given = json.loads(self._kept[self._place])
        self._place += 1
        return given


def _tried(function: Callable[[], Given], tries: int) -> Given:
    for left in range(tries - 1, -1, -1):
        try:
            return function()
        except Exception as fault:
            if not left or not may_try_again(fault):
                raise
    raise AssertionError


class InProcess:
    """Does waiting jobs on demand; steps that succeeded are not done again when a job is asked for anew."""

    def __init__(self, clock: Callable[[], datetime] = now) -> None:
        self._clock = clock
        self._kept: dict[UUID, list[str]] = {}

    def run_waiting(self, most: int = 1_000) -> int:
        """Do jobs until none waits, those that they ask for included; gives how many. At most `most`."""
        done = 0
        while done < most and (job := Job.objects.filter(handed__isnull=True, state=JobState.WAITING).first()):
            Job.objects.filter(pk=job.pk).update(handed=self._clock())
            carry_out(job.pk, _Steps(self._kept.setdefault(job.pk, [])), self._clock)
            done += 1
        return done

    def tick(self, name: str) -> Any:
        """Do a scheduled job now, as if its time had come."""
        assert name in schedules()
        job_id = jobs.enqueue(name, key=self._clock().isoformat())
        self.run_waiting()
        return jobs.result(job_id)
