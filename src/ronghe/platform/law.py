"""The legal profile of this installation."""

import os
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path

from ronghe.standards.legal import LegalProfile, legal_profile, read_profile
from ronghe.terms import InputError

__all__ = ["beginning_of", "profile"]


@cache
def profile() -> LegalProfile:
    """The profile that RONGHE_PROFILE names: one that comes along, or a TOML file."""
    named = os.environ.get("RONGHE_PROFILE", "cn-809-2025")
    return read_profile(Path(named)) if named.endswith(".toml") else legal_profile(named)


def beginning_of(day: date, name: str) -> datetime:
    """The instant at which a legal day begins; InputError naming the field for a day that no clock reaches."""
    try:
        return datetime.combine(day, time(), profile().zone).astimezone(UTC)
    except OverflowError as fault:
        raise InputError("platform.field_value", name=name, value=day.isoformat()) from fault
