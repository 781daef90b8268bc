"""Who is told of what happens to requests, objections and disputes."""

from collections.abc import Iterator
from typing import Any

from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import people_with
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.actions import About
from ronghe.platform.alarms.trail import ToTell, told_of
from ronghe.platform.audit.models import Entry
from ronghe.platform.departments.models import Department
from ronghe.platform.requests.models import Dispute, Objection, Request
from ronghe.platform.requests.objections import holders

__all__ = ["asking_side", "owning_side"]


def asking_side(request: Request, at: Any) -> list[Person]:
    """The people who asked: whoever the request is of, and whoever typed it for them, while they may still see it."""
    return [
        person
        for person in people_with(at, request.requester, Role.ASKER)
        if person.pk == request.person or person.username == request.person_name
    ] or people_with(at, request.requester, Role.ASKER)


def owning_side(request: Request, at: Any, *roles: Role) -> list[Person]:
    """The people of the owner with these roles, approvers if none are named."""
    return people_with(at, request.owner, *(roles or (Role.APPROVER,)))


def _request(entry: Entry) -> Request | None:
    return Request.objects.select_related("requester", "owner").filter(pk=entry.subject).first()


def _about(entry: Entry, request: Request, other: Department, **params: object) -> About:
    said = {"purpose": request.purpose, "department": other.name, **params}
    return About(entry.action, f"/requests/{request.pk}", said, request.due)


@told_of("request.submit", "request.supplement", "request.take_back")
def to_the_owner(entry: Entry) -> Iterator[ToTell]:
    """The owner has something to decide, or not any more."""
    request = _request(entry)
    if request is not None:
        about = _about(entry, request, request.requester)
        yield ToTell(about, owning_side(request, entry.at), [request.owner])


@told_of(
    "request.ask_supplement",
    "request.accept",
    "request.accept_in_part",
    "request.refuse",
    "request.deliver",
    "request.extend",
    "request.clock_lengthened",
)
def to_the_asker(entry: Entry) -> Iterator[ToTell]:
    """The asker has an answer."""
    request = _request(entry)
    if request is not None:
        about = _about(entry, request, request.owner)
        yield ToTell(about, asking_side(request, entry.at), [request.requester])


@told_of("request.revoke", "request.expire", "request.dispose")
def to_both(entry: Entry) -> Iterator[ToTell]:
    """A right ended: both sides are told."""
    request = _request(entry)
    if request is None:
        return
    yield ToTell(_about(entry, request, request.owner), asking_side(request, entry.at), [request.requester])
    owners = owning_side(request, entry.at, Role.APPROVER, Role.OFFERER)
    yield ToTell(_about(entry, request, request.requester), owners, [request.owner])


@told_of("objection.made")
def objection_made(entry: Entry) -> Iterator[ToTell]:
    """The owner has a row to check."""
    objection = _objection(entry)
    if objection is not None:
        owner = objection.version.asset.department
        about = _about_objection(entry, objection, objection.department)
        yield ToTell(about, people_with(entry.at, owner, Role.OFFERER), [owner])


@told_of("objection.upheld", "objection.rejected")
def objection_answered(entry: Entry) -> Iterator[ToTell]:
    """Whoever objected has an answer; whoever has the wrong value in hand learns that it was corrected."""
    objection = _objection(entry)
    if objection is None:
        return
    about = _about_objection(entry, objection, objection.version.asset.department)
    yield ToTell(about, list(Person.objects.filter(pk=objection.person)), [objection.department])
    corrected = About("objection.corrected", f"/catalogue/{objection.version.asset.code}", about.params)
    told = [grant.consumer_id for grant in holders(objection)] if objection.upheld else []
    for holder in Department.objects.filter(pk__in=told).exclude(pk=objection.department_id):
        yield ToTell(corrected, people_with(entry.at, holder, Role.ASKER), [holder])


def _objection(entry: Entry) -> Objection | None:
    known = Objection.objects.select_related("version__asset__department", "department")
    return known.filter(pk=entry.subject).first()


def _about_objection(entry: Entry, objection: Objection, other: Department) -> About:
    said = {"name": objection.version.name, "field": objection.field, "department": other.name}
    return About(entry.action, f"/objections/{objection.pk}", said, objection.due)


@told_of("dispute.raised", "dispute.climbed", "dispute.upheld", "dispute.rejected")
def dispute(entry: Entry) -> Iterator[ToTell]:
    """The owner answers a dispute, and the bureau's coordinators follow every one; its end is told to both sides."""
    known = Dispute.objects.select_related("request__owner", "objection__version__asset__department", "raised_by")
    found = known.filter(pk=entry.subject).first()
    if found is None:
        return
    owner = found.request.owner if found.request else None
    if found.objection is not None:
        owner = found.objection.version.asset.department
    said = {"department": found.raised_by.name, "rung": {"code": f"platform.rung_{entry.facts['rung']}"}}
    told = About(entry.action, f"/disputes/{found.pk}", said)
    yield ToTell(told, people_with(entry.at, owner, Role.APPROVER), [owner] if owner else [])
    if entry.action in ("dispute.upheld", "dispute.rejected"):
        yield ToTell(told, people_with(entry.at, found.raised_by, Role.ASKER), [found.raised_by])
    else:
        yield ToTell(told, people_with(entry.at, None, Role.COORDINATOR))
