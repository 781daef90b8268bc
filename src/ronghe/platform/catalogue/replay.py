"""Endings in the catalogue, done again from the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ronghe.platform.audit.replaying import replays
from ronghe.platform.catalogue import search
from ronghe.platform.catalogue.models import Source, Version, VersionState


@replays("source.stopped")
def stopped(body: Mapping[str, Any], at: datetime) -> None:
    """The owner's switch stays off until the owner turns it on."""
    Source.objects.filter(asset=body["subject"], stopped__isnull=True).update(stopped=at)


@replays("catalogue.withdrawn")
def withdrawn(body: Mapping[str, Any], at: datetime) -> None:
    """An entry that was taken out of force stays out."""
    for version in Version.objects.filter(pk=body["subject"], state=VersionState.PUBLISHED):
        version.state, version.ended = VersionState.WITHDRAWN, at
        version.save(update_fields=["state", "ended"])
        search.forget(version.pk)
