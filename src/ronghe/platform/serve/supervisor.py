"""Keeps the processes of an installation running: starts them, starts again what died, stops them all at the end."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

__all__ = ["Part", "Supervisor", "end_with_parent"]

log = structlog.get_logger(__name__)
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before a part that died again is started again."""
STEADY = 60.0
"""After so many seconds a part counts as well: its next death is its first."""
BEGUN = 30.0
"""A part that once lasted so long can work: later mistakes, such as a port that is not free yet, pass."""
PATIENCE = 20.0
"""Seconds that a part has to end in peace."""
_HOPELESS = (2, 3, 4)
"""Exit codes of mistakes that trying again does not mend."""


@dataclass(frozen=True, slots=True)
class Part:
    """A process to keep running: `arguments` follow the interpreter."""

    name: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class _Running:
    part: Part
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    deaths: int = 0
    begins_at: float = 0.0
    worked: bool = False


class Supervisor:
    """Runs parts until `stop` is set or a part says that it cannot work at all."""

    def __init__(self, parts: Sequence[Part], environment: Mapping[str, str] | None = None) -> None:
        self._running = [_Running(part) for part in parts]
        self._environment = dict(environment or os.environ)
        self.stop = threading.Event()

    def run(self) -> int:
        """Keep the parts running; gives 0 when stopped, else the exit code of the part that cannot work."""
        code = 0
        try:
            while not code and not self.stop.wait(0.1):
                code = next((found for one in self._running if (found := self._look_after(one))), 0)
        finally:
            self._end_all()
        return code

    def _look_after(self, one: _Running) -> int:
        moment = time.monotonic()
        if one.process is None:
            if moment >= one.begins_at:
                one.process, one.began = self._begin(one.part), moment
            return 0
        code = one.process.poll()
        if code is None:
            return 0
        one.process = None
        lasted = moment - one.began
        if code in _HOPELESS and not one.worked:
            return code
        one.worked = one.worked or lasted >= BEGUN
        one.deaths = 0 if lasted >= STEADY else one.deaths
        one.begins_at = moment + PAUSES[min(one.deaths, len(PAUSES) - 1)]
        one.deaths += 1
        log.error("part ended and is started again", part=one.part.name, code=code)
        return 0

    def _begin(self, part: Part) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl-C in the terminal comes to the supervisor alone, which then ends parts in order.
        return subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, *part.arguments], env=self._environment, start_new_session=True, stdin=subprocess.DEVNULL
        )

    def _end_all(self) -> None:
        living = [one.process for one in self._running if one.process is not None]
        for process in living:
            process.terminate()
        ends = time.monotonic() + PATIENCE
        for process in living:
            try:
                process.wait(max(0.1, ends - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def end_with_parent() -> None:
    """End this process soon after the one that started it is gone, however it went: nobody would look after it."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
