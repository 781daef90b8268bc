"""Authenticated encryption with SM4 (GB/T 32907) or AES-256 in Galois/counter mode, one message at a time."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

__all__ = ["NONCE", "TAG", "Aead", "CipherName", "InvalidTag"]

CipherName = Literal["sm4-gcm", "aes-256-gcm"]
NONCE, TAG = 12, 16
"""Bytes of a nonce, which must never come twice under one key, and of the tag at the end of each message."""


@dataclass(frozen=True)
class Aead:
    """One cipher under one key."""

    name: CipherName
    secret: bytes = field(repr=False)

    @cached_property
    def _aes(self) -> AESGCM:
        return AESGCM(self.secret)

    def encrypt(self, nonce: bytes, data: bytes, about: bytes) -> list[bytes]:
        """The ciphertext and its tag, in pieces to be written one after the other."""
        if self.name == "aes-256-gcm":
            return [self._aes.encrypt(nonce, data, about)]
        encryptor = Cipher(SM4(self.secret), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(about)
        return [encryptor.update(data), encryptor.finalize(), encryptor.tag]

    def decrypt(self, nonce: bytes, data: bytes, about: bytes) -> bytes:
        """The message. Raises InvalidTag when key, nonce, ciphertext or `about` is another."""
        if self.name == "aes-256-gcm":
            return self._aes.decrypt(nonce, data, about)
        if len(data) < TAG:
            raise InvalidTag
        decryptor = Cipher(SM4(self.secret), modes.GCM(nonce, data[-TAG:])).decryptor()
        decryptor.authenticate_additional_data(about)
        return decryptor.update(data[:-TAG]) + decryptor.finalize()
