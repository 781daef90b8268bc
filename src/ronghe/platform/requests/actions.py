"""Ask, submit, supplement, decide, extend, revoke, expire, dispose: each move is one function."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from ronghe.platform.access.models import Person
from ronghe.platform.access.queries import people_with
from ronghe.platform.access.roles import Role
from ronghe.platform.access.rules import Actor, check_role
from ronghe.platform.audit.actions import record
from ronghe.platform.catalogue.models import SharingClass, Version, VersionState
from ronghe.platform.departments.models import Department
from ronghe.platform.ids import new_id
from ronghe.platform.requests.holding import check_conditions_hold, check_still_shared
from ronghe.platform.requests.kind import kind_of
from ronghe.platform.requests.models import Decision, Grant, Line, Request
from ronghe.platform.requests.moving import check_apart, locked, make_move, standing_in
from ronghe.platform.requests.rules import LIVE, UNDECIDED, check_move, check_side
from ronghe.standards.legal import LegalProfile
from ronghe.terms import InputError, Refused, RequestState, UsageError, legal_day

__all__ = [
    "CLOCK",
    "Wish",
    "ask_supplement",
    "attach_assessment",
    "decide",
    "delivered",
    "dispose",
    "end_grants",
    "expire_grants",
    "extend",
    "lengthen_clock",
    "new_requests",
    "refuse",
    "revoke",
    "submit",
    "supplement",
    "take_back",
    "used",
]

CLOCK = Actor(UUID(int=0), "clock")
"""Who acts when nobody does: time passed, or the worker finished."""

Wish = tuple[Version, Sequence[str], Mapping[str, Any]]
"""A version, the fields that are wanted of it, and which rows."""


def new_requests(
    *,
    by: Actor,
    at: datetime,
    requester: Department,
    wishes: Sequence[Wish],
    purpose: str,
    legal_basis: str,
    wanted_from: datetime,
    wanted_until: datetime,
    scenario: str = "",
    cart: UUID | None = None,
) -> tuple[Request, ...]:
    """Drafts for everything in a cart, one for each department that owns something of it; none for a `cart` that was
    asked for before: a button that is pressed twice asks once.

    Raises InputError for an empty cart, a period without time, a missing purpose or basis, an entry that is not in
    force or not shared, or a field that it does not have.
    """
    held = check_role(by, Role.ASKER, requester.pk, scope="requests.write")
    _check_wish(wishes, purpose, legal_basis, wanted_from, wanted_until)
    by_owner: dict[Department, list[Wish]] = defaultdict(list)
    for version, fields, rows in wishes:
        if version.state != VersionState.PUBLISHED:
            raise InputError("platform.not_in_force", name=version.name)
        if version.sharing_class == SharingClass.NOT_SHARED:
            raise InputError("platform.not_shared", name=version.name, basis=version.legal_basis)
        if version.asset.department_id == requester.pk:
            raise InputError("platform.own_asset", name=version.name)
        kind_of(version.asset.kind).check_line(version, fields, rows)
        by_owner[version.asset.department].append((version, fields, rows))
    made = []
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=by.person)
        if cart is not None and Request.objects.filter(cart=cart).exists():
            return ()
        cart = cart or new_id()
        for owner, wanted in by_owner.items():
            request = Request.objects.create(
                cart=cart,
                requester=requester,
                owner=owner,
                person=held.principal or by.person,
                person_name=by.person_name,
                purpose=purpose.strip(),
                scenario=scenario.strip(),
                legal_basis=legal_basis.strip(),
                wanted_from=wanted_from,
                wanted_until=wanted_until,
                made=at,
            )
            Line.objects.bulk_create(
                Line(request=request, version=version, fields=list(fields), rows=dict(rows))
                for version, fields, rows in wanted
            )
            record(
                by=standing_in(by, held),
                at=at,
                action="request.drafted",
                subject_kind="request",
                subject=request.pk,
                departments=[str(requester.pk)],
                facts={"assets": [version.asset.code for version, _, _ in wanted]},
            )
            made.append(request)
    return tuple(made)


def _check_wish(wishes: Sequence[Wish], purpose: str, basis: str, start: datetime, end: datetime) -> None:
    if not wishes:
        raise InputError("platform.cart_empty")
    if len({version.pk for version, _, _ in wishes}) < len(wishes):
        raise InputError("platform.cart_twice")
    if not purpose.strip() or not basis.strip():
        raise InputError("platform.purpose_missing")
    if end <= start:
        raise InputError("platform.period_empty")


def _check_end(until: datetime, at: datetime, profile: LegalProfile) -> None:
    """InputError for a right that would last longer than the profile lets one."""
    latest = profile.latest_end(legal_day(at, profile.zone))
    if legal_day(until, profile.zone) > latest:
        raise InputError("platform.period_long", years=profile.grant_years, latest=latest.isoformat())


def _start_clock(request: Request, at: datetime, profile: LegalProfile) -> None:
    """Start or restart the answer's clock; the working days that were used before a pause are not given again."""
    today = legal_day(at, profile.zone)
    classes = set(request.lines.values_list("version__sharing_class", flat=True))
    conditional = SharingClass.CONDITIONAL in classes
    clock = "answer_conditional" if conditional else "answer_unconditional"
    request.clock_started = today
    due = profile.due(clock, today, more=0)
    if due is None:
        request.due, request.due_provisional = None, False
        return
    allowed = profile.working_days[clock] + request.more_days
    due = profile.calendar.after(today, max(0, allowed - request.days_used))
    request.due, request.due_provisional = due.day, due.provisional


def _stop_clock(request: Request, at: datetime, profile: LegalProfile) -> None:
    if request.clock_started is not None and request.due is not None:
        request.days_used += max(0, profile.calendar.between(request.clock_started, legal_day(at, profile.zone)))
    request.clock_started = request.due = None


def submit(*, by: Actor, at: datetime, request: Request, profile: LegalProfile) -> Request:
    """Hand a draft to the owner; from now on the owner's clock runs. Refused for a period that is over already,
    InputError for one that is too long."""
    with transaction.atomic():
        now = locked(request)
        if now.wanted_until <= at:
            raise Refused("platform.period_over")
        _check_end(now.wanted_until, at, profile)
        lines = list(now.lines.select_related("version__asset"))
        for line in lines:
            if line.version.state != VersionState.PUBLISHED:
                raise Refused("platform.not_in_force", name=line.version.name)
        now.submitted = now.submitted or at
        _start_clock(now, at, profile)
        make_move(by, at, now, "submit")
        for line in lines:
            kind_of(line.version.asset.kind).handed_in(line, at)
    return now


def take_back(*, by: Actor, at: datetime, request: Request, profile: LegalProfile) -> Request:
    """The asker thinks again: what approvers said falls away, what the owner's clock used stays used."""
    with transaction.atomic():
        now = locked(request)
        _stop_clock(now, at, profile)
        make_move(by, at, now, "take_back")
        now.decisions.all().delete()
        now.lines.update(granted=None, tighter={})
    return now


def ask_supplement(
    *, by: Actor, at: datetime, request: Request, missing: Sequence[str], profile: LegalProfile
) -> Request:
    """一次性补正告知: tell everything that is missing, once; a second list is refused where the profile says so."""
    wanted = [text.strip() for text in missing if text.strip()]
    if not wanted:
        raise UsageError("platform.supplement_empty")
    with transaction.atomic():
        now = locked(request)
        if profile.supplements_asked is not None and now.supplements_asked >= profile.supplements_asked:
            raise Refused("platform.supplement_once")
        now.supplements_asked += 1
        now.supplement = wanted
        if profile.supplement_pauses_clock:
            _stop_clock(now, at, profile)
        make_move(by, at, now, "ask_supplement", missing=wanted)
    return now


def supplement(
    *, by: Actor, at: datetime, request: Request, changes: Mapping[str, str], profile: LegalProfile
) -> Request:
    """Give what was missing; the clock goes on where it stood."""
    known = ("purpose", "scenario", "legal_basis", "assessment")
    for name in changes:
        if name not in known:
            raise InputError("platform.field_unknown", name=name, known=", ".join(known))
    with transaction.atomic():
        now = locked(request)
        for name, value in changes.items():
            setattr(now, name, value.strip())
        if not (now.purpose and now.legal_basis):
            raise InputError("platform.purpose_missing")
        if now.due is None:
            _start_clock(now, at, profile)
        make_move(by, at, now, "supplement", changed=sorted(changes))
    return now


def attach_assessment(*, by: Actor, at: datetime, request: Request, assessment: str) -> Request:
    """Attach the impact assessment (PIPL art. 55) without which personal data are not granted.

    Raises Refused once the request is decided: what the decision stood on stays as it was.
    """
    with transaction.atomic():
        now = locked(request)
        check_role(by, Role.ASKER, now.requester_id, scope="requests.write")
        if RequestState(now.state) not in UNDECIDED:
            raise Refused("platform.assessment_late")
        now.assessment = assessment.strip()
        now.save(update_fields=["assessment"])
        record(
            by=by,
            at=at,
            action="request.assessment",
            subject_kind="request",
            subject=now.pk,
            departments=[str(now.requester_id), str(now.owner_id)],
            facts={"assessment": now.assessment},
        )
    return now


def lengthen_clock(*, by: Actor, at: datetime, request: Request, days: int, profile: LegalProfile) -> Request:
    """The authority consents to a longer answer; at most what the profile allows, and the asker sees it. Refused for
    whoever answers for the owner themselves, or stands in for somebody who does."""
    if not by.anywhere(Role.COORDINATOR):
        raise Refused("platform.role_missing", role=Role.COORDINATOR.value)
    with transaction.atomic():
        now = locked(request)
        answering = people_with(at, now.owner, Role.APPROVER, Role.OFFERER)
        if by.hats & {person.pk for person in answering}:
            raise Refused("platform.own_clock")
        most = profile.working_days.get("extension", 0)
        if now.state != RequestState.SUBMITTED or not 0 < days <= most - now.more_days:
            raise Refused("platform.extension_most", days=days, most=most - now.more_days)
        now.more_days += days
        assert now.due is not None
        due = profile.calendar.after(now.due, days)
        now.due, now.due_provisional = due.day, now.due_provisional or due.provisional
        now.save()
        record(
            by=by,
            at=at,
            action="request.clock_lengthened",
            subject_kind="request",
            subject=now.pk,
            departments=[str(now.requester_id), str(now.owner_id)],
            facts={"days": days, "due": now.due.isoformat()},
        )
    return now


def _check_personal(request: Request, lines: Sequence[Line]) -> None:
    if request.assessment:
        return
    for line in lines:
        fields = line.granted if line.granted is not None else line.fields
        if fields and kind_of(line.version.asset.kind).is_personal(line, fields):
            raise Refused("platform.assessment_missing")


def _said(by: Actor, at: datetime, now: Request, outcome: str) -> int:
    """Keep what an approver says; gives the number of steps that are done. Separation of duty is checked here."""
    held = check_role(by, Role.APPROVER, now.owner_id, scope="requests.write")
    said = list(now.decisions.values_list("person", "on_behalf_of"))
    decided_by = {person for pair in said for person in pair if person}
    check_apart(by, held, now, decided_by)
    Decision.objects.create(
        request=now,
        step=len(said) + 1,
        person=by.person,
        person_name=by.person_name,
        on_behalf_of=held.principal,
        outcome=outcome,
        at=at,
    )
    return len(said) + 1


def decide(
    *,
    by: Actor,
    at: datetime,
    request: Request,
    profile: LegalProfile,
    granted: Mapping[UUID, Sequence[str]] | None = None,
) -> Request:
    """Say yes at the present step; the last step makes the grants. `granted` by line narrows the fields: a part.

    Raises Refused for the wrong person, personal data without an assessment, fields that were not asked for, or a
    condition of sharing that does not hold.
    """
    with transaction.atomic():
        now = locked(request)
        check_move("accept", RequestState(now.state))
        if now.wanted_until <= at:
            raise Refused("platform.period_over")
        lines = list(now.lines.select_related("version__asset"))
        part = False
        for line in lines:
            check_still_shared(line.version)
            fields = list((granted or {}).get(line.pk, line.granted if line.granted is not None else line.fields))
            if not set(fields) <= set(line.granted if line.granted is not None else line.fields):
                raise Refused("platform.granted_more", name=line.version.name)
            line.granted = fields
            line.save(update_fields=["granted"])
            part = part or set(fields) != set(line.fields) or bool(line.tighter)
            if fields:
                check_conditions_hold(now, line)
        if not any(line.granted for line in lines):
            raise Refused("platform.nothing_granted")
        _check_personal(now, lines)
        done = _said(by, at, now, "accept")
        if done < now.owner.approval_steps:
            record(
                by=by,
                at=at,
                action="request.step_accepted",
                subject_kind="request",
                subject=now.pk,
                departments=[str(now.requester_id), str(now.owner_id)],
                facts={"step": done, "steps": now.owner.approval_steps},
            )
            return now
        due = profile.due("delivery", legal_day(at, profile.zone))
        now.due, now.due_provisional = (due.day, due.provisional) if due else (None, False)
        now.clock_started = None
        granting = [line.version.asset.code for line in lines if line.granted]
        make_move(by, at, now, "accept_in_part" if part else "accept", granted=granting)
        for line in lines:
            if line.granted:
                _grant(now, line, at)
    return now


def _grant(request: Request, line: Line, at: datetime) -> Grant:
    kind = kind_of(line.version.asset.kind)
    grant = Grant.objects.create(
        line=line,
        consumer=request.requester,
        version=line.version,
        purpose=request.purpose,
        legal_basis=request.legal_basis,
        fields=dict(kind.terms_of(line, line.granted or ())),
        rows=dict(kind.rows_of(line)),
        valid_from=max(at, request.wanted_from),
        valid_until=request.wanted_until,
    )
    kind.prepare(grant, at)
    return grant


def refuse(*, by: Actor, at: datetime, request: Request, reason: str, clause: str, profile: LegalProfile) -> Request:
    """Say no, with the reason and the clause: one no is enough at any step. UsageError without either."""
    if not reason.strip() or not clause.strip():
        raise UsageError("platform.refusal_reason")
    with transaction.atomic():
        now = locked(request)
        check_move("refuse", RequestState(now.state))
        _said(by, at, now, "refuse")
        now.reason, now.clause = reason.strip(), clause.strip()
        _stop_clock(now, at, profile)
        make_move(by, at, now, "refuse", reason=now.reason, clause=now.clause)
    return now


def delivered(*, at: datetime, request: Request) -> Request:
    """The worker handed everything over."""
    with transaction.atomic():
        now = locked(request)
        now.due = None
        make_move(CLOCK, at, now, "deliver")
    return now


def used(*, at: datetime, request: Request) -> Request:
    """The asker read something for the first time."""
    with transaction.atomic():
        now = locked(request)
        if RequestState(now.state) in (RequestState.DELIVERED, RequestState.EXTENDED):
            make_move(CLOCK, at, now, "use")
    return now


def _grants(request: Request) -> list[Grant]:
    return list(Grant.objects.select_for_update().filter(line__request=request).select_related("version__asset"))


def extend(*, by: Actor, at: datetime, request: Request, until: datetime, profile: LegalProfile) -> Request:
    """Let the right last longer; it cannot be woken once it is over, nor outlast the conditions of sharing or what the
    profile lets a right last from now."""
    with transaction.atomic():
        now = locked(request)
        grants = _grants(now)
        if until <= now.wanted_until or any(grant.valid_until <= at for grant in grants):
            raise Refused("platform.extend_time")
        _check_end(until, at, profile)
        held = check_side(
            by, check_move("extend", RequestState(now.state)), requester=now.requester_id, owner=now.owner_id
        )
        assert held is not None
        check_apart(by, held, now)
        now.wanted_until = until
        for line in now.lines.select_related("version__asset"):
            if line.granted:
                check_still_shared(line.version)
                check_conditions_hold(now, line)
        for grant in grants:
            grant.valid_until, grant.epoch = until, grant.epoch + 1
            grant.save(update_fields=["valid_until", "epoch"])
        make_move(by, at, now, "extend", until=until.isoformat())
    return now


def end_grants(now: Request, at: datetime) -> None:
    """End every right of a locked request; the caller makes the move and saves."""
    for grant in _grants(now):
        if grant.revoked is not None:
            continue
        grant.revoked, grant.epoch = at, grant.epoch + 1
        grant.save(update_fields=["revoked", "epoch"])
        kind_of(grant.version.asset.kind).end(grant, at)
    now.due = None


def revoke(*, by: Actor, at: datetime, request: Request, reason: str) -> Request:
    """End the right at once, with a reason that both sides see."""
    if not reason.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = locked(request)
        check_move("revoke", RequestState(now.state))
        end_grants(now, at)
        now.reason = reason.strip()
        make_move(by, at, now, "revoke", reason=now.reason)
    return now


def expire_grants(*, at: datetime) -> int:
    """End every right whose time is over; gives the number of requests. A right is dead at its instant even before."""
    over = Request.objects.filter(state__in=[state.value for state in LIVE], wanted_until__lte=at)
    ended = 0
    for request in over.order_by("pk"):
        with transaction.atomic():
            now = locked(request)
            if RequestState(now.state) in LIVE and now.wanted_until <= at:
                end_grants(now, at)
                make_move(CLOCK, at, now, "expire")
                ended += 1
    return ended


def dispose(*, by: Actor, at: datetime, request: Request, how: str) -> Request:
    """The asker confirms that what they received is gone, and how it was removed."""
    if not how.strip():
        raise UsageError("platform.reason_missing")
    with transaction.atomic():
        now = locked(request)
        make_move(by, at, now, "dispose", how=how.strip())
    return now
