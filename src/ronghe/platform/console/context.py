"""What every page knows."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from ronghe.platform.access.roles import Role
from ronghe.platform.console.middleware import language_of

if TYPE_CHECKING:
    from ronghe.platform.access.rules import Actor

__all__ = ["page"]

_MENU = (
    ("work", "/", ()),
    ("catalogue", "/catalogue", ()),
    ("cart", "/cart", (Role.ASKER,)),
    ("requests", "/requests", ()),
    ("objections", "/objections", ()),
    ("audit", "/audit", (Role.AUDITOR, Role.AUDIT_ADMINISTRATOR, Role.SECURITY_OFFICER)),
    ("people", "/people", (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Language, person, and the parts of the menu that the person can use."""
    actor: Actor | None = getattr(request, "actor", None)
    menu = [(name, url) for name, url, roles in _MENU if actor and (not roles or actor.anywhere(*roles))]
    here = max((url for _, url in menu if request.path.startswith(url)), key=len, default="")
    return {"lang": language_of(request), "actor": actor, "menu": menu, "here": here}
