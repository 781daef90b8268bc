"""The worker's process: runs jobs, and seals the audit trail where the log lies."""

import signal
import threading
import time
from pathlib import Path

import structlog
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections

from ronghe.platform.audit.sealing import seal_all, thin_heads
from ronghe.platform.audit.store import has_log
from ronghe.platform.clock import now
from ronghe.platform.jobs.worker import Worker

__all__ = ["work"]

log = structlog.get_logger(__name__)
EVERY = 0.5
_LONGEST_PAUSE = 30.0
_THIN_EVERY = 3600.0


def keep_sealing(home: Path, stop: threading.Event) -> None:
    """Seal what waits twice a second, until `stop`; when it fails, again and again, with longer pauses. Now and then
    remove heads and sessions that serve nobody any more."""
    pause, thinned = EVERY, -_THIN_EVERY
    while not stop.wait(pause):
        try:
            seal_all(home)
            pause = EVERY
            if time.monotonic() - thinned >= _THIN_EVERY:
                thinned = time.monotonic()
                thin_heads(now())
                SessionStore.clear_expired()
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
