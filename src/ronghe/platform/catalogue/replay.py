"""Endings in the catalogue, done again from the log."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ronghe.platform.audit.replaying import replays
from ronghe.platform.catalogue import search
from ronghe.platform.catalogue.models import Version, VersionState


@replays("catalogue.withdrawn")
def withdrawn(body: Mapping[str, Any], at: datetime) -> None:
    """An entry that was taken out of force stays out."""
    for version in Version.objects.filter(pk=body["subject"], state=VersionState.PUBLISHED):
        version.state, version.ended = VersionState.WITHDRAWN, at
        version.save(update_fields=["state", "ended"])
        search.forget(version.pk)
