"""What every page knows."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest

from ronghe import __version__
from ronghe.platform.access.roles import Role
from ronghe.platform.access.start import demo_of
from ronghe.platform.access.watching import WATCHES
from ronghe.platform.console.middleware import language_of, theme_of

if TYPE_CHECKING:
    from ronghe.platform.access.rules import Actor

__all__ = ["page"]

_MENU = (
    ("work", "/", ()),
    ("catalogue", "/catalogue", ()),
    ("offers", "/offers", (Role.OFFERER,)),
    ("all_offers", "/offers", (Role.COORDINATOR,)),
    ("cart", "/cart", (Role.ASKER,)),
    ("requests", "/requests", ()),
    ("index", "/index", tuple(Role)),
    ("grants", "/grants", (Role.ASKER, Role.OFFERER, Role.APPROVER, Role.SECURITY_OFFICER, Role.COORDINATOR)),
    ("objections", "/objections", ()),
    ("notices", "/notices", ()),
    ("disputes", "/disputes", (Role.ASKER, Role.APPROVER, Role.COORDINATOR)),
    ("demands", "/demands", (Role.ASKER, Role.OFFERER, Role.COORDINATOR)),
    ("collections", "/collections", (Role.ASKER, Role.OFFERER, Role.COORDINATOR)),
    ("inventory", "/inventory", (Role.OFFERER, Role.COORDINATOR, Role.AUDITOR)),
    ("audit", "/audit", (Role.AUDITOR, Role.AUDIT_ADMINISTRATOR, Role.SECURITY_OFFICER)),
    ("departments", "/departments", (Role.SYSTEM_ADMINISTRATOR,)),
    ("webhooks", "/webhooks", (Role.SECURITY_OFFICER,)),
    ("security", "/security", WATCHES),
    ("jobs", "/jobs", WATCHES),
    ("people", "/people", (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR)),
)


SHORT = 6
"""As many fit beside the brand; the rest opens from a button."""


def _is_within(path: str, url: str) -> bool:
    """The first page is itself alone: what has no place in the menu is not marked as being there."""
    return path == url or (url != "/" and path.startswith(f"{url}/"))


def page(request: HttpRequest) -> dict[str, Any]:
    """Language and theme, the person, and the parts of the menu that they can use."""
    actor: Actor | None = getattr(request, "actor", None)
    chosen = len(request.session.get("cart", ())) if actor else 0
    mine = [(name, url) for name, url, roles in _MENU if actor and (not roles or actor.anywhere(*roles))]
    if getattr(getattr(request, "user", None), "password_given", False):
        mine = []
    # Who offers and reviews has one entry for both.
    first = {url: name for name, url in reversed(mine)}
    menu = [(name, url, chosen if name == "cart" else 0) for name, url in mine if first[url] == name]
    here = max((url for _, url, _ in menu if _is_within(request.path, url)), key=len, default="")
    return {
        "lang": language_of(request),
        "theme": theme_of(request),
        "actor": actor,
        "done": bool(actor) and request.method == "GET" and request.session.pop("done", False),
        "person": getattr(request, "user", None),
        "menu": menu[:SHORT],
        "more": menu[SHORT:],
        "here": here,
        "here_more": any(url == here for _, url, _ in menu[SHORT:]),
        "demo": demo_of(settings.HOME),
        "release": __version__,
    }
