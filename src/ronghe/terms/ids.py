"""Identifiers: time-ordered for records, content-derived for what an engine puts out."""

import hashlib
import uuid

__all__ = ["content_id", "record_id"]


def record_id(unix_ms: int, random: bytes) -> uuid.UUID:
    """A UUID version 7 (RFC 9562, section 5.7): sorts by time of making.

    `unix_ms` is milliseconds since 1970-01-01 UTC, `random` ten bytes of which 74 bits are kept. Both are arguments, so
    that a test or a replay gets the same id again. Raises ValueError when either is out of range.
    """
    if not 0 <= unix_ms < 1 << 48:
        raise ValueError(f"unix_ms must fit in 48 bits, got {unix_ms}")
    if len(random) != 10:
        raise ValueError(f"random must be 10 bytes, got {len(random)}")
    # From the top: 48 bits of time, the version 7, 12 random bits, the variant 2, 62 random bits.
    bits = int.from_bytes(random)
    high, low = bits >> 68, bits & ((1 << 62) - 1)
    return uuid.UUID(int=unix_ms << 80 | 7 << 76 | (high & 0xFFF) << 64 | 2 << 62 | low)


def content_id(*parts: str) -> str:
    """32 hexadecimal digits that depend on the parts alone: same input, same id.

    Each part is length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8))
        digest.update(encoded)
    return digest.hexdigest()[:32]
