"""Who is told of what happens to entries of the catalogue, sources and demands."""

from collections.abc import Iterator

from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import people_with
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.actions import About
from ronghe.platform.alarms.trail import ToTell, told_of
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.models import Demand, Version


def _version(entry: Entry) -> Version | None:
    return Version.objects.select_related("asset__department").filter(pk=entry.subject).first()


def _about(entry: Entry, version: Version) -> About:
    said = {"name": version.name, "department": version.asset.department.name}
    return About(entry.action, f"/catalogue/{version.asset.code}?version={version.number}", said)


@told_of("catalogue.submitted")
def to_the_bureau(entry: Entry) -> Iterator[ToTell]:
    """The bureau has something to review."""
    version = _version(entry)
    if version is not None:
        yield ToTell(_about(entry, version), people_with(entry.at, None, Role.COORDINATOR))


@told_of("catalogue.published", "catalogue.sent_back", "catalogue.withdrawn")
def to_the_offerer(entry: Entry) -> Iterator[ToTell]:
    """The department learns what the bureau decided."""
    version = _version(entry)
    if version is not None:
        owner = version.asset.department
        yield ToTell(_about(entry, version), people_with(entry.at, owner, Role.OFFERER), [owner])


@told_of("demand.made", "demand.assigned", "demand.answered")
def demand(entry: Entry) -> Iterator[ToTell]:
    """A demand goes to the bureau, from there to an owner, and the answer to who made it."""
    found = Demand.objects.select_related("department", "owner").filter(pk=entry.subject).first()
    if found is None:
        return
    about = About(entry.action, "/demands", {"text": found.text[:80], "department": found.department.name}, found.due)
    if entry.action == "demand.made":
        yield ToTell(about, people_with(entry.at, None, Role.COORDINATOR))
    elif entry.action == "demand.assigned" and found.owner is not None:
        yield ToTell(about, people_with(entry.at, found.owner, Role.OFFERER), [found.owner])
    elif entry.action == "demand.answered":
        yield ToTell(about, list(Person.objects.filter(pk=found.person)), [found.department])
