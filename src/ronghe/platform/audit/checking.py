"""Whether the log is whole, and whether the platform's own rows still say what the log says."""

from itertools import islice
from pathlib import Path
from typing import Any

from ronghe.platform.audit.models import Entry, SealedHead
from ronghe.platform.audit.sealing import body_of
from ronghe.platform.audit.store import log_folder
from ronghe.trust.log import Fault, Reader, Verdict, is_rotation, verify
from ronghe.trust.log.records import encode

__all__ = ["compare_rows", "kept_heads", "verify_platform"]

_ROWS = 2_000
_HEADS = 20
"""Kept heads that are asked to bear witness: the last one pins everything before it."""
_MOST = 100
"""Faults that are named; a log that is wrong in a hundred places need not be told in full."""


def kept_heads() -> list[dict[str, Any]]:
    """Heads of the log that the database keeps, the newest first."""
    return list(SealedHead.objects.values_list("head", flat=True)[:_HEADS])


def verify_platform(home: Path) -> Verdict:
    """Verify the log against the heads that the database keeps, then every row against the log.

    Raises Unreadable where there is no log.
    """
    verdict = verify(log_folder(home), kept_heads())
    if not verdict.faults:
        verdict.faults.extend(compare_rows(home, verdict.size))
    return verdict


def compare_rows(home: Path, size: int) -> list[Fault]:
    """Rows against the first `size` entries of the log, at most a hundred faults.

    They are compared by their bytes in the log, so that a row that was edited, removed or slipped in shows, with its
    place.
    """
    faults: list[Fault] = []
    entries = Reader(log_folder(home)).entries(0, size)
    while (batch := dict(islice(entries, _ROWS))) and len(faults) < _MOST:
        rows = {row.sealed: row for row in Entry.objects.filter(sealed__range=(min(batch), max(batch)))}
        for place, body in batch.items():
            row = rows.get(place)
            if is_rotation(body):
                continue  # the log's own: its key was changed
            if row is None:
                faults.append(Fault("row_missing", place, place))
            elif encode(body_of(row)) != body:
                faults.append(Fault("row_changed", place, place, str(row.pk)))
    for row in Entry.objects.filter(sealed__gte=size)[:_MOST]:
        place = row.sealed or 0
        faults.append(Fault("row_unproved", place, place, str(row.pk)))
    return faults[:_MOST]
