"""How the definitions of elements write down the names that columns have."""

__all__ = ["synonyms"]


def synonyms(*lines: str) -> tuple[str, ...]:
    """The names in `lines`, which spaces separate."""
    return tuple(name for line in lines for name in line.split())
