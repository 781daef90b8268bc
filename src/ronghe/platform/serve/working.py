"""The worker's process: runs jobs, and seals the audit trail where the log lies."""

import signal
import threading
from pathlib import Path

import structlog
from django.db import connections

from ronghe.platform.audit.sealing import seal_all
from ronghe.platform.audit.store import has_log
from ronghe.platform.jobs.worker import Worker

__all__ = ["work"]

log = structlog.get_logger(__name__)
EVERY = 0.5
_LONGEST_PAUSE = 30.0


def keep_sealing(home: Path, stop: threading.Event) -> None:
    """Seal what waits twice a second, until `stop`; when it fails, again and again, with longer pauses."""
    pause = EVERY
    while not stop.wait(pause):
        try:
            seal_all(home)
            pause = EVERY
        except Exception as fault:  # noqa: BLE001 - a full disk or a database that is away; it must recover unaided
            log.warning("audit entries cannot be sealed", fault=type(fault).__name__, code=getattr(fault, "code", ""))
            pause = min(_LONGEST_PAUSE, pause * 2)
        finally:
            connections.close_all()


def work(home: Path) -> None:
    """Run jobs until SIGTERM or SIGINT. LimitReached when there are too many workers."""
    worker = Worker(home)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    sealer = threading.Thread(target=keep_sealing, args=(home, worker.stop), name="sealer")
    if has_log(home):
        sealer.start()
    try:
        worker.run()
    finally:
        worker.stop.set()
        if sealer.ident is not None:
            sealer.join()
