"""Why the departments of the demo city ask, and why some are refused, read from `purposes.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Purpose", "purposes_of", "refusals"]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Something that a department does by law, and the entries that it takes."""

    purpose: str
    scenario: str
    legal_basis: str
    entries: tuple[str, ...]


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads((files("ronghe.platform.demo") / "purposes.toml").read_text("utf-8"))


def purposes_of(asker: str) -> tuple[Purpose, ...]:
    """What a department asks for."""
    return tuple(
        Purpose(one["purpose"], one["scenario"], one["basis"], tuple(one["entries"]))
        for one in _document()["purpose"]
        if one["asker"] == asker
    )


def refusals() -> tuple[tuple[str, str], ...]:
    """Reason and clause of a refusal."""
    return tuple((one["reason"], one["clause"]) for one in _document()["refusal"])
