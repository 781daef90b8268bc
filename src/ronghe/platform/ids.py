"""Ids of records: time-ordered, made from the clock and the system's random numbers."""

import secrets
import time
import uuid

from ronghe.terms import record_id

__all__ = ["new_id"]


def new_id() -> uuid.UUID:
    """A new UUIDv7."""
    return record_id(time.time_ns() // 1_000_000, secrets.token_bytes(10))
