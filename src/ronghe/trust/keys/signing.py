"""Signers whose key lies in a file: Ed25519 by `cryptography`, SM2 by arithmetic of our own."""

from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ronghe.terms import InputError
from ronghe.trust.keys import sm2
from ronghe.trust.keys.ports import Key, SignatureAlgorithm, Signer

__all__ = ["Ed25519Signer", "Sm2Signer", "signer_of", "verifies"]


@dataclass(frozen=True)
class Ed25519Signer:
    """RFC 8032; some 50 microseconds a signature."""

    key: Key
    algorithm: SignatureAlgorithm = "ed25519"

    @property
    def key_id(self) -> str:
        """See `Signer`."""
        return self.key.id

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.key.secret)

    @property
    def public(self) -> bytes:
        """See `Signer`."""
        return self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """See `Signer`."""
        return self._private.sign(message)


@dataclass(frozen=True)
class Sm2Signer:
    """GB/T 32918; some milliseconds a signature."""

    key: Key
    algorithm: SignatureAlgorithm = "sm2"

    @property
    def key_id(self) -> str:
        """See `Signer`."""
        return self.key.id

    @cached_property
    def public(self) -> bytes:
        """See `Signer`."""
        return sm2.public_of(int.from_bytes(self.key.secret, "big"))

    def sign(self, message: bytes) -> bytes:
        """See `Signer`."""
        return sm2.sign(int.from_bytes(self.key.secret, "big"), message)


def signer_of(key: Key) -> Signer:
    """Who signs with this key. Raises InputError for a key of another purpose."""
    if key.purpose != "sign":
        raise InputError("keys.wrong_purpose", key=key.id, purpose=key.purpose, wanted="sign")
    return Sm2Signer(key) if key.algorithm == "sm2" else Ed25519Signer(key)


def verifies(algorithm: SignatureAlgorithm, public: bytes, message: bytes, signature: bytes) -> bool:
    """True when the signature is right."""
    if algorithm == "sm2":
        return sm2.verify(public, message, signature)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
