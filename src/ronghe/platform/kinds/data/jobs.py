"""What the worker does for this kind: each job is a few steps, each of which may be done twice with one effect."""

from typing import Any
from uuid import UUID

from ronghe.platform.jobs.port import Run
from ronghe.platform.jobs.registry import job
from ronghe.platform.kinds.data import work
from ronghe.platform.kinds.data.delivering import hand_over, make, tidy
from ronghe.platform.kinds.data.ending import remove_snapshots
from ronghe.platform.kinds.data.examine import examine_source
from ronghe.platform.kinds.data.looking import make_look
from ronghe.platform.kinds.data.refreshing import tend as tended
from ronghe.platform.kinds.data.renewing import look_at_all
from ronghe.platform.kinds.data.tracing import make_trace

__all__ = ["deliver", "examine", "look", "look_again", "remove", "tend", "trace"]


@job(work.EXAMINE)
def examine(run: Run, *, source: str) -> bool:
    """Probe, profile and scan a source."""
    return run.step("examine", lambda: examine_source(UUID(source), clock=run.now))


@job(work.LOOK)
def look(run: Run, *, look: str) -> bool:
    """See what a line would let out."""
    return run.step("look", lambda: make_look(UUID(look), clock=run.now))


@job(work.DELIVER)
def deliver(run: Run, *, delivery: str) -> str:
    """Make a delivery and hand it over."""
    key = UUID(delivery)

    def tell(step: str, done: int, total: int) -> None:
        run.check()
        run.progress(done, total, step)

    made: dict[str, Any] | None = run.step("make", lambda: make(key, clock=run.now, tell=tell))
    if made is None:
        return "nothing"
    outcome = run.step("hand over", lambda: hand_over(key, made, clock=run.now))
    run.step("tidy", lambda: tidy(key, clock=run.now))
    return outcome


@job(work.REMOVE)
def remove(run: Run, *, grant: str) -> None:
    """Remove the snapshots of a grant that ended."""
    run.step("remove", lambda: remove_snapshots(UUID(grant)))


@job(work.TRACE)
def trace(run: Run, *, trace: str) -> bool:
    """Find the row that an objection knows by a token."""
    return run.step("trace", lambda: make_trace(UUID(trace), clock=run.now))


@job(work.TEND)
def tend(run: Run) -> dict[str, int]:
    """What comes by the clock: refreshes that are due, deliveries that waited, leftovers."""
    return run.step("tend", lambda: tended(clock=run.now))


@job(work.RENEW)
def look_again(run: Run) -> dict[str, int]:
    """Every night, before the sharing index is computed."""
    return run.step("look again", lambda: look_at_all(clock=run.now))
