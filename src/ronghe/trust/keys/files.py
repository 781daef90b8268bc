"""Seal files: chunk by chunk, each tied to its place, to its file and to what the file is for.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce counts the chunks and marks the last.
So none can be left out, repeated, moved within the file or into another, or cut off at the end. A data key serves one
file, so a nonce never comes twice under it.
"""

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ronghe.tables.atomic import write_atomic
from ronghe.tables.engine import io_fault
from ronghe.terms import InputError, Refused, RongheError
from ronghe.trust.keys.ciphers import TAG, Aead, InvalidTag
from ronghe.trust.keys.envelope import (
    BODY,
    SLOT,
    SLOTS,
    Envelope,
    Slot,
    new_envelope,
    read_envelope,
    read_slots,
    wrap,
)
from ronghe.trust.keys.ports import Key, KeyProvider

__all__ = ["CHUNK", "rewrap", "seal", "sealed_with", "unseal", "unsealed"]

CHUNK = 1 << 18
"""Bytes of a chunk: large enough that the cipher's own speed counts, small enough to hold two."""

Tell = Callable[[str, int, int], None]


def _silent(_step: str, _done: int, _total: int) -> None:
    """Nobody asked."""


def _nonce(place: int, *, last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes((last,))


def seal(source: Path, target: Path, *, key: Key, context: str, chunk: int = CHUNK, tell: Tell = _silent) -> None:
    """Write `source` encrypted to `target`, whole or not at all.

    `context` says what it is, such as `population@3`: it opens only for whoever expects the same. Raises InputError for
    a file that cannot be read or a key that does not wrap, LimitReached when the disk is full.
    """
    if key.purpose != "wrap":
        raise InputError("keys.wrong_purpose", key=key.id, purpose=key.purpose, wanted="wrap")
    envelope = new_envelope(key.algorithm, context, chunk)  # type: ignore[arg-type]  # keys that wrap have no other
    data_key = secrets.token_bytes(len(key.secret))
    cipher, bound = Aead(envelope.cipher, data_key), envelope.bound
    with write_atomic(target) as part, _opened(source) as given, part.open("wb", buffering=0) as out:
        out.write(envelope.fixed + wrap(data_key, envelope, key, 1).data() + bytes(SLOT))
        total, place = os.fstat(given.fileno()).st_size, 0
        data = _read_chunk(given, chunk)
        while True:
            following = _read_chunk(given, chunk) if len(data) == chunk else b""
            for piece in cipher.encrypt(_nonce(place, last=not following), data, bound):
                _write_all(out, piece)
            if not following:
                return
            data, place = following, place + 1
            tell(source.name, place * chunk, total)


def _write_all(out: BinaryIO, data: bytes) -> None:
    """An unbuffered file may take less than it is given."""
    view = memoryview(data)
    while view:
        view = view[out.write(view) :]


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb", buffering=0)
    except OSError as fault:
        raise io_fault(fault) from fault


def _read_chunk(file: BinaryIO, size: int) -> bytes:
    """As many bytes as there are, up to `size`: one read of an unbuffered file may give fewer."""
    data = file.read(size)
    while data and len(data) < size and (more := file.read(size - len(data))):
        data += more
    return data


def unsealed(path: Path, *, keys: KeyProvider, context: str) -> Iterator[bytes]:
    """The data, chunk by chunk, each authentic and in its place; only when it ends without an error is it whole.

    Raises Refused for a wrong key or another context, InputError for a missing key, a file that was changed or cut
    short, and one that is not sealed.
    """
    with _opened(path) as file:
        envelope = read_envelope(file, path)
        if envelope.context != context:
            raise Refused("keys.other_context", path=str(path), found=envelope.context, wanted=context)
        cipher = Aead(envelope.cipher, _data_key(envelope, read_slots(file, path), keys)[2])
        file.seek(BODY)
        size, place, bound = envelope.chunk + TAG, 0, envelope.bound
        data = _read_chunk(file, size)
        while data or place == 0:
            following = _read_chunk(file, size) if len(data) == size else b""
            try:
                yield cipher.decrypt(_nonce(place, last=not following), data, bound)
            except InvalidTag as fault:
                raise InputError("keys.changed", path=str(path), offset=BODY + place * size) from fault
            data, place = following, place + 1


def unseal(source: Path, target: Path, *, keys: KeyProvider, context: str, tell: Tell = _silent) -> None:
    """Write the data of a sealed file to `target`, only if all of it is authentic."""
    with write_atomic(target) as part:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        total, done = source.stat().st_size if source.exists() else 0, 0
        with part.open("wb", buffering=0) as out:
            for data in unsealed(source, keys=keys, context=context):
                _write_all(out, data)
                done += len(data)
                tell(source.name, done, total)


def _data_key(envelope: Envelope, slots: list[tuple[int, Slot]], keys: KeyProvider) -> tuple[int, Slot, bytes]:
    """The place, the slot and what it holds, of the newest that opens; a change of keys may have been cut off."""
    refusal: RongheError | None = None
    for place, slot in slots:
        try:
            return place, slot, slot.open(envelope, keys)
        except RongheError as fault:
            refusal = refusal or fault
    assert refusal is not None
    raise refusal


def sealed_with(path: Path) -> str:
    """The id of the key that opens a sealed file."""
    with _opened(path) as file:
        read_envelope(file, path)
        return read_slots(file, path)[0][1].key


def rewrap(path: Path, *, keys: KeyProvider, key: Key) -> bool:
    """Put the data key of a sealed file under another key; the data stays where it is. False when it was so already.

    Killed at any point, the file opens with the old key or the new one.
    """
    with _opened(path) as file:
        envelope = read_envelope(file, path)
        place, slot, data_key = _data_key(envelope, slots := read_slots(file, path), keys)
    if slot.key == key.id and len(slots) == 1:
        return False
    free = SLOTS + SLOT if place == SLOTS else SLOTS
    try:
        with path.open("r+b", buffering=0) as file:
            _put(file, free, wrap(data_key, envelope, key, slots[0][1].turn + 1).data())
            # From here on the new key opens it, so the old wrapping must go: its key may be the reason for the change.
            _put(file, place, bytes(SLOT))
    except OSError as fault:
        raise io_fault(fault) from fault
    return True


def _put(file: BinaryIO, place: int, data: bytes) -> None:
    file.seek(place)
    _write_all(file, data)
    os.fsync(file.fileno())
