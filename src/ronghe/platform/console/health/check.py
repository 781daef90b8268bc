"""The checks together, and the nightly one, whose findings the page shows."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from ronghe.platform.access.queries import people_with
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.actions import About, tell
from ronghe.platform.console.health.findings import Finding, Level, run_checks
from ronghe.platform.console.health.installation import installation_checks
from ronghe.platform.console.health.security import security_checks
from ronghe.platform.jobs.port import Run
from ronghe.platform.jobs.registry import job
from ronghe.platform.jobs.stored import SECURITY_CHECK, jobs

__all__ = ["examine", "nightly", "security_check", "worst"]


def examine(home: Path, at: datetime, *, security: bool) -> list[Finding]:
    """Look at everything of one kind."""
    return run_checks((security_checks if security else installation_checks)(home, at))


def worst(findings: list[Finding]) -> Level:
    """The worst level among findings."""
    levels = {finding.level for finding in findings}
    return next((level for level in (Level.BAD, Level.WARNING) if level in levels), Level.GOOD)


@job(SECURITY_CHECK)
def security_check(run: Run) -> dict[str, Any]:
    """The security check, for the page."""

    def found() -> dict[str, Any]:
        at = run.now()
        findings = examine(settings.HOME, at, security=True)
        return {"at": at.isoformat(), "findings": [finding.to_json() for finding in findings]}

    given = run.step("look", found)
    run.step("tell", lambda: _tell(given))
    return given


def _tell(given: dict[str, Any]) -> int:
    """Those who answer for it learn of problems; what stands in the notice shows on the page only."""
    bad = sum(one["level"] == Level.BAD for one in given["findings"])
    if not bad:
        return 0
    at = datetime.fromisoformat(given["at"])
    people = people_with(at, None, Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.OPERATOR)
    about = About("security_check", "/security", {"count": bad})
    return tell(at=at, key=f"security_check:{at.date()}", about=about, people=people)


def nightly() -> None:
    """Have the check done every night, 02:30 in Beijing."""
    jobs.schedule(SECURITY_CHECK, "30 18 * * *")
