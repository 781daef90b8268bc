"""Endings of sources, done again from the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ronghe.platform.audit.replaying import replays
from ronghe.platform.kinds.data.models import Source


@replays("source.stopped")
def stopped(body: Mapping[str, Any], at: datetime) -> None:
    """The owner's switch stays off until the owner turns it on."""
    reason = body["facts"].get("reason", "")
    Source.objects.filter(asset=body["subject"], stopped__isnull=True).update(stopped=at, stop_reason=reason)
