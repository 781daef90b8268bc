"""Read a source: only while its owner lets it be read, in its hours, at its pace; what is read lies in a work folder.

Every reading of rows goes through `reader_of`, so the stop switch, the hours and the pace hold for all of them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from ronghe.platform.kinds.data import store
from ronghe.platform.kinds.data.addresses import Allowed, allowed_file, allowed_url
from ronghe.platform.kinds.data.models import Source, SourceKind
from ronghe.platform.kinds.data.sealing import unseal
from ronghe.platform.law import profile
from ronghe.tables.open import ReadOptions
from ronghe.tables.package import file_hash
from ronghe.terms import InputError, Refused, RongheError

__all__ = ["Reader", "allowed", "check_readable", "content_of", "opens_at", "reader_of", "trouble_of"]

_LOOK_AGAIN = 0.5
"""Seconds between two looks at the stop switch while rows are read."""


def allowed() -> Allowed:
    """What the operator of this installation lets sources be, and the made-up files of a demo: an installation that is
    real has no such folder."""
    return Allowed((*settings.SOURCE_FOLDERS, settings.HOME / "demo" / "city" / "drops"), tuple(settings.SOURCE_HOSTS))


def trouble_of(error: RongheError) -> dict[str, Any]:
    """An error as it is kept and shown to both sides: of a path on the server or at its owner only the last name."""
    told = {name: str(value) for name, value in error.params.items()}
    if "path" in told:
        told["path"] = Path(told["path"]).name
    return {"code": error.code, "params": told}


def content_of(source: Source) -> str | None:
    """The hash of the file that a folder means now; None for other sources, and where it cannot be reached."""
    if source.kind != SourceKind.FOLDER:
        return None
    try:
        return file_hash(allowed_file(source.address, source.part, allowed()))
    except (InputError, Refused, OSError):
        return None


def opens_at(source: Source, at: datetime) -> datetime | None:
    """When the source's hours begin next; None while they last, or where it has none. Hours may pass midnight."""
    if source.window_from is None or source.window_to is None or source.window_from == source.window_to:
        return None
    here = at.astimezone(profile().zone)
    start, end, clock = source.window_from, source.window_to, here.time()
    inside = start <= clock < end if start < end else clock >= start or clock < end
    if inside:
        return None
    opening = here.replace(hour=start.hour, minute=start.minute, second=start.second, microsecond=0)
    return opening if opening > here else opening + timedelta(days=1)


def check_readable(source: Source, at: datetime) -> None:
    """Refused while the source is stopped or outside its hours."""
    if source.stopped is not None:
        raise Refused("platform.source_stopped", asset=source.asset.code, reason=source.stop_reason)
    opening = opens_at(source, at)
    if opening is not None:
        raise Refused("platform.source_closed", asset=source.asset.code, at=opening.strftime("%Y-%m-%d %H:%M"))


@dataclass
class Reader:
    """A source made ready for `tables`: its address as readers take it, and `tell`, which keeps the pace and heeds the
    stop switch while they read."""

    source: Source
    address: str = field(repr=False)
    options: ReadOptions
    clock: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    progress: Callable[[str, int, int], None] = field(default=lambda _step, _done, _total: None)
    _begun: float = field(default_factory=time.monotonic)
    _looked: float = field(default_factory=time.monotonic)

    def tell(self, step: str, done: int, total: int) -> None:
        """What a reader of tables calls as it goes on."""
        self.progress(step, done, total)
        self._heed()
        pace = self.source.rows_a_minute
        while step == "read" and pace and done > pace * (time.monotonic() - self._begun) / 60:
            self.sleep(min(_LOOK_AGAIN, 60 * done / pace - (time.monotonic() - self._begun)))
            self._heed()

    def _heed(self) -> None:
        if time.monotonic() - self._looked < _LOOK_AGAIN:
            return
        self._looked = time.monotonic()
        check_readable(Source.objects.select_related("asset").get(pk=self.source.pk), self.clock())


def reader_of(
    source: Source,
    clock: Callable[[], datetime],
    progress: Callable[[str, int, int], None] | None = None,
    *,
    subject: tuple[str, str] | None = None,
) -> Reader:
    """The source to read now; Refused while it may not be read or for an address that is not allowed any more.

    Of a database only the rows of a `subject`, a column and its value, are read; of a file all.
    """
    check_readable(source, clock())
    address, options = _address(source)
    if subject is not None and source.kind == SourceKind.DATABASE:
        options = replace(options, where=subject)
    reader = Reader(source, address, options, clock)
    if progress is not None:
        reader.progress = progress
    return reader


def _address(source: Source) -> tuple[str, ReadOptions]:
    if source.kind == SourceKind.UPLOAD:
        return str(store.uploads() / source.address), ReadOptions(sheet=source.part or None)
    if source.kind == SourceKind.FOLDER:
        return str(allowed_file(source.address, source.part, allowed())), ReadOptions()
    url = allowed_url(source.address, allowed())
    password = unseal(source.sealed, source.pk)
    if password:
        url = url.set(password=password)
    named = ReadOptions(query=source.query) if source.query else ReadOptions(table=source.part)
    return url.render_as_string(hide_password=False), named
