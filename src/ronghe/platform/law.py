"""The legal profile of this installation."""

import os
from functools import cache
from pathlib import Path

from ronghe.standards.legal import LegalProfile, legal_profile, read_profile

__all__ = ["profile"]


@cache
def profile() -> LegalProfile:
    """The profile that RONGHE_PROFILE names: one that comes along, or a TOML file."""
    named = os.environ.get("RONGHE_PROFILE", "cn-809-2025")
    return read_profile(Path(named)) if named.endswith(".toml") else legal_profile(named)
