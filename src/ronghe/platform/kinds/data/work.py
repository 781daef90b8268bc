"""What this kind asks the worker for. Asked inside a transaction, so that the work exists when the deed does.

Names stand here and functions in `jobs`, so that actions can ask without knowing how the work is done.
"""

from datetime import datetime

from ronghe.platform.jobs.stored import jobs
from ronghe.platform.kinds.data.models import Delivery, DeliveryState, Look, Source, Trace
from ronghe.platform.requests.models import Grant

__all__ = [
    "DELIVER",
    "EXAMINE",
    "LOOK",
    "REMOVE",
    "RENEW",
    "TEND",
    "TRACE",
    "again",
    "deliver",
    "examine",
    "look",
    "remove",
    "trace",
    "want_delivery",
]

EXAMINE, LOOK, DELIVER, REMOVE, TEND = "data.examine", "data.look", "data.deliver", "data.remove", "data.tend"
RENEW, TRACE = "data.look_again", "data.trace"


def examine(source: Source, mark: str = "") -> None:
    """Probe, profile and scan a source as it was mounted, and again when another `mark` is seen."""
    jobs.enqueue(
        EXAMINE, key=f"{source.pk}:{source.mounted.isoformat()}{mark and f':{mark}'}"[:200], source=str(source.pk)
    )


def look(wanted: Look) -> None:
    """See what a line would let out."""
    jobs.enqueue(LOOK, key=f"{wanted.pk}:{wanted.wanted.isoformat()}", look=str(wanted.pk))


def deliver(delivery: Delivery) -> None:
    """Make a delivery; once more under another key when what it stood on changed in between."""
    jobs.enqueue(DELIVER, key=f"{delivery.pk}:{delivery.attempts}", delivery=str(delivery.pk))


def remove(grant: object) -> None:
    """Remove what was made under a grant that ended."""
    jobs.enqueue(REMOVE, key=str(grant), grant=str(grant))


def trace(wanted: Trace) -> None:
    """Find the row that an objection knows by a token."""
    jobs.enqueue(TRACE, key=str(wanted.pk), trace=str(wanted.pk))


def want_delivery(grant: Grant, at: datetime, why: str = "grant") -> Delivery:
    """The next delivery under a grant; one that is still to be made is the next one."""
    last = Delivery.objects.filter(grant=grant).order_by("-number").first()
    if last is not None and last.state == DeliveryState.WANTED:
        return last
    made = Delivery.objects.create(grant=grant, number=last.number + 1 if last else 1, wanted=at, why=why)
    deliver(made)
    return made


def again() -> int:
    """Take up the deliveries that did not get through: their source was stopped, closed, or out of reach."""
    waiting = list(Delivery.objects.filter(state=DeliveryState.WANTED))
    for delivery in waiting:
        deliver(delivery)
    return len(waiting)
