"""What each role can do first, for the first page."""

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.access.watching import WATCHES

__all__ = ["doors"]

_DOORS: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("find", "/catalogue", ()),
    ("ask", "/cart", (Role.ASKER,)),
    ("demand", "/demands", (Role.ASKER, Role.OFFERER)),
    ("use", "/grants", (Role.ASKER,)),
    ("offer", "/offers", (Role.OFFERER,)),
    ("inventory", "/inventory", (Role.OFFERER, Role.COORDINATOR)),
    ("decide", "/requests?state=submitted", (Role.APPROVER,)),
    ("review", "/offers?state=in_review", (Role.COORDINATOR,)),
    ("assign", "/demands", (Role.COORDINATOR,)),
    ("disputes", "/disputes", (Role.COORDINATOR,)),
    ("object", "/objections", (Role.ASKER, Role.OFFERER)),
    ("check", "/audit", (Role.AUDITOR, Role.AUDIT_ADMINISTRATOR, Role.SECURITY_OFFICER)),
    ("index", "/index", tuple(Role)),
    ("people", "/people", (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)),
    ("departments", "/departments", (Role.SYSTEM_ADMINISTRATOR,)),
    ("watch", "/jobs", (Role.OPERATOR, Role.SYSTEM_ADMINISTRATOR)),
    ("security", "/security", WATCHES),
    ("webhooks", "/webhooks", (Role.SECURITY_OFFICER,)),
    ("me", "/me", ()),
)


def doors(actor: Actor) -> list[tuple[str, str]]:
    """Name and address of what the actor can do, in the order in which things happen."""
    return [(name, url) for name, url, roles in _DOORS if not roles or actor.anywhere(*roles)]
