"""Rules as YAML from anybody."""

from typing import Any

from ronghe.tables.bounded_yaml import BrokenYaml, value_of
from ronghe.terms import InputError, LimitReached

__all__ = ["LARGEST", "read_yaml"]

LARGEST = 1_000_000
"""Characters of a file of rules."""


def read_yaml(text: str, where: str) -> Any:
    """The value of a YAML document. Raises InputError naming the line, LimitReached for one too large."""
    if len(text) > LARGEST:
        raise LimitReached("rules.too_large", path=where, limit=f"{LARGEST:,}")
    try:
        return value_of(text)
    except BrokenYaml as fault:
        raise InputError("rules.yaml", path=where, line=fault.line, detail=fault.detail) from fault
