"""What the platform asks of whoever holds its keys: files here, a certified module elsewhere."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

__all__ = ["Key", "KeyProvider", "Purpose", "SignatureAlgorithm", "Signer"]

Purpose = Literal["wrap", "token", "sign"]
SignatureAlgorithm = Literal["ed25519", "sm2"]


@dataclass(frozen=True, slots=True)
class Key:
    """Secret bytes with the name they go by; neither `repr` nor `str` ever shows the bytes.

    `id` is `NAME.VERSION`, `algorithm` what it is for: a cipher, a keyed hash or a signature.
    """

    id: str
    purpose: Purpose
    algorithm: str
    secret: bytes = field(repr=False)


class KeyProvider(Protocol):
    """Gives keys by name. A certified module that never lets keys out offers `Signer` and its own ciphers instead."""

    def current(self, name: str) -> Key:
        """The version that new data is written with."""
        ...

    def get(self, key_id: str) -> Key:
        """One version, old or new. Raises InputError when it is missing."""
        ...


class Signer(Protocol):
    """Signs bytes; may be slow (a card, a module behind a network), so it is asked at most about once a second."""

    @property
    def key_id(self) -> str:
        """Whose key it is."""
        ...

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """How others verify it."""
        ...

    @property
    def public(self) -> bytes:
        """The public key: 32 bytes of Ed25519 (RFC 8032), or 64 of SM2 (x and y, GB/T 32918)."""
        ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes: R and S of Ed25519, or r and s of SM2."""
        ...
