"""A worker as a process of its own, for tests that kill it:  working.py prepare | work | wait | kills

Started with RONGHE_HOME, perhaps RONGHE_DATABASE, WORK_FOLDER, and KILL_IN, the step that brings it down once.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ronghe.platform.settings")

import django

django.setup()

from dbos import DBOS  # noqa: E402
from django.db import connections  # noqa: E402

from ronghe.platform.clock import now  # noqa: E402
from ronghe.platform.home import private_folder  # noqa: E402
from ronghe.platform.jobs.models import Job  # noqa: E402
from ronghe.platform.jobs.port import Run  # noqa: E402
from ronghe.platform.jobs.registry import job  # noqa: E402
from ronghe.platform.jobs.slots import take_slot  # noqa: E402
from ronghe.platform.jobs.stored import jobs  # noqa: E402
from ronghe.platform.jobs.worker import KEPT, Worker, forget  # noqa: E402

FOLDER = Path(os.environ["WORK_FOLDER"])
STEPS = 5


def _wrote(text: str) -> str:
    with (FOLDER / "did").open("a") as file:
        file.write(f"{text}\n")
    return text


def _step(place: int) -> str:
    _wrote(f"{os.environ.get('WORKER', '-')} {place}")
    if os.environ.get("KILL_IN") == str(place):
        os.kill(os.getpid(), signal.SIGKILL)
    return f"step {place}"


@job("long")
def long(run: Run) -> list[str]:
    """Five steps, each of which leaves a line."""
    return [run.step(str(place), lambda place=place: _step(place)) for place in range(STEPS)]  # type: ignore[misc]


@job("tick")
def tick(run: Run) -> None:
    """Comes by the clock."""
    _wrote(f"tick {run.key}")


def _prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    (FOLDER / "job").write_text(jobs.enqueue("long", key="only"))


def _ticked() -> bool:
    return not os.environ.get("TICKS") or Job.objects.filter(name="tick", state="done").exists()


def _forget() -> None:
    """As if thirty days had gone by since what is done now was done."""
    at = now()
    forgotten = forget(at + KEPT)
    left = DBOS.list_workflows(status="SUCCESS", completed_before=at.isoformat())
    _wrote(f"forgot {forgotten > 0} {len(left)} {Job.objects.filter(name='long').count()}")
    connections.close_all()


def _work() -> None:
    """Work until the job is over, or for 20 seconds."""
    job_id = (FOLDER / "job").read_text()
    worker = Worker(Path(os.environ["RONGHE_HOME"]))
    if os.environ.get("TICKS"):
        jobs.schedule("tick", "* * * * * *")
    ends = time.monotonic() + 20

    def watch() -> None:
        while time.monotonic() < ends and not (jobs.progress(job_id).state.over and _ticked()):
            time.sleep(0.1)
        if os.environ.get("TICKS"):
            _forget()
        worker.stop.set()

    threading.Thread(target=watch).start()
    worker.run()
    _wrote(f"result {jobs.result(job_id)}")


def _wait() -> None:
    """Hold the first slot, so that another worker has the second; work when that one is dead."""
    slot = take_slot(private_folder(Path(os.environ["RONGHE_HOME"]), "workers"))
    _wrote("waits")
    while "second 3" not in (FOLDER / "did").read_text():
        time.sleep(0.05)
    slot.release()
    _work()


def _kills() -> None:
    """A worker killed at each step in turn, and one that gets through; forked, for a process takes long to begin."""
    _prepare()
    connections.close_all()
    for step in range(STEPS + 1):
        child = os.fork()
        if child == 0:
            os.environ["KILL_IN"] = str(step)
            _work()
            os._exit(0)
        _wrote(f"ended {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}")


if __name__ == "__main__":
    {"prepare": _prepare, "work": _work, "wait": _wait, "kills": _kills}[sys.argv[1]]()
