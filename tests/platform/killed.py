"""Run a delivery in processes of their own that are killed somewhere, and tell what is there afterwards.

    python -m tests.platform.killed FOLDER POINTS [THREADS]

One JSON line for each point at which a worker was killed; the last says how many of so many readers, and of two
approvers, got through when all came at once.

One process loads everything; each worker is a fork of it with a copy of the installation. A point is the nth statement
to the database or change of the file system.
"""

import contextlib
import importlib
import json
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

Given = TypeVar("Given")
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "shutil.rmtree"}


class Counted:
    """Counts what a worker does to disk and database, and dies at a place."""

    def __init__(self, last: int | None) -> None:
        self.last, self.count, self.on = last, 0, False

    def happened(self) -> None:
        if not self.on:
            return
        self.count += 1
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, given: tuple[Any, ...]) -> None:
        writing = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if writing or event in _CHANGES:
            self.happened()

    def statement(self, execute: Any, *given: Any) -> Any:
        self.happened()
        return execute(*given)


class KeptRun:
    """A run whose finished steps survive the process, as the worker's engine keeps them."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.file, self._now, self._place = folder / "steps.json", now, 0
        self.job_id, self.key = "job", "key"

    def now(self) -> datetime:
        return self._now

    def check(self) -> None:
        """Nobody cancels."""

    def progress(self, done: int, total: int, note: str = "") -> None:
        """Nobody looks."""

    def step(self, name: str, function: Callable[[], Given], *, tries: int = 1) -> Given:  # noqa: ARG002
        kept: list[Any] = json.loads(self.file.read_text()) if self.file.exists() else []
        if self._place == len(kept):
            kept.append(function())
            part = self.file.with_suffix(".part")
            part.write_text(json.dumps(kept))
            part.replace(self.file)
        self._place += 1
        return kept[self._place - 1]  # type: ignore[no-any-return]


def forked(work: Callable[[], object]) -> int:
    """Do something in a process of its own; gives how it ended: minus the signal, or the exit code."""
    sys.stdout.flush()
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - whatever it was, the parent must not go on here
            traceback.print_exc()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def use(home: Path) -> None:
    """From now on this process works on another installation."""
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    settings.HOME = home
    for database in (connections.databases["default"], connections["default"].settings_dict):
        database["NAME"] = str(home / "ronghe.sqlite3")


def set_up(home: Path) -> None:
    """An installation with a grant whose delivery is wanted."""
    from django.core.management import call_command

    use(home)
    call_command("migrate", verbosity=0, interactive=False)
    from tests.platform.conftest import City
    from tests.platform.handed import handing

    grant = handing(City()).granted()
    (home / "grant").write_text(str(grant.pk))


def worked(home: Path, point: int | None) -> None:
    """Do the delivery's job, and die at a point of it."""
    use(home)
    from django.db import connection

    from ronghe.platform.kinds.data.jobs import deliver
    from ronghe.platform.kinds.data.models import Delivery
    from tests.platform.handed import LATER

    key = str(Delivery.objects.get().pk)
    counted = Counted(point)
    sys.addaudithook(counted.audit)
    with connection.execute_wrapper(counted.statement):
        counted.on = True
        deliver(KeptRun(home, LATER), delivery=key)
        counted.on = False
    (home / "count").write_text(str(counted.count))


def told(home: Path) -> None:
    """Write what is there."""
    use(home)
    from ronghe.platform.audit.models import Entry
    from ronghe.platform.kinds.data import store
    from ronghe.platform.kinds.data.models import Delivery
    from ronghe.tables.package import verify_package

    delivery = Delivery.objects.select_related("grant__line__request").get()
    folder = store.snapshot_folder(delivery.grant_id, delivery.number)
    whole = folder.is_dir() and not verify_package(folder)
    state = {
        "state": delivery.state,
        "rows": delivery.rows,
        "entries": Entry.objects.filter(action="data.delivered").count(),
        "moves": [move.name for move in delivery.grant.line.request.moves.all()],
        "whole": whole,
        "beside": sorted(path.name for path in folder.parent.iterdir()) if folder.parent.exists() else [],
        "work": sorted(path.name for path in (home / "work").iterdir()),
    }
    (home / "told.json").write_text(json.dumps(state))


def state_of(home: Path) -> Any:
    assert forked(lambda: told(home)) == 0
    return json.loads((home / "told.json").read_text())


def kill_everywhere(template: Path, points: int) -> None:
    """Kill a worker at so many points spread over its work, look, let another finish, look again."""
    whole = template.parent / "whole"
    shutil.copytree(template, whole)
    assert forked(lambda: worked(whole, None)) == 0
    count = int((whole / "count").read_text())
    points = min(points, count)
    chosen = sorted({1 + place * (count - 1) // max(1, points - 1) for place in range(points)})
    for point in chosen:
        home = template.parent / f"at{point}"
        shutil.copytree(template, home)
        ended = forked(lambda home=home, point=point: worked(home, point))  # type: ignore[misc]
        before = state_of(home)
        again = forked(lambda home=home: worked(home, None))  # type: ignore[misc]
        seen = {"point": point, "of": count, "ended": ended, "before": before, "again": again, "after": state_of(home)}
        sys.stdout.write(json.dumps(seen) + "\n")
        shutil.rmtree(home)


def together(threads: int, work: Callable[[int], object]) -> int:
    """Do the same in so many threads, all begun at one moment; gives how many were not refused."""
    from django.db import connections

    from ronghe.terms import LimitReached, Refused

    done: list[int] = []
    faults: list[BaseException] = []
    ready = threading.Barrier(threads)

    def one(number: int) -> None:
        ready.wait()
        try:
            work(number)
            done.append(number)
        except (LimitReached, Refused):
            pass
        except BaseException as fault:  # noqa: BLE001 - told below, where the test sees it
            faults.append(fault)
        finally:
            connections.close_all()

    started = [threading.Thread(target=one, args=(number,)) for number in range(threads)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    if faults:
        raise faults[0]
    return len(done)


def all_at_once(home: Path, threads: int) -> None:
    """So many readers charge one grant with a quota of half of them; two approvers decide one request."""
    use(home)
    from ronghe.platform.access.roles import Role
    from ronghe.platform.kinds.data.models import DayOfReads
    from ronghe.platform.kinds.data.reads import charge
    from ronghe.platform.requests.actions import decide
    from ronghe.platform.requests.models import Grant
    from tests.platform.conftest import City
    from tests.platform.handed import LATER, LAW, handing

    grant = Grant.objects.select_related("version__asset", "line__request").get()
    grant.reads_a_day = threads // 2
    grant.save()
    through = together(threads, lambda _: charge(grant, LATER))
    counted = {"through": through, "used": DayOfReads.objects.get().used, "most": threads // 2}
    one = handing(City.again())
    request = one.asked()
    approvers = [one.someone(name, Role.APPROVER) for name in ("甲", "乙")]
    won = together(2, lambda number: decide(by=approvers[number], at=LATER, request=request, profile=LAW))
    request.refresh_from_db()
    raced = {"won": won, "state": request.state, "grants": Grant.objects.filter(line__request=request).count()}
    sys.stdout.write(json.dumps({**counted, **raced}) + "\n")
    sys.stdout.flush()


def main(folder: str, points: str, threads: str = "0") -> None:
    import django

    django.setup()
    import tests.platform.handed  # noqa: F401 - loaded once, before any fork

    with contextlib.suppress(ImportError):
        # pyarrow loads it at the first value, which takes longer than all that a worker does here.
        importlib.import_module("pandas")

    template = Path(folder) / "home"
    template.mkdir(mode=0o700)
    assert forked(lambda: set_up(template)) == 0
    kill_everywhere(template, int(points))
    if int(threads):
        assert forked(lambda: all_at_once(template, int(threads))) == 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.platform.settings")
    main(*sys.argv[1:])
