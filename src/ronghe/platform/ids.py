"""Ids of records: time-ordered, made from the clock and the system's random numbers."""

import secrets
import time
import uuid
from threading import Lock

from ronghe.terms import record_id

__all__ = ["new_id"]

_NS_A_MS = 1_000_000
_lock = Lock()
_last = 0


def new_id() -> uuid.UUID:
    """A new UUIDv7, later than every one that this process made before: what is listed by id is listed as it happened.

    The 12 bits after the milliseconds hold their fraction (RFC 9562, section 6.2, method 3), counted up where two ids
    fall on the same one or the clock goes back.
    """
    global _last  # noqa: PLW0603 - one sequence for the process
    with _lock:
        _last = max(_last + 1, (time.time_ns() << 12) // _NS_A_MS)
        unix_ms, fraction = _last >> 12, _last & 0xFFF
    return record_id(unix_ms, (fraction << 68 | secrets.randbits(62)).to_bytes(10))
