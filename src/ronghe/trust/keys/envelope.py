"""The beginning of a sealed file: what it is, and its data key under a key that can change without the data.

    0     2048 bytes   what never changes: cipher, size of chunks, context, a number of its own; zeros up to the end
    2048  1024 bytes   slot: the data key, wrapped by one version of a key
    3072  1024 bytes   slot: zeros, or the same data key wrapped by the next version
    4096  the chunks

To change the key the free slot is filled and flushed before the other is emptied: at every moment one of the two opens.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ronghe.terms import InputError, Refused
from ronghe.trust.keys.ciphers import NONCE, Aead, CipherName, InvalidTag
from ronghe.trust.keys.ports import Key, KeyProvider

__all__ = ["BODY", "SLOT", "SLOTS", "Envelope", "Slot", "new_envelope", "read_envelope", "read_slots", "wrap"]

MAGIC = b"ronghe.sealed@1\n"
BODY, SLOTS, SLOT = 4096, 2048, 1024
LONGEST_CONTEXT = 1000
"""Bytes of a context, so that the beginning always has room for it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What never changes of a sealed file; `bound` is the hash that every chunk and every wrapping is tied to."""

    cipher: CipherName
    chunk: int
    context: str
    fixed: bytes = field(repr=False)

    @property
    def bound(self) -> bytes:
        """The hash of the fixed part, zeros included."""
        return hashlib.sha256(self.fixed).digest()


@dataclass(frozen=True, slots=True)
class Slot:
    """A wrapped data key: by which key, and the `turn` that tells the newer of two."""

    turn: int
    key: str
    nonce: bytes
    wrapped: bytes

    def data(self) -> bytes:
        """As it lies in the file."""
        said = {"turn": self.turn, "key": self.key, "nonce": self.nonce.hex(), "wrapped": self.wrapped.hex()}
        return json.dumps(said).encode().ljust(SLOT, b"\0")

    def open(self, envelope: Envelope, keys: KeyProvider) -> bytes:
        """The data key. Raises Refused when the key is not the one that wrapped it."""
        key = keys.get(self.key)
        cipher = _cipher_of(key, envelope.cipher)
        try:
            return cipher.decrypt(self.nonce, self.wrapped, _about(envelope, self.key, self.turn))
        except InvalidTag as fault:
            raise Refused("keys.wrong_key", key=self.key) from fault


def _about(envelope: Envelope, key_id: str, turn: int) -> bytes:
    return b"ronghe data key\0" + envelope.bound + f"{key_id}\0{turn}".encode()


def _cipher_of(key: Key, wanted: CipherName) -> Aead:
    if key.purpose != "wrap":
        raise InputError("keys.wrong_purpose", key=key.id, purpose=key.purpose, wanted="wrap")
    if key.algorithm != wanted:
        raise Refused("keys.wrong_key", key=key.id)
    return Aead(wanted, key.secret)


def new_envelope(cipher: CipherName, context: str, chunk: int) -> Envelope:
    """For a new file; its own random number makes it differ from every other, even of the same context."""
    if len(context.encode()) > LONGEST_CONTEXT:
        raise InputError("keys.context_too_long", limit=LONGEST_CONTEXT)
    said = {"cipher": cipher, "chunk": chunk, "context": context, "file": secrets.token_hex(16)}
    fixed = (MAGIC + json.dumps(said, ensure_ascii=False).encode()).ljust(SLOTS, b"\0")
    return Envelope(cipher, chunk, context, fixed)


def wrap(data_key: bytes, envelope: Envelope, key: Key, turn: int) -> Slot:
    """The data key under a key."""
    nonce = secrets.token_bytes(NONCE)
    wrapped = _cipher_of(key, envelope.cipher).encrypt(nonce, data_key, _about(envelope, key.id, turn))
    return Slot(turn, key.id, nonce, b"".join(wrapped))


def read_envelope(file: BinaryIO, path: Path) -> Envelope:
    """The fixed part. Raises InputError where it is none of ours."""
    fixed = file.read(SLOTS)
    try:
        said: dict[str, Any] = json.loads(fixed.removeprefix(MAGIC).rstrip(b"\0"))
        cipher, chunk = said["cipher"], said["chunk"]
        good = fixed.startswith(MAGIC) and len(fixed) == SLOTS and cipher in ("sm4-gcm", "aes-256-gcm")
        # A chunk is held in memory: a damaged or hostile number must not fill it.
        if not good or not isinstance(chunk, int) or not 1 <= chunk <= 1 << 26:
            raise ValueError
        return Envelope(cipher, chunk, str(said["context"]), fixed)
    except (ValueError, KeyError, TypeError) as fault:
        raise InputError("keys.not_sealed", path=str(path)) from fault


def read_slots(file: BinaryIO, path: Path) -> list[tuple[int, Slot]]:
    """The slots that are whole, with their places, the newest first. Raises InputError when there is none."""
    found = []
    for place in (SLOTS, SLOTS + SLOT):
        file.seek(place)
        data = file.read(SLOT)
        try:
            said = json.loads(data.rstrip(b"\0"))
            slot = Slot(
                int(said["turn"]), str(said["key"]), bytes.fromhex(said["nonce"]), bytes.fromhex(said["wrapped"])
            )
        except (ValueError, KeyError, TypeError):
            continue
        if slot.data() == data:
            found.append((place, slot))
    if not found:
        raise InputError("keys.not_sealed", path=str(path))
    return sorted(found, key=lambda one: one[1].turn, reverse=True)
