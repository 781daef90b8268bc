"""Which function does which job, and which jobs come by the clock. Both are named when the platform starts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TypeVar

from ronghe.platform.jobs.port import Work
from ronghe.terms import InternalFault

__all__ = ["job", "put_on_schedule", "schedules", "work_of"]

Kept = TypeVar("Kept", bound=Work)
_WORK: dict[str, Work] = {}
_SCHEDULES: dict[str, str] = {}


def job(name: str) -> Callable[[Kept], Kept]:
    """Register the decorated function under a name. InternalFault for a name that another function has."""

    def register(work: Kept) -> Kept:
        known = _WORK.setdefault(name, work)
        if (known.__module__, known.__qualname__) != (work.__module__, work.__qualname__):
            raise InternalFault("platform.job_twice", name=name)
        return work

    return register


def work_of(name: str) -> Work:
    """The function of a job. InternalFault for a name that was never registered."""
    if name not in _WORK:
        raise InternalFault("platform.job_unknown", name=name)
    return _WORK[name]


def put_on_schedule(name: str, cron: str) -> None:
    """Have a job come by the clock. InternalFault for a job or an expression that is none."""
    from croniter import croniter  # the worker's dependency; asking for jobs needs none of it

    work_of(name)
    if not croniter.is_valid(cron):
        raise InternalFault("platform.job_schedule", name=name, cron=cron)
    _SCHEDULES[name] = cron


def schedules() -> Mapping[str, str]:
    """The cron expression of each job that comes by the clock."""
    return MappingProxyType(_SCHEDULES)
