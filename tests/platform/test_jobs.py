"""Jobs through their port: asked for in a transaction, done once, resumed, cancelled."""

from typing import Any

import pytest
from django.db import transaction

from ronghe.platform.jobs import registry
from ronghe.platform.jobs.immediate import InProcess
from ronghe.platform.jobs.models import Job
from ronghe.platform.jobs.port import JobState, Run
from ronghe.platform.jobs.registry import job, put_on_schedule, work_of
from ronghe.platform.jobs.stored import jobs
from ronghe.terms import InputError, InternalFault, Refused, RongheError, StoppedByUser

pytestmark = pytest.mark.django_db


class Weighing:
    """A job of three steps that can be made to fail in one of them."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.fails: dict[str, BaseException] = {}
        self.cancels = ""

    def __call__(self, run: Run, *, weight: int) -> dict[str, Any]:
        for place, name in enumerate(("read", "weigh", "write")):
            run.step(name, lambda name=name: self._do(name), tries=2)  # type: ignore[misc]
            run.progress(place + 1, 3, name)
        return {"weight": weight}

    def _do(self, name: str) -> str:
        self.did.append(name)
        if self.cancels:
            jobs.cancel(self.cancels)
        if name in self.fails:
            raise self.fails[name]
        return name


@pytest.fixture
def weighing(monkeypatch: pytest.MonkeyPatch) -> Weighing:
    work = Weighing()
    monkeypatch.setitem(registry._WORK, "weigh", work)
    return work


def test_a_job_is_done_and_its_result_kept(weighing: Weighing) -> None:
    job_id = jobs.enqueue("weigh", key="a", weight=3)
    assert (jobs.progress(job_id).state, jobs.result(job_id)) == (JobState.WAITING, None)
    assert InProcess().run_waiting() == 1
    told = jobs.progress(job_id)
    assert (told.state, told.done, told.total, told.note) == (JobState.DONE, 3, 3, "write")
    assert jobs.result(job_id) == {"weight": 3}


def test_threat_25_the_same_key_is_the_same_job(weighing: Weighing) -> None:
    first, again = (jobs.enqueue("weigh", key="a", weight=3) for _ in range(2))
    other = jobs.enqueue("weigh", key="b", weight=3)
    assert first == again != other
    InProcess().run_waiting()
    assert jobs.enqueue("weigh", key="a", weight=3) == first
    InProcess().run_waiting()
    assert weighing.did == ["read", "weigh", "write"] * 2
    with pytest.raises(InternalFault, match="job_other"):
        jobs.enqueue("weigh", key="a", weight=4)


def test_a_transaction_that_fails_asks_for_nothing(weighing: Weighing) -> None:
    with transaction.atomic():
        jobs.enqueue("weigh", key="a", weight=3)
        transaction.set_rollback(True)
    assert not Job.objects.exists()


def test_a_failed_job_goes_on_where_it_failed(weighing: Weighing) -> None:
    worker = InProcess()
    weighing.fails["weigh"] = InputError("platform.not_in_force", name="x")
    job_id = jobs.enqueue("weigh", key="a", weight=3)
    worker.run_waiting()
    assert jobs.progress(job_id).state == JobState.FAILED
    with pytest.raises(RongheError, match="not_in_force"):
        jobs.result(job_id)
    weighing.fails.clear()
    assert jobs.enqueue("weigh", key="a", weight=3) == job_id
    worker.run_waiting()
    assert weighing.did == ["read", "weigh", "weigh", "weigh", "write"]
    assert jobs.result(job_id) == {"weight": 3}


def test_what_was_refused_is_not_tried_again(weighing: Weighing) -> None:
    weighing.fails["weigh"] = Refused("platform.own_request")
    jobs.enqueue("weigh", key="a", weight=3)
    InProcess().run_waiting()
    assert weighing.did == ["read", "weigh"]


def test_threat_41_an_unforeseen_fault_keeps_its_kind_only(weighing: Weighing) -> None:
    weighing.fails["read"] = ValueError("password=canary")
    job_id = jobs.enqueue("weigh", key="a", weight=3)
    InProcess().run_waiting()
    assert "canary" not in str(Job.objects.values().get())
    assert jobs.progress(job_id).error == {"code": "platform.job_fault", "params": {"kind": "ValueError"}}


def test_cancelling(weighing: Weighing) -> None:
    waiting = jobs.enqueue("weigh", key="a", weight=3)
    assert jobs.cancel(waiting)
    running = jobs.enqueue("weigh", key="b", weight=3)
    weighing.cancels = running
    InProcess().run_waiting()
    assert weighing.did == ["read"]
    for job_id in (waiting, running):
        assert not jobs.cancel(job_id)
        with pytest.raises(StoppedByUser):
            jobs.result(job_id)


def test_what_nobody_registered_is_a_defect() -> None:
    with pytest.raises(InternalFault, match="job_unknown"):
        jobs.enqueue("no such", key="a")
    with pytest.raises(InputError, match="job_missing"):
        jobs.progress("no such")


def test_one_name_has_one_function(monkeypatch: pytest.MonkeyPatch, weighing: Weighing) -> None:
    @job("once")
    def once(run: Run) -> None:
        """Nothing."""

    assert job("once")(once) is work_of("once")
    with pytest.raises(InternalFault, match="job_twice"):

        @job("once")
        def other(run: Run) -> None:
            """Another."""

    monkeypatch.delitem(registry._WORK, "once")
    with pytest.raises(InternalFault, match="job_schedule"):
        put_on_schedule("weigh", "now and then")
