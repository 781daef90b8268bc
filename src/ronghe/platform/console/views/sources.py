"""Mount the source of an asset, stop it, let it be read again: the department that offers the asset does."""

from datetime import time
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from ronghe.platform import queries
from ronghe.platform.catalogue.models import Asset
from ronghe.platform.console.asking import Failed, signed_in, tried
from ronghe.platform.console.middleware import Asked
from ronghe.platform.console.receiving import received
from ronghe.platform.kinds.data import sources
from ronghe.platform.kinds.data.models import Source
from ronghe.terms import InputError, LimitReached, UsageError

__all__ = ["source"]


def _clock(text: str) -> time | None:
    try:
        read = time.fromisoformat(text) if text else None
    except ValueError as fault:
        raise InputError("platform.field_value", name="window", value=text) from fault
    if read is not None and read.tzinfo is not None:
        raise InputError("platform.field_value", name="window", value=text)
    return read


def _hours(request: Asked) -> sources.Hours:
    pace = request.POST.get("rows_a_minute", "").strip()
    if pace and not (pace.isascii() and pace.isdigit() and len(pace) < 10):
        raise InputError("platform.field_value", name="rows_a_minute", value=pace)
    start, end = (_clock(request.POST.get(name, "")) for name in ("window_from", "window_to"))
    return start, end, int(pace) if pace else None


def _mount(request: Asked, asset: Asset, kind: str) -> Source:
    given: dict[str, Any] = {"by": request.actor, "at": request.now, "asset": asset, "hours": _hours(request)}
    typed = request.POST
    if kind == "upload":
        file = received(request, "file")
        return sources.mount_upload(**given, chunks=file.chunks(), called=file.name or "", sheet=typed.get("sheet", ""))
    if kind == "folder":
        return sources.mount_folder(**given, folder=typed.get("folder", ""), pattern=typed.get("pattern", ""))
    named: dict[str, Any] = {name: typed.get(name, "") for name in ("url", "table", "query", "password")}
    return sources.mount_database(**given, **named)


@signed_in
@require_POST
def source(request: Asked, code: str, what: str) -> HttpResponse:
    """Mount, stop, restart, or change the hours of a source."""
    asset, failed = queries.own_asset(request.actor, code), Failed()
    found = Source.objects.select_related("asset").filter(asset=asset).first()
    given: dict[str, Any] = {"by": request.actor, "at": request.now}

    def done() -> object:
        if what in ("upload", "folder", "database"):
            return _mount(request, asset, what)
        if found is None:
            raise UsageError("platform.file_missing")
        if what == "stop":
            return sources.stop_source(**given, source=found, reason=request.POST.get("reason", ""))
        if what == "restart":
            return sources.restart_source(**given, source=found)
        return sources.set_hours(**given, source=found, hours=_hours(request))

    if tried(request, done, failed):
        return redirect(f"/catalogue/{asset.code}#source")
    shown = {"asset": asset, "source": found, "failed": failed, "typed": request.POST}
    return render(request, "console/source.html", shown, status=413 if isinstance(failed.error, LimitReached) else 422)
