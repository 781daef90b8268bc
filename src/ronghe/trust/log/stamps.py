"""Time-stamps of tree heads by an authority outside (RFC 3161), asked and answered by files.

Nothing waits for the authority: a query lies in the log's folder until somebody brings the reply, an hour or a month
later. A stamp proves that a head, and so every entry below it, existed at the authority's time; the operator who has
the log's key cannot make it anew with other entries.

    stamps/SIZE-HASH.json   the head that is stamped, with the nonce of its query
    stamps/SIZE-HASH.tsq    the query as it is sent
    stamps/SIZE-HASH.tsr    the reply, once it was verified
"""

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from ronghe.tables.atomic import write_atomic
from ronghe.tables.engine import io_fault
from ronghe.terms import InputError, Refused
from ronghe.trust.log.reader import Reader
from ronghe.trust.log.records import Head, head_of_json

__all__ = ["DIGESTS", "Authority", "Digest", "Stamp", "StampWrong", "ask", "check", "pending", "take"]

Digest = Literal["sha256", "sm3"]
DIGESTS: dict[Digest, bytes] = {
    "sha256": bytes.fromhex("608648016503040201"),
    "sm3": bytes.fromhex("2a811ccf55018311"),
}
"""The object identifiers of the digests, as DER has them: 2.16.840.1.101.3.4.2.1 and 1.2.156.10197.1.401."""
_LARGEST_REPLY = 1_000_000


class StampWrong(Exception):
    """The reply is no valid stamp of what the query asks; `args` say what the authority's software said."""


class Authority(Protocol):
    """Whose stamps are believed. The `openssl` program verifies by its certificates; a module may take its place."""

    def verified(self, query: bytes, reply: bytes) -> datetime:
        """The time of a stamp that answers the query; raises StampWrong for any other reply."""
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """A head of `size` entries that was, or is to be, stamped: `time` is the authority's, None while it waits; `fault`
    is a word for what is wrong, "" if nothing is."""

    size: int
    asked: Path
    time: datetime | None = None
    fault: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a JSON value."""
        time = None if self.time is None else self.time.isoformat()
        return {"size": self.size, "query": str(self.asked), "time": time, "fault": self.fault or None}


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = len(body)
    if length < 128:
        return bytes([tag, length]) + body
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets)]) + octets + body


def _whole(number: int) -> bytes:
    # One bit more than the number has: the first bit is the sign.
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _query(text: bytes, digest: Digest, nonce: int) -> bytes:
    """TimeStampReq of RFC 3161, section 2.4.1, with the nonce and a wish for the authority's certificate."""
    algorithm = _der(0x30, _der(0x06, DIGESTS[digest]), _der(0x05))
    imprint = _der(0x30, algorithm, _der(0x04, hashlib.new(digest, text).digest()))
    return _der(0x30, _whole(1), imprint, _whole(nonce), _der(0x01, b"\xff"))


def _name(head: Head) -> str:
    return f"{head.size}-{hashlib.sha256(head.text()).hexdigest()[:12]}"


def ask(log: Path, *, digest: Digest = "sha256") -> Stamp:
    """Make the query for the last head, signed if the log is; the same query again while nobody answered it.

    Raises InputError for a log without entries, LimitReached for a full disk.
    """
    head = Reader(log).head()
    if head is None:
        raise InputError("log.empty", path=str(log))
    note = log / "stamps" / f"{_name(head)}.json"
    if not note.exists():
        nonce = 1 + secrets.randbits(63)
        said = {"format": "ronghe.stamp@1", "head": head.to_json(), "digest": digest, "nonce": nonce}
        try:
            note.parent.mkdir(mode=0o700, exist_ok=True)
            _put(note.with_suffix(".tsq"), _query(head.text(), digest, nonce))
            _put(note, (json.dumps(said, indent=2) + "\n").encode())
        except OSError as fault:
            raise io_fault(fault) from fault
    return Stamp(head.size, note.with_suffix(".tsq"))


def _put(path: Path, data: bytes) -> None:
    with write_atomic(path) as unfinished:
        unfinished.write_bytes(data)


@dataclass(frozen=True, slots=True)
class _Asked:
    head: Head
    note: Path
    query: bytes

    @property
    def query_path(self) -> Path:
        return self.note.with_suffix(".tsq")

    @property
    def reply_path(self) -> Path:
        return self.note.with_suffix(".tsr")


def _asked(log: Path) -> Iterator[_Asked]:
    """Every query that was made, the oldest first; built again from its note, for the file may have been changed."""
    for note in sorted((log / "stamps").glob("*.json"), key=lambda path: (len(path.name.split("-")[0]), path.name)):
        try:
            said = json.loads(note.read_bytes())
            head, digest = head_of_json(said["head"]), said["digest"]
            yield _Asked(head, note, _query(head.text(), digest, int(said["nonce"])))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
            raise InputError("log.stamp_damaged", path=str(note)) from fault


def pending(log: Path) -> list[Stamp]:
    """The queries that nobody has answered yet, the oldest first."""
    return [Stamp(one.head.size, one.query_path) for one in _asked(log) if not one.reply_path.exists()]


def take(log: Path, reply: Path, authority: Authority) -> Stamp:
    """Keep the reply to one of the pending queries, if it is a valid stamp of it.

    Raises InputError for a file that cannot be read, Refused where it answers none of them; nothing is kept then.
    """
    try:
        with reply.open("rb") as file:
            data = file.read(_LARGEST_REPLY + 1)
    except OSError as fault:
        raise io_fault(fault) from fault
    if len(data) > _LARGEST_REPLY:
        raise InputError("log.stamp_large", path=str(reply), limit=_LARGEST_REPLY)
    said = ""
    for one in _asked(log):
        if one.reply_path.exists():
            continue
        try:
            time = authority.verified(one.query, data)
        except StampWrong as fault:
            said = str(fault)
            continue
        _put(one.reply_path, data)
        return Stamp(one.head.size, one.query_path, time)
    raise Refused("log.stamp_wrong", path=str(reply), detail=said or "-")


def check(log: Path, authority: Authority) -> list[Stamp]:
    """Every stamp with what is wrong with it: a head that the log does not have, a reply that is no stamp of it."""
    reader = Reader(log)
    asked = list(_asked(log))
    known = {head.text() for head in reader.heads()} & {one.head.text() for one in asked}
    return [_checked(one, known, authority) for one in asked]


def _checked(one: _Asked, known: set[bytes], authority: Authority) -> Stamp:
    waiting = Stamp(one.head.size, one.query_path)
    data = None
    with suppress(FileNotFoundError):
        data = one.reply_path.read_bytes()
    if one.head.text() not in known:
        return Stamp(one.head.size, one.query_path, fault="head_gone")
    if data is None:
        return waiting
    try:
        return Stamp(one.head.size, one.query_path, authority.verified(one.query, data))
    except StampWrong:
        return Stamp(one.head.size, one.query_path, fault="reply_wrong")
