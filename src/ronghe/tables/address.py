"""What a source is, told from its name alone: files need not wait for the module that knows drivers (0.2 s to load)."""

import re

__all__ = ["is_database"]

_ADDRESS = re.compile(r"(?:env:[A-Za-z_]\w*|url-file:.+|[a-z][a-z0-9_]*(?:\+[a-z0-9_]+)?://.*)(?:#.*)?", re.DOTALL)


def is_database(source: str) -> bool:
    """True when a source is the address of a database and no path of a file."""
    return _ADDRESS.fullmatch(source) is not None
