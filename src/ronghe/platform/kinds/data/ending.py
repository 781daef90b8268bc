"""A grant ended: from that instant nothing is served, and what was made under it is removed."""

from datetime import datetime
from uuid import UUID

from ronghe.platform.kinds.data import store, work
from ronghe.platform.kinds.data.models import Delivery, DeliveryState
from ronghe.platform.requests.models import Grant

__all__ = ["end_deliveries", "remove_snapshots"]


def end_deliveries(grant: Grant, at: datetime) -> None:
    """In the transaction that ends the grant: every delivery is withdrawn; the worker removes the files.

    Nobody can read them meanwhile: every channel asks the grant, not the files.
    """
    Delivery.objects.filter(grant=grant).exclude(state=DeliveryState.WITHDRAWN).update(
        state=DeliveryState.WITHDRAWN, ended=at
    )
    work.remove(grant.pk)


def remove_snapshots(grant: UUID) -> None:
    """Remove all files of a grant."""
    store.remove(store.deliveries_of(grant))
