"""The supervisor: starts, starts again, gives up where nothing helps, and stops in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ronghe.platform.serve import supervisor as supervising
from ronghe.platform.serve.supervisor import Part, Supervisor


def part(name: str, code: str) -> Part:
    return Part(name, ("-S", "-E", "-c", code))


def eventually(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.02)


class Running:
    """A supervisor in a thread."""

    def __init__(self, *parts: Part) -> None:
        self.supervisor = Supervisor(parts)
        self.code: int | None = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        self.code = self.supervisor.run()

    def end(self) -> int | None:
        self.supervisor.stop.set()
        self.thread.join(timeout=60)
        return self.code


@pytest.fixture
def lines(tmp_path: Path) -> Callable[[], list[str]]:
    return lambda: (tmp_path / "lines").read_text().split() if (tmp_path / "lines").exists() else []


def writes(tmp_path: Path, word: str) -> str:
    return f"import os; open({str(tmp_path / 'lines')!r}, 'a').write(f'{word}:{{os.getpid()}} ')\n"


def test_what_dies_is_started_again(
    tmp_path: Path, lines: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "PAUSES", (0.0,))
    stays = writes(tmp_path, "stays") + "import time; time.sleep(60)"
    running = Running(part("stays", stays), part("dies", writes(tmp_path, "dies")))
    eventually(lambda: sum(line.startswith("dies") for line in lines()) >= 3)
    eventually(lambda: any(line.startswith("stays") for line in lines()))
    steady = [line for line in lines() if line.startswith("stays")]
    os.kill(int(steady[0].partition(":")[2]), signal.SIGKILL)
    eventually(lambda: sum(line.startswith("stays") for line in lines()) == 2)
    assert running.end() == 0


def test_a_mistake_that_trying_again_does_not_mend_ends_everything(tmp_path: Path) -> None:
    running = Running(part("stays", "import time; time.sleep(60)"), part("wrong", "raise SystemExit(2)"))
    running.thread.join(timeout=60)
    assert running.code == 2


def test_all_are_stopped_in_order_and_who_does_not_listen_is_killed(
    tmp_path: Path, lines: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "PATIENCE", 0.5)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + writes(tmp_path, "deaf")
    running = Running(part("deaf", deaf + "time.sleep(60)"))
    eventually(lambda: bool(lines()))
    process = int(lines()[0].partition(":")[2])
    assert running.end() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.slow
def test_no_process_outlives_a_supervisor_that_was_killed(tmp_path: Path, lines: Callable[[], list[str]]) -> None:
    child = (
        "from ronghe.platform.serve.supervisor import end_with_parent\nend_with_parent()\n"
        + writes(tmp_path, "child")
        + "import time; time.sleep(60)"
    )
    parent = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", parent])
    eventually(lambda: bool(lines()))
    process.kill()
    process.wait()

    def gone() -> bool:
        try:
            os.kill(int(lines()[0].partition(":")[2]), 0)
        except ProcessLookupError:
            return True
        return False

    eventually(gone)
