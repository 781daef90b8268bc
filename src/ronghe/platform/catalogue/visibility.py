"""The one rule of who sees which entry: every list, count, facet, search hit and page asks it."""

from django.db.models import Q

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.catalogue.models import VersionState

__all__ = ["visible_demands", "visible_in_force", "visible_versions"]

_EVERYWHERE = (Role.COORDINATOR, Role.AUDITOR)


def visible_versions(actor: Actor) -> Q:
    """Entries in force or once in force are seen by everybody who has a role; the rest by its department and the
    bureau."""
    if actor.anywhere(*_EVERYWHERE):
        return Q()
    if not actor.held:
        return Q(pk__in=())
    own = actor.where(Role.OFFERER, Role.APPROVER, Role.SECURITY_OFFICER)
    return Q(state__in=(VersionState.PUBLISHED, VersionState.REPLACED)) | Q(asset__department__in=own)


def visible_in_force(actor: Actor) -> Q:
    """Of the entries that `visible_versions` shows those in force: one short rule for the lists of everybody."""
    return Q(state=VersionState.PUBLISHED) if actor.held else Q(pk__in=())


def visible_demands(actor: Actor) -> Q:
    """What was asked for in vain is seen by who asked, who should have it, and the bureau."""
    if actor.anywhere(*_EVERYWHERE):
        return Q()
    if not actor.held:
        return Q(pk__in=())
    return Q(department__in=actor.where(Role.ASKER)) | Q(owner__in=actor.where(Role.OFFERER, Role.APPROVER))
