"""Who watches over the installation, and their wish that it be checked now."""

from datetime import datetime

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.audit.actions import record
from ronghe.platform.jobs.stored import SECURITY_CHECK, jobs

__all__ = ["WATCHES", "ask_check"]

WATCHES = (
    Role.SECURITY_ADMINISTRATOR,
    Role.SYSTEM_ADMINISTRATOR,
    Role.AUDIT_ADMINISTRATOR,
    Role.AUDITOR,
    Role.OPERATOR,
)


def ask_check(*, by: Actor, at: datetime) -> str:
    """Have the security check (平台安全检测) done now, at most once a minute; gives the job that does it."""
    # What is wrong with the log itself is found by this check, so it is asked for though the log is behind.
    record(by=by, at=at, action="security.asked", subject_kind="platform", subject="security", though_behind=True)
    return jobs.enqueue(SECURITY_CHECK, key=at.replace(second=0, microsecond=0).isoformat())
