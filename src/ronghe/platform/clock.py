"""The one clock of the platform: everything below it takes the time as an argument."""

from datetime import UTC, datetime

__all__ = ["now"]


def now() -> datetime:
    """The present instant in UTC."""
    return datetime.now(UTC)
