"""Look every night whether a folder's file was written anew, and whether it is still there: what the index counts as
an update is what the platform saw, never what a department says."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from ronghe.platform.audit.actions import record
from ronghe.platform.kinds.data import work
from ronghe.platform.kinds.data.addresses import allowed_file
from ronghe.platform.kinds.data.models import Source, SourceKind
from ronghe.platform.kinds.data.reading import allowed, content_of, opens_at
from ronghe.platform.requests.actions import CLOCK
from ronghe.terms import InputError, Refused

__all__ = ["look_again", "look_at_all"]


def _mark(source: Source) -> str | None:
    """Name, size and time of the file that is meant now; None where it cannot be reached."""
    try:
        path = allowed_file(source.address, source.part, allowed())
        seen = path.stat()
    except (InputError, Refused, OSError):
        return None
    return f"{path.name} {seen.st_size} {seen.st_mtime_ns}"


def look_again(*, at: datetime, source: Source) -> str:
    """`same`, `renewed`, or `lost`; what changed since the last look is on record, once."""
    mark, content = _mark(source), None
    # Outside its hours nothing is read; a delivery looks again before it hands anything over.
    if source.mark not in ("", "lost", mark) and mark is not None and opens_at(source, at) is None:
        content = content_of(source)
    with transaction.atomic():
        now = Source.objects.select_for_update().select_related("asset").get(pk=source.pk)
        if (mark or "lost") == now.mark:
            return "same"
        before, now.mark = now.mark, mark or "lost"
        now.save(update_fields=["mark"])
        what = "lost" if mark is None else "renewed"
        # The first look only remembers what was mounted.
        if before or mark is None:
            record(
                by=CLOCK,
                at=at,
                action=f"source.{what}",
                subject_kind="asset",
                subject=now.asset_id,
                departments=[str(now.asset.department_id)],
                facts={"asset": now.asset.code},
            )
        if before == "lost" or (content is not None and content != now.examination.get("content")):
            work.examine(now, mark=now.mark)
    return what if before or mark is None else "same"


def look_at_all(*, clock: Callable[[], datetime]) -> dict[str, int]:
    """Every folder that is not stopped; gives how many were renewed and lost."""
    seen = {"same": 0, "renewed": 0, "lost": 0}
    for source in Source.objects.filter(kind=SourceKind.FOLDER, stopped__isnull=True).order_by("pk"):
        seen[look_again(at=clock(), source=source)] += 1
    return seen
