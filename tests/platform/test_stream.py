"""Files as they flow: with ranges, resumable, asked of their grant as long as they last."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from starlette.applications import Starlette

from ronghe.platform.access.models import Membership, Person
from ronghe.platform.kinds.data import store, tickets
from ronghe.platform.kinds.data.models import Delivery, Read
from ronghe.platform.requests import actions
from ronghe.platform.stream import files
from ronghe.platform.stream.ranges import Span, Unsatisfiable, span_of
from tests.platform.conftest import City
from tests.platform.handed import LATER, Handing, handing


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        (None, 0, 100),
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, 100),
        ("bytes=-30", 70, 100),
        ("bytes=-300", 0, 100),
        ("bytes=90-500", 90, 100),
        ("bytes=0-0,5-9", 0, 100),
        ("bytes=9-3", 0, 100),
        ("bytes=-", 0, 100),
        ("lines=1-2", 0, 100),
        ("bytes=１-2", 0, 100),
    ],
)
def test_a_range_is_read_as_the_standard_says(header: str | None, start: int, end: int) -> None:
    assert span_of(header, 100) == Span(start, end, 100)


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_outside_the_file_is_none(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span_of(header, 100)


@dataclass
class Got:
    """What came through the wire; `cut` when the connection broke before the end."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False


def fetch(
    path: str,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    clock: Callable[[], datetime] = lambda: LATER,
    after: Callable[[int], None] = lambda _size: None,
) -> Got:
    """Ask the application as a server would, without one; `after` runs in a thread after each piece."""
    got = Got()
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
    }

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            got.status = message["status"]
            got.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            got.body += message.get("body", b"")
            await files._in_thread(after, len(got.body))

    async def receive() -> Any:
        await asyncio.sleep(3_600)

    async def ask() -> None:
        try:
            await Starlette(routes=files.routes(clock))(scope, receive, send)
        except (files.Ended, ExceptionGroup):
            got.cut = True

    asyncio.run(ask())
    return got


@pytest.fixture
def one(transactional_db: None) -> Handing:
    return handing(City())


def opened(one: Handing, file: str = "data.csv") -> tuple[Delivery, str, bytes]:
    delivery = one.delivered()
    ticket = tickets.give_ticket(by=one.asker, at=LATER, grant=delivery.grant, file=file)
    whole = (store.snapshot_folder(delivery.grant_id, delivery.number) / file).read_bytes()
    return delivery, f"/files/{ticket}", whole


def test_a_download_is_whole_or_resumed(one: Handing) -> None:
    _, url, whole = opened(one)
    got = fetch(url)
    assert (got.status, got.body, got.cut) == (200, whole, False)
    assert "data.csv" in got.headers["content-disposition"]
    assert got.headers["cache-control"] == "no-store"
    head = fetch(url, method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(whole)))
    first, rest = (
        fetch(url, {"range": "bytes=0-19"}),
        fetch(url, {"range": "bytes=20-", "if-range": got.headers["etag"]}),
    )
    assert (first.status, rest.status, first.body + rest.body) == (206, 206, whole)
    assert rest.headers["content-range"] == f"bytes 20-{len(whole) - 1}/{len(whole)}"
    assert fetch(url, {"range": "bytes=20-", "if-range": '"other"'}).body == whole
    assert fetch(url, {"range": f"bytes={len(whole)}-"}).status == 416
    read = Read.objects.get()
    assert (read.outcome, read.channel, read.rows) == ("done", "file", read.delivery and read.delivery.rows)
    assert read.rows
    assert fetch("/files/forged").status == 403


def test_threat_18_a_right_that_is_revoked_cuts_what_flows(one: Handing, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery, url, whole = opened(one)
    monkeypatch.setattr(files, "CHUNK", 16)
    monkeypatch.setattr(files, "ASK_AGAIN", 0.0)

    def after(size: int) -> None:
        if size == 48:
            actions.revoke(by=one.approver, at=LATER, request=delivery.grant.line.request, reason="泄露")

    got = fetch(url, after=after)
    assert got.cut
    assert got.body == whole[:48]
    read = Read.objects.get()
    assert (read.outcome, read.bytes) == ("stopped", 48)
    assert fetch(url).status == 410


ENDINGS: dict[str, Callable[[Person], object]] = {
    "switched off": lambda person: Person.objects.filter(pk=person.pk).update(is_active=False),
    "role ended": lambda person: Membership.objects.filter(person=person).update(until=LATER),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_threat_10_whoever_may_not_read_any_more_is_cut_off(
    one: Handing, monkeypatch: pytest.MonkeyPatch, end: Callable[[Person], object]
) -> None:
    _, url, whole = opened(one)
    monkeypatch.setattr(files, "CHUNK", 16)
    monkeypatch.setattr(files, "ASK_AGAIN", 0.0)
    reader = Person.objects.get(username="申请人")

    def after(size: int) -> None:
        if size == 48:
            end(reader)

    got = fetch(url, after=after)
    assert (got.cut, got.body) == (True, whole[:48])
    assert Read.objects.get().outcome == "stopped"
    assert fetch(url).status == 403


def test_threat_17_a_right_that_runs_out_cuts_what_flows(one: Handing, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery, url, whole = opened(one)
    monkeypatch.setattr(files, "CHUNK", 16)
    monkeypatch.setattr(files, "ASK_AGAIN", 0.0)
    moments = iter([LATER, LATER, delivery.grant.valid_until])
    got = fetch(url, clock=lambda: next(moments))
    assert (got.cut, got.body) == (True, whole[:16])
    assert fetch(url, clock=lambda: delivery.grant.valid_until).status == 403


def test_a_client_that_goes_away_leaves_a_read_in_part(one: Handing) -> None:
    _, url, whole = opened(one)
    got = fetch(url, {"range": "bytes=0-9"})
    assert got.body == whole[:10]
    assert (Read.objects.get().outcome, Read.objects.get().rows) == ("partial", None)
