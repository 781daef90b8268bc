"""The one rule of who sees which request: both sides, the bureau's coordinators, and auditors."""

from django.db.models import Q

from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.terms import RequestState

__all__ = ["visible_disputes", "visible_grants", "visible_objections", "visible_requests"]

_EVERYWHERE = (Role.COORDINATOR, Role.AUDITOR)
_OWNERS = (Role.OFFERER, Role.APPROVER, Role.SECURITY_OFFICER)


def visible_requests(actor: Actor) -> Q:
    """A draft is seen by its own department only; what was submitted by both sides."""
    if not actor.held:
        return Q(pk__in=())
    seen = ~Q(state=RequestState.DRAFT.value)
    if actor.anywhere(*_EVERYWHERE):
        return seen | Q(requester__in=actor.where(Role.ASKER))
    return Q(requester__in=actor.where(Role.ASKER, Role.SECURITY_OFFICER)) | (seen & Q(owner__in=actor.where(*_OWNERS)))


def visible_grants(actor: Actor) -> Q:
    """As the request that it came from."""
    if actor.anywhere(*_EVERYWHERE):
        return Q()
    if not actor.held:
        return Q(pk__in=())
    consumer = Q(consumer__in=actor.where(Role.ASKER, Role.SECURITY_OFFICER))
    return consumer | Q(version__asset__department__in=actor.where(*_OWNERS))


def visible_objections(actor: Actor) -> Q:
    """By who objects and who answers."""
    if actor.anywhere(*_EVERYWHERE):
        return Q()
    if not actor.held:
        return Q(pk__in=())
    mine = Q(department__in=actor.where(Role.ASKER, Role.SECURITY_OFFICER))
    return mine | Q(version__asset__department__in=actor.where(*_OWNERS))


def visible_disputes(actor: Actor) -> Q:
    """By both sides."""
    if actor.anywhere(*_EVERYWHERE):
        return Q()
    if not actor.held:
        return Q(pk__in=())
    own = actor.where(*_OWNERS)
    mine = Q(raised_by__in=actor.where(Role.ASKER, Role.SECURITY_OFFICER))
    return mine | Q(request__owner__in=own) | Q(objection__version__asset__department__in=own)
