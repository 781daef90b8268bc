"""`/files/TICKET`: a file of a delivery, resumable. The grant and its reader are asked at the beginning and twice a
second after that; when either ends the connection breaks: the client knows it has not got all (threats 10 and 18)."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from django.db import close_old_connections
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from ronghe.messages import Language, render_error
from ronghe.platform.clock import now
from ronghe.platform.kinds.data.models import Read
from ronghe.platform.kinds.data.reads import end_read
from ronghe.platform.kinds.data.tickets import Opened, open_ticket, still_open
from ronghe.platform.stream.ranges import Span, Unsatisfiable, span_of
from ronghe.tables.package import MANIFEST
from ronghe.terms import Refused, RongheError

__all__ = ["Ended", "routes"]

CHUNK = 1 << 20
"""A hop to a thread for each piece: with a quarter of this, half as much came through in the same time."""
ASK_AGAIN = 0.5
"""Seconds for which an answer about a grant holds; threat 18 allows one."""
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
    "arrow": "application/vnd.apache.arrow.file",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


class Ended(Exception):
    """The right ended while the file flowed; the connection is cut."""


async def _in_thread(work: Callable[..., Any], *given: Any) -> Any:
    """Django's ORM belongs to threads; one that was idle may hold a connection that died."""

    def done() -> Any:
        close_old_connections()
        try:
            return work(*given)
        finally:
            close_old_connections()

    return await asyncio.to_thread(done)


def _refusal(error: RongheError, request: Request) -> JSONResponse:
    lang: Language = "zh" if request.headers.get("accept-language", "zh").lower().startswith("zh") else "en"
    status = {"platform.ticket_bad": 403, "platform.delivery_gone": 410}.get(error.code, 403)
    told = {"error": {"code": error.code, "message": render_error(error, lang)}}
    return JSONResponse(told, status, {"Cache-Control": "no-store"})


def _headers(opened: Opened, span: Span) -> dict[str, str]:
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": f'"{opened.hash}"',
        "Content-Length": str(span.length),
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(opened.name)}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    if not span.whole:
        headers["Content-Range"] = f"bytes {span.start}-{span.end - 1}/{span.size}"
    return headers


def _ended(opened: Opened, span: Span, sent: int, outcome: str) -> None:
    """A read is done when its last byte left, in whatever pieces, and stays so; the bytes are those of all pieces, the
    rows those of the delivery once its rows are there."""
    read = Read.objects.select_related("delivery").get(pk=opened.read)
    if outcome == "done" and span.end < span.size:
        outcome = "partial"
    if read.outcome == "done" and outcome == "partial":
        outcome = "done"
    whole = read.delivery if outcome == "done" and opened.name != MANIFEST else None
    end_read(read, outcome, rows=whole.rows if whole else None, bytes=sent + (read.bytes or 0))


async def _flow(file: BinaryIO, opened: Opened, span: Span, clock: Callable[[], datetime]) -> AsyncIterator[bytes]:
    sent, outcome, asked = 0, "partial", time.monotonic()
    try:
        file.seek(span.start)
        while sent < span.length:
            if time.monotonic() - asked >= ASK_AGAIN:
                if not await _in_thread(still_open, opened.read, clock()):
                    outcome = "stopped"
                    raise Ended
                asked = time.monotonic()
            chunk = await asyncio.to_thread(file.read, min(CHUNK, span.length - sent))
            if not chunk:
                raise Ended
            yield chunk
            sent += len(chunk)
        outcome = "done"
    finally:
        file.close()
        await asyncio.shield(_in_thread(_ended, opened, span, sent, outcome))


def _answer(request: Request, opened: Opened, clock: Callable[[], datetime]) -> Response:
    etag = f'"{opened.hash}"'
    try:
        same = request.headers.get("if-range", etag) == etag
        span = span_of(request.headers.get("range"), opened.bytes, same=same)
    except Unsatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{opened.bytes}"})
    status, headers = 200 if span.whole else 206, _headers(opened, span)
    kind = _TYPES.get(opened.name.rpartition(".")[2], "application/octet-stream")
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=kind)
    try:
        file = opened.path.open("rb")
    except OSError:
        return _refusal(Refused("platform.delivery_gone"), request)
    return StreamingResponse(_flow(file, opened, span, clock), status, headers, media_type=kind)


def routes(clock: Callable[[], datetime] = now) -> list[Route]:
    """The routes of the stream; `clock` is the platform's own."""

    async def file(request: Request) -> Response:
        try:
            opened = await _in_thread(open_ticket, request.path_params["ticket"], clock())
        except RongheError as error:
            return _refusal(error, request)
        return _answer(request, opened, clock)

    return [Route("/files/{ticket:str}", file, methods=["GET", "HEAD"])]
