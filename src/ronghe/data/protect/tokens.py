"""Tokens of distinct values: HMAC-SHA-256 (RFC 2104) under a key of the consumer and of the request it was granted in.

Whoever gets data of two assets under one request can join them; under two requests, or as another consumer, never.
"""

import hmac
from collections.abc import Callable
from functools import cache

import pyarrow as pa

__all__ = ["SMALLEST_KEY", "hmac_tokens", "key_id"]

SMALLEST_KEY = 32
"""Bytes: a key shorter than the hash is easier to guess than the token (RFC 2104, section 3)."""
_TOKEN_BYTES = 16
"""128 bits: among 10**9 values two tokens meet with a probability below 10**-20."""


def _bound(key: bytes, *parts: str) -> bytes:
    """HMAC over parts with their lengths, so that ("ab", "c") and ("a", "bc") differ."""
    encoded = [part.encode() for part in parts]
    return hmac.digest(key, b"".join(len(part).to_bytes(8) + part for part in encoded), "sha256")


def key_id(key: bytes) -> str:
    """What names a key and does not tell it: 16 hexadecimal digits."""
    return _bound(key, "ronghe", "key id").hex()[:16]


def hmac_tokens(key: bytes, consumer: str) -> Callable[[pa.Array, str, str], pa.Array]:
    """The function that makes tokens for a consumer; ValueError for a key that is too short."""
    if len(key) < SMALLEST_KEY:
        raise ValueError(f"a key has {SMALLEST_KEY} bytes or more")

    @cache
    def domain_key(domain: str, request: str) -> bytes:
        return _bound(key, "ronghe", "token", consumer, request, domain)

    def tokens(values: pa.Array, domain: str, request: str) -> pa.Array:
        own = domain_key(domain, request)
        made = [hmac.digest(own, text.encode(), "sha256")[:_TOKEN_BYTES].hex() for text in values.to_pylist()]
        return pa.array(made, pa.string())

    return tokens
