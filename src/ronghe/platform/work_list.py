"""What waits for somebody: the tasks of their roles, the most urgent first."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from ronghe.platform import queries
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor
from ronghe.platform.catalogue.models import Demand, Version, VersionState
from ronghe.platform.catalogue.visibility import visible_demands
from ronghe.platform.kinds.data.models import Correction
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Request
from ronghe.platform.requests.rules import LIVE, RUNGS
from ronghe.terms import RequestState

__all__ = ["Waiting", "standing", "waiting"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a person: what to do, about what, until when."""

    task: str
    title: str
    about: str
    url: str
    due: date | None
    late: bool


def _decided_by(request: Request) -> set[UUID | None]:
    """Who said something at a step of a request, and in whose stead."""
    return {person for said in request.decisions.all() for person in (said.person, said.on_behalf_of)}


def _of_requests(actor: Actor, today: date) -> list[Waiting]:
    mine = {
        "decide": Q(owner__in=actor.where(Role.APPROVER), state=RequestState.SUBMITTED.value),
        "supplement": Q(requester__in=actor.where(Role.ASKER), state=RequestState.SUPPLEMENT_ASKED.value),
        "submit": Q(requester__in=actor.where(Role.ASKER), state=RequestState.DRAFT.value),
        "dispose": Q(
            requester__in=actor.where(Role.ASKER),
            state__in=[RequestState.REVOKED.value, RequestState.EXPIRED.value],
        ),
    }
    found = []
    for task, rule in mine.items():
        for request in queries.requests(actor).filter(rule).prefetch_related("decisions")[:200]:
            # One's own request waits for somebody else, and so does the next step of what one decided.
            if task == "decide" and (request.person in actor.hats or actor.person in _decided_by(request)):
                continue
            other = request.requester if task == "decide" else request.owner
            late = request.due is not None and request.due < today
            found.append(Waiting(task, request.purpose, other.name, f"/requests/{request.pk}", request.due, late))
    return found


def _of_assessments(actor: Actor) -> list[Waiting]:
    """Requests that nobody may accept before their asker has attached the impact assessment."""
    mine = Q(requester__in=actor.where(Role.ASKER), state=RequestState.SUBMITTED.value, assessment="")
    asked = (
        queries.requests(actor).filter(mine).prefetch_related("lines__version__items", "lines__version__asset")[:200]
    )
    return [
        Waiting("assess", one.purpose, one.owner.name, f"/requests/{one.pk}", None, late=False)
        for one in asked.prefetch_related("lines__version__items", "lines__version__asset")
        if any(kind_of(line.version.asset.kind).is_personal(line, line.fields) for line in one.lines.all())
    ]


def _of_others(actor: Actor, today: date) -> list[Waiting]:
    found = _of_assessments(actor)
    if actor.anywhere(Role.COORDINATOR):
        for version in Version.objects.filter(state=VersionState.IN_REVIEW).select_related("asset__department")[:200]:
            url = f"/catalogue/{version.asset.code}?version={version.number}"
            found.append(Waiting("review", version.name, version.asset.department.name, url, None, late=False))
    answers = Q(version__asset__department__in=actor.where(Role.OFFERER), answered__isnull=True)
    for objection in queries.objections(actor).filter(answers)[:200]:
        late = objection.due is not None and objection.due < today
        title = f"{objection.version.name} · {objection.field}"
        found.append(
            Waiting("answer", title, objection.department.name, f"/objections/{objection.pk}", objection.due, late)
        )
    return [*found, *_of_needs(actor, today), *_of_corrections(actor), *_of_refusals(actor), *_of_disputes(actor)]


def _of_disputes(actor: Actor) -> list[Waiting]:
    """While two negotiate the owner has the word, then the bureau."""
    own = actor.where(Role.APPROVER)
    first = Q(request__owner__in=own) | Q(objection__version__asset__department__in=own)
    mine = Q(rung=RUNGS[0]) & first
    if actor.anywhere(Role.COORDINATOR):
        mine |= ~Q(rung=RUNGS[0])
    told = queries.disputes(actor).filter(mine, settled__isnull=True)[:200]
    return [
        Waiting("settle", one.steps.all()[0].text[:60], one.raised_by.name, f"/disputes/{one.pk}", None, late=False)
        for one in told.prefetch_related("steps")
    ]


def _of_refusals(actor: Actor) -> list[Waiting]:
    """Refusals that nobody looked at: until the bureau does, they count against their owner in the sharing index."""
    if not actor.anywhere(Role.COORDINATOR):
        return []
    refused = queries.requests(actor).filter(state=RequestState.REFUSED, ruling__isnull=True, disputes__isnull=True)
    return [
        Waiting("rule", one.purpose, one.owner.name, f"/requests/{one.pk}", None, late=False) for one in refused[:200]
    ]


def _of_needs(actor: Actor, today: date) -> list[Waiting]:
    open_ = Demand.objects.filter(visible_demands(actor), answered__isnull=True).select_related("department")
    mine = {"answer_demand": Q(owner__in=actor.where(Role.OFFERER))}
    if actor.anywhere(Role.COORDINATOR):
        mine["assign"] = Q(owner__isnull=True)
    return [
        Waiting(task, one.text[:60], one.department.name, "/demands", one.due, one.due is not None and one.due < today)
        for task, rule in mine.items()
        for one in open_.filter(rule)[:200]
    ]


def _of_corrections(actor: Actor) -> list[Waiting]:
    mine = Correction.objects.filter(grant__consumer__in=actor.where(Role.ASKER), confirmed__isnull=True)
    told = mine.select_related("grant__version__asset__department", "objection")[:200]
    return [
        Waiting(
            "confirm",
            f"{one.grant.version.name} · {one.objection.field}",
            one.grant.version.asset.department.name,
            f"/grants/{one.grant_id}",
            None,
            late=False,
        )
        for one in told
    ]


def standing(actor: Actor) -> list[tuple[str, int]]:
    """How much of what concerns the actor stands: entries in force, requests under way, rights that are used."""
    found = []
    offering, asking = actor.where(Role.OFFERER, Role.APPROVER), actor.where(Role.ASKER)
    if offering:
        in_force = Version.objects.filter(asset__department__in=offering, state=VersionState.PUBLISHED)
        found.append(("our_entries", in_force.count()))
    if asking:
        live = Request.objects.filter(requester__in=asking, state__in=[state.value for state in LIVE])
        found.append(("our_grants", live.count()))
    if actor.anywhere(Role.COORDINATOR, Role.AUDITOR):
        found.append(("all_entries", Version.objects.filter(state=VersionState.PUBLISHED).count()))
        found.append(("all_grants", Request.objects.filter(state__in=[state.value for state in LIVE]).count()))
    return found


def waiting(actor: Actor, today: date) -> list[Waiting]:
    """What waits for the actor, the most urgent first."""
    found = [*_of_requests(actor, today), *_of_others(actor, today)]
    return sorted(found, key=lambda one: (one.due is None, one.due or date.max, one.task, one.title))
