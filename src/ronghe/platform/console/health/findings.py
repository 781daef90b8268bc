"""What a check found, as a value: `platform.health_<code>` says it, and how to mend it, in both languages."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from ronghe.messages import both
from ronghe.terms import RongheError

__all__ = ["Check", "Finding", "Level", "run_checks"]

log = structlog.get_logger(__name__)


class Level(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    code: str
    level: Level
    params: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """With its text in both languages."""
        said = {"code": self.code, "level": self.level.value, "params": self.params}
        text = both(f"platform.health_{self.code}", **self.params)
        return said | {"message": {"zh": text.zh, "en": text.en}}


Check = Callable[[], Iterable[Finding]]


def run_checks(checks: Iterable[tuple[str, Check]]) -> list[Finding]:
    """Do all checks. One that cannot be done is bad: what was not looked at is not known to be well."""
    return [found for name, check in checks for found in _done(name, check)]


def _done(name: str, check: Check) -> Iterator[Finding]:
    try:
        yield from list(check())
    except Exception as fault:  # noqa: BLE001 - a broken installation breaks checks in any way
        what = fault.code if isinstance(fault, RongheError) else type(fault).__name__
        yield Finding("not_checked", Level.BAD, {"check": name, "what": what})
