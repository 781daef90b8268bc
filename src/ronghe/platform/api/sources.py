"""Where the rows of an asset are read (挂接): hand in a file, mount a folder or a database, stop it and let it be read
again."""

from collections.abc import Iterator
from datetime import datetime, time
from typing import Annotated, Any

from django.http import Http404
from ninja import Query, Router
from pydantic import Field

from ronghe.platform import queries
from ronghe.platform.api.calls import Asked, call
from ronghe.platform.api.catalogue import GivenReason
from ronghe.platform.api.shapes import Given, Schema, Words
from ronghe.platform.kinds.data import sources
from ronghe.platform.kinds.data.models import Source
from ronghe.terms import InputError

__all__ = ["router"]

router = Router(tags=["sources"])
_PIECE = 1 << 20


Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day in the city, which has no zone to be mistaken about."""


class SourceShown(Schema):
    """A source without its address, which stays with its owner: whether it was stopped, and when it was looked into;
    `called`, `bytes` and `hash` of a file that was handed in."""

    asset: str
    kind: str
    part: str
    called: str
    bytes: int | None
    hash: str
    mounted: datetime
    stopped: datetime | None
    stop_reason: str
    probed: datetime | None
    examined: datetime | None
    window_from: str | None
    window_to: str | None
    rows_a_minute: int | None


class GivenHours(Given):
    """From when until when in the day rows may be read, and how many a minute; null without limit."""

    window_from: Clock | None = None
    window_to: Clock | None = None
    rows_a_minute: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = None


class GivenFolder(GivenHours):
    """A folder below those that the operators named, and the pattern of the names of its files."""

    folder: Annotated[Words, Field(min_length=1, max_length=500)]
    pattern: Annotated[Words, Field(max_length=200)] = ""


class GivenDatabase(GivenHours):
    """A database that the operators allowed: a table or a plain SELECT; the password is sealed and never shown."""

    url: Annotated[Words, Field(min_length=1, max_length=500)]
    table: Annotated[Words, Field(max_length=200)] = ""
    query: Annotated[Words, Field(max_length=10_000)] = ""
    password: Annotated[Words, Field(max_length=200)] = ""


def _source(request: Asked, code: str) -> Source:
    found = Source.objects.select_related("asset").filter(asset=queries.own_asset(request.actor, code)).first()
    if found is None:
        raise Http404
    return found


def _shown(source: Source) -> dict[str, Any]:
    names = ("kind", "part", "called", "bytes", "hash", "mounted", "stopped", "stop_reason", "probed", "examined")
    window = {name: getattr(source, name) for name in ("window_from", "window_to")}
    return {
        "asset": source.asset.code,
        "rows_a_minute": source.rows_a_minute,
        **{name: at and at.isoformat("minutes") for name, at in window.items()},
        **{name: getattr(source, name) for name in names},
    }


def _hours(given: GivenHours) -> sources.Hours:
    start, end = (time.fromisoformat(at) if at else None for at in (given.window_from, given.window_to))
    return start, end, given.rows_a_minute


@call(router, "GET", "/offers/{code}/source", scope="catalogue.write", gives=SourceShown)
def show_source(request: Asked, code: str) -> dict[str, Any]:
    """The source of an asset of one's own."""
    return _shown(_source(request, code))


def _chunks(request: Asked) -> Iterator[bytes]:
    """The body, piece by piece; InputError for one that is shorter than was announced, as when the line broke."""
    left = int(request.META.get("CONTENT_LENGTH") or 0)
    while chunk := request.read(_PIECE):
        left -= len(chunk)
        yield chunk
    if left:
        raise InputError("platform.upload_cut")


@call(router, "PUT", "/offers/{code}/source/upload", scope="catalogue.write", gives=SourceShown, file=True)
def mount_upload(
    request: Asked,
    code: str,
    name: Annotated[Words, Query(..., min_length=1, max_length=255)],
    sheet: Annotated[Words, Query("", max_length=100)],
) -> dict[str, Any]:
    """Hand in a file: the body is its bytes, `name` what it is called; it is read whole before it is kept."""
    asset = queries.own_asset(request.actor, code)
    given: dict[str, Any] = {"by": request.actor, "at": request.now, "asset": asset}
    return _shown(sources.mount_upload(**given, chunks=_chunks(request), called=name, sheet=sheet))


@call(router, "PUT", "/offers/{code}/source/folder", scope="catalogue.write", gives=SourceShown, repeatable=False)
def mount_folder(request: Asked, code: str, given: GivenFolder) -> dict[str, Any]:
    """Read the last file of a folder whose name fits."""
    said: dict[str, Any] = {"folder": given.folder, "pattern": given.pattern, "hours": _hours(given)}
    return _shown(
        sources.mount_folder(by=request.actor, at=request.now, asset=queries.own_asset(request.actor, code), **said)
    )


@call(router, "PUT", "/offers/{code}/source/database", scope="catalogue.write", gives=SourceShown, repeatable=False)
def mount_database(request: Asked, code: str, given: GivenDatabase) -> dict[str, Any]:
    """Read a table or a query of a database."""
    said: dict[str, Any] = {name: getattr(given, name) for name in ("url", "table", "query", "password")}
    asset = queries.own_asset(request.actor, code)
    return _shown(sources.mount_database(by=request.actor, at=request.now, asset=asset, hours=_hours(given), **said))


@call(router, "POST", "/offers/{code}/source/hours", scope="catalogue.write", gives=SourceShown)
def set_hours(request: Asked, code: str, given: GivenHours) -> dict[str, Any]:
    """Change when and how fast rows may be read."""
    found = _source(request, code)
    return _shown(sources.set_hours(by=request.actor, at=request.now, source=found, hours=_hours(given)))


@call(router, "POST", "/offers/{code}/source/stop", scope="catalogue.write", gives=SourceShown)
def stop_source(request: Asked, code: str, given: GivenReason) -> dict[str, Any]:
    """The owner's stop switch: nothing is read any more, at once."""
    found = _source(request, code)
    return _shown(sources.stop_source(by=request.actor, at=request.now, source=found, reason=given.reason))


@call(router, "POST", "/offers/{code}/source/restart", scope="catalogue.write", gives=SourceShown)
def restart_source(request: Asked, code: str) -> dict[str, Any]:
    """Let the source be read again; deliveries that waited for it go on."""
    return _shown(sources.restart_source(by=request.actor, at=request.now, source=_source(request, code)))
