"""The clocks: rights end at their time, whoever is to act is reminded, and what is late goes up to the authority.

Days are working days of the legal profile. Each reminder is given once for each due day: a clock that was lengthened
reminds anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Max, Q

from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import people_with
from ronghe.platform.access.roles import Role
from ronghe.platform.alarms.actions import About, tell
from ronghe.platform.alarms.models import Notice
from ronghe.platform.catalogue.models import Demand
from ronghe.platform.jobs.port import Run
from ronghe.platform.jobs.registry import job
from ronghe.platform.jobs.stored import jobs
from ronghe.platform.law import profile
from ronghe.platform.requests.actions import expire_grants
from ronghe.platform.requests.models import Grant, Objection, Request
from ronghe.platform.requests.telling import asking_side, owning_side
from ronghe.standards.legal import LegalProfile
from ronghe.terms import RequestState, legal_day

__all__ = ["REMIND", "remind", "turn"]

REMIND = 2
"""Working days before a due day on which whoever is to act is reminded: time enough to act, near enough to matter."""
BEFORE_END = (30, 7, 1)
"""Days before a right ends on which both sides learn of it: to extend it, or to prepare its end."""
AGAIN = 10
"""Working days after which the confirmation of disposal is asked for again."""
_LIVE = (RequestState.DELIVERED, RequestState.IN_USE, RequestState.EXTENDED)
_OVER = (RequestState.REVOKED, RequestState.EXPIRED)


People = Callable[[], list[Person]]


@dataclass(frozen=True, slots=True)
class _Waits:
    """Something with a due day: who is to act, where, and what it is about."""

    key: str
    due: date
    url: str
    title: str
    department: str
    people: People


@dataclass(frozen=True, slots=True)
class _ToSay:
    """A notice that is due; whom it concerns is looked up only where it was not given yet."""

    key: str
    about: About
    people: People


def turn(at: datetime, law: LegalProfile) -> dict[str, int]:
    """One turn of all clocks: ends what is over, reminds, escalates; gives how many of each."""
    ended = expire_grants(at=at)
    return {"ended": ended, "reminded": remind(at, law)}


@job("clocks")
def clocks(run: Run) -> dict[str, int]:
    """Every five minutes."""
    return run.step("turn", lambda: turn(run.now(), profile()))


jobs.schedule("clocks", "*/5 * * * *")


def remind(at: datetime, law: LegalProfile) -> int:
    """Remind and escalate what waits; gives how many people were told now."""
    today = legal_day(at, law.zone)
    due = [said for one in _waiting(at) for said in _said_of(one, today, at, law)]
    due += [*_ending(at), *_not_disposed(at, today, law)]
    given = set(Notice.objects.filter(key__in=[one.key for one in due]).values_list("key", flat=True))
    new = [one for one in due if one.key not in given]
    return sum(tell(at=at, key=one.key, about=one.about, people=one.people()) for one in new)


def _said_of(one: _Waits, today: date, at: datetime, law: LegalProfile) -> Iterator[_ToSay]:
    left = law.calendar.between(today, one.due)
    if left > REMIND:
        return
    said = {"title": one.title, "department": one.department, "days": abs(left)}
    code = "overdue" if left < 0 else "due_today" if left == 0 else "due_soon"
    key = f"{one.key}:{one.due}:{code}"
    yield _ToSay(key, About(code, one.url, said, one.due), one.people)
    if left < 0:
        # 政务数据共享条例: the authority supervises; what its departments let lie comes to it.
        up = About("escalated", one.url, said, one.due)
        yield _ToSay(f"{key}:up", up, lambda: people_with(at, None, Role.COORDINATOR))


def _waiting(at: datetime) -> Iterator[_Waits]:
    waiting = Request.objects.filter(due__isnull=False).select_related("requester", "owner")
    for request in waiting.filter(state=RequestState.SUBMITTED):
        yield _of_request(request, partial(owning_side, request, at))
    for request in waiting.filter(state__in=(RequestState.ACCEPTED, RequestState.ACCEPTED_IN_PART)):
        yield _of_request(request, partial(owning_side, request, at, Role.OFFERER))
    for request in waiting.filter(state=RequestState.SUPPLEMENT_ASKED):
        yield _of_request(request, partial(asking_side, request, at))
    open_ones = Objection.objects.filter(answered__isnull=True, due__isnull=False)
    for one in open_ones.select_related("version__asset__department", "department"):
        owner = one.version.asset.department
        title = f"{one.version.name} · {one.field}"
        people = partial(people_with, at, owner, Role.OFFERER)
        yield _Waits(f"objection:{one.pk}", _day(one.due), f"/objections/{one.pk}", title, owner.name, people)
    for demand in Demand.objects.filter(answered__isnull=True, due__isnull=False).select_related("owner"):
        if demand.owner is not None:
            people = partial(people_with, at, demand.owner, Role.OFFERER)
            yield _Waits(f"demand:{demand.pk}", _day(demand.due), "/", demand.text[:80], demand.owner.name, people)


def _day(due: date | None) -> date:
    assert due is not None
    return due


def _of_request(request: Request, people: People) -> _Waits:
    acting = request.requester if request.state == RequestState.SUPPLEMENT_ASKED else request.owner
    key = f"request:{request.pk}:{request.state}"
    return _Waits(key, _day(request.due), f"/requests/{request.pk}", request.purpose, acting.name, people)


def _ending(at: datetime) -> Iterator[_ToSay]:
    """Rights that end within the longest term; each term has its own notice."""
    soon = Q(valid_until__gt=at, valid_until__lte=at + timedelta(days=BEFORE_END[0]))
    grants = Grant.objects.filter(soon, revoked__isnull=True, line__request__state__in=_LIVE)
    for grant in grants.select_related("line__request__requester", "line__request__owner", "version"):
        request = grant.line.request
        days = min(days for days in BEFORE_END if grant.valid_until <= at + timedelta(days=days))
        said = {"title": grant.version.name, "department": request.requester.name, "days": days}
        about = About("grant_ends", f"/requests/{request.pk}", said, legal_day(grant.valid_until, profile().zone))
        key = f"grant:{grant.pk}:{grant.valid_until.isoformat()}:{days}"
        yield _ToSay(key, about, partial(_both_sides, request, at))


def _both_sides(request: Request, at: datetime) -> list[Person]:
    return [*asking_side(request, at), *owning_side(request, at)]


def _not_disposed(at: datetime, today: date, law: LegalProfile) -> Iterator[_ToSay]:
    """Whoever had a right must say what became of the data; asked again every ten working days."""
    over = Request.objects.filter(state__in=_OVER).select_related("requester", "owner")
    for request in over.annotate(ended=Max("moves__at")):
        ended = legal_day(request.ended or at, law.zone)
        rounds = law.calendar.between(ended, today) // AGAIN
        said = {"title": request.purpose, "department": request.owner.name}
        about = About("dispose", f"/requests/{request.pk}", said)
        yield _ToSay(f"dispose:{request.pk}:{rounds}", about, partial(asking_side, request, at))
