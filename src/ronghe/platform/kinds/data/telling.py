"""Who is told of what happens to sources, deliveries and look-ups."""

from collections.abc import Iterator

from ronghe.platform.access.queries import people_with
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.actions import About
from ronghe.platform.alarms.trail import ToTell, told_of
from ronghe.platform.audit.models import Entry
from ronghe.platform.catalogue.models import Asset
from ronghe.platform.departments.models import Department
from ronghe.platform.requests.models import Grant


def _grant(entry: Entry) -> Grant | None:
    known = Grant.objects.select_related("version__asset__department", "consumer")
    return known.filter(pk=entry.facts.get("grant")).first()


def _about(entry: Entry, grant: Grant, other: Department) -> About:
    said = {"name": grant.version.name, "department": other.name, "number": entry.facts.get("number", "")}
    return About(entry.action, f"/grants/{grant.pk}", said)


@told_of("data.delivered")
def delivered(entry: Entry) -> Iterator[ToTell]:
    """The asker can fetch it; their systems hear of every refresh."""
    grant = _grant(entry)
    if grant is not None:
        about = _about(entry, grant, grant.version.asset.department)
        yield ToTell(about, people_with(entry.at, grant.consumer, Role.ASKER), [grant.consumer])


@told_of("data.enumeration")
def enumeration(entry: Entry) -> Iterator[ToTell]:
    """Both sides' security officers and the owner's approvers look before look-ups go on."""
    grant = _grant(entry)
    if grant is None:
        return
    owner = grant.version.asset.department
    watch = people_with(entry.at, grant.consumer, Role.SECURITY_OFFICER, Role.ASKER)
    yield ToTell(_about(entry, grant, owner), watch, [grant.consumer])
    keepers = people_with(entry.at, owner, Role.SECURITY_OFFICER, Role.APPROVER)
    yield ToTell(_about(entry, grant, grant.consumer), keepers, [owner])


@told_of("source.stopped", "source.restarted")
def switched(entry: Entry) -> Iterator[ToTell]:
    """Who waits for its rows learns why none come; the bureau follows a stop, for nobody ends a service alone."""
    asset = Asset.objects.select_related("department").filter(pk=entry.subject).first()
    if asset is None:
        return
    said = {"name": asset.code, "department": asset.department.name, "reason": entry.facts.get("reason", "-")}
    about = About(entry.action, f"/catalogue/{asset.code}", said)
    living = Grant.objects.filter(version__asset=asset, revoked__isnull=True, valid_until__gt=entry.at)
    users = Department.objects.filter(pk__in=living.values("consumer"))
    yield ToTell(about, people_with(entry.at, None, Role.COORDINATOR))
    for user in users:
        yield ToTell(about, people_with(entry.at, user, Role.ASKER), [user])


@told_of("source.examined")
def examined(entry: Entry) -> Iterator[ToTell]:
    """The owner learns that a source cannot be read or lacks what the catalogue promises."""
    asset = Asset.objects.select_related("department").filter(pk=entry.subject).first()
    if asset is None or (entry.facts.get("found") and not entry.facts.get("missing")):
        return
    said = {"name": asset.code, "missing": ", ".join(entry.facts.get("missing", ())) or "-"}
    about = About(entry.action, f"/catalogue/{asset.code}", said)
    yield ToTell(about, people_with(entry.at, asset.department, Role.OFFERER))
