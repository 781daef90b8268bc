"""Whether the log is whole, and whether the platform's own rows still say what the log says."""

from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ronghe.platform.audit.models import Entry, SealedHead
from ronghe.platform.audit.sealing import body_of
from ronghe.platform.audit.store import log_folder
from ronghe.trust.log import Fault, Reader, verify
from ronghe.trust.log.records import encode

__all__ = ["Checked", "verify_platform"]

_ROWS = 2_000
_HEADS = 20
"""Kept heads that are asked to bear witness: the last one pins everything before it."""
_MOST = 100
"""Faults that are named; a log that is wrong in a hundred places need not be told in full."""


@dataclass(slots=True)
class Checked:
    """What was found: faults of the log, and entries whose row is missing or says something else.

    Sizes count entries; `waiting` is how many are not in the log yet.
    """

    size: int = 0
    signed: int = 0
    root: str = ""
    waiting: int = 0
    faults: list[Fault] = field(default_factory=list)


def verify_platform(home: Path) -> Checked:
    """Verify the log against the heads that the database keeps, then every row against the log.

    Rows are compared by their bytes in the log, so that a row that was edited, removed or slipped in shows, with its
    place. Raises Unreadable where there is no log.
    """
    kept = list(SealedHead.objects.values_list("head", flat=True)[:_HEADS])
    verdict = verify(log_folder(home), kept)
    waiting = Entry.objects.filter(sealed__isnull=True).count()
    checked = Checked(verdict.size, verdict.signed, verdict.root, waiting, list(verdict.faults))
    if not checked.faults:
        _compare(home, checked)
    return checked


def _compare(home: Path, checked: Checked) -> None:
    entries = Reader(log_folder(home)).entries(0, checked.size)
    while batch := dict(islice(entries, _ROWS)):
        first, last = min(batch), max(batch)
        rows = {entry.sealed: entry for entry in Entry.objects.filter(sealed__range=(first, last))}
        for place, body in batch.items():
            entry = rows.get(place)
            if entry is None:
                checked.faults.append(Fault("row_missing", place, place, ""))
            elif encode(body_of(entry)) != body:
                checked.faults.append(Fault("row_changed", place, place, str(entry.pk)))
        if len(checked.faults) >= _MOST:
            return
    for entry in Entry.objects.filter(sealed__gte=checked.size)[:_MOST]:
        checked.faults.append(Fault("row_unproved", entry.sealed or 0, entry.sealed or 0, str(entry.pk)))
