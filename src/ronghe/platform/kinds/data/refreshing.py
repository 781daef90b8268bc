"""What comes by the clock: snapshots are refreshed by the period of their entry, what waited goes on, leftovers go."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import transaction

from ronghe.platform.kinds.data import store, work
from ronghe.platform.kinds.data.models import Delivery, DeliveryState, Source
from ronghe.platform.kinds.data.plans import over, wanted_by
from ronghe.platform.kinds.data.reading import opens_at
from ronghe.platform.requests.models import Grant

__all__ = ["PERIODS", "due_refreshes", "tend"]

PERIODS: Mapping[str, timedelta] = MappingProxyType(
    {
        "realtime": timedelta(hours=1),
        "day": timedelta(days=1),
        "week": timedelta(days=7),
        "ten_days": timedelta(days=10),
        "month": timedelta(days=30),
        "quarter": timedelta(days=91),
        "year": timedelta(days=365),
    }
)
"""After how long rows that an entry promises to update are handed over anew; `once` never is."""


def due_refreshes(at: datetime) -> list[Grant]:
    """Grants whose last snapshot is older than their entry's update period."""
    ready = Delivery.objects.filter(state=DeliveryState.READY).select_related(
        "grant__version__asset", "grant__line__request"
    )
    due = []
    for delivery in ready:
        grant = delivery.grant
        period = PERIODS.get(grant.version.update_period)
        waiting = grant.deliveries.filter(state=DeliveryState.WANTED).exists()
        if period is None or waiting or over(grant, at) or wanted_by(grant).method.by_subject:
            continue
        if delivery.made is not None and at >= delivery.made + period:
            due.append(grant)
    return due


def tend(*, clock: Callable[[], datetime]) -> dict[str, int]:
    """Do all of it once; gives how many of each."""
    at = clock()
    due = due_refreshes(at)
    for grant in due:
        with transaction.atomic():
            Grant.objects.select_for_update().get(pk=grant.pk)
            work.want_delivery(grant, at, why="refresh")
    with transaction.atomic():
        again = work.again()
    return {"refreshed": len(due), "again": again, "examined": _unexamined(at), "removed": _leftovers(at)}


def _unexamined(at: datetime) -> int:
    """Sources that could not be looked into when they were mounted, for one was closed or away then: once a day, in
    their hours."""
    waiting = Source.objects.filter(examined__isnull=True, probed__isnull=False, stopped__isnull=True)
    open_ = [source for source in waiting.order_by("pk") if opens_at(source, at) is None]
    for source in open_:
        work.examine(source, mark=at.date().isoformat())
    return len(open_)


def _leftovers(at: datetime) -> int:
    """Snapshots of grants that are over: a worker that was killed at the wrong moment leaves one."""
    removed = 0
    with_files = Delivery.objects.exclude(files=[]).filter(state=DeliveryState.WITHDRAWN)
    for grant in Grant.objects.filter(pk__in=with_files.values("grant")).select_related("line__request"):
        if over(grant, at) and store.deliveries_of(grant.pk).exists():
            store.remove(store.deliveries_of(grant.pk))
            removed += 1
    return removed
